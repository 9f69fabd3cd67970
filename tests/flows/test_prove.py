"""An evidence package made from a node's store: what is in it, what is not, and that it is good by itself."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from comity.core.exchange import OutgoingEntry
from comity.flows.prove import prove
from comity.store import models
from comity.wire.evidence_account import render_account
from comity.wire.evidence_check import check_package
from comity.wire.stix import CaseEventPayload, ReportPayload, parse_report, render_case_event
from flows.receipted import confirm_outgoing, take
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db

NAME = "http://bank-demo-a1.by/login"


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    made = Parties(tmp_path)
    made.sit(made.ru)
    return made


def answer(report: OutgoingEntry | ReportPayload, event: str, **more: str) -> OutgoingEntry:
    """What oac.by says about the case that a report of ours opened there."""
    payload = report if isinstance(report, ReportPayload) else parse_report(report.payload)
    assert isinstance(payload, ReportPayload)
    theirs = UUID(int=7)
    said = CaseEventPayload(
        case=theirs, peer_cases=(payload.case,), event=event, registrable="bank-demo-a1.by", category="phishing",
        clause="3", memorandum=payload.memorandum, decided_at=AT + timedelta(hours=1), **more,
    )  # fmt: skip
    data = render_case_event(said, sender="oac.by", tlp="TLP:AMBER", opened_at=AT)
    return OutgoingEntry("case-event", str(theirs), data)


def test_a_case_is_proven_in_both_directions(parties: Parties) -> None:
    file(parties.ru, phishing("http://other-demo-b2.by/"))
    file(parties.ru, phishing(NAME))
    case = models.Case.objects.get(registrable="bank-demo-a1.by")
    (sent,) = [entry for entry in outgoing() if b"bank-demo-a1" in entry.payload]
    confirm_outgoing(parties.ru, parties.by, at=AT)
    report = parse_report(sent.payload)
    answers = [answer(report, "accepted"), answer(report, "outcome", outcome="hold_registry", action="server-hold")]
    noise = OutgoingEntry("test", str(uuid4()), b"of nobody's business")
    take(parties.ru, parties.by, [noise, *answers], at=AT + timedelta(hours=2))

    package = prove(parties.ru, case.ref, at=AT + timedelta(days=1))

    verdict = check_package(package.data, at=AT + timedelta(days=1))
    print("\n".join(render_account(verdict, "en")))
    assert verdict.faults == ()
