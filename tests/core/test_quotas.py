"""Whose day an item counts for, and how far a sender may go back."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.quotas import day_of, is_ahead, is_in_order

VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "quotas.json").read_text(encoding="utf-8")
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
wrong_clocks = st.timedeltas(timedelta(days=-1), timedelta(days=1))


@pytest.mark.parametrize("vector", VECTORS["entries"])
def test_the_published_vectors_hold(vector: dict[str, str | bool | None]) -> None:
    newest = None if vector["newest"] is None else datetime.fromisoformat(str(vector["newest"]))
    decided_at = datetime.fromisoformat(str(vector["decided_at"]))
    assert day_of(decided_at) == date.fromisoformat(str(vector["day"]))
    assert is_in_order(decided_at, newest) is vector["in_order"]


@given(wrong_clocks, wrong_clocks, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_clock_that_is_wrong_by_a_day_either_way_stays_in_order(
    before: timedelta, after: timedelta, between: timedelta
) -> None:
    assert is_in_order(NOW + between + after, NOW + before)
    assert not is_ahead(NOW + before, at=NOW)


def test_what_lies_more_than_a_day_ahead_is_not_believed() -> None:
    assert not is_ahead(NOW + timedelta(days=1), at=NOW)
    assert is_ahead(NOW + timedelta(days=1, microseconds=1), at=NOW)
