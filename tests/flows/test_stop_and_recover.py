"""A link that is stopped, resumed and recovers at once; what a partner says to a node without being able to show it."""

import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.core.errors import ComityError
from comity.core.exchange import (
    BehindError,
    ForgedError,
    IncomingEntry,
    LinkRecoveringError,
    LinkStoppedError,
    OutgoingEntry,
    Question,
    StaleQuestionError,
    WrongSizeError,
)
from comity.core.ledger import Frontier, Head, entry_hash
from comity.core.proofs import ReadNode, consistency_proof
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.give import give_entries, take_receipt, take_returned
from comity.flows.join import halt_link, resume_link
from comity.flows.receive import receive_batch
from comity.flows.recover import begin_recovery, end_recovery, take_part
from comity.flows.verify_ledgers import verify_ledgers
from comity.store import models
from comity.store.displaced import count_displaced, displace_entries, drop_known, keep_displaced, take_displaced
from comity.store.ledgers import RECALLED, append_entries, frontier_of, store_receipt
from comity.store.links import get_ledger, get_link, set_recovering, stop_link
from comity.wire.checkpoint import cosign, parse_note, sign_checkpoint, sign_text
from comity.wire.link_batch import PartBody, render_batch, render_part
from comity.wire.question import sign_question
from flows.receipted import confirm_outgoing
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db

NAMES = [f"http://bank-demo-{number}.by/login" for number in range(6)]
LATER = AT + timedelta(seconds=180)
ORIGIN = "cctld.ru/ledger/oac.by"


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    made = Parties(tmp_path)
    made.sit(made.ru)
    return made


def reader(leaves: list[bytes]) -> ReadNode:
    return lambda height, index: Frontier().extend(leaves[index << height : (index + 1) << height])[0].root()


def head_of(entries: list[IncomingEntry], origin: str = ORIGIN) -> Head:
    edge = Frontier().extend([entry_hash(*one[1:]) for one in entries])[0]
    return Head(origin, edge.size, edge.root())


def receipted(parties: Parties, entries: list[IncomingEntry]) -> bytes:
    ours, theirs = load_signing_key(parties.ru), load_signing_key(parties.by)
    note = sign_checkpoint(head_of(entries), ours.public, ours.sign)
    return cosign(note, "oac.by", theirs.public, theirs.sign, at=AT)


def part_of(receipt: bytes, entries: list[IncomingEntry], start: int, stop: int) -> PartBody:
    leaves = [entry_hash(*one[1:]) for one in entries]
    return PartBody(receipt, start, tuple(entries[start:stop]), consistency_proof(stop, len(entries), reader(leaves)))


def body_of(part: PartBody) -> bytes:
    return render_part(part.note, part.start, [OutgoingEntry(*one[1:]) for one in part.entries], part.proof)


def asked(home: Home, head: Head, *, counter: int = 1) -> bytes:
    key = load_signing_key(home)
    return sign_question(Question("fetch", counter, head), home.party, key.public, key.sign)


def told(parties: Parties, count: int) -> list[IncomingEntry]:
    """What ru had told by before its backup was restored; then the store is that of the backup: empty."""
    file(parties.ru, *map(phishing, NAMES[:count]))
    entries = outgoing()
    parties.sit(parties.ru)
    return entries


def state() -> str:
    return get_link("oac.by").state


# -- stopped and recovering


def test_a_link_that_was_stopped_when_a_backup_was_restored_recovers_when_it_is_resumed(parties: Parties) -> None:
    halt_link(parties.ru, "oac.by", reason="their machine was broken into", actor="vera", at=AT)
    assert set_recovering(LATER) == ()
    resumed = resume_link(parties.ru, "oac.by", at=AT)
    assert (resumed.state, resumed.recover_after) == ("recovering", LATER)
    with pytest.raises(LinkRecoveringError):  # the settling time still counts
        give_entries(parties.ru, ORIGIN, asked(parties.by, head_of([])), at=AT)


def test_a_link_that_was_stopped_while_it_recovered_goes_on_recovering_and_loses_nothing(parties: Parties) -> None:
    entries = told(parties, 3)
    receipt = receipted(parties, entries)
    begin_recovery("oac.by")
    file(parties.ru, phishing(NAMES[4]))
    assert take_part(parties.ru, "oac.by", part_of(receipt, entries, 0, 2), at=AT) is False
    halt_link(parties.ru, "oac.by", reason="wait", actor="vera", at=AT)
    with pytest.raises(ComityError):
        take_part(parties.ru, "oac.by", part_of(receipt, entries, 2, 3), at=AT)
    file(parties.ru, phishing(NAMES[5]))  # the desk goes on
    assert resume_link(parties.ru, "oac.by", at=AT).state == "recovering"
    begin_recovery("oac.by")
    left = get_ledger(get_link("oac.by"), "out").size
    assert take_part(parties.ru, "oac.by", part_of(receipt, entries, left, 3), at=AT) is True
    assert state() == "open"
    subjects = [one.subject for one in outgoing()]
    assert subjects[:3] == [one.subject for one in entries]
    assert len(subjects) == len(set(subjects)) == 5
    assert count_displaced(get_ledger(get_link("oac.by"), "out").pk) == 0


