"""The published vectors of clocks hold for this implementation."""

from typing import Any

import pytest

from comity.core.calendars import add_time, time_between
from comity.core.clocks import clocks_of, elapsed
from comity.core.durations import span_of
from comity.core.promises import Basis, case_ticks, promise_ticks
from core.clock_vectors import VECTORS, calendar, entries, moment, promise, said_of, terms


@pytest.mark.parametrize("one", VECTORS["marks"], ids=lambda one: one["calendar"])
def test_marks_of_calendars(one: dict[str, Any]) -> None:
    known = calendar(one["calendar"])
    assert known is not None
    assert known.mark == one["mark"]


@pytest.mark.parametrize("one", VECTORS["added"], ids=lambda one: one["what"])
def test_time_is_added_and_measured(one: dict[str, Any]) -> None:
    start, span, then = moment(one["at"]), span_of(one["span"]), moment(one["then"])
    assert add_time(start, span, calendar(one["calendar"])) == then
    if not one.get("never"):
        assert time_between(start, then, calendar(one["calendar"])) == span


@pytest.mark.parametrize("one", VECTORS["cases"], ids=lambda one: one["what"])
def test_the_clocks_of_a_case(one: dict[str, Any]) -> None:
    found = clocks_of(case_ticks(entries(one["entries"])), terms(one["terms"]), calendar(one["calendar"]), by="oac.by")
    assert [said_of(clock) for clock in found] == one["clocks"]
    done = [elapsed(clock) for clock in found]
    counted = [
        {"clock": each.kind, "seconds": each.span.total_seconds(), "within": each.within} for each in done if each
    ]
    assert counted == one["counted"]


@pytest.mark.parametrize("one", VECTORS["promises"], ids=lambda one: one["what"])
def test_what_is_promised(one: dict[str, Any]) -> None:
    basis = Basis(terms(one["terms"]), calendar(one["calendar"]))
    owed, made = promise(one["words"], basis)
    found = clocks_of(promise_ticks(made, owed), basis.terms, basis.calendar, table="promise", by=owed.by, to=owed.to)
    assert [said_of(clock) for clock in found] == one["clocks"]
