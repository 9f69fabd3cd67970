"""Slow and fast writers at once, two rounds at once: whoever follows the stream by position misses nothing."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from django.db import connection, transaction

from comity.core.errors import ConflictError
from comity.flows.annotate import annotate
from comity.flows.mark import mark
from comity.flows.release import release
from comity.store import models
from comity.store.told_items import ToldRow, read_told
from flows.test_release import RU, has, subscribe
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db(transaction=True)

CASES, WRITERS = 6, 3


def in_a_thread(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connection.close()


def until_done(work: Callable[[], object]) -> None:
    """Do what another writer may be in the way of."""
    for _try in range(20):
        try:
            work()
        except ConflictError:
            continue  # look again
        return
    raise AssertionError


def test_a_reader_misses_nothing_of_slow_and_fast_writers(tmp_path: Path) -> None:
    desks = Desks(Parties(tmp_path))
    desks.ru()
    cert = subscribe("cert")
    desks.file(*(phishing(f"http://bank-demo-{number}.ru/in", report_id=uuid4()) for number in range(CASES)))
    reports = list(models.Report.objects.order_by("pk").values_list("uuid", "case_id"))
    is_done = Event()
    seen: list[ToldRow] = []

    def change(writer: int, uuid: str, case_pk: int) -> None:
        with transaction.atomic():  # a slow one keeps what it changed to itself for a while
            if writer == 0:
                mark(desks.home, uuid, "TLP:GREEN", RU, at=AT)
            else:
                annotate(case_pk, RU, event="note", reason="looked", note=str(writer), at=AT)
            time.sleep(0.02 * writer)

    def write(writer: int) -> None:
        for uuid, case_pk in reports:
            until_done(lambda uuid=uuid, case_pk=case_pk: change(writer, uuid, case_pk))

    def tell() -> None:
        while not is_done.is_set():
            release(desks.home, at=AT)

    def read() -> None:
        while not is_done.is_set() or read_told(cert.pk, after=len(seen), limit=1):
            seen.extend(read_told(cert.pk, after=len(seen), limit=3))

    with ThreadPoolExecutor(WRITERS + 3) as pool:
        others = [pool.submit(in_a_thread, work) for work in (tell, tell, read)]
        writers = [pool.submit(in_a_thread, lambda number=number: write(number)) for number in range(WRITERS)]
        try:
            for writer in writers:
                writer.result()
            release(desks.home, at=AT)
        finally:
            is_done.set()
        for other in others:
            other.result()
    assert [row.position for row in seen] == list(range(1, len(seen) + 1))
    assert len(seen) == models.ToldItem.objects.count()
    newest = {(row.kind, row.subject): row for row in seen}
    assert {row.tlp for row in newest.values()} == {"TLP:GREEN"}
    assert len(has(cert)) == 2 * CASES
    versions = [(row.kind, row.subject, row.version) for row in seen]
    assert len(set(versions)) == len(versions)
    assert models.ChangedCase.objects.count() == 0
    desks.clear()
