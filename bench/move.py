"""How fast do a backup, a restore and a move to PostgreSQL go, and what do they weigh, for a long ledger?

    bench/move.py [--entries 200000] [--postgresql URL]

URL is an empty database; without one only SQLite is measured.  Every restore includes the recomputation of the ledger,
which is also given by itself; a move includes its spool file.  Each command is a process of its own; `MB` is the most
memory that it or one before it had.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}

FILL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import comity.cli.django_setup
from django.db import transaction
from comity.cli.context import use_node
from comity.core.exchange import OutgoingEntry
from comity.store.links import create_link
from comity.store.outgoing import append_outgoing

home, count, at = use_node(Path(sys.argv[1])), int(sys.argv[2]), datetime.now(UTC)
with transaction.atomic():
    create_link(home.party, "oac.by", url="https://127.0.0.1:1", ca_pem="", at=at)
text = '{"type":"report","name":"bank-demo-%d.by","narrative":"' + "Invented words of a report. " * 12 + '"}'
for start in range(0, count, 5000):
    with transaction.atomic():
        entries = [OutgoingEntry("report", f"{n:036d}", (text % n).encode()) for n in range(start, start + 5000)]
        append_outgoing("oac.by", entries, at=at)
"""


def comity(*words: str | Path) -> dict[str, Any]:
    """Run one command; how long it took, and the most memory that any child has had so far."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "comity", *map(str, words)],
        env=ENVIRONMENT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - start
    return {"seconds": round(seconds, 1), "MB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--postgresql", default="")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="comity-move-") as place:
        node, file = Path(place) / "node", Path(place) / "node.backup"
        comity("init", node, "--party", "cctld.ru")
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", FILL, node, str(asked.entries)], env=ENVIRONMENT, check=True)
        rows["filling, for comparison"] = {"seconds": round(time.perf_counter() - start, 1)}
        rows["verify alone"] = comity("link", "verify", "--dir", node)
        rows["backup, SQLite"] = comity("backup", file, "--dir", node)
        rows["backup, SQLite"]["file MB"] = file.stat().st_size // 1_000_000
        rows["backup, SQLite"]["store MB"] = (node / "comity.sqlite3").stat().st_size // 1_000_000
        rows["restore, SQLite"] = comity("restore", file, "--replace", "--dir", node)
        if asked.postgresql:
            rows["migrate-store to PostgreSQL"] = comity("migrate-store", asked.postgresql, "--dir", node)
            rows["backup, PostgreSQL"] = comity("backup", Path(place) / "pg.backup", "--dir", node)
            rows["restore, PostgreSQL"] = comity("restore", Path(place) / "pg.backup", "--replace", "--dir", node)
    for row in rows.values():
        row["entries a second"] = round(asked.entries / row["seconds"])
    if asked.json:
        print(json.dumps(rows))
        return
    for name, row in rows.items():
        print(f"{name:28}", "  ".join(f"{what} {figure}" for what, figure in row.items()))


if __name__ == "__main__":
    main()
