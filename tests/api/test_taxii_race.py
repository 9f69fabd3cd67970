"""Slow and fast writers of one collection at once: whoever polls meanwhile misses nothing, by time or by `next`."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from api.taxii_world import NOW, Reader, new, stix_id
from comity.store import taxii_append
from comity.store.taxii_append import append_objects

pytestmark = pytest.mark.django_db(transaction=True)

TLP = "TLP:GREEN"
WRITERS, BATCHES, EACH = 3, 6, 4
BEGINNING = "2026-01-01T00:00:00Z"
COUNT = WRITERS * BATCHES * EACH


def in_a_thread(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def poll_by_time(reader: Reader, is_done: Event) -> list[str]:
    """Keep only the time of the last object."""
    seen: list[str] = []
    query = {"limit": "3", "added_after": BEGINNING}
    while True:
        ended = is_done.is_set()
        response = reader.client.get(reader.url(TLP), query)
        objects = response.json().get("objects", [])
        seen.extend(one["id"] for one in objects)
        query["added_after"] = response.headers.get("X-TAXII-Date-Added-Last", query["added_after"])
        if ended and not objects:
            return seen


def poll_by_next(reader: Reader, is_done: Event) -> list[str]:
    """Follow `next` to the end, then go on from the time of the last object."""
    seen: list[str] = []
    query = {"limit": "3"}
    last = BEGINNING
    while True:
        ended = is_done.is_set()
        response = reader.client.get(reader.url(TLP), {**query, "added_after": last})
        page = response.json()
        seen.extend(one["id"] for one in page.get("objects", []))
        if page.get("more"):
            query["next"] = page["next"]
            continue
        query.pop("next", None)
        last = response.headers.get("X-TAXII-Date-Added-Last", last)
        if ended and not page.get("objects"):
            return seen


def write(collection: int, writer: int) -> None:
    for batch in range(BATCHES):
        first = (writer * BATCHES + batch) * EACH
        with transaction.atomic():
            append_objects(collection, [new(number) for number in range(first, first + EACH)], at=NOW)
            time.sleep(0.015 * writer)  # a slow one holds what it added open for a while


def test_a_poller_misses_nothing_of_a_writer_that_commits_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taxii_append, "SEGMENT_OBJECTS", 5)
    reader = Reader()
    pk = reader.collections[TLP].pk
    is_done = Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        pollers = [
            pool.submit(in_a_thread, lambda poll=poll: poll(reader, is_done)) for poll in (poll_by_time, poll_by_next)
        ]
        writers = [pool.submit(in_a_thread, lambda number=number: write(pk, number)) for number in range(WRITERS)]
        try:
            for writer in writers:
                writer.result()
        finally:
            is_done.set()
        found = [poller.result() for poller in pollers]
    for seen in found:
        assert sorted(seen) == sorted(stix_id(number) for number in range(COUNT))
    added = [one["date_added"] for one in reader.everything(TLP, 1000, rest="manifest/")]
    assert len(set(added)) == COUNT
