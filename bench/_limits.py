"""The limits that the exchange is held to, taken in the same run: the database's own upsert, and the disk's own sync.

The upsert writes the very rows that both nodes stored, into empty tables with the same columns and indexes, in
transactions of 1,000 that are as durable as the node's: executemany into SQLite (WAL, synchronous FULL), COPY into
PostgreSQL (fsync on).  It reads, hashes, signs, sends and decides nothing.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
from _pair import family_cpu_seconds
from psycopg import sql

from comity.demo.nodes import Node

BATCH = 1_000
PLAIN = ("ledger_entry",)
REPORTS = ("report", "abuse_case", "case_event", "decision", "case_peer", "ledger_entry")
BLOCK = 4_096


def upsert(nodes: Sequence[Node], tables: Sequence[str], work: Path, *, server: int = 0) -> dict[str, float]:
    """Write the rows of these nodes once more; answer CPU seconds in all, and the seconds of the slower side."""
    cpu, walls = 0.0, []
    for number, node in enumerate(nodes):
        if node.place.database_url.startswith("sqlite"):
            used, wall = _upsert_sqlite(Path(node.place.database["NAME"]), tables, work / f"limit-{number}.sqlite3")
        else:
            used, wall = _copy_postgresql(node.place.database_url, tables, server)
        cpu, walls = cpu + used, [*walls, wall]
    return {"cpu": cpu, "wall": max(walls)}


def _upsert_sqlite(source_file: Path, tables: Sequence[str], target_file: Path) -> tuple[float, float]:
    source = sqlite3.connect(f"file:{source_file}?mode=ro", uri=True)
    target = sqlite3.connect(target_file, isolation_level=None)
    target.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA secure_delete=ON;"
        "PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY;"
    )
    cpu = wall = 0.0
    for table in tables:
        made = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
        for (ddl,) in source.execute(made, (table,)):
            target.execute(ddl)
        cursor = source.execute(f"SELECT * FROM {table}")
        marks = ", ".join("?" * len(cursor.description))
        while rows := cursor.fetchmany(BATCH):
            start, before = time.monotonic(), time.process_time()
            target.execute("BEGIN IMMEDIATE")
            target.executemany(f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO NOTHING", rows)
            target.execute("COMMIT")
            cpu += time.process_time() - before
            wall += time.monotonic() - start
    source.close()
    target.close()
    return cpu, wall


def _copy_postgresql(url: str, tables: Sequence[str], server: int) -> tuple[float, float]:
    """COPY into a schema of its own beside the node's tables; the server's CPU counts."""
    cpu = wall = 0.0
    with psycopg.connect(url) as source, psycopg.connect(url, autocommit=True) as target:
        target.execute("CREATE SCHEMA bench_limit")
        for table in tables:
            name, copy = sql.Identifier(table), sql.Identifier("bench_limit", table)
            target.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(copy, name))
            with source.cursor(name="rows", binary=True) as cursor:
                cursor.execute(sql.SQL("SELECT * FROM {}").format(name))
                types = [column.type_code for column in cursor.description or ()]
                into = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(copy)
                while rows := cursor.fetchmany(BATCH):
                    before = family_cpu_seconds(server) + time.process_time()
                    start = time.monotonic()
                    with target.cursor().copy(into) as stream:
                        stream.set_types(types)
                        for row in rows:
                            stream.write_row(row)
                    wall += time.monotonic() - start
                    cpu += time.process_time() + family_cpu_seconds(server) - before
        target.execute("DROP SCHEMA bench_limit CASCADE")
    return cpu, wall


def sync_milliseconds(directory: Path, *, times: int = 300) -> list[float]:
    """Append 4 KiB and fdatasync, again and again: what one durable write of this disk takes now."""
    file = directory / "sync.probe"
    took, block = [], os.urandom(BLOCK)
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for _ in range(times):
            start = time.perf_counter()
            os.write(descriptor, block)
            os.fdatasync(descriptor)
            took.append((time.perf_counter() - start) * 1e3)
            time.sleep(0.002)
    finally:
        os.close(descriptor)
        file.unlink()
    return took


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def beside(what: Callable[[], Any], directory: Path) -> tuple[Any, list[float]]:
    """Do something, with the disk's sync taken just before and just after."""
    before = sync_milliseconds(directory)
    return what(), before + sync_milliseconds(directory)
