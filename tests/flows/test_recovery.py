"""What a restored node knows again once its partner has given its entries back: reports, cases, what it had told."""

from hashlib import sha256
from pathlib import Path

import pytest

from comity.core.exchange import BehindError, ForgedError, IncomingEntry, MismatchError, OutgoingEntry
from comity.core.ledger import Frontier, Head, entry_hash
from comity.core.proofs import ReadNode, consistency_proof
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.acknowledge import acknowledge
from comity.flows.apply_entry import apply_entries
from comity.flows.dismiss import dismiss
from comity.flows.recover import begin_recovery, end_recovery, take_part
from comity.store import models
from comity.store.displaced import count_displaced
from comity.store.links import get_ledger, get_link
from comity.wire.checkpoint import cosign, sign_checkpoint
from comity.wire.link_batch import PartBody
from flows.two_parties import AT, Parties, entry, events, file, outgoing, phishing

pytestmark = pytest.mark.django_db

ANALYST_BY = Actor("alena", "analyst", "oac.by")
NAMES = [f"http://bank-demo-{number}.by/login" for number in range(6)]


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


def reader(leaves: list[bytes]) -> ReadNode:
    return lambda height, index: Frontier().extend(leaves[index << height : (index + 1) << height])[0].root()


def receipted(sender: Home, receiver: Home, entries: list[IncomingEntry]) -> bytes:
    """The receipt for these entries, as both sides had signed it before the backup was restored."""
    ours, theirs = load_signing_key(sender), load_signing_key(receiver)
    edge = Frontier().extend([entry_hash(*one[1:]) for one in entries])[0]
    head = Head(f"{sender.party}/ledger/{receiver.party}", edge.size, edge.root())
    note = sign_checkpoint(head, ours.public, ours.sign)
    return cosign(note, receiver.party, theirs.public, theirs.sign, at=AT)


def parts(receipt: bytes, entries: list[IncomingEntry], *, start: int = 0, each: int = 2) -> list[PartBody]:
    leaves = [entry_hash(*one[1:]) for one in entries]
    made = []
    for begin in range(start, len(entries), each):
        end = min(begin + each, len(entries))
        proof = consistency_proof(end, len(entries), reader(leaves))
        made.append(PartBody(receipt, begin, tuple(entries[begin:end]), proof))
    return made


def recover(home: Home, partner: str, given: list[PartBody]) -> None:
    begin_recovery(partner)
    ended = [take_part(home, partner, part, at=AT) for part in given]
    assert ended == [False] * (len(given) - 1) + [True]


def test_own_reports_come_back_under_their_names_and_are_told_once(parties: Parties) -> None:
    ru, by = parties.ru, parties.by
    parties.sit(ru)
    file(ru, *(phishing(name) for name in NAMES[:5]))
    told, cases = outgoing(), set(models.Case.objects.values_list("uuid", flat=True))
    receipt = receipted(ru, by, told)

    parties.sit(ru)  # a backup from before all of it
    file(ru, phishing(NAMES[0]), phishing(NAMES[5]))  # a feed is read again, and a new report comes
    recover(ru, "oac.by", parts(receipt, told))
    assert [one.subject for one in outgoing()[:5]] == [one.subject for one in told]
    assert [one.payload for one in outgoing()[:5]] == [one.payload for one in told]
    assert len(outgoing()) == 6, "the report that was told before is not told again, the new one is"
    file(ru, *(phishing(name) for name in NAMES))  # the whole feed again: everything is known
    assert len(outgoing()) == 6
    assert models.Report.objects.values("uuid").distinct().count() == models.Report.objects.count() == 6
    assert cases <= set(models.Case.objects.values_list("uuid", flat=True))
    assert set(models.Case.objects.values_list("state", flat=True)) == {"referred"}
    link = get_link("oac.by")
    ledger = get_ledger(link, "out")
    assert (link.state, ledger.size, ledger.receipt_size, ledger.receipt) == ("open", 6, 5, receipt)
    assert count_displaced(ledger.pk) == 0


def test_what_is_filed_meanwhile_gets_its_place_behind_what_comes_back(parties: Parties) -> None:
    ru, by = parties.ru, parties.by
    parties.sit(ru)
    file(ru, *(phishing(name) for name in NAMES[:3]))
    told = outgoing()
    given = parts(receipted(ru, by, told), told)

    parties.sit(ru)
    begin_recovery("oac.by")
    file(ru, phishing(NAMES[4]))
    assert outgoing() == []
    assert take_part(ru, "oac.by", given[0], at=AT) is False
    file(ru, phishing(NAMES[5]))
    begin_recovery("oac.by")  # after a crash: what came back already stays
    assert len(outgoing()) == 2
    assert take_part(ru, "oac.by", given[1], at=AT) is True
    assert [one.subject for one in outgoing()[:3]] == [one.subject for one in told]
    assert len(outgoing()) == 5
    assert models.Report.objects.count() == 5