def test_whoever_stops_a_link_is_not_overruled_by_the_end_of_a_recovery(parties: Parties) -> None:
    file(parties.ru, phishing(NAMES[0]))
    begin_recovery("oac.by")
    stop_link(get_link("oac.by"), "two heads")
    end_recovery(parties.ru, "oac.by", at=AT)  # an answer that was on its way
    assert (state(), get_link("oac.by").reason) == ("stopped", "two heads")
    with pytest.raises(LinkStoppedError):
        begin_recovery("oac.by")
    assert get_link("oac.by").reason == "two heads"


# -- what waits for its place


def test_where_nothing_was_lost_the_entries_take_the_places_that_they_had(parties: Parties) -> None:
    """A head of them may be signed already: twins, and others about what is erased, are no repetitions."""
    ledger = get_ledger(get_link("oac.by"), "out")
    twin = OutgoingEntry("experience", "", b"the same words")
    kept = OutgoingEntry("case-event", "case-1", b"\1" * 32, erased=True)
    entries = [twin, kept, twin, OutgoingEntry("case-event", "case-1", b"closed")]
    leaves = [entry_hash(*entry) for entry in entries]
    append_entries(ledger, entries, leaves, grown=frontier_of(ledger).extend(leaves), at=AT)
    root = ledger.root
    displace_entries(ledger, 2)
    drop_known(ledger.pk)
    for waiting in take_displaced(ledger.pk):
        again = [entry_hash(*entry) for entry in waiting]
        append_entries(ledger, waiting, again, grown=frontier_of(ledger).extend(again), at=AT)
    assert (ledger.size, ledger.root) == (4, root)


def test_what_was_given_back_erased_is_known_by_what_it_was(parties: Parties) -> None:
    ledger = get_ledger(get_link("oac.by"), "out")
    opened, closed = (OutgoingEntry("case-event", "case-1", word) for word in (b"opened", b"closed"))
    gone = IncomingEntry(0, "case-event", "case-1", sha256(opened.payload).digest(), erased=True)
    leaves = [entry_hash(*gone[1:])]
    append_entries(
        ledger, [OutgoingEntry(*gone[1:])], leaves, grown=frontier_of(ledger).extend(leaves), refusals=[RECALLED], at=AT
    )
    keep_displaced(ledger.pk, [opened, closed], at=AT)
    drop_known(ledger.pk)
    assert [entry for chunk in take_displaced(ledger.pk) for entry in chunk] == [closed]


def test_a_receipt_for_entries_that_were_cut_off_meanwhile_is_not_kept(parties: Parties) -> None:
    file(parties.ru, *map(phishing, NAMES[:2]))
    confirm_outgoing(parties.ru, parties.by, at=AT)
    file(parties.ru, phishing(NAMES[2]))
    ledger = get_ledger(get_link("oac.by"), "out")
    late = receipted(parties, outgoing())
    begin_recovery("oac.by")
    store_receipt(ledger, checkpoint=late, receipt=late, size=3, at=AT)
    assert models.Ledger.objects.get(pk=ledger.pk).receipt_size == 2


# -- a partner that lies


def test_a_question_alone_does_not_make_a_link_recover(parties: Parties) -> None:
    file(parties.ru, *map(phishing, NAMES[:2]))
    confirm_outgoing(parties.ru, parties.by, at=AT)
    file(parties.ru, phishing(NAMES[2]))
    lie = Head(ORIGIN, 1_000_000, b"\7" * 32)
    with pytest.raises(BehindError) as refused:
        give_entries(parties.ru, ORIGIN, asked(parties.by, lie), at=AT)
    assert refused.value.item == "2"
    assert state() == "open"
    assert len(outgoing()) == 3


def test_what_a_partner_returns_under_our_signature_makes_a_link_recover(parties: Parties) -> None:
    entries = told(parties, 3)
    receipt = receipted(parties, entries)
    with pytest.raises(BehindError) as refused:
        give_entries(parties.ru, ORIGIN, asked(parties.by, head_of(entries)), at=AT)
    assert refused.value.item == "0"
    assert take_returned(parties.ru, ORIGIN, body_of(part_of(receipt, entries, 0, 2)), at=AT) == 2
    assert (state(), "signed by us" in get_link("oac.by").reason) == ("recovering", True)
    assert take_returned(parties.ru, ORIGIN, body_of(part_of(receipt, entries, 2, 3)), at=AT) == 3
    assert state() == "open"


