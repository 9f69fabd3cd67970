"""The evidence score explains itself and does not depend on order; fields are named in the clauses' words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.evidence import FACTS, RUBRIC, Fact, facts_of, fields_present, score, score_value
from comity.core.memorandum_rules import EVIDENCE_FIELDS
from comity.core.reports import Evidence, Report

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FULL = Report(
    name="https://bad.by/",
    category="phishing",
    url="https://bad.by/",
    host="bad.by",
    observed_at=NOW,
    verified_at=NOW,
    narrative="The page copies the bank's sign-in and sends what is typed to a stranger.",
    impersonated_party="A bank",
    malware_family="Lumma",
    sha256="a" * 64,
    sandbox_report="https://sandbox.example/1",
    protocol="tcp",
    port=443,
    attack_kind="web shell",
    linked_report="phishing:1",
    evidence=(Evidence("screenshot"), Evidence("message"), Evidence("log-extract"), Evidence("second-source")),
)


def test_the_rubric_is_the_published_one() -> None:
    assert RUBRIC == {
        "live-check": 30, "screenshot": 15, "second-source": 20, "technical-proof": 20, "impersonated-party": 15,
        "newly-registered": 10, "trusted-notifier": 20, "single-blocklist": 10, "machine-only": -20,
        "not-reproducible": -30, "older-than-limit": -30,
    }  # fmt: skip


def test_every_field_a_clause_may_require_can_be_found() -> None:
    assert fields_present(FULL) == EVIDENCE_FIELDS


def test_an_empty_report_has_no_evidence() -> None:
    empty = Report(name="bad.by", category="malware")
    assert fields_present(empty) == frozenset()
    assert score_value(facts_of(empty, at=NOW, max_age=None)) == 0


@pytest.mark.parametrize(("length", "present"), [(39, False), (40, True)])
def test_a_narrative_needs_forty_characters(length: int, present: bool) -> None:
    report = Report(name="bad.by", category="malware", narrative="ж" * length)
    assert ("narrative" in fields_present(report)) is present


def test_a_score_says_how_it_came_about() -> None:
    phishing = Report(
        name="bad.by",
        category="phishing",
        verified_at=NOW - 2 * DAY,
        impersonated_party="A bank",
        evidence=(Evidence("screenshot"), Evidence("live-check")),
        tags=("trusted-notifier",),
    )
    found = score(facts_of(phishing, at=NOW, max_age=DAY))
    assert found.value == 0.5
    assert {part.fact: part.weight for part in found.parts} == {
        "live-check": 0.3, "screenshot": 0.15, "impersonated-party": 0.15, "trusted-notifier": 0.2,
        "older-than-limit": -0.3,
    }  # fmt: skip


def test_a_machine_alone_is_one_blocklist_and_with_a_second_source_is_not() -> None:
    alone = Report(name="bad.by", category="malware", machine_only=True)
    joined = Report(name="bad.by", category="malware", machine_only=True, evidence=(Evidence("second-source"),))
    assert facts_of(alone, at=NOW, max_age=None) == ("machine-only", "single-blocklist")
    assert "single-blocklist" not in facts_of(joined, at=NOW, max_age=None)


@given(
    st.lists(st.sampled_from(FACTS), unique=True).flatmap(
        lambda facts: st.tuples(st.just(facts), st.permutations(facts))
    )
)
def test_order_does_not_matter_and_bounds_hold(both: tuple[list[Fact], list[Fact]]) -> None:
    one, other = both
    assert score(tuple(one)).value == score(tuple(other)).value == score_value(tuple(one))
    assert 0 <= score_value(tuple(one)) <= 1


@given(st.lists(st.sampled_from(FACTS)), st.sampled_from(FACTS))
def test_a_fact_against_never_raises_and_one_for_never_lowers(facts: list[Fact], more: Fact) -> None:
    before, after = score(tuple(facts)).value, score((*facts, more)).value
    assert (after >= before) if RUBRIC[more] > 0 else (after <= before)


@given(st.datetimes(timezones=st.none() | st.just(UTC)), st.timedeltas(timedelta()))
def test_age_is_asked_of_any_time(verified_at: datetime, max_age: timedelta) -> None:
    report = Report(name="bad.by", category="malware", verified_at=verified_at)
    old = "older-than-limit" in facts_of(report, at=NOW, max_age=max_age)
    assert old is (verified_at.tzinfo is None or NOW - verified_at > max_age)
