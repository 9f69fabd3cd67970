"""The episode rule, sentence by sentence."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from comity.core.episodes import KnownCase, find_episode

AT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def known(closed_at: datetime | None, episode: int = 3) -> KnownCase:
    return KnownCase(1, "u", "r", episode, "closed" if closed_at else "triage", 4, closed_at)


def test_the_first_report_begins_the_first_episode() -> None:
    assert find_episode(None, AT, at=AT) == 1


def test_an_open_case_takes_every_report() -> None:
    assert find_episode(known(None), AT - 900 * DAY, at=AT) == 3
    assert find_episode(known(None), None, at=AT) == 3


def test_what_was_seen_before_the_closing_belongs_to_the_closed_case() -> None:
    assert find_episode(known(AT - DAY), AT - DAY, at=AT) == 3
    assert find_episode(known(AT - DAY), AT - DAY + timedelta(microseconds=1), at=AT) == 4


def test_without_a_time_thirty_days_decide() -> None:
    assert find_episode(known(AT - 30 * DAY + timedelta(seconds=1)), None, at=AT) == 3
    assert find_episode(known(AT - 30 * DAY), None, at=AT) == 4


@given(st.integers(1, 99), st.none() | st.integers(0, 90), st.none() | st.integers(0, 90))
def test_the_episode_stays_or_grows_by_one(episode: int, closed: int | None, seen: int | None) -> None:
    case = known(None if closed is None else AT - closed * DAY, episode)
    assert find_episode(case, None if seen is None else AT - seen * DAY, at=AT) in {episode, episode + 1}
