"""Alarms follow from facts: which, how grave, and never two that say the same."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.alarms import (
    ALARMS,
    DISK_FULL_BYTES,
    DISK_LOW_BYTES,
    SEVERITIES,
    Alarm,
    LinkFacts,
    age,
    disk_alarms,
    ending_alarms,
    link_alarms,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000))


def facts(**changed: object) -> LinkFacts:
    well: dict[str, object] = {
        "partner": "oac.by", "state": "open", "in_force": True, "sent": 7, "receipted": 7, "received": 3,
        "waiting_since": None, "retry_for": timedelta(days=7), "sent_head_at": NOW, "received_head_at": NOW,
        "failure": "",
    }  # fmt: skip
    return LinkFacts(**(well | changed))  # type: ignore[arg-type]


def codes(found: list[Alarm]) -> list[str]:
    return [alarm.code for alarm in found]


def test_a_link_that_is_well_has_none() -> None:
    assert link_alarms(facts(), at=NOW) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"state": "stopped"}, ["link-stopped"]),
        ({"state": "recovering"}, ["link-recovering"]),
        ({"in_force": False}, ["memorandum-absent"]),
        ({"failure": "bad-signature"}, ["link-failing"]),
        ({"in_force": False, "failure": "other"}, ["memorandum-absent"]),
        ({"waiting_since": NOW - timedelta(minutes=14)}, []),
        ({"waiting_since": NOW - timedelta(minutes=16)}, ["link-lagging"]),
        ({"waiting_since": NOW - timedelta(days=8)}, ["undelivered-overdue"]),
        ({"waiting_since": NOW - timedelta(days=8), "retry_for": None}, ["link-lagging"]),
        ({"waiting_since": NOW - timedelta(days=8), "state": "stopped"}, ["link-stopped", "undelivered-overdue"]),
        ({"waiting_since": NOW + timedelta(days=1)}, []),  # the clock was put back
    ],
)
def test_what_is_wrong_with_a_link(changed: dict[str, object], told: list[str]) -> None:
    assert codes(link_alarms(facts(**changed), at=NOW)) == told


@given(
    st.sampled_from(["open", "recovering", "stopped"]), st.booleans(), SPANS, st.none() | SPANS,
    st.sampled_from(["", "other"]),
)  # fmt: skip
def test_the_gravest_comes_first_and_none_twice(
    state: str, in_force: bool, waited: timedelta, retry_for: timedelta | None, failure: str
) -> None:
    found = link_alarms(
        facts(state=state, in_force=in_force, waiting_since=NOW - waited, retry_for=retry_for, failure=failure), at=NOW
    )
    grave = [SEVERITIES.index(alarm.severity) for alarm in found]
    assert grave == sorted(grave)
    assert len(set(codes(found))) == len(found)
    assert ("undelivered-overdue" in codes(found)) == (retry_for is not None and waited > retry_for)


def test_what_ends() -> None:
    def told(days: float) -> list[str]:
        return codes(ending_alarms("certificate", "x", NOW + timedelta(days=days), at=NOW))

    assert [told(31), told(29), told(0), told(-1)] == [
        [], ["certificate-ending"], ["certificate-ended"], ["certificate-ended"],
    ]  # fmt: skip
    assert codes(ending_alarms("memorandum", "x", NOW - timedelta(days=1), at=NOW)) == ["memorandum-ending"]


def test_room() -> None:
    def told(free: int, *, read_only: bool = False) -> list[str]:
        return codes(disk_alarms("/d", free_bytes=free, read_only=read_only))

    assert told(DISK_LOW_BYTES) == []
    assert told(DISK_LOW_BYTES - 1) == ["disk-low"]
    assert told(DISK_FULL_BYTES - 1) == ["disk-full"]
    assert told(0, read_only=True) == ["disk-read-only"]


@given(SPANS)
def test_an_age_is_two_units_at_most(span: timedelta) -> None:
    told = age(span)
    assert re.fullmatch(r"\d+ (d|h|min|s)( \d+ (h|min|s))?", told)
    assert told.startswith("0") == (span < timedelta(seconds=1))


def test_codes_are_kebab_case() -> None:
    assert [code for code in ALARMS if not re.fullmatch(r"[a-z]+(-[a-z]+)+", code)] == []
