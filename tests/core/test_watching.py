"""When a name is looked at again, and what counts as new: never what was not learned, and nothing twice."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.observations import Answer, Observed, Registration, Resolution
from comity.core.watching import (
    SETTLES_AFTER,
    UNKNOWN_AFTER,
    WATCHED_FOR,
    Finding,
    Known,
    Weighed,
    is_recurrence,
    next_look,
    weigh,
)

SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
NAME = "kassa-demo.ru"
SOON = SINCE + timedelta(hours=3)
LATER = SINCE + SETTLES_AFTER + timedelta(hours=1)


def dns(answer: Answer = "resolves", *servers: str) -> Observed:
    addresses = ("203.0.113.7",) if answer == "resolves" else ()
    return Observed("dns", SOON, Resolution(name=NAME, answer=answer, addresses=addresses, name_servers=servers))


def rdap(
    *statuses: str, servers: tuple[str, ...] = (), registrar: str = "One", at: datetime | None = SINCE
) -> Observed:
    value = Registration(name=NAME, statuses=statuses, name_servers=servers, registrar=registrar, registered_at=at)
    return Observed("rdap", SOON, value)


GONE = Observed("rdap", SOON, None, "not-registered")
FAILED = Observed("rdap", SOON, None, "timed-out")


def story(action: str, *looks: tuple[datetime, Observed]) -> list[tuple[Finding, ...]]:
    """What each look of a watch says is new."""
    known, told = Known(), []
    for at, look in looks:
        weighed = weigh(known, (look,), action=action, since=SINCE, at=at)
        known = weighed.known
        told.append(weighed.findings)
    return told


def test_a_name_that_only_still_resolves_is_not_one_that_resolves_again() -> None:
    told = story("delegation-ended", (SOON, dns()), (LATER, dns()), (LATER, dns("nxdomain")), (LATER, dns()))
    assert told == [(), ("still-resolves",), (), ("resolves-again",)]


def test_a_name_that_goes_and_comes_is_told_each_time() -> None:
    told = story("server-hold", *[(SOON, one) for one in (dns("nxdomain"), dns(), dns(), dns("nxdomain"), dns())])
    assert told == [(), ("resolves-again",), (), (), ("resolves-again",)]


def test_a_cleaned_site_may_resolve() -> None:
    assert story("cleaned", (SOON, dns("nxdomain")), (LATER, dns())) == [(), ()]


def test_a_hold_that_is_gone_is_told_once() -> None:
    looks = [rdap(status) for status in ("serverHold", "ok", "ok", "serverHold", "ok")]
    told = story("server-hold", *[(SOON, look) for look in looks])
    assert told == [(), ("hold-lost",), (), (), ("hold-lost",)]


def test_a_hold_that_never_showed_is_told_when_it_had_its_time() -> None:
    assert story("server-hold", (SOON, rdap("ok")), (LATER, rdap("ok"))) == [(), ("hold-lost",)]


def test_who_holds_the_name_changed() -> None:
    told = story(
        "cleaned",
        (SOON, rdap(servers=("ns1.a.ru",))),
        (SOON, rdap(servers=("ns1.b.ru",), registrar="Two")),
        (SOON, rdap(servers=("ns1.b.ru",), registrar="Two")),
    )
    assert told == [(), ("registrar-changed", "name-servers-changed"), ()]


def test_a_name_that_was_dropped_and_registered_anew() -> None:
    anew = rdap(at=SINCE + timedelta(days=9))
    assert story("server-hold", (SOON, rdap("serverHold")), (SOON, GONE), (SOON, GONE), (SOON, anew)) == [
        (), ("dropped",), (), ("registered-anew",),
    ]  # fmt: skip
    assert story("cleaned", (SOON, rdap()), (SOON, anew)) == [(), ("registered-anew",)]


def test_nothing_is_concluded_from_what_was_not_learned() -> None:
    looks = [(SOON, FAILED), (SOON, Observed("dns", SOON, None, "servfail"))] * 3
    told = story("server-hold", (SOON, rdap("serverHold")), *looks, (SOON, rdap("serverHold")), (SOON, FAILED))
    assert told == [(), (), (), (), ("state-unknown",), (), (), (), ()]


@pytest.mark.parametrize("action", ["server-hold", "delegation-ended", "sinkhole", "cleaned"])
def test_only_an_action_that_ended_resolution_can_recur(action: str) -> None:
    assert is_recurrence(action, "resolves-again") is (action in {"server-hold", "delegation-ended"})
    assert not is_recurrence(action, "state-unknown")


@given(st.timedeltas(timedelta(0), 2 * WATCHED_FOR), st.integers(0, 50))
def test_the_next_look_lies_ahead_and_within_the_watch(after: timedelta, failures: int) -> None:
    at = SINCE + after
    found = next_look(SINCE, at=at, failures=failures)
    if found is None:
        assert at + timedelta(days=1) >= SINCE + WATCHED_FOR
    else:
        assert at < found <= at + timedelta(days=1) + timedelta(seconds=1)
        assert found < SINCE + WATCHED_FOR


def test_a_watch_that_is_kept_looks_some_forty_times() -> None:
    at, looks = SINCE, 0
    while (found := next_look(SINCE, at=at)) is not None:
        at, looks = found, looks + 1
    assert 30 <= looks <= 40


LOOKS = st.lists(
    st.sampled_from([dns(), dns("nxdomain"), dns("no-data"), rdap("serverHold"), rdap(), GONE, FAILED]), max_size=12
)


@given(LOOKS)
def test_a_look_that_is_repeated_tells_nothing_new(looks: list[Observed]) -> None:
    known = Known()
    for look in looks:
        known = weigh(known, (look,), action="server-hold", since=SINCE, at=LATER).known
        again = weigh(known, (look,), action="server-hold", since=SINCE, at=LATER)
        assert isinstance(again, Weighed)
        assert not set(again.findings) - {"state-unknown"}
        assert msgspec.json.decode(msgspec.json.encode(known), type=Known) == known
    assert known.failures < UNKNOWN_AFTER or "state-unknown" in known.told
