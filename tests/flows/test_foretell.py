"""What the case page says a partner sees is what stands in the ledger, and what it would see is what would leave."""

from pathlib import Path

import msgspec
import pytest

from comity.core.reports import Report
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.dismiss import dismiss
from comity.flows.foretell import Told, WouldTell, told_of, would_tell
from comity.flows.mark import mark
from comity.flows.refer import refer
from comity.store import models
from comity.store.case_reports import reports_of_case
from comity.store.cases import get_case
from comity.wire.stix import parse_report
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db

IVAN = Actor("ivan", "analyst", "cctld.ru")
NAME = "http://bank-demo-a1.by/login"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    parties = Parties(tmp_path)
    parties.sit(parties.ru)
    return parties.ru


def look(home: Home, role: str = "analyst") -> tuple[tuple[Told, ...], tuple[WouldTell, ...]]:
    row = get_case(models.Case.objects.get().ref)
    reports = reports_of_case(row.pk).reports
    told = told_of(row, [one.uuid for one in reports])
    return told, would_tell(home, row, reports, told, role=role, at=AT)


def test_what_was_told_is_what_the_entry_says(home: Home) -> None:
    file(home, phishing(NAME, personal_data={"registrant_contact": "Ivan, +000"}, source_ref="ticket 77"))

    told, would = look(home)

    (one,) = told
    sent = parse_report(outgoing()[0].payload)
    assert not hasattr(sent, "code")
    assert (one.partner, one.kind, one.event, one.state) == ("oac.by", "report", "report", "on-its-way")
    said = {name: value for name, value in one.fields.items() if name not in {"target", "clause"}}
    assert msgspec.convert(said, Report) == sent.report
    assert one.fields["target"] == NAME
    assert b"ticket 77" not in msgspec.json.encode(one.fields)
    assert {(one.partner, one.event) for one in would} == {("oac.by", "outcome"), ("oac.by", "asked")}


def test_what_would_be_told_is_what_leaves_then(home: Home) -> None:
    file(home, phishing(NAME, evidence=()))
    told, (would,) = look(home)

    assert told == ()
    assert (would.partner, would.decision.verdict, would.fields) == ("oac.by", "refuse", {})
    assert would.decision.reason == "evidence-incomplete"
    assert refer(home, [models.Case.objects.get().ref], IVAN, at=AT).done == ()
    assert outgoing() == []


def test_a_red_report_is_foretold_to_nobody_who_may_not_read_it(home: Home) -> None:
    file(home, phishing(NAME, tlp="TLP:RED"))

    for role in ("analyst", "auditor"):
        _told, (would,) = look(home, role)
        assert (would.decision.reason, would.fields) == ("tlp-red-never-leaves", {})


def test_an_entry_that_was_received_or_erased_says_so(home: Home) -> None:
    file(home, phishing(NAME))
    models.Ledger.objects.filter(direction="out").update(receipt_size=1)
    assert [one.state for one in look(home)[0]] == ["received"]
    models.LedgerEntry.objects.update(payload=b"\0" * 32, erased_at=AT)
    assert [(one.state, one.fields) for one in look(home)[0]] == [("erased", {})]


def test_a_changed_marking_is_shown_as_it_was_said(home: Home) -> None:
    file(home, phishing(NAME))
    mark(home, models.Report.objects.get().uuid, "TLP:GREEN", IVAN, at=AT)

    newest = look(home)[0][0]
    assert (newest.kind, newest.event) == ("marking", "marking")
    assert newest.fields["marking"]["tlp"] == "TLP:GREEN"


def test_what_is_said_of_a_case_of_ours_is_shown_beside_it(home: Home) -> None:
    file(home, phishing("http://bank-demo-a1.ru/login"))
    case = models.Case.objects.get()
    models.CasePeer.objects.create(case=case, partner="oac.by", remote_case="0c7f4f6e-6f9b-5d5e-8a63-2f2f9f3e6a55")
    models.Case.objects.filter(pk=case.pk).update(state="triage")
    dismiss(home, [case.ref], IVAN, "not_reproducible", at=AT)

    (one,) = look(home)[0]
    assert (one.kind, one.event, one.fields["outcome"]) == ("case-event", "outcome", "not_reproducible")
    assert "memorandum" not in one.fields
