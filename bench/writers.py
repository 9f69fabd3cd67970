"""How long does a small transaction wait when several processes write to one SQLite file as fast as they can?

    bench/writers.py [--seconds 10] [--writers 4]

Each writer commits one row a transaction, durably (WAL, synchronous=FULL), first with Django's own backend, whose
writers sleep and look again, then with `comity.store.sqlite`, whose writers queue.  The limit beside them is one writer
alone.  Fairness is the slowest writer's share beside the fastest one's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENGINES = {"sleeping": "django.db.backends.sqlite3", "queue": "comity.store.sqlite"}


def write(database: Path, engine: str, begin: float, end: float) -> None:
    """One writer: print how long each of its transactions took, in microseconds."""
    import django
    from django.conf import settings
    from django.db import connection, transaction

    from comity.edges.home import database_entry

    entry = database_entry(f"sqlite:////{database}", base=database.parent) | {"ENGINE": engine}
    settings.configure(DATABASES={"default": entry})
    django.setup()
    connection.ensure_connection()
    took = []
    time.sleep(max(0.0, begin - time.time()))
    while time.time() < end:
        start = time.perf_counter_ns()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO written (writer, text) VALUES (%s, %s)", [os.getpid(), "x" * 200])
        took.append((time.perf_counter_ns() - start) // 1000)
    json.dump(took, sys.stdout)


def run(engine: str, *, writers: int, seconds: float) -> dict[str, Any]:
    """Let writers write at once; answer what a transaction cost."""
    import sqlite3

    with tempfile.TemporaryDirectory(prefix="comity-writers-") as directory:
        database = Path(directory) / "store.sqlite3"
        with sqlite3.connect(database) as made:
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("CREATE TABLE written (id INTEGER PRIMARY KEY, writer INTEGER, text TEXT)")
        made.close()
        begin = time.time() + 1.5
        commands = [sys.executable, __file__, "--as-writer", str(database), engine, str(begin), str(begin + seconds)]
        started = [
            subprocess.Popen(commands, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
            for _ in range(writers)
        ]
        each = [json.loads(process.communicate()[0]) for process in started]
        assert all(process.returncode == 0 for process in started)
        with sqlite3.connect(database) as made:
            stored = made.execute("SELECT count(*) FROM written").fetchone()[0]
        made.close()
    took = sorted(one for writer in each for one in writer)
    assert stored == len(took)
    return {
        "a second": round(len(took) / seconds),
        "p50 ms": took[len(took) // 2] / 1000,
        "p99 ms": took[len(took) * 99 // 100] / 1000,
        "longest ms": took[-1] / 1000,
        "slowest/fastest": round(min(map(len, each)) / max(map(len, each)), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = {"one writer alone": run(ENGINES["queue"], writers=1, seconds=asked.seconds)}
    for name, engine in ENGINES.items():
        rows[f"{asked.writers} writers, {name}"] = run(engine, writers=asked.writers, seconds=asked.seconds)
    if asked.json:
        print(json.dumps(rows))
        return
    for name, figures in rows.items():
        print(f"{name:22}", "  ".join(f"{what} {figure:>8}" for what, figure in figures.items()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as-writer"]:
        write(Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]), float(sys.argv[5]))
    else:
        main()