def test_what_is_returned_under_a_strangers_signature_changes_nothing(parties: Parties) -> None:
    entries = told(parties, 2)
    theirs = load_signing_key(parties.by)
    note = sign_text(parse_note(receipted(parties, entries)).text, ORIGIN, theirs.public, theirs.sign)
    part = part_of(cosign(note, "oac.by", theirs.public, theirs.sign, at=AT), entries, 0, 2)
    with pytest.raises(ForgedError):
        take_returned(parties.ru, ORIGIN, body_of(part), at=AT)
    assert (state(), outgoing()) == ("open", [])


def test_nothing_is_taken_back_before_what_was_on_its_way_has_ended(parties: Parties) -> None:
    entries = told(parties, 2)
    set_recovering(LATER)
    body = body_of(part_of(receipted(parties, entries), entries, 0, 2))
    with pytest.raises(LinkRecoveringError):
        take_returned(parties.ru, ORIGIN, body, at=AT)
    assert take_returned(parties.ru, ORIGIN, body, at=LATER) == 2
    assert state() == "open"


def test_a_part_that_brings_nothing_is_refused(parties: Parties) -> None:
    entries = told(parties, 3)
    begin_recovery("oac.by")
    with pytest.raises(WrongSizeError):
        take_part(parties.ru, "oac.by", part_of(receipted(parties, entries), entries, 0, 0), at=AT)


def test_a_question_that_brought_nothing_cannot_be_asked_again_when_there_is_something(parties: Parties) -> None:
    question = asked(parties.by, head_of([]), counter=7)
    assert give_entries(parties.ru, ORIGIN, question, at=AT) == b""
    file(parties.ru, phishing(NAMES[0]))
    with pytest.raises(StaleQuestionError):
        give_entries(parties.ru, ORIGIN, question, at=AT)


def test_a_line_that_is_false_under_a_key_that_nobody_knows_yet_does_not_spoil_what_is_kept(parties: Parties) -> None:
    """A partner could add one under its next key, or under an old one of ours: the whole note is refused then."""
    entry = OutgoingEntry("experience", "", b"words")
    ours, theirs = load_signing_key(parties.ru), load_signing_key(parties.by)
    head = head_of([IncomingEntry(0, *entry)], "oac.by/ledger/cctld.ru")
    good = sign_checkpoint(head, theirs.public, theirs.sign)
    spoilt = sign_checkpoint(head, b"\3" * 32, lambda _text: b"\0" * 64).partition(b"\n\n")[2]
    batch = render_batch(good + spoilt, 0, [entry])
    receipt = receive_batch(parties.ru, "oac.by/ledger/cctld.ru", batch, at=AT).receipt
    assert receipt == cosign(good, "cctld.ru", ours.public, ours.sign, at=AT)
    file(parties.ru, phishing(NAMES[0]))
    take_receipt(parties.ru, ORIGIN, receipted(parties, outgoing()) + spoilt.replace(b"oac.by/ledger/cctld.ru", b"oac.by"), at=AT)  # fmt: skip  # noqa: E501
    ledger = get_ledger(get_link("oac.by"), "out")
    assert ledger.receipt == receipted(parties, outgoing())
    assert [report.differences for report in verify_ledgers(parties.ru, at=AT)] == [[], []]


# -- the order of locks


def test_the_end_of_a_recovery_locks_as_everybody_does(parties: Parties) -> None:
    """First the incoming ledger, then intake, then the outgoing one: in another order two would wait for ever."""
    begin_recovery("oac.by")
    with CaptureQueriesContext(connection) as context:
        assert give_entries(parties.ru, ORIGIN, asked(parties.by, head_of([])), at=AT) == b""
    assert state() == "open"
    locks = [word for query in context.captured_queries if (word := _lock(query["sql"]))]
    assert locks.pop(0) == "out", "that the link recovers is seen to in a transaction of its own"
    assert list(dict.fromkeys(locks)) == (_ORDER if connection.vendor == "postgresql" else ["in", "out"])


_ORDER = ["in", "intake", "out"]


def _lock(sql: str) -> str:
    if "pg_advisory_xact_lock" in sql:
        return "intake"
    found = re.search(r"""FROM "ledger" WHERE \("ledger"."direction" = '(in|out)' AND "ledger"."link_id" = .*""", sql)
    if found and (connection.vendor != "postgresql" or "FOR UPDATE" in sql):
        return found[1]
    return ""
