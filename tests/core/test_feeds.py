"""What feeds weigh, when they are believed, tried again and too old; and that columns of keys are keys."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.categories import CATEGORIES
from comity.core.feeds import (
    Feed,
    Sighting,
    Terms,
    as_of_feed,
    is_stale,
    marking_of,
    next_try,
    weigh_sighting,
    weigh_sightings,
    why_not_believed,
)
from comity.core.markings import TLPS, Tlp, is_within
from comity.core.names import Name
from comity.core.reports import Claim, Evidence, Report, report_key, report_keys, report_uuid, report_uuids

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
FEED = Feed(name="list", place="list.txt", format="names", reporter="list", every=timedelta(hours=1))


def sighting(feed: str = "list", *, confidence: float = 0.8, days: float = 0.0) -> Sighting:
    seen = AT - timedelta(days=days)
    return Sighting(
        feed=feed, confidence=confidence, half_life=timedelta(days=7), count=1, first_seen_at=seen, last_seen_at=seen
    )


def test_the_specification_gives_these_weights() -> None:
    assert weigh_sighting(sighting(), at=AT) == 0.8
    assert weigh_sighting(sighting(days=7), at=AT) == pytest.approx(0.4)
    assert weigh_sightings([sighting(), sighting("other", confidence=0.5)], at=AT) == pytest.approx(0.9)
    assert weigh_sightings([sighting(), sighting(days=7)], at=AT) == pytest.approx(0.8)  # a feed counts once


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1), st.floats(-10, 10_000)), max_size=6),
    st.floats(0, 10_000),
)
def test_a_weight_is_a_share_that_only_falls_with_time(said: list[tuple[str, float, float]], later: float) -> None:
    rows = [sighting(feed, confidence=confidence, days=days) for feed, confidence, days in said]
    now, then = (weigh_sightings(rows, at=AT + timedelta(days=days)) for days in (0.0, later))
    assert 0 <= then <= now + 1e-9
    assert now <= 1


@pytest.mark.parametrize(
    ("rows", "before", "held"),
    [(0, None, False), (0, 19, False), (0, 20, True), (9, 100, True), (10, 100, False), (1_000, 100, False)],
)
def test_a_list_that_was_full_does_not_just_empty(rows: int, before: int | None, held: bool) -> None:
    assert bool(why_not_believed(rows, before)) is held


def test_trouble_is_tried_again_soon_and_then_later() -> None:
    waits = [next_try(FEED, at=AT, failures=failures) - AT for failures in range(7)]
    assert [wait / timedelta(minutes=1) for wait in waits] == [60, 5, 10, 20, 40, 60, 60]
    assert next_try(FEED, at=AT, failures=1, retry_after=timedelta(days=1)) - AT == timedelta(days=1)
    assert next_try(FEED, at=AT, failures=10_000) - AT == timedelta(hours=1)


def test_a_feed_is_too_old_after_three_schedules_and_six_hours() -> None:
    for hours, stale in ((5, False), (7, True)):
        since = AT - timedelta(hours=hours)
        assert is_stale(FEED, succeeded_at=since, known_since=AT, at=AT) is stale
        assert is_stale(FEED, succeeded_at=None, known_since=since, at=AT) is stale


@given(st.sampled_from(TLPS), st.sampled_from([None, *TLPS]), st.booleans())
def test_a_row_is_never_marked_less_strictly_than_it_came(tlp: Tlp, floor: Tlp | None, may_share: bool) -> None:
    feed = Feed(name="x", place="x", format="names", reporter="x", tlp=floor, terms=Terms(may_share=may_share))
    found = marking_of(feed, tlp)
    assert is_within(tlp, found)
    assert is_within(floor or "TLP:CLEAR", found)
    assert may_share or found == "TLP:RED"


@given(st.lists(st.sampled_from(["trusted-notifier", "not-reproducible", "kit", "exe"]), max_size=4), st.booleans())
def test_a_feed_says_nothing_of_its_own_rows_that_counts(tags: list[str], machine: bool) -> None:
    report = Report(
        name="a.ru", category="phishing", tags=tuple(tags), machine_only=machine, evidence=(Evidence("live-check"),)
    )
    made = as_of_feed(report, FEED)
    assert made.machine_only
    assert made.evidence == ()
    assert set(made.tags) == set(tags) & {"kit", "exe"}
    assert as_of_feed(made, FEED) is made


@given(
    st.lists(
        st.tuples(st.text(), st.sampled_from(CATEGORIES), st.integers(0, 3), st.none() | st.uuids()), max_size=5
    )
)  # fmt: skip
def test_columns_of_keys_are_the_keys(said: list[tuple[str, str, int, object]]) -> None:
    name = Name("a.ru", "a.ru", "a.ru", "a.ru", "a.ru", "ru", "ru", "ru", "cctld.ru", "")
    claims = [
        Claim(Report(name=text, category=category, report_id=given_id), name, text)  # type: ignore[arg-type]  # as drawn
        for text, category, _, given_id in said
    ]
    keys = report_keys("r", claims, [episode for _, _, episode, _ in said])
    assert keys == [
        report_key("r", claim.report.category, claim.target, episode, claim.report.report_id)
        for claim, (_, _, episode, _) in zip(claims, said, strict=True)
    ]
    assert report_uuids(keys, claims) == [
        report_uuid(key, claim.report.report_id) for key, claim in zip(keys, claims, strict=True)
    ]
