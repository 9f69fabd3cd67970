"""A burst for a partner that is away: entries gather on disk and nowhere else, then all of them cross.

Memory of each process is measured early and at the end: what grew with the backlog would show.  A process may fill
SQLite's cache (64 MiB, `edges.home`) and no more.  With COMITY_SOAK=1 it is a million; pytest -s prints the figures.
"""

import os
import sqlite3
import time
from contextlib import closing

import pytest

from exchange.pair import Node, Pair
from exchange.raw import peak_kilobytes

pytestmark = pytest.mark.processes

COUNT = 1_000_000 if os.environ.get("COMITY_SOAK") else 20_000
EACH = 1_000
GROWTH_KILOBYTES = 16_000
CACHE_KILOBYTES = 65_536
ENTRIES_A_SECOND = 500  # far below what a quiet machine does: it only ends a test that hangs


def ledger(node: Node, direction: str) -> tuple[int, int, bytes]:
    """Size, receipted size and root of one direction, read beside the running node."""
    with closing(sqlite3.connect(f"file:{node.directory}/comity.sqlite3?mode=ro", uri=True, timeout=60)) as store:
        row = store.execute("SELECT size, receipt_size, root FROM ledger WHERE direction = ?", (direction,)).fetchone()
    return int(row[0]), int(row[1]), bytes(row[2])


def file_entries(node: Node, start: int, count: int) -> tuple[int, float]:
    """File entries in a process of its own; give its peak memory and how long it took."""
    began = time.monotonic()
    node.begin("append", "oac.by", str(start), str(count), str(EACH))
    process, peak = node.processes["append"], 0
    while process.poll() is None:
        try:
            peak = max(peak, peak_kilobytes(process.pid))
        except (OSError, IndexError):
            break  # it ended just now
        time.sleep(0.01)
    assert node.wait("append") == 0, node.tell()
    return peak, time.monotonic() - began


def peak_of(node: Node, part: str) -> int:
    return peak_kilobytes(node.processes[part].pid)


def wait_for_receipts(node: Node, count: int) -> None:
    end = time.monotonic() + 60 + count / ENTRIES_A_SECOND
    while ledger(node, "out")[1] < count:
        assert time.monotonic() < end, node.tell()
        time.sleep(0.05)


def test_a_burst_gathers_on_disk_and_crosses_when_the_partner_is_back(pair: Pair) -> None:
    ru, by, half, begun = pair.ru, pair.by, COUNT // 2, COUNT // 10
    ru.start_courier()
    filing_begun, _ = file_entries(ru, 0, begun)
    time.sleep(1)
    courier_begun = peak_of(ru, "courier")
    filing, took = file_entries(ru, begun, COUNT - begun)
    time.sleep(1)
    courier_waiting = peak_of(ru, "courier")
    assert ledger(ru, "out")[:2] == (COUNT, 0)

    began = time.monotonic()
    by.start_listener()
    wait_for_receipts(ru, half)
    courier_half, listener_half = peak_of(ru, "courier"), peak_of(by, "listener")
    wait_for_receipts(ru, COUNT)
    drained = time.monotonic() - began
    courier, listener = peak_of(ru, "courier"), peak_of(by, "listener")
    print(
        f"\n{COUNT} entries filed at {(COUNT - begun) / took:.0f}/s, drained at {COUNT / drained:.0f}/s; peak kB: "
        f"filing {filing_begun} → {filing}, courier {courier_begun} → {courier_waiting} waiting, "
        f"{courier_half} → {courier} draining, listener {listener_half} → {listener}"
    )
    assert ledger(by, "in")[0] == COUNT
    assert ledger(by, "in")[2] == ledger(ru, "out")[2]
    assert filing - filing_begun < CACHE_KILOBYTES + GROWTH_KILOBYTES
    assert courier_waiting - courier_begun < GROWTH_KILOBYTES
    assert courier - courier_half < GROWTH_KILOBYTES
    assert listener - listener_half < GROWTH_KILOBYTES
