"""A whole first sweep and the day after: CPU seconds, memory, and how far they are from what was aimed at.

    python bench/sweep.py [ZONES] [--memory 4G] [--work DIR]

ZONES is a folder of synthetic zones (zones/*.zone, zones2/*.zone, indicators.txt, brands.txt); without one, 300,000
names are invented (_made_zones). Aimed at, for 28 million names and 10 million indicators on two cores: 130 CPU
seconds and 4 GB for all of it, 15 CPU seconds for a day with 100,000 changes. The day is swept with --daily, beside
the dumps that the first sweep kept (links where WORK is on
their disk, else copies, which the first sweep then counts).
It is scaled by nothing: it says how many changes there were. Prints a JSON document for each.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from _made_zones import make_zones
from _zones import Used, run_measured

FIRST_CPU, FIRST_NAMES, FIRST_BYTES = 130.0, 28_000_000, 4 << 30
DAY_CPU = 15.0
_COMITY = [sys.executable, "-c", "from comity.node.main import main; main()"]


def sweep(zones: Path, folder: str, *arguments: str) -> tuple[Used, dict]:
    """Sweep all zones of a folder."""
    files = [str(path) for path in sorted((zones / folder).glob("*.zone"))]
    inputs = ["--indicators", str(zones / "indicators.txt"), "--brands", str(zones / "brands.txt")]
    used = run_measured([*_COMITY, "sweep", *files, *inputs, "--json", *arguments])
    return used, json.loads(used.output)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zones", type=Path, nargs="?", help="[default: 300,000 invented names]")
    parser.add_argument("--memory", default="4G")
    parser.add_argument("--work", type=Path, default=None)
    parser.add_argument("--first-only", action="store_true")
    said = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="comity-bench-sweep-", dir=said.work))
    try:
        said.zones = said.zones or make_zones(work / "made", 300_000)
        place = ["--memory", said.memory]
        first, told = sweep(said.zones, "zones", "--store", str(work / "names"), "--out", str(work / "first"),
                            "--as-of", "2026-11-23", "--keep-dumps", "copy", *place)  # fmt: skip
        share = told["names"] / FIRST_NAMES
        print(json.dumps({
            "what": "first sweep", "names": told["names"], "findings": told["findings"],
            "cpu_seconds": round(first.cpu_seconds, 1), "seconds": round(first.seconds, 1),
            "peak_mb": first.peak_bytes >> 20, "cpu_of_target": round(first.cpu_seconds / (FIRST_CPU * share), 2),
            "memory_of_target": round(first.peak_bytes / FIRST_BYTES, 2),
        }), flush=True)  # fmt: skip
        if said.first_only:
            return
        day, told = sweep(said.zones, "zones2", "--store", str(work / "names"), "--out", str(work / "day"),
                          "--as-of", "2026-11-24", "--daily", *place)  # fmt: skip
        changes = sum(sum(zone["changes"].values()) for zone in told["zones"].values())
        print(json.dumps({
            "what": "a day", "names": told["names"], "changes": changes, "findings": told["findings"],
            "read": sorted({zone["read"] for zone in told["zones"].values()}),
            "cpu_seconds": round(day.cpu_seconds, 1), "seconds": round(day.seconds, 1),
            "peak_mb": day.peak_bytes >> 20, "cpu_of_target": round(day.cpu_seconds / DAY_CPU, 2),
        }), flush=True)  # fmt: skip
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
