"""An evidence package made from a node's store: what is in it, what is not, and that it is good by itself."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from comity.core.errors import ConflictError, NotFoundError, TooLargeError
from comity.core.exchange import OutgoingEntry
from comity.core.ledger import entry_hash
from comity.core.roles import Actor
from comity.edges.keys import load_signing_key, make_keys
from comity.flows.acknowledge import acknowledge
from comity.flows.prove import Package, prove
from comity.store import models
from comity.store.ledgers import append_entries, frontier_of
from comity.wire.evidence import MAX_ENTRIES
from comity.wire.evidence_account import read_statements
from comity.wire.evidence_check import Verdict, check_package
from comity.wire.stix import CaseEventPayload, ReportPayload, parse_report, render_case_event, render_report
from flows.receipted import confirm_outgoing, take
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db

NAME = "http://bank-demo-a1.by/login"
LATER = AT + timedelta(days=1)
THEIRS = UUID(int=7)


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    made = Parties(tmp_path)
    made.sit(made.ru)
    return made


def case_of(registrable: str) -> models.Case:
    return models.Case.objects.get(registrable=registrable)


def sent_about(part: bytes) -> OutgoingEntry:
    (entry,) = [entry for entry in outgoing() if part in entry.payload]
    return OutgoingEntry(entry.kind, entry.subject, entry.payload)


def payload_of(entry: OutgoingEntry) -> ReportPayload:
    payload = parse_report(entry.payload)
    assert isinstance(payload, ReportPayload)
    return payload


def answer(report: ReportPayload, event: str, *, theirs: UUID = THEIRS, **more: str) -> OutgoingEntry:
    """What oac.by says about the case that a report of ours opened there."""
    said = CaseEventPayload(
        case=theirs, peer_cases=(report.case,), event=event, registrable="bank-demo-a1.by", category="phishing",
        clause="3", memorandum=report.memorandum, decided_at=AT + timedelta(hours=1), **more,
    )  # fmt: skip
    data = render_case_event(said, sender="oac.by", tlp="TLP:AMBER", opened_at=AT, salt="5a" * 16)
    return OutgoingEntry("case-event", str(theirs), data)


def noise(count: int) -> list[OutgoingEntry]:
    return [OutgoingEntry("test", str(uuid4()), b"nobody's business") for _ in range(count)]


def good(package: Package) -> Verdict:
    verdict = check_package(package.data, pins=package.memoranda, at=LATER)
    assert verdict.faults == ()
    return verdict


def places(verdict: Verdict) -> list[tuple[str, int]]:
    assert all(one.entry.is_proven for one in read_statements(verdict))
    return [(one.ledger.origin, one.entry.position) for one in read_statements(verdict)]


def test_a_case_that_we_reported_is_proven_in_both_directions(parties: Parties) -> None:
    file(parties.ru, phishing("http://other-demo-b2.by/"))
    file(parties.ru, phishing(NAME))
    case, report = case_of("bank-demo-a1.by"), payload_of(sent_about(b"bank-demo-a1"))
    confirm_outgoing(parties.ru, parties.by, at=AT)
    answers = [answer(report, "accepted"), answer(report, "outcome", outcome="hold_registry", action="server-hold")]
    take(parties.ru, parties.by, [*noise(3), *answers], at=AT + timedelta(hours=2))

    package = prove(parties.ru, case.ref, at=LATER)

    verdict = good(package)
    assert (package.partners, package.proven, package.erased, package.waiting) == (("oac.by",), 3, 0, 0)
    assert places(verdict) == [
        ("cctld.ru/ledger/oac.by", 1), ("oac.by/ledger/cctld.ru", 3), ("oac.by/ledger/cctld.ru", 4),
    ]  # fmt: skip
    out, incoming = verdict.ledgers
    assert (out.cosigned_at, incoming.cosigned_at) == (AT, AT + timedelta(hours=2))
    assert verdict.manifest is not None
    assert verdict.manifest.case.ref == case.ref
    assert [one.sha256 for one in verdict.manifest.attachments] == ["a" * 64]
    assert b"other-demo-b2" not in package.data
    assert prove(parties.ru, case.uuid, at=LATER).data == package.data, "the same contents are the same bytes"


def test_a_case_that_a_partner_reported_is_proven_with_our_answers(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    theirs = payload_of(sent_about(b"bank-demo-a1"))
    parties.sit(parties.by)
    reported = OutgoingEntry("report", str(theirs.report_id), render_report(theirs, sender="cctld.ru", salt="5a" * 16))
    take(parties.by, parties.ru, [*noise(1), reported], at=AT)
    case = case_of("bank-demo-a1.by")
    acknowledge(parties.by, [case.ref], Actor("alena", "analyst", "oac.by"), at=AT + timedelta(minutes=5))
    confirm_outgoing(parties.by, parties.ru, at=AT + timedelta(minutes=6))

    verdict = good(prove(parties.by, case.ref, at=LATER))

    assert verdict.sealed_by == "by-2026-1"
    assert places(verdict) == [("cctld.ru/ledger/oac.by", 1), ("oac.by/ledger/cctld.ru", 0)]
    assert [one.entry.leaf.kind for one in read_statements(verdict) if one.entry.leaf] == ["report", "case-event"]


def test_what_is_not_receipted_is_named_and_not_claimed(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case, report = case_of("bank-demo-a1.by"), payload_of(sent_about(b"bank-demo-a1"))
    with pytest.raises(ConflictError, match="no entry about this case is receipted yet"):
        prove(parties.ru, case.ref, at=LATER)
    confirm_outgoing(parties.ru, parties.by, at=AT)
    file(parties.ru, phishing(f"{NAME}/again"))
    take(parties.ru, parties.by, [answer(report, "accepted")], at=AT)
    package = prove(parties.ru, case.ref, at=LATER)
    assert (package.proven, package.waiting) == (2, 1)
    assert good(package).ledgers[0].unreceipted == ((1, "report"),)
    assert b"/login/again" not in package.data


def test_a_ledger_that_has_no_receipt_at_all_is_named_too(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case, report = case_of("bank-demo-a1.by"), payload_of(sent_about(b"bank-demo-a1"))
    take(parties.ru, parties.by, [answer(report, "accepted")], at=AT)
    verdict = good(prove(parties.ru, case.ref, at=LATER))
    assert [(ledger.origin, len(ledger.entries), ledger.unreceipted) for ledger in verdict.ledgers] == [
        ("cctld.ru/ledger/oac.by", 0, ((0, "report"),)), ("oac.by/ledger/cctld.ru", 1, ()),
    ]  # fmt: skip


def test_an_erased_entry_is_proven_without_what_it_said(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case, report = case_of("bank-demo-a1.by"), payload_of(sent_about(b"bank-demo-a1"))
    confirm_outgoing(parties.ru, parties.by, at=AT)
    said = answer(report, "asked", note="does Ivan Demidov live there?")
    ledger = take(parties.ru, parties.by, [answer(report, "accepted"), said], at=AT)
    row = models.LedgerEntry.objects.get(ledger=ledger, position=1)
    row.payload, row.erased_at = sha256(said.payload).digest(), LATER
    row.save()
    package = prove(parties.ru, case.ref, at=LATER)
    assert (package.proven, package.erased) == (3, 1)
    assert b"Demidov" not in package.data
    verdict = good(package)
    (erased,) = [one for one in read_statements(verdict) if one.entry.erased]
    assert erased.entry.is_proven
    assert erased.entry.leaf is not None
    assert erased.entry.leaf.payload_sha256 == sha256(said.payload).hexdigest()


def test_the_subjects_are_the_case_its_reports_and_the_partners_cases(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case, report = case_of("bank-demo-a1.by"), payload_of(sent_about(b"bank-demo-a1"))
    confirm_outgoing(parties.ru, parties.by, at=AT)
    models.CasePeer.objects.create(case=case, partner="oac.by", remote_case=str(THEIRS))
    refused = OutgoingEntry("case-event", case.uuid, answer(report, "refused", reason="duplicate").payload)
    stranger = answer(msgspec.structs.replace(report, case=UUID(int=9)), "accepted", theirs=UUID(int=8))
    take(parties.ru, parties.by, [refused, stranger, answer(report, "accepted")], at=AT)
    verdict = good(prove(parties.ru, case.ref, at=LATER))
    subjects = {one.entry.leaf.subject for one in read_statements(verdict) if one.entry.leaf}
    assert subjects == {case.uuid, str(report.report_id), str(THEIRS)}


def test_what_was_withheld_does_not_show(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    file(parties.ru, phishing(f"{NAME}/secret", tlp="TLP:RED"), phishing(f"{NAME}/weak", evidence=()))
    case = case_of("bank-demo-a1.by")
    assert models.Report.objects.filter(case=case).count() == 3
    confirm_outgoing(parties.ru, parties.by, at=AT)
    package = prove(parties.ru, case.ref, at=LATER)
    for report in models.Report.objects.filter(case=case):
        assert (report.uuid.encode() in package.data) is (b"/login/" not in report.body)
    assert package.proven == 1


def test_nothing_is_proven_of_a_case_that_nobody_heard_of(parties: Parties) -> None:
    file(parties.ru, phishing("http://shop-demo-b2.ru/"))
    case = models.Case.objects.get()
    with pytest.raises(NotFoundError, match="nothing about this case was exchanged"):
        prove(parties.ru, case.ref, at=LATER)
    with pytest.raises(NotFoundError, match="no such case"):
        prove(parties.ru, "0000-0000-0000", at=LATER)


def test_one_partner_alone(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case = case_of("bank-demo-a1.by")
    confirm_outgoing(parties.ru, parties.by, at=AT)
    assert prove(parties.ru, case.ref, partner="oac.by", at=LATER).proven == 1
    with pytest.raises(NotFoundError, match=r"was exchanged with vnnic\.vn"):
        prove(parties.ru, case.ref, partner="vnnic.vn", at=LATER)


def test_a_memorandum_that_was_only_proposed_is_not_enclosed(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case = case_of("bank-demo-a1.by")
    confirm_outgoing(parties.ru, parties.by, at=AT)
    for status in ("suspended", "terminated", "in-force"):
        models.Memorandum.objects.update(status=status)
        assert len(prove(parties.ru, case.ref, at=LATER).memoranda) == 1
    for status in ("proposed", "draft"):
        models.Memorandum.objects.update(status=status)
        with pytest.raises(ConflictError, match=r"no key of cctld\.ru that is believed signed it \(and 2 more\)"):
            prove(parties.ru, case.ref, at=LATER)


def test_what_the_record_does_not_bear_out_is_not_handed_out(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case = case_of("bank-demo-a1.by")
    ledger = confirm_outgoing(parties.ru, parties.by, at=AT)
    row = models.LedgerEntry.objects.get(ledger=ledger, position=0)
    row.payload = row.payload.replace(b"card number", b"card nunber")
    row.save()
    with pytest.raises(ConflictError, match=r"does not prove the case: ledger-1/0\.tlog-proof does not show"):
        prove(parties.ru, case.ref, at=LATER)


def test_a_key_that_no_memorandum_names_seals_nothing(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case = case_of("bank-demo-a1.by")
    confirm_outgoing(parties.ru, parties.by, at=AT)
    make_keys(parties.ru.path, "ru-new")
    assert load_signing_key(parties.ru).kid == "ru-new"
    with pytest.raises(ConflictError, match=r"manifest\.note: no key of cctld\.ru that is believed signed it; see"):
        prove(parties.ru, case.ref, at=LATER)


def test_proofs_come_from_tiles_whatever_the_ledgers_length(
    parties: Parties, django_assert_max_num_queries: "object"
) -> None:
    file(parties.ru, phishing(NAME))
    case, report = case_of("bank-demo-a1.by"), payload_of(sent_about(b"bank-demo-a1"))
    fill("out", noise(3_000))
    file(parties.ru, phishing(f"{NAME}/again"))
    fill("out", noise(1_500))
    confirm_outgoing(parties.ru, parties.by, at=AT)
    take(parties.ru, parties.by, [*noise(2_000), answer(report, "accepted"), *noise(700)], at=AT)
    with django_assert_max_num_queries(60):  # type: ignore[operator]  # pytest-django's fixture
        package = prove(parties.ru, case.ref, at=LATER)
    assert places(good(package)) == [
        ("cctld.ru/ledger/oac.by", 0), ("cctld.ru/ledger/oac.by", 3_001), ("oac.by/ledger/cctld.ru", 2_000),
    ]  # fmt: skip


def test_more_than_a_package_may_hold(parties: Parties) -> None:
    file(parties.ru, phishing(NAME))
    case = case_of("bank-demo-a1.by")
    fill("out", [OutgoingEntry("test", case.uuid, b"%d" % number) for number in range(MAX_ENTRIES)])
    confirm_outgoing(parties.ru, parties.by, at=AT)
    with pytest.raises(TooLargeError, match=f"more than {MAX_ENTRIES} entries"):
        prove(parties.ru, case.ref, at=LATER)


def fill(direction: str, entries: Sequence[OutgoingEntry]) -> None:
    """Append entries that concern nobody here."""
    ledger = models.Ledger.objects.get(direction=direction)
    leaves = [entry_hash(*entry) for entry in entries]
    append_entries(ledger, entries, leaves, grown=frontier_of(ledger).extend(leaves), at=AT)
