"""The suggested next step: one the table has, the least harmful first, and a reason in words for every code."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.case_steps import CaseFacts, Rules
from comity.core.cases import STATES, TRANSITIONS
from comity.core.categories import CATEGORIES, DISPOSITIONS
from comity.core.evidence_needs import NEEDS, checklist, fields_of_case, missing
from comity.core.next_steps import NextStep, plan_next
from comity.core.reports import Evidence, Report
from comity.web.case_labels import FIELD, NEXT

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules()
ROWS = {(row.from_state, row.event) for row in TRANSITIONS}


@given(
    st.sampled_from(STATES),
    st.booleans(),
    st.sampled_from([None, 0.1, 0.6, 0.9]),
    st.sampled_from([(), ("screenshot",)]),
    st.sampled_from(["", *DISPOSITIONS]),
    st.sampled_from([None, timedelta(hours=1), timedelta(days=9)]),
    st.sampled_from([None, 0.6, 0.95]),
)
@settings(max_examples=200)
def test_a_suggestion_is_a_row_of_the_table_or_to_wait(
    state: str, ours: bool, score: float | None, lacking: tuple[str, ...], disposition: str, ago: timedelta | None,
    confirmed: float | None,
) -> None:  # fmt: skip
    at = None if ago is None else AT - ago
    facts = CaseFacts(state=state, disposition=disposition, noticed_at=at, changed_at=at, score=confirmed)

    found = plan_next(facts, ours=ours, score=score, missing=lacking, at=AT, rules=RULES)

    assert not found.event or (state, found.event) in ROWS
    assert found.why in NEXT
    if found.event == "propose_hold":
        assert disposition == "malicious"


def plan(
    state: str, *, ours: bool = True, score: float | None = None, lacking: tuple[str, ...] = (), **known: object
) -> NextStep:
    return plan_next(CaseFacts(state=state, **known), ours=ours, score=score, missing=lacking, at=AT, rules=RULES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (plan("received"), ("start_triage", "receipt-is-owed")),
        (plan("triage", ours=False, score=1.0), ("refer_out_of_zone", "their-zone")),
        (plan("triage", score=0.6), ("confirm", "evidence-suffices")),
        (plan("triage", score=0.5, lacking=("screenshot",)), ("ask_reporter", "evidence-missing")),
        (plan("triage", score=0.5), ("dismiss", "evidence-too-weak")),
        (plan("confirmed", disposition="compromised", score=1.0, noticed_at=AT), ("send_notice", "owner-first")),
        (plan("confirmed", disposition="malicious"), ("send_notice", "least-harm-first")),
        (plan("mitigated", changed_at=AT - timedelta(hours=71)), ("", "watched-for-return")),
        (plan("mitigated", changed_at=AT - timedelta(hours=72)), ("close", "quiet-long-enough")),
    ],
)
def test_what_is_suggested_when(found: NextStep, expected: tuple[str, str]) -> None:
    assert (found.event, found.why) == expected


def test_a_hold_is_suggested_only_after_a_notice_and_on_strong_evidence() -> None:
    facts = CaseFacts(state="confirmed", disposition="malicious", noticed_at=AT, score=0.9)
    found = plan_next(facts, ours=True, score=0.9, missing=(), at=AT, rules=RULES)

    assert (found.event, found.why) == ("propose_hold", "notice-had-no-effect")


def test_every_category_has_its_checklist_and_every_field_its_words() -> None:
    assert set(NEEDS) == set(CATEGORIES)
    for category in CATEGORIES:
        lines = checklist(category, {"url"})
        assert {line.field.replace("_", "-") for line in lines} <= set(FIELD)
        assert [line.need for line in lines] == sorted((line.need for line in lines), reverse=True)


def test_what_is_there_is_ticked_off() -> None:
    report = Report(
        name="https://a.by/x", url="https://a.by/x", category="phishing", evidence=(Evidence("screenshot"),),
        disposition="compromised",
    )  # fmt: skip
    present = fields_of_case([report], {"mail"}, is_registration_known=True)

    assert {"url", "host", "screenshot", "signs_of_compromise", "message_with_headers", "registration_data"} <= present
    assert missing(checklist("phishing", present)) == (
        "impersonated_party", "observed_at", "verified_at", "narrative",
    )  # fmt: skip
