"""Other tools on the same machine in the same run: from handing over until visible, and how many a second.

Their rigs are not part of Comity: where the shared directory holds them they are called, each within its time, and make
environments of their own from the package index.  Where one cannot run, it is said why; nothing is made up.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(os.environ.get("COMITY_SHARED", ROOT.parent / "shared")) / "bench-peers"

OPENTAXII = "opentaxii-sqlite"

# What is asked of each: its name, the rig's script and arguments, what it needs of this machine.
RIGS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("OpenTAXII 0.10 (SQLite), POST until visible by added_after", ("w3_taxii.py", OPENTAXII, "1000", "100", "20"), ""),
    ("OpenTAXII 0.10 (SQLite), sustained POST of 100", ("w1_taxii.py", OPENTAXII, "3000", "100", "20"), ""),
    ("medallion 3.0 (memory), POST until visible by added_after", ("w3_taxii.py", "medallion", "500", "20", "30"), ""),
    ("IntelMQ 3.5, API of A until the file of B", ("w3_intelmq.py", "100", "300"), "redis-server"),
)  # fmt: skip

FIGURES = {
    "p50_ms": "p50 ms", "p99_ms": "p99 ms", "objects_per_s": "a second", "burst_events_per_s": "a second, in a burst",
    "cpu_us_per_object": "server CPU us/object", "server_cpu_us_per_object": "server CPU us/object",
    "server_cpu_ms_per_exchange": "server CPU ms, one at a time",
    "cpu_ms_per_event": "CPU ms, one at a time",
}  # fmt: skip


def compare(peers: dict[str, dict[str, Any]], ours: dict[str, Any], theirs_to: dict[str, str]) -> None:
    """Say beside each peer's figures how often Comity's go into them, by what was measured in this run."""
    for figures in peers.values():
        for what, name in theirs_to.items():
            if ours.get(what) and name in figures:
                share = figures[name] / ours[what] if what == "p50 ms" else ours[what] / figures[name]
                figures[f"Comity's reports: {what} {ours[what]:,}, so many times better"] = round(share, 1)


def measure_peers(*, seconds: float) -> dict[str, dict[str, Any]]:
    """Run every rig that can run, within so many seconds in all."""
    end = time.monotonic() + seconds
    return {name: _run(script, needs, end - time.monotonic()) for name, script, needs in RIGS}


def run_rig(script: tuple[str, ...], seconds: float) -> dict[str, Any]:
    """Run one rig within its time; what it says, its parts flattened."""
    return _run(script, "", seconds)


def _run(script: tuple[str, ...], needs: str, seconds: float) -> dict[str, Any]:
    if not (PEERS / script[0]).is_file():
        return {"not measured": f"no rig {script[0]} in {PEERS}"}
    if needs and shutil.which(needs) is None:
        return {"not measured": f"{needs} is not installed"}
    if seconds <= 1:
        return {"not measured": "the time for peers was over"}
    home = os.environ.get("PB_HOME", str(Path(tempfile.gettempdir()) / "peerbench"))
    Path(home).mkdir(parents=True, exist_ok=True)
    rig = subprocess.Popen(
        [sys.executable, *script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PEERS,
        env={**os.environ, "PB_HOME": home, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    try:
        out, error = rig.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        rig.send_signal(signal.SIGINT)  # it stops the servers that it started
        rig.communicate()
        return {"not measured": f"the rig did not end in {seconds:.0f} s"}
    if rig.returncode or not out.strip():
        last = error.strip().splitlines()[-1:] or ["it said nothing"]
        return {"not measured": f"the rig ended with {rig.returncode}: {last[0]}"[:200]}
    try:
        found: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    except ValueError as error_in_json:
        return {"not measured": f"the rig's figures cannot be read: {error_in_json}"[:200]}
    if found.get("error"):
        return {"not measured": str(found["error"])[:200]}
    found |= found.get("one_client") or {}
    return {what: found[key] for key, what in FIGURES.items() if found.get(key) is not None}
