"""How long does it take until a run's findings are enquiries: those of a first run, and the same ones a day later?

    python bench/enquiries.py [--findings N] [--json]

Findings are invented with a fixed seed: ten kinds, scores from 0 to 1.  The node and its store are real (SQLite, a
directory of its own).  Seconds are CPU of this process; `limit` is the plain insert of the same rows into an empty
table without an index, and nothing else.
"""

import argparse
import json
import random
import sqlite3
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

import comity.cli.django_setup  # noqa: F401 — before any model
from comity.core.findings import KINDS
from comity.flows.set_up import NewNode, set_up
from comity.flows.take_findings import take_findings
from comity.store.connect import use_database
from comity.store.enquiry_lists import EnquiryFilter, list_enquiries
from comity.store.schema import migrate_to_newest
from comity.sweep.columns import CHANGES, FINDINGS


def write_run(folder: Path, count: int, day: date) -> Path:
    """Write a run of so many findings."""
    chosen = random.Random(20261126)
    rows = [
        ("ru", f"bank-{number}-login.ru", KINDS[number % len(KINDS)], f"bank-{number % 500}", "lure", "login",
         chosen.random())
        for number in range(count)
    ]  # fmt: skip
    folder.mkdir()
    frame = pl.DataFrame(rows, schema=FINDINGS, orient="row").sort("score", descending=True)
    frame.write_parquet(folder / "findings.parquet")
    pl.DataFrame(schema=pl.Schema({"zone": pl.String, **CHANGES})).write_parquet(folder / "changes.parquet")
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC).isoformat()
    said = {
        "format": "comity-sweep-run-1", "plan": "", "zones": {"ru": {"as_of": day.isoformat(), "names": count}},
        "run": {"engine": "local", "started_at": at, "ended_at": at, "seconds": 0.0},
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(said))
    return folder


def measure(count: int, work: Path) -> dict[str, float]:
    """Take a first run and the next day's."""
    at = datetime.now(UTC)
    new = NewNode(
        party="cctld.ru", zones=(), host="127.0.0.1", web_port=8441, link_port=9441, database="sqlite:///c.sqlite3"
    )
    home = set_up(work / "node", new, at=at)
    use_database(home.database())
    migrate_to_newest()
    day = date(2026, 11, 23)
    first, second = (write_run(work / f"run-{add}", count, day + timedelta(days=add)) for add in (0, 1))
    found = {"findings": float(count), "limit": limit(count, work)}
    for word, run in (("first", first), ("next_day", second)):
        begun = time.process_time()
        taken = take_findings(home, run, at=at, most=count)
        found[word] = time.process_time() - begun
        assert taken.opened + taken.seen == count
    begun = time.process_time()
    assert len(list_enquiries(EnquiryFilter(state="open")).rows) > 1
    found["page"] = time.process_time() - begun
    return found


def limit(count: int, work: Path) -> float:
    """Insert as many rows of the same width, and nothing else."""
    rows = [
        (bytes(16), "ru", f"bank-{number}-login.ru", "edit", "bank", "lure", "login", 0.5) for number in range(count)
    ]
    begun = time.process_time()
    with sqlite3.connect(work / "limit.sqlite3") as plain:
        plain.execute("CREATE TABLE f (key, zone, name, kind, subject, reason, detail, score)")
        plain.executemany("INSERT INTO f VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return time.process_time() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found = measure(asked.findings, Path(work))
    if asked.json:
        print(json.dumps(found))
        return
    print(f"{asked.findings:,} findings become enquiries, CPU seconds:")
    for word in ("limit", "first", "next_day", "page"):
        print(f"  {word:<10} {found[word]:8.2f}   {found[word] / found['limit']:6.1f} × limit")


if __name__ == "__main__":
    main()
