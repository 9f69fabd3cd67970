"""Signing keys of one node and its partner: overlap, switching, revoking, and what is believed afterwards."""

import json
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.exchange import ForgedError, IncomingEntry, MisuseError, OutgoingEntry
from comity.core.ledger import Frontier, Head, entry_hash
from comity.edges.home import Home
from comity.edges.keys import SigningKey, active_stamp, load_key, load_signing_key, make_key
from comity.flows.apply_entry import apply_entries
from comity.flows.countersign import countersign
from comity.flows.distrust_key import accept_revocation, distrust
from comity.flows.propose import propose
from comity.flows.receive import receive_batch
from comity.flows.resume import resume
from comity.flows.revoke_key import RevokedOwnKey, revoke_key
from comity.flows.share import share_notice
from comity.flows.suspend import suspend
from comity.flows.use_key import use_key
from comity.flows.verify_ledgers import verify_ledgers
from comity.store.links import known_keys, partner_keys
from comity.store.memoranda import find_latest, list_events
from comity.store.models import LedgerEntry, RevokedKey
from comity.store.revoked_keys import HELD, list_held
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.key_revocation import Revocation, sign_revocation
from comity.wire.link_batch import render_batch
from comity.wire.memorandum_document import parse_document, render_document
from flows.two_parties import AT, Parties, outgoing
from flows.whole_store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
OLD, NEW = "ru-2026-1", "ru-2027-1"


class World(Parties):
    """cctld.ru has a second key, and both parties signed a second version that names both."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.old = load_signing_key(self.ru)
        self.new = make_key(self.ru.path, NEW)
        self.first = self.signed
        tree = json.loads(self.first)["memorandum"]
        former = parse_document(self.first)
        assert not isinstance(former, tuple)
        tree |= {"version": 2, "supersedes": {"version": 1, "digest": former.digest}}
        keys = tree["parties"][0]["keys"]
        keys.append(keys[0] | {"kid": NEW, "public": b64encode(self.new.public).decode()})
        self.sit(self.ru, linked=False)
        proposed = render_document(propose(self.ru, json.dumps(tree).encode(), actor="test", at=AT))
        self.sit(self.by, linked=False)
        self.second = render_document(countersign(self.by, proposed, actor="test", at=AT))

    def sit(self, home: Home, *, linked: bool = True) -> None:
        self.signed = self.first
        super().sit(home, linked=linked)

    def overlap(self, home: Home) -> None:
        """Sit at a node, linked, with both versions adopted."""
        self.sit(home)
        countersign(home, self.second, actor="test", at=AT)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def statement(world: World, about: SigningKey, signer: SigningKey, **changed: Any) -> bytes:
    said: dict[str, Any] = {
        "party": "cctld.ru", "kid": about.kid, "public": b64encode(about.public).decode(), "reason": "compromised",
        "since": AT, "at": AT,
    }  # fmt: skip
    return sign_revocation(Revocation(**(said | changed)), signer.kid, signer.sign)


def arrives(world: World, payload: bytes, *, subject: str = OLD) -> str:
    """What oac.by makes of it as an entry of cctld.ru's ledger."""
    (answer,) = apply_entries(
        world.by, "cctld.ru", [IncomingEntry(0, "key-revocation", subject, payload)], at=AT + HOUR
    )
    return answer


def batch(key: SigningKey, entries: list[OutgoingEntry], *, start: int = 0) -> bytes:
    origin = "cctld.ru/ledger/oac.by"
    root = Frontier().extend([entry_hash(*entry) for entry in entries])[0].root()
    note = sign_checkpoint(Head(origin, len(entries), root), key.public, key.sign)
    return render_batch(note, start, entries[start:])


def test_a_new_key_signs_only_when_every_memorandum_names_it(world: World) -> None:
    world.sit(world.ru)
    stamp = active_stamp(world.ru)
    with pytest.raises(ConflictError, match=r"version 1 does not name it; amend it first"):
        use_key(world.ru, NEW, at=AT)
    with pytest.raises(NotFoundError):
        use_key(world.ru, "ru-2031-1", at=AT)
    assert (load_signing_key(world.ru).kid, active_stamp(world.ru)) == (OLD, stamp)
    countersign(world.ru, world.second, actor="test", at=AT)
    with pytest.raises(ConflictError, match="names it from"):
        use_key(world.ru, NEW, at=AT + timedelta(days=1000))
    use_key(world.ru, NEW, at=AT)
    assert load_signing_key(world.ru).kid == NEW
    assert active_stamp(world.ru) != stamp


