"""A case's score: the best report and the desk's own findings, frozen as it was."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.case_score import MOST_REPORTS, FrozenScore, ScoredReport, score_case
from comity.core.cases import CaseChange, CaseEntry
from comity.core.evidence import FACTS, RUBRIC, RUBRIC_VERSION, RUBRICS, WHY, ScorePart
from comity.core.media_types import KINDS
from comity.core.reports import Evidence, EvidenceKind, Report

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def report(*kinds: EvidenceKind, **said: object) -> Report:
    evidence = tuple(Evidence(kind) for kind in kinds)
    return Report(name="a.by", category="phishing", evidence=evidence, **said)  # type: ignore[arg-type]


def scored(*reports: Report) -> list[ScoredReport]:
    return [ScoredReport(f"report-{number}", one) for number, one in enumerate(reports)]


REPORTS = st.builds(
    report,
    *[st.sampled_from(["screenshot", "live-check", "second-source", "traffic", "note"])] * 2,
    machine_only=st.booleans(),
    impersonated_party=st.sampled_from(["", "Demo Bank"]),
    tags=st.sets(st.sampled_from(["trusted-notifier", "not-reproducible"]), max_size=2).map(tuple),
)


def test_the_published_rubric_is_what_it_was() -> None:
    assert RUBRIC_VERSION == "comity-evidence-score/1"
    assert RUBRICS[RUBRIC_VERSION] == {
        "live-check": 30, "screenshot": 15, "second-source": 20, "technical-proof": 20, "impersonated-party": 15,
        "newly-registered": 10, "trusted-notifier": 20, "single-blocklist": 10, "machine-only": -20,
        "not-reproducible": -30, "older-than-limit": -30,
    }  # fmt: skip
    assert set(WHY) == set(RUBRIC) == set(FACTS)


@given(st.lists(REPORTS, min_size=1, max_size=4), st.sets(st.sampled_from(KINDS)))
@settings(max_examples=60)
def test_a_score_is_the_sum_of_its_parts_by_its_rubric(reports: list[Report], attached: set[str]) -> None:
    found = score_case(scored(*reports), attached=attached, at=AT)

    assert found is not None
    weights = RUBRICS[found.rubric]
    total = sum(round(part.weight * 100) for part in found.parts)
    assert found.total == min(max(total, 0), 100) / 100
    assert {part.fact: round(part.weight * 100) for part in found.parts}.items() <= weights.items()
    assert len({part.fact for part in found.parts}) == len(found.parts)
    assert found.best in {f"report-{number}" for number in range(len(reports))}


@given(st.lists(REPORTS, min_size=1, max_size=4), st.sets(st.sampled_from(KINDS)), st.sampled_from(KINDS))
@settings(max_examples=60)
def test_what_the_desk_attaches_never_lowers_a_score(reports: list[Report], attached: set[str], kind: str) -> None:
    before = score_case(scored(*reports), attached=attached, at=AT)
    after = score_case(scored(*reports), attached=attached | {kind}, at=AT)

    assert before is not None
    assert after is not None
    assert after.total >= before.total - (0 if kind != "second-source" else RUBRIC["single-blocklist"] / 100)


@given(st.lists(REPORTS, min_size=1, max_size=4))
@settings(max_examples=40)
def test_many_weak_reports_are_not_added_up(reports: list[Report]) -> None:
    alone = [score_case(scored(one), at=AT) for one in reports]
    together = score_case(scored(*reports), at=AT)

    assert together is not None
    assert together.total == max(one.total for one in alone if one)


def test_the_desks_own_findings_count() -> None:
    bare = scored(report())

    assert score_case(bare, at=AT) == FrozenScore(RUBRIC_VERSION, 0.0, (), "report-0", 1)
    found = score_case(bare, attached={"screenshot", "live-check", "document"}, at=AT)
    assert found is not None
    assert found.total == 0.45
    young = score_case(bare, registered_at=AT - timedelta(days=29), at=AT)
    assert young is not None
    assert young.parts == (ScorePart("newly-registered", 0.1),)
    for age in (timedelta(days=30), timedelta(days=-1)):
        old = score_case(bare, registered_at=AT - age, at=AT)
        assert old is not None
        assert old.parts == ()
    assert score_case([], at=AT) is None


def test_a_second_source_makes_more_than_one_list_of_it() -> None:
    listed = scored(report(machine_only=True))
    alone = score_case(listed, at=AT)
    joined = score_case(listed, attached={"second-source"}, at=AT)

    assert alone is not None
    assert joined is not None
    assert {part.fact for part in alone.parts} == {"machine-only", "single-blocklist"}
    assert {part.fact for part in joined.parts} == {"machine-only", "second-source"}


def test_of_very_many_reports_the_newest_are_looked_at() -> None:
    found = score_case(scored(*[report()] * (MOST_REPORTS + 5)), at=AT)

    assert found is not None
    assert found.reports == MOST_REPORTS


@pytest.mark.parametrize("rubric", ["comity-evidence-score/0", RUBRIC_VERSION])
def test_what_was_frozen_is_read_as_it_was_written_whatever_the_rubric_is_now(rubric: str) -> None:
    frozen = FrozenScore(rubric, 0.77, (ScorePart("gut-feeling", 0.77),), "report-1", 3)
    change = CaseChange(
        case_pk=1, case_uuid="", ref="", registrable="", zone="", category="", seq=1, event="confirm",
        from_state="triage", to_state="confirmed", party="", actor="", role="", evidence=frozen,
    )  # fmt: skip

    assert msgspec.convert(change.detail()["evidence"], FrozenScore) == frozen
    assert CaseEntry(seq=1, event="confirm", from_state="", to_state="", at=AT, evidence=frozen).evidence == frozen
