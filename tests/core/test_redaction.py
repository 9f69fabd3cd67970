"""What is withheld is gone from the report, and the rest is as it was."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.disclosure import Decision, Item, decide
from comity.core.errors import ForbiddenError
from comity.core.items import build_item
from comity.core.redaction import redact
from comity.core.reports import Evidence, Report
from comity.wire.report_json import render_report
from memoranda_made import NOW, made

MEMORANDUM = made()
CLASSES = (*sorted(MEMORANDUM.personal_data.classes), "organisation_name.public", "unheard_of")
REPORT = Report(
    name="https://bad.by/login",
    category="phishing",
    url="https://bad.by/login",
    host="bad.by",
    observed_at=NOW,
    verified_at=NOW - timedelta(hours=1),
    narrative="The page copies the bank's sign-in and sends what is typed to a stranger.",
    impersonated_party="A bank",
    evidence=(Evidence("screenshot"), Evidence("live-check")),
)
REPORTS = st.builds(
    lambda data, ref: msgspec.structs.replace(REPORT, personal_data=data, source_ref=ref),
    st.dictionaries(st.sampled_from(CLASSES), st.just("SECRET-VALUE")),
    st.sampled_from(["", "SECRET-REF"]),
)


def item_of(report: Report) -> Item:
    return build_item(report, sender="cctld.ru", recipient="oac.by", zone="by", memorandum=MEMORANDUM, at=NOW)


@given(REPORTS)
def test_only_allowed_classes_are_left_and_the_reporter_never(report: Report) -> None:
    decision = decide(item_of(report), MEMORANDUM, at=NOW)
    assert decision.verdict in {"send", "send-redacted"}
    told = redact(report, decision)
    assert set(told.personal_data) == set(report.personal_data) - set(decision.redact)
    assert b"SECRET-REF" not in render_report(told)
    assert "reporter_identity" not in told.personal_data
    assert msgspec.structs.replace(told, personal_data={}, source_ref="") == REPORT


@given(REPORTS)
def test_the_receiver_agrees_with_what_was_sent(report: Report) -> None:
    told = redact(report, decide(item_of(report), MEMORANDUM, at=NOW))
    again = decide(item_of(told), MEMORANDUM, at=NOW)
    assert again.verdict == "send"
    assert redact(told, again) == told


def test_the_reporter_is_taken_out_whatever_the_decision_says() -> None:
    report = msgspec.structs.replace(REPORT, personal_data={"reporter_identity": "a person"}, source_ref="17")
    told = redact(report, Decision("send", "3", "allowed"))
    assert (told.personal_data, told.source_ref) == ({}, "")


def test_nothing_can_be_made_of_a_refusal() -> None:
    with pytest.raises(ForbiddenError, match="clause 4: score-too-low"):
        redact(REPORT, Decision("refuse", "4", "score-too-low"))


def test_an_untouched_report_is_the_same_value() -> None:
    assert redact(REPORT, Decision("send", "3", "allowed")) is REPORT


def test_a_machines_report_is_a_warning_unless_said_otherwise() -> None:
    machine = msgspec.structs.replace(REPORT, machine_only=True)
    assert (item_of(REPORT).kind, item_of(machine).kind) == ("report", "early-warning")


def test_linked_categories_are_read_from_the_reference_and_the_tags() -> None:
    spam = msgspec.structs.replace(
        REPORT, category="spam-vector", linked_report="phishing:17", tags=("malware", "seen")
    )
    assert item_of(spam).linked == ("malware", "phishing")
    assert item_of(REPORT).linked == ()