def test_in_the_overlap_both_keys_are_believed_and_a_text_signed_by_the_old_one_still_comes_back(world: World) -> None:
    world.overlap(world.by)
    entries = [OutgoingEntry("test", "a", b"1"), OutgoingEntry("test", "b", b"2")]
    assert receive_batch(world.by, "cctld.ru/ledger/oac.by", batch(world.old, entries[:1]), at=AT).taken == 1
    assert receive_batch(world.by, "cctld.ru/ledger/oac.by", batch(world.new, entries, start=1), at=AT).taken == 1
    world.sit(world.ru)
    countersign(world.ru, world.second, actor="test", at=AT)
    use_key(world.ru, NEW, at=AT)
    again = countersign(world.ru, world.second, actor="test", at=AT)  # signed with the old key, which is still ours
    assert again.is_complete()


def test_revoking_the_key_that_signs_switches_tells_every_partner_and_is_written_down(world: World) -> None:
    world.overlap(world.ru)
    revoked = revoke_key(world.ru, OLD, reason="compromised", actor="anna", at=AT + HOUR)
    assert (revoked.signed_by, revoked.signs_now, revoked.told) == (OLD, NEW, ("oac.by",))
    assert load_signing_key(world.ru).kid == NEW
    (entry,) = outgoing()
    assert (entry.kind, entry.subject, entry.payload) == ("key-revocation", OLD, revoked.statement)
    urn = find_latest("urn:comity:memo:cctld.ru:oac.by:demo")
    assert urn is not None
    written = list_events(urn.urn, 2)[-1]
    assert (written.event, written.actor, written.reason) == ("revoke-key", "anna", f"{OLD}: compromised")
    with pytest.raises(ConflictError, match="revoked already"):
        revoke_key(world.ru, OLD, reason="compromised", actor="anna", at=AT + HOUR)
    with pytest.raises(ConflictError, match="was revoked"):
        use_key(world.ru, OLD, at=AT + HOUR)
    with pytest.raises(ConflictError, match="the only key that can sign"):
        revoke_key(world.ru, NEW, reason="lost", actor="anna", at=AT + HOUR)
    assert RevokedKey.objects.count() == 1
    assert len(outgoing()) == 1


def test_before_the_first_memorandum_any_other_key_takes_over(world: World) -> None:
    empty_store()
    revoked = revoke_key(world.ru, OLD, reason="replaced", actor="anna", at=AT)
    assert (revoked.signed_by, revoked.signs_now, revoked.told) == (OLD, NEW, ())


def test_a_key_whose_file_is_gone_is_revoked_with_the_other(world: World) -> None:
    world.overlap(world.ru)
    use_key(world.ru, NEW, at=AT)
    (world.ru.path / "keys" / f"{OLD}.pem").unlink()
    revoked = revoke_key(world.ru, OLD, reason="lost", actor="anna", at=AT)
    assert revoked.signed_by == NEW
    world.overlap(world.by)
    assert arrives(world, revoked.statement) == HELD


def test_after_a_revocation_nothing_new_is_believed_and_what_was_signed_stays_checkable(world: World) -> None:
    world.overlap(world.ru)
    revoked = _revoke(world)
    world.overlap(world.by)
    origin = "cctld.ru/ledger/oac.by"
    entries = [OutgoingEntry("test", "a", b"1"), OutgoingEntry("key-revocation", OLD, revoked.statement)]
    receive_batch(world.by, origin, batch(world.old, entries[:1]), at=AT)
    got = receive_batch(world.by, origin, batch(world.new, entries, start=1), at=AT + HOUR)
    assert (got.taken, got.refused) == (1, 0)
    assert [key.kid for key in partner_keys("cctld.ru", at=AT + HOUR)] == [NEW]
    assert {key.kid for key in known_keys("cctld.ru", at=AT + HOUR)} == {OLD, NEW}
    forged = [*entries, OutgoingEntry("test", "c", b"3")]
    with pytest.raises(ForgedError):
        receive_batch(world.by, origin, batch(world.old, forged, start=2), at=AT + HOUR)
    assert receive_batch(world.by, origin, batch(world.new, forged, start=2), at=AT + HOUR).taken == 1
    assert all(not report.differences for report in verify_ledgers(world.by, at=AT + HOUR))


def test_what_the_old_key_signed_last_verifies_after_it_was_revoked(world: World) -> None:
    world.overlap(world.by)
    receive_batch(world.by, "cctld.ru/ledger/oac.by", batch(world.old, [OutgoingEntry("test", "a", b"1")]), at=AT)
    distrust(world.by, "cctld.ru", OLD, reason="a telephone call", actor="vera", at=AT)
    assert all(not report.differences for report in verify_ledgers(world.by, at=AT))


def _revoke(world: World) -> RevokedOwnKey:
    return revoke_key(world.ru, OLD, reason="compromised", since=AT - HOUR, actor="anna", at=AT)


