"""A report's problems, keys and names."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from comity.core.reports import REPORT_NAMESPACE, Evidence, Report, find_problems, report_key, report_uuid


def test_all_problems_are_told_at_once() -> None:
    report = Report(
        name="",
        category="phishing",
        narrative="x" * 2_001,
        confidence=1.5,
        port=0,
        sha256="ABC",
        observed_at=datetime(2026, 11, 20),  # noqa: DTZ001 — a time without a zone is what is refused
        evidence=(Evidence("note", sha256="zz"),),
    )
    messages = " | ".join(problem.message for problem in find_problems(report))
    for said in ("name, url or host", "narrative", "confidence", "port", "sha256", "evidence[0].sha256", "observed_at"):
        assert said in messages


def test_a_sound_report_has_no_problem() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert find_problems(Report(name="a.ru", category="malware", observed_at=at, confidence=0.5, port=443)) == ()


@given(st.binary(min_size=16, max_size=16))
def test_the_uuid_is_the_uuid5_of_the_key(key: bytes) -> None:
    assert report_uuid(key, None) == str(uuid5(REPORT_NAMESPACE, key.hex()))


_TEXT = st.text(st.characters(exclude_characters="\0"), max_size=20)


@given(st.tuples(_TEXT, _TEXT, _TEXT, st.integers(0, 9)), st.tuples(_TEXT, _TEXT, _TEXT, st.integers(0, 9)))
def test_claims_have_one_key_exactly_when_they_are_the_same(
    one: tuple[str, str, str, int], other: tuple[str, str, str, int]
) -> None:
    assert (report_key(*one) == report_key(*other)) == (one == other)


@given(st.uuids(), _TEXT, st.integers(0, 9))
def test_an_identifier_alone_makes_the_key(report_id: UUID, target: str, episode: int) -> None:
    assert report_key("a", "phishing", target, episode, report_id) == report_key("b", "malware", "x", 0, report_id)
    assert report_uuid(b"", report_id) == str(report_id)
