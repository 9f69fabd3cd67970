"""Counts that are told are the counts there are: at once where there are few rows, beside where there are many."""

import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from comity.core.disclosure import Decision as Answer
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.tallies import DecisionKey, DecisionTally, Paced

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def decide(verdict: str, reason: str, *, times: int, direction: str = "out") -> None:
    answer = Answer(verdict=verdict, clause="3.1", reason=reason, redact=(), hold_for="", trace=())
    row = DecisionRow(
        report_pk=None, case_pk=None, partner="oac.by", direction=direction, kind="report", memorandum="",
        decision=answer,
    )  # fmt: skip
    add_decisions([row] * times, at=NOW)


def key(verdict: str, reason: str, direction: str = "out") -> DecisionKey:
    return DecisionKey("oac.by", direction, verdict, "3.1", reason)


@pytest.mark.django_db
def test_few_are_counted_when_asked() -> None:
    tally = DecisionTally()
    assert tally.read() == Counter()
    decide("send", "allowed", times=3)
    decide("refuse", "suspended", times=2, direction="in")
    assert tally.read() == {key("send", "allowed"): 3, key("refuse", "suspended", "in"): 2}
    decide("send", "allowed", times=4)
    assert tally.read()[key("send", "allowed")] == 7


@pytest.mark.django_db(transaction=True)
def test_many_are_counted_beside_and_only_once() -> None:
    tally = DecisionTally(at_once=10)
    decide("send", "allowed", times=60)
    told = tally.read()
    end = time.monotonic() + 30
    while told != {key("send", "allowed"): 60} and time.monotonic() < end:
        assert told == Counter()  # nothing is told rather than something wrong
        time.sleep(0.05)
        told = tally.read()
    decide("refuse", "suspended", times=5)
    end = time.monotonic() + 30
    while tally.read()[key("refuse", "suspended")] != 5 and time.monotonic() < end:
        time.sleep(0.05)
    assert tally.read() == {key("send", "allowed"): 60, key("refuse", "suspended"): 5}


@pytest.mark.django_db(transaction=True)
def test_rows_that_change_are_counted_again() -> None:
    counts = {"held": 0}

    def count() -> dict[str, int]:
        counts["held"] += 1
        return dict(counts)

    few = Paced(count, "SELECT 5", at_once=10)
    assert [few.read(), few.read()] == [{"held": 1}, {"held": 2}]
    many = Paced(count, "SELECT 50", at_once=10)
    assert many.read() in ({}, {"held": 3})
    end = time.monotonic() + 30
    while not many.read() and time.monotonic() < end:
        time.sleep(0.05)
    assert many.read()["held"] >= 3
