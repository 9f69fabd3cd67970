"""What does a list of algorithmic names cost, read, split by zone and day, stored?  In how many entries does it cross?

    python bench/dga.py [--names N] [--json]

Names are invented with a fixed seed, twelve letters, over thirty days, in zones of partners, of our own and of nobody.
The node and its store are real (SQLite, a directory of its own).  Microseconds are CPU of this process for each name;
`limit` is the plain insert of the same rows of own names into an empty table, and nothing else.
"""

import argparse
import json
import random
import sqlite3
import string
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import comity.cli.django_setup  # noqa: F401 — before any model
from comity.core.dga import cut_parts
from comity.core.roles import Actor
from comity.edges.report_source import Limits, Source
from comity.flows.set_up import NewNode, set_up
from comity.flows.take_dga_list import NewDgaList, take_dga_list
from comity.store.connect import use_database
from comity.store.models import DgaName
from comity.store.schema import migrate_to_newest
from comity.wire.dga_entries import write_days

ZONES = ("ru", "by", "su", "cn", "com", "net")
DAYS = 30
SHARE = 50_000


def names(count: int, at: datetime) -> Iterator[str]:
    """`date,name`, as research writes it."""
    chosen = random.Random(20261126)
    days = [(at + timedelta(days=1 + number)).date().isoformat() for number in range(DAYS)]
    for number in range(count):
        name = "".join(chosen.choices(string.ascii_lowercase, k=12))
        yield f"{days[number * DAYS // count]},{name}.{ZONES[number % len(ZONES)]}\n"


def measure(count: int, work: Path) -> dict[str, float]:
    """Take one list of so many names."""
    at = datetime.now(UTC)
    path = work / "list.csv"
    with path.open("w", encoding="ascii") as file:
        file.writelines(names(count, at))
    home = set_up(
        work / "node",
        NewNode(
            party="cctld.ru", zones=(), host="127.0.0.1", web_port=8441, link_port=9441,
            database="sqlite:///comity.sqlite3",
        ),
        at=at,
    )  # fmt: skip
    use_database(home.database())
    migrate_to_newest()
    begun = time.process_time()
    with Source(str(path), Limits()) as source:
        new = NewDgaList(family="bench", format="date,name")
        taken = take_dga_list(home, source.blocks(), new, Actor("bench", "analyst", home.party), at=at)
    used = time.process_time() - begun
    assert sum(taken.by_zone.values()) == taken.counts["kept"]
    return {
        "names": taken.counts["kept"], "own": taken.by_zone["ru"], "us_per_name": used / count * 1e6,
        "limit_us_per_own_name": plain_insert(work / "plain.sqlite3"),
    }  # fmt: skip


def plain_insert(path: Path) -> float:
    """Insert the rows of own names once more, into a table with the same columns and indexes."""
    rows = list(DgaName.objects.order_by("pk").values_list(
        "part_id", "place", "name", "day", "dangers", "check_state", "next_at", "answer"
    ))  # fmt: skip
    plain = [(*row[:6], None if row[6] is None else int(row[6].timestamp() * 1e6), row[7]) for row in rows]
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute(
        "CREATE TABLE name (id INTEGER PRIMARY KEY, part_id INTEGER, place INTEGER, name TEXT, day TEXT, dangers TEXT,"
        " check_state TEXT, next_at INTEGER, answer TEXT, UNIQUE (part_id, place))"
    )
    store.execute("CREATE INDEX by_name ON name (name)")
    store.execute("CREATE INDEX by_due ON name (next_at) WHERE next_at IS NOT NULL")
    begun = time.process_time()
    store.execute("BEGIN IMMEDIATE")
    store.executemany(
        "INSERT INTO name (part_id, place, name, day, dangers, check_state, next_at, answer) VALUES (?,?,?,?,?,?,?,?)",
        plain,
    )
    store.execute("COMMIT")
    return (time.process_time() - begun) / max(len(plain), 1) * 1e6


def entries_of_a_share(count: int, at: datetime) -> dict[str, float]:
    """In how many entries names of one zone cross, and how many bytes of names each carries."""
    by_day: dict[str, list[str]] = {}
    for line in names(count * len(ZONES), at):
        day, host = line.strip().split(",")
        if host.endswith(".by"):
            by_day.setdefault(day, []).append(host)
    parts = cut_parts("by", by_day.items())
    size = sum(len(day.names) for part in parts for day in write_days(part))
    return {"share": count, "entries": len(parts), "bytes_of_names": size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found = measure(asked.names, Path(work)) | entries_of_a_share(SHARE, datetime.now(UTC))
    if asked.json:
        print(json.dumps(found))
        return
    print(f"{found['names']:,.0f} names read, split, stored: {found['us_per_name']:.2f} us of CPU a name")
    print(f"  of them {found['own']:,.0f} of our own zone, each a row")
    print(f"  limit: the same rows, plainly inserted: {found['limit_us_per_own_name']:.2f} us a row")
    print(f"{found['share']:,.0f} names of one zone cross in {found['entries']:.0f} entries")


if __name__ == "__main__":
    main()
