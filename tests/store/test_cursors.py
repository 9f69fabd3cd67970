"""Whoever reads on from the last case seen misses none, however slowly another transaction opens its own."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from comity.store.case_writes import NewCase, open_cases
from comity.store.cases import CaseFilter, list_cases
from comity.store.models import Case

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def open_case(name: str) -> None:
    open_cases(
        "cctld.ru", [NewCase(name, "phishing", 1, "ru", "cctld.ru", "high")], actor="cctld.ru", role="system", at=AT
    )


class Reader:
    """Pages through all cases with the cursor of the last page, as a partner's tool would, again and again."""

    def __init__(self) -> None:
        self.cursor = ""
        self.seen: list[str] = []

    def read(self) -> None:
        while page := list_cases(CaseFilter(), cursor=self.cursor, limit=10).cases:
            self.seen += [case.registrable for case in page]
            self.cursor = str(page[-1].pk)


def test_a_case_of_a_slower_transaction_is_not_passed_over() -> None:
    opened, may_commit, reader = threading.Event(), threading.Event(), Reader()

    def slow() -> None:
        with transaction.atomic():
            open_case("slow-demo.ru")
            opened.set()
            assert may_commit.wait(30)
        connection.close()

    def quick() -> None:
        assert opened.wait(30)
        with transaction.atomic():
            open_case("quick-demo.ru")
        connection.close()

    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    for thread in threads:
        thread.start()
    assert opened.wait(30)
    threads[1].join(0.5)  # time enough to commit, if nothing held it
    reader.read()
    may_commit.set()
    for thread in threads:
        thread.join()
    reader.read()
    assert sorted(reader.seen) == ["quick-demo.ru", "slow-demo.ru"]


@pytest.fixture
def working() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_reader_beside_many_writers_sees_every_case_once(working: threading.Event) -> None:
    reader = Reader()

    def write(number: int) -> None:
        for count in range(12):
            with transaction.atomic():
                open_case(f"a{number}-{count}-demo.ru")
                open_case(f"b{number}-{count}-demo.ru")
        connection.close()

    def read() -> None:
        while not working.is_set():
            reader.read()
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    reading = threading.Thread(target=read)
    for thread in (reading, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    working.set()
    reading.join()
    reader.read()
    assert len(reader.seen) == 96
    assert set(reader.seen) == set(Case.objects.values_list("registrable", flat=True))