def test_a_feed_that_is_read_again_while_its_reports_come_back_tells_nothing_twice(parties: Parties) -> None:
    ru, by = parties.ru, parties.by
    parties.sit(ru)
    file(ru, *(phishing(name) for name in NAMES[:3]))
    told = outgoing()
    given = parts(receipted(ru, by, told), told)

    parties.sit(ru)
    begin_recovery("oac.by")
    file(ru, *(phishing(name) for name in NAMES[:3]))  # not one of them is known here, and no link is open
    assert [take_part(ru, "oac.by", part, at=AT) for part in given] == [False, True]
    file(ru, *(phishing(name) for name in NAMES[:3]))
    assert [one.subject for one in outgoing()] == [one.subject for one in told]
    assert models.Report.objects.values("uuid").distinct().count() == models.Report.objects.count() == 3
    assert set(models.Case.objects.values_list("state", flat=True)) == {"referred"}
    assert models.Decision.objects.filter(direction="out", verdict="send").count() == 3


def test_a_node_that_lost_nothing_goes_on_where_it_was(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, *(phishing(name) for name in NAMES[:3]))
    before = outgoing()
    begin_recovery("oac.by")
    assert outgoing() == [], "nothing of it was receipted: it waits"
    end_recovery(parties.ru, "oac.by", at=AT)
    assert outgoing() == before
    assert get_link("oac.by").state == "open"


def test_what_was_told_about_cases_is_on_them_when_they_are_back(parties: Parties) -> None:
    ru, by = parties.ru, parties.by
    parties.sit(ru)
    file(ru, phishing(NAMES[0]))
    from_ru = outgoing()

    parties.sit(by)
    apply_entries(by, "cctld.ru", from_ru, at=AT)
    case = models.Case.objects.get()
    assert acknowledge(by, [case.ref], ANALYST_BY, at=AT).refused == {}
    assert dismiss(by, [case.ref], ANALYST_BY, outcome="not_reproducible", at=AT).refused == {}
    told = outgoing()
    assert [one.kind for one in told] == ["case-event", "case-event"]

    parties.sit(by)  # a backup from before all of it
    recover(by, "cctld.ru", parts(receipted(by, ru, told), told))
    assert models.Case.objects.count() == 0
    apply_entries(by, "cctld.ru", from_ru, at=AT)  # the partner's entries come again by themselves
    again = models.Case.objects.get()
    assert (again.uuid, again.state) == (case.uuid, "received"), "a person decides again"
    notes = [one.note for one in _entries(again, "note")]
    assert len(notes) == 2
    assert notes[0].startswith("cctld.ru: accepted (2026-11-23T")
    assert notes[1].startswith("cctld.ru: outcome, not_reproducible")
    assert entry(again, "note").reason == "told-before-restore"
    assert outgoing() == told, "and nothing is told twice by itself"
    assert "start_triage" not in events(again)


def test_what_is_not_ours_is_not_taken_back(parties: Parties) -> None:
    ru, by = parties.ru, parties.by
    parties.sit(ru)
    file(ru, *(phishing(name) for name in NAMES[:3]))
    told = outgoing()
    receipt = receipted(ru, by, told)
    good = parts(receipt, told, each=3)[0]

    parties.sit(ru)
    with pytest.raises(BehindError):
        take_part(ru, "oac.by", good, at=AT)  # it was not asked for
    begin_recovery("oac.by")
    altered = IncomingEntry(1, "report", told[1].subject, b"altered")
    with pytest.raises(MismatchError):
        take_part(ru, "oac.by", PartBody(receipt, 0, (told[0], altered, told[2]), good.proof), at=AT)
    forged = receipted(by, ru, told).replace(b"oac.by/ledger/cctld.ru", b"cctld.ru/ledger/oac.by")
    with pytest.raises(ForgedError):
        take_part(ru, "oac.by", PartBody(forged, 0, good.entries, good.proof), at=AT)
    assert outgoing() == []
    assert take_part(ru, "oac.by", good, at=AT) is True


def test_an_entry_that_was_erased_comes_back_erased_and_what_the_backup_still_held_is_forgotten(
    parties: Parties,
) -> None:
    ru, by = parties.ru, parties.by
    parties.sit(ru)
    file(ru, phishing(NAMES[0]), phishing(NAMES[1]))
    told = outgoing()
    leaf = models.LedgerEntry.objects.get(position=0)
    gone = OutgoingEntry(leaf.kind, leaf.subject, sha256(leaf.payload).digest(), True)
    assert entry_hash(*gone) == leaf.leaf
    erased = [IncomingEntry(0, *gone), told[1]]

    parties.sit(ru)
    recover(ru, "oac.by", parts(receipted(ru, by, told), erased))
    kept = models.LedgerEntry.objects.get(position=0)
    assert (kept.payload, kept.leaf) == (gone.payload, leaf.leaf)
    assert kept.erased_at is not None
    assert models.Report.objects.count() == 1


def _entries(case: models.Case, event: str) -> list[models.CaseEvent]:
    return list(models.CaseEvent.objects.filter(case=case, event=event).order_by("seq"))