@pytest.mark.parametrize(
    ("make", "subject", "answer"),
    [
        (lambda w: statement(w, w.old, w.old), OLD, ""),
        (lambda w: statement(w, w.new, w.old), NEW, HELD),  # the thief of one key does not silence the other
        (lambda w: statement(w, w.old, w.new), OLD, HELD),
        (lambda w: statement(w, w.old, w.old, party="oac.by"), OLD, "revocation:not-its-own-key"),
        (lambda w: statement(w, w.old, w.old, at=AT + 3 * HOUR), OLD, "revocation:bad-time"),
        (lambda w: statement(w, w.old, w.old, since=AT + HOUR), OLD, "revocation:bad-time"),
        (lambda w: statement(w, w.old, SigningKey(OLD, b"x" * 32)), OLD, "revocation:bad-signature"),
        (lambda w: statement(w, SigningKey(OLD, b"x" * 32), w.old), OLD, "revocation:unknown-key"),
        (lambda w: statement(w, w.old, w.old, kid=NEW), OLD, "subject-mismatch"),
        (lambda w: statement(w, w.old, w.old).replace(b'"reason":"comp', b'"more":1,"reason":"comp'),
         OLD, "payload:malformed"),
        (lambda w: statement(w, w.old, w.old) + b" ", OLD, "payload:not-canonical"),
        (lambda _: b"[" * 4000, OLD, "payload:malformed"),
        (lambda _: b"x" * 5000, OLD, "payload:too-large"),
    ],
)  # fmt: skip
def test_what_a_partner_may_say_of_its_keys(world: World, make: Any, subject: str, answer: str) -> None:
    world.overlap(world.by)
    assert arrives(world, make(world), subject=subject) == answer
    assert RevokedKey.objects.count() == (answer == "")


def test_a_held_statement_waits_for_a_person_who_asks_the_partner(world: World) -> None:
    world.overlap(world.by)
    payload = statement(world, world.old, world.new)
    entry = OutgoingEntry("key-revocation", OLD, payload)
    receive_batch(world.by, "cctld.ru/ledger/oac.by", batch(world.new, [entry]), at=AT)
    (waiting,) = list_held("cctld.ru")
    assert (waiting.revocation.kid, waiting.kid) == (OLD, NEW)
    assert {key.kid for key in partner_keys("cctld.ru", at=AT)} == {OLD, NEW}
    distrust(world.by, "cctld.ru", OLD, reason="they confirmed it by telephone", actor="vera", at=AT)
    assert list_held() == []
    assert bytes(RevokedKey.objects.get().statement) == payload
    with pytest.raises(ConflictError, match="already"):
        distrust(world.by, "cctld.ru", OLD, reason="again", actor="vera", at=AT)


def test_a_statement_handed_over_by_people_applies_and_a_revoked_key_cannot_revoke_another(world: World) -> None:
    world.overlap(world.by)
    said = accept_revocation(world.by, statement(world, world.old, world.new) + b"\n", actor="vera", at=AT)
    assert said.kid == OLD
    assert [key.kid for key in partner_keys("cctld.ru", at=AT)] == [NEW]
    with pytest.raises(InputError, match="signer-not-valid"):
        accept_revocation(world.by, statement(world, world.new, world.old), actor="vera", at=AT)
    with pytest.raises(InputError, match="malformed"):
        accept_revocation(world.by, b"hello", actor="vera", at=AT)
    accept_revocation(world.by, statement(world, world.new, world.new), actor="vera", at=AT)
    assert partner_keys("cctld.ru", at=AT) == ()  # the last one, too: then people bring an amendment
    with pytest.raises(NotFoundError):
        distrust(world.by, "cctld.ru", "ru-1999-1", reason="x", actor="vera", at=AT)
    with pytest.raises(InputError):
        distrust(world.by, "oac.by", "by-2026-1", reason="x", actor="vera", at=AT)


def test_whoever_stole_a_key_neither_amends_nor_resumes_with_it(world: World) -> None:
    world.sit(world.by)
    distrust(world.by, "cctld.ru", OLD, reason="stolen", actor="vera", at=AT)
    with pytest.raises(InputError, match="revoked-key"):
        countersign(world.by, world.second, actor="vera", at=AT)
    assert countersign(world.by, world.first, actor="vera", at=AT).is_complete()  # kept long before
    urn = json.loads(world.first)["memorandum"]["id"]
    suspend(world.by, urn, reason="stolen key", actor="vera", at=AT)
    stolen = resume(world.ru, urn, reason="please", actor="thief", at=AT).statement
    with pytest.raises(InputError, match="does not name"):
        resume(world.by, urn, reason="fine", actor="vera", at=AT, partners=(stolen,))


def test_a_notice_is_no_way_around_the_clauses(world: World) -> None:
    world.sit(world.ru)
    with pytest.raises(MisuseError):
        share_notice("oac.by", "report", "", b"{}", at=AT)
    assert not LedgerEntry.objects.exists()


def test_a_key_is_asked_for_by_a_name_and_never_by_a_path(world: World) -> None:
    for name in ("../active", "", "ru/2026", "a" * 41):
        with pytest.raises(NotFoundError):
            load_key(world.ru, name)
