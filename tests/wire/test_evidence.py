"""An evidence package: what is altered is noticed and named, whoever altered it and however deep."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from pymerkle import InmemoryTree

from comity.core.case_evidence import Fault
from comity.core.errors import InputError
from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Head, leaf_data, leaf_hash
from comity.wire.canonical import canonical
from comity.wire.checkpoint import cosign, parse_head, parse_note, sign_checkpoint, sign_text
from comity.wire.evidence import MANIFEST, SEAL, Manifest, Waiting, parse_manifest, render_manifest, seal_text
from comity.wire.evidence_account import read_statements
from comity.wire.evidence_check import Verdict, check_package
from comity.wire.evidence_tar import render_tar
from comity.wire.memorandum_document import Document, write_signature
from comity.wire.memorandum_yaml import render_memorandum
from comity.wire.tlog_proof import parse_proof, render_proof
from memoranda_made import KIDS, SECRETS, example, made, signed
from wire.evidence_made import (
    AT,
    LATER,
    SAMPLE,
    SCREENSHOT,
    answered,
    case_name,
    document,
    event,
    forge,
    ledger,
    ledgers,
    made_of,
    members,
    noise,
    package,
    public,
    report,
    sent,
    signer,
    texts,
)

OUT, IN = "ledger-1", "ledger-2"  # cctld.ru/ledger/oac.by stands before oac.by/ledger/cctld.ru
PIN = document().digest
STRANGER = SigningKey(b"s" * 32)


def check(data: bytes, *pins: str, **attachments: str) -> Verdict:
    return check_package(data, pins=pins, attachments=attachments, at=LATER)


def found(data: bytes, *pins: str, **attachments: str) -> set[tuple[str, str]]:
    return {(fault.code, fault.place) for fault in check(data, *pins, **attachments).faults}


def test_a_good_package_proves_what_it_says() -> None:
    verdict = check(package())
    assert verdict.faults == ()
    assert verdict.sealed_by == "ru-2026-1"
    assert [one.why for one in verdict.believed] == ["signed-by-all"]
    out, incoming = verdict.ledgers
    assert (out.origin, out.sender, out.receiver) == ("cctld.ru/ledger/oac.by", "cctld.ru", "oac.by")
    assert (out.signed_by, out.cosigned_by, out.cosigned_at) == ("ru-2026-1", "by-2026-1", AT + timedelta(hours=1))
    assert [entry.position for entry in out.entries] == [300]
    assert [entry.position for entry in incoming.entries if entry.is_proven] == [0, 3, 4, 5, 296]
    assert [entry.position for entry in incoming.entries if entry.erased] == [4]
    assert incoming.unreceipted == ((297, "case-event"),)


def test_the_same_contents_are_the_same_bytes() -> None:
    assert made_of(texts(), ledgers()) == package()
    assert made_of(texts(), ledgers()[::-1]) == package()


@given(st.data())
def test_every_flipped_bit_of_every_member_is_noticed_and_named(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(members())))
    content = bytearray(members()[name])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    altered = render_tar({**members(), name: bytes(content)}.items())
    places = {fault.place for fault in check(altered).faults}
    assert places & ({MANIFEST, SEAL} if name in {MANIFEST, SEAL} else {name})


@given(st.data())
def test_every_flipped_bit_of_the_file_is_noticed(data: st.DataObject) -> None:
    altered = bytearray(package())
    altered[data.draw(st.integers(0, len(altered) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert check(bytes(altered)).faults


def test_every_octet_of_the_file_matters() -> None:
    """Each octet in turn, all of them in the soak and every thirty-first otherwise."""
    step = 1 if os.environ.get("COMITY_SOAK") else 31
    for place in range(0, len(package()), step):
        altered = bytearray(package())
        altered[place] ^= 0x20
        assert check(bytes(altered)).faults, place


@given(st.integers(0, 50_000))
def test_every_cut_is_noticed(size: int) -> None:
    assert check(package()[: min(size, len(package()) - 1)]).faults
    assert check(package() + bytes(512)).faults


# ---- what only the deeper steps can notice: the maker itself altered it, and sealed it anew --------------------------


@given(st.data())
def test_no_maker_can_alter_what_was_signed(data: st.DataObject) -> None:
    """Payloads, leaf data, proofs, receipts and memoranda: altered and sealed anew, each is noticed where it is."""
    name = data.draw(st.sampled_from([name for name in members() if name not in {MANIFEST, SEAL}]))
    content = bytearray(members()[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    faults = check(forge({name: bytes(content)})).faults
    if name.startswith("signatures"):  # when a signature was made is its maker's word: see the next test
        assert not faults or name in {fault.place for fault in faults}
        return
    places = {fault.place for fault in faults}
    # The member itself; or, of leaf data that could be another entry's, the proof beside them that does not fit.
    assert name in places or (name.endswith(".leaf") and name.replace(".leaf", ".tlog-proof") in places)


def test_when_a_memorandum_was_signed_is_the_signers_word() -> None:
    later = members()["signatures-1.json"].replace(b"2026-11-23T09:30:00Z", b"2026-11-22T09:30:00Z")
    assert later != members()["signatures-1.json"]
    assert check(forge({"signatures-1.json": later})).faults == ()


def test_another_payload() -> None:
    altered = members()[f"{IN}/296.payload"].replace(b"hold_registry", b"false_positiv")
    fault = next(one for one in check(forge({f"{IN}/296.payload": altered})).faults)
    assert fault == Fault(
        "payload-differs", f"{IN}/296.payload",
        (sha256(members()[f"{IN}/296.payload"]).hexdigest(), sha256(altered).hexdigest()),
    )  # fmt: skip


def test_another_payload_with_leaf_data_that_fit() -> None:
    altered = members()[f"{IN}/296.payload"].replace(b"hold_registry", b"false_positiv")
    was, now = (sha256(data).hexdigest().encode() for data in (members()[f"{IN}/296.payload"], altered))
    leaf = members()[f"{IN}/296.leaf"].replace(was, now)
    fault = next(one for one in check(forge({f"{IN}/296.payload": altered, f"{IN}/296.leaf": leaf})).faults)
    assert (fault.code, fault.place, fault.said[:3]) == (
        "not-proven", f"{IN}/296.tlog-proof", ("296", "oac.by/ledger/cctld.ru", "297"),
    )  # fmt: skip


def test_a_proof_of_another_position_and_one_that_is_none() -> None:
    name = f"{IN}/3.tlog-proof"
    proof = parse_proof(members()[name])
    assert found(forge({name: render_proof(4, proof.hashes, proof.note)})) == {("bad-proof", name)}
    assert found(forge({name: b"c2sp.org/tlog-proof@v1\nindex 3\nAAAA\n\n" + proof.note})) == {("bad-proof", name)}
    assert found(forge({name: render_proof(3, proof.hashes[:-1], proof.note)})) == {("not-proven", name)}
    assert found(forge({name: render_proof(3, (*proof.hashes, bytes(32)), proof.note)})) == {("not-proven", name)}
    other = members()[f"{OUT}/receipt"]
    assert found(forge({name: render_proof(3, proof.hashes, other)})) == {("other-receipt", name)}


def test_leaf_data_that_are_none() -> None:
    name = f"{IN}/5.leaf"
    assert ("bad-leaf", name) in found(forge({name: b"comity-entry/2" + members()[name][14:]}))


def resign(text: bytes, origin: str, sender: SigningKey, receiver: str, other: SigningKey) -> bytes:
    note = sign_text(text, origin, bytes(sender.verify_key), lambda data: sender.sign(data).signature)
    return cosign(
        note, receiver, bytes(other.verify_key), lambda data: other.sign(data).signature, at=AT + timedelta(hours=1)
    )


def test_a_receipt_that_one_side_did_not_sign() -> None:
    name, old = f"{OUT}/receipt", members()[f"{OUT}/receipt"]
    text = parse_note(old).text
    proof = f"{OUT}/300.tlog-proof"

    def forged(receipt: bytes) -> set[tuple[str, str]]:
        hashes = parse_proof(members()[proof]).hashes
        return found(forge({name: receipt, proof: render_proof(300, hashes, receipt)}))

    ru, by = SECRETS["cctld.ru"], SECRETS["oac.by"]
    assert forged(resign(text, "cctld.ru/ledger/oac.by", ru, "oac.by", by)) == set()
    assert forged(resign(text, "cctld.ru/ledger/oac.by", STRANGER, "oac.by", by)) == {("not-signed", name)}
    assert forged(resign(text, "cctld.ru/ledger/oac.by", ru, "oac.by", STRANGER)) == {("not-signed", name)}
    assert forged(sign_text(text, "cctld.ru/ledger/oac.by", public("cctld.ru"), signer("cctld.ru"))) == {
        ("not-signed", name)
    }
    head = parse_head(text)
    assert ("false-signature", name) in forged(old.replace(b"\n308\n", b"\n309\n"))
    foreign = Head("oac.by/ledger/cctld.ru", head.size, head.root)
    assert ("wrong-origin", name) in forged(sign_checkpoint(foreign, public("oac.by"), signer("oac.by")))
    assert ("bad-receipt", name) in forged(b"no note")


def test_a_key_that_had_ended_and_one_that_had_not_begun() -> None:
    entries = [report(), *noise(3)]
    for at, ended in ((AT + timedelta(days=500), True), (AT - timedelta(days=500), True), (AT, False)):
        data = made_of(texts(), [ledger("cctld.ru", "oac.by", entries, [0], at=at)])
        assert (("key-not-valid", f"{OUT}/receipt") in found(data)) is ended
    # The sender's key may have ended by the time the receiver confirmed, not the receiver's own.
    short = signed(made({"parties.0.keys.0.not_after": "2026-11-30"}), "cctld.ru", "oac.by", at=AT)
    data = made_of(texts(short), [ledger("cctld.ru", "oac.by", entries, [0], at=AT + timedelta(days=20))])
    assert found(data) == set()
    short = signed(made({"parties.1.keys.0.not_after": "2026-11-30"}), "cctld.ru", "oac.by", at=AT)
    data = made_of(texts(short), [ledger("cctld.ru", "oac.by", entries, [0], at=AT + timedelta(days=20))])
    assert found(data) == {("key-not-valid", f"{OUT}/receipt")}


def test_a_seal_of_a_day_on_which_the_key_was_not_valid() -> None:
    def date_it(at: datetime) -> Callable[[Manifest], Manifest]:
        return lambda manifest: msgspec.structs.replace(manifest, made_at=at)

    assert found(forge({}, date_it(LATER + timedelta(days=1)))) == set()
    for at in (AT - timedelta(days=500), AT + timedelta(days=500)):
        faults = check(forge({}, date_it(at))).faults
        assert faults == (Fault("key-not-valid", SEAL, ("cctld.ru", "ru-2026-1", at.date().isoformat())),)


def test_a_manifest_that_names_another_memorandum_or_other_sizes() -> None:
    other = "sha256:" + "0" * 64

    def rename(manifest: Manifest) -> Manifest:
        return msgspec.structs.replace(manifest, memoranda=(other,))

    faults = check(forge({}, rename)).faults
    assert faults[0] == Fault("memorandum-digest", "memorandum-1.json", (other, PIN))
    assert {(fault.code, fault.place) for fault in faults[1:]} == {
        ("not-signed", SEAL), ("not-signed", f"{OUT}/receipt"), ("not-signed", f"{IN}/receipt"),
    }  # fmt: skip

    def resize(manifest: Manifest) -> Manifest:
        first = msgspec.structs.replace(manifest.members[0], bytes=1)
        return msgspec.structs.replace(manifest, members=(first, *manifest.members[1:]))

    size = str(len(members()["memorandum-1.json"]))
    assert check(forge({}, resize)).faults == (Fault("member-size", "memorandum-1.json", ("1", size)),)


def test_a_ledger_whose_origin_names_no_two_parties() -> None:
    def rename(manifest: Manifest) -> Manifest:
        place = msgspec.structs.replace(manifest.ledgers[0], origin="cctld.ru/ledger")
        return msgspec.structs.replace(manifest, ledgers=(place, manifest.ledgers[1]))

    assert found(forge({}, rename)) == {("wrong-origin", f"{OUT}/receipt")}


def test_keys_count_for_a_ledger_only_by_a_text_that_binds_both_its_parties() -> None:
    """A party cannot bring its partner's ledger under a memorandum that the partner's partner never signed."""
    parties = [*example()["parties"]]
    vn = {**parties[1], "id": "vnnic.vn", "zones": ["vn"]}
    key = SigningKey(b"v" * 32)
    vn["keys"] = [{**vn["keys"][0], "kid": "vn-2026-1", "public": b64encode(bytes(key.verify_key)).decode()}]
    other = made({"id": "urn:comity:memo:ru:vn", "parties": [parties[0], vn], "disputes": example()["disputes"]})
    text = render_memorandum(other)
    signatures = (
        write_signature("cctld.ru", KIDS["cctld.ru"], SECRETS["cctld.ru"].sign(text).signature, at=AT),
        write_signature("vnnic.vn", "vn-2026-1", key.sign(text).signature, at=AT),
    )
    with_vn = Document(other, text, signatures)
    data = made_of(texts(with_vn), ledgers())
    assert found(data) == {("not-signed", f"{OUT}/receipt"), ("not-signed", f"{IN}/receipt")}
    # Nor is what it signs with the key of another agreement its word under this one.
    ours = made({"parties.0.keys": [{**first_key(), "public": b64encode(bytes(STRANGER.verify_key)).decode()}]})
    signatures = tuple(
        write_signature(party, KIDS[party], key.sign(render_memorandum(ours)).signature, at=AT)
        for party, key in (("cctld.ru", STRANGER), ("oac.by", SECRETS["oac.by"]))
    )
    verdict = check(made_of(texts(Document(ours, render_memorandum(ours), signatures), with_vn), ledgers()))
    assert {(fault.code, fault.place, fault.said) for fault in verdict.faults} == {
        ("not-signed", f"{OUT}/receipt", ("cctld.ru",)), ("not-signed", f"{IN}/receipt", ("cctld.ru",)),
    }  # fmt: skip
    assert not any(entry.is_proven for each in verdict.ledgers for entry in each.entries)


def test_a_memorandum_and_its_signatures_have_one_way_to_be_written() -> None:
    plain = made({"demo": None})
    spelt = render_memorandum(plain)
    longer = spelt.replace(b'"disputes"', b'"demo":false,"disputes"', 1)
    both = tuple(
        write_signature(party, KIDS[party], SECRETS[party].sign(longer).signature, at=AT)
        for party in ("cctld.ru", "oac.by")
    )
    assert longer != spelt
    faults = check(made_of(texts(Document(plain, longer, both)), ledgers())).faults
    assert faults[0] == Fault("bad-memorandum", "memorandum-1.json", ("writes out a default",))
    first, second = json.loads(members()["signatures-1.json"])
    turned = canonical([second, first])
    faults = check(forge({"signatures-1.json": turned})).faults
    assert faults[0] == Fault("bad-memorandum", "signatures-1.json", ("is in another order",))
    for data in (b"[]", b"{}", b"[1]", b"[" * 500, b'[{"party":"oac.by"}]', members()["signatures-1.json"] + b" "):
        assert ("bad-memorandum", "signatures-1.json") in found(forge({"signatures-1.json": data})) or data == b"[]"


def test_a_manifest_names_each_ledger_and_entry_once_and_in_order() -> None:
    manifest = parse_manifest(members()[MANIFEST])
    out, incoming = manifest.ledgers
    for ledgers_named in (
        (msgspec.structs.replace(out, origin="zz.by/ledger/cctld.ru"), incoming),
        (msgspec.structs.replace(out, origin=incoming.origin), incoming),
        (out, msgspec.structs.replace(incoming, entries=incoming.entries[::-1])),
        (out, msgspec.structs.replace(incoming, entries=(*incoming.entries, incoming.entries[-1]))),
        (out, msgspec.structs.replace(incoming, unreceipted=incoming.unreceipted * 2)),
    ):
        with pytest.raises(InputError, match="twice or out of order"):
            parse_manifest(render_manifest(msgspec.structs.replace(manifest, ledgers=ledgers_named)))


def test_two_keys_of_one_name_are_two_keys() -> None:
    """An amendment calls a new key by the old name: what the old one signed is judged by the old one's days."""
    first = document()
    keys = [{**first_key(), "public": b64encode(bytes(STRANGER.verify_key)).decode(), "not_before": "2026-11-24"}]
    again = made({"version": 2, "supersedes": {"version": 1, "digest": first.digest}, "parties.0.keys": keys})
    signatures = tuple(
        write_signature(party, KIDS[party], key.sign(render_memorandum(again)).signature, at=AT + timedelta(days=1))
        for party, key in (("cctld.ru", STRANGER), ("oac.by", SECRETS["oac.by"]))
    )
    second = Document(again, render_memorandum(again), signatures)
    data = made_of(texts(second, first), [ledger("cctld.ru", "oac.by", [report(), *noise(3)], [0])])
    assert found(data) == set()
    assert found(data, second.digest) == set(), "the pinned text names the one before it"
    assert check(data).ledgers[0].signed_by == KIDS["cctld.ru"]
    # What the new one signed before its first day is not excused by the old one's days.
    early = made_of(texts(second, first), [ledger("cctld.ru", "oac.by", [report(), *noise(3)], [0])])
    receipt = resign(
        parse_note(members(early)[f"{OUT}/receipt"]).text,
        "cctld.ru/ledger/oac.by",
        STRANGER,
        "oac.by",
        SECRETS["oac.by"],
    )
    proof = render_proof(0, parse_proof(members(early)[f"{OUT}/0.tlog-proof"]).hashes, receipt)
    verdict = check(forge({f"{OUT}/receipt": receipt, f"{OUT}/0.tlog-proof": proof}, of=early))
    assert [(one.code, one.place) for one in verdict.faults] == [("key-not-valid", f"{OUT}/receipt")]
    assert [entry.is_proven for entry in verdict.ledgers[0].entries] == [False]
    alone = made_of(texts(second), [ledger("cctld.ru", "oac.by", [report(), *noise(3)], [0])])
    assert found(alone) == {("not-signed", SEAL), ("not-signed", f"{OUT}/receipt")}


def first_key() -> dict[str, object]:
    key = document().memorandum.parties[0].keys[0]
    return dict(msgspec.to_builtins(key))


def test_a_memorandum_that_not_all_signed_is_believed_in_nothing() -> None:
    alone = signed(made(), "cctld.ru", at=AT)
    assert found(made_of(texts(alone), ledgers())) == {
        ("memorandum-not-signed", "signatures-1.json"), ("not-signed", SEAL),
        ("not-signed", f"{OUT}/receipt"), ("not-signed", f"{IN}/receipt"),
    }  # fmt: skip
    text = document().text
    forged = (
        *document().signatures[:1],
        write_signature("oac.by", KIDS["oac.by"], STRANGER.sign(text).signature, at=AT),
    )
    faults = check(made_of(texts(Document(document().memorandum, text, forged)), ledgers())).faults
    assert faults[0] == Fault("memorandum-signature", "signatures-1.json", ("oac.by", "by-2026-1", "bad-signature"))


def test_an_invented_memorandum_is_caught_by_its_digest_alone() -> None:
    """Whoever invents the keys of both parties can sign anything: this is what a pin is for."""
    assert found(package(), PIN) == set()
    assert [one.why for one in check(package(), PIN).believed] == ["pinned"]
    other = "sha256:" + "0" * 64
    assert found(package(), other) == {
        ("pin-missing", ""), ("not-signed", SEAL), ("not-signed", f"{OUT}/receipt"), ("not-signed", f"{IN}/receipt"),
    }  # fmt: skip
    assert [one for one in check(package(), other).ledgers if one.head] == []


def test_a_pin_reaches_the_versions_that_it_replaces_and_no_others() -> None:
    first = document()
    second = signed(
        made({"version": 2, "supersedes": {"version": 1, "digest": first.digest}}), "cctld.ru", "oac.by", at=AT
    )
    data = made_of(texts(second, first), ledgers())
    assert [one.why for one in check(data, second.digest).believed] == ["pinned", "named-by-pinned"]
    assert [one.why for one in check(data, first.digest).believed] == ["pinned"]
    assert found(data, first.digest) == set()
    claims = {"id": "urn:comity:memo:another", "version": 2, "supersedes": {"version": 1, "digest": first.digest}}
    stranger = signed(made(claims), "cctld.ru", "oac.by", at=AT)
    assert len(check(made_of(texts(stranger, first), ledgers()), stranger.digest).believed) == 1


def test_a_seal_by_another_or_over_another_manifest() -> None:
    manifest = members()[MANIFEST]

    def sealed(seal: bytes) -> set[tuple[str, str]]:
        return found(render_tar({**members(), SEAL: seal}.items()))

    text = seal_text("cctld.ru", manifest)
    assert sealed(sign_text(text, "cctld.ru", public("cctld.ru"), signer("cctld.ru"))) == set()
    assert sealed(sign_text(text, "oac.by", public("oac.by"), signer("oac.by"))) == {("not-signed", SEAL)}
    wrong = bytes(64)
    assert sealed(sign_text(text, "cctld.ru", public("cctld.ru"), lambda _data: wrong)) == {("false-signature", SEAL)}
    assert sealed(sign_text(seal_text("cctld.ru", b"{}"), "cctld.ru", public("cctld.ru"), signer("cctld.ru"))) == {
        ("seal-of-another", SEAL)
    }
    assert sealed(b"nothing") == {("bad-seal", SEAL)}
    two = sign_text(text, "cctld.ru", public("cctld.ru"), signer("cctld.ru")).rstrip(b"\n")
    extra = sign_text(text, "stranger", bytes(STRANGER.verify_key), lambda data: STRANGER.sign(data).signature)
    assert sealed(two + b"\n" + extra.partition(b"\n\n")[2]) == {("not-signed", SEAL)}


def test_members_that_are_missing_added_or_moved() -> None:
    held = members()
    without = {name: content for name, content in held.items() if name != f"{OUT}/300.payload"}
    assert ("missing-member", f"{OUT}/300.payload") in found(render_tar(without.items()))
    assert check(render_tar(without.items())).ledgers[0].entries[0].is_proven is False
    assert found(render_tar([*held.items(), ("more.txt", b"more")])) == {("unnamed-member", "more.txt")}
    moved = [*list(held.items())[:2], *reversed(list(held.items())[2:])]
    assert found(render_tar(moved)) == {("wrong-order", MANIFEST)}
    assert found(render_tar(list(held.items())[1:])) == {("no-manifest", SEAL)}
    assert found(render_tar([])) == {("no-manifest", "")}


def test_what_is_claimed_as_unreceipted_lies_beyond_the_receipt() -> None:
    def claim(manifest: Manifest) -> Manifest:
        place = msgspec.structs.replace(manifest.ledgers[1], unreceipted=(Waiting(290, "case-event"),))
        return msgspec.structs.replace(manifest, ledgers=(manifest.ledgers[0], place))

    verdict = check(forge({}, claim))
    assert [(fault.code, fault.said) for fault in verdict.faults] == [
        ("is-receipted", ("290", "oac.by/ledger/cctld.ru"))
    ]
    assert all(entry.is_proven for entry in verdict.ledgers[1].entries)


def test_an_entry_of_another_case() -> None:
    held = ledger("cctld.ru", "oac.by", [report(), *noise(4)], [0, 2])
    assert found(made_of(texts(), [held])) == {("not-of-this-case", f"{OUT}/2.leaf")}


def test_attachments_are_those_that_the_reports_name() -> None:
    manifest = parse_manifest(members()[MANIFEST])
    assert {(one.kind, one.sha256) for one in manifest.attachments} == {("screenshot", SCREENSHOT), ("sample", SAMPLE)}
    assert found(package(), picture=SCREENSHOT, sample=SAMPLE) == set()
    assert check(package(), picture="f" * 64).faults == (Fault("attachment-unknown", "picture", ("f" * 64,)),)

    def drop(manifest: Manifest) -> Manifest:
        return msgspec.structs.replace(manifest, attachments=manifest.attachments[1:])

    def swap(manifest: Manifest) -> Manifest:
        other = msgspec.structs.replace(manifest.attachments[0], sha256="f" * 64)
        return msgspec.structs.replace(manifest, attachments=(other, *manifest.attachments[1:]))

    assert {fault.code for fault in check(forge({}, drop)).faults} == {"attachment-not-listed"}
    faults = check(forge({}, swap)).faults
    assert {(fault.code, fault.said) for fault in faults} == {
        ("attachment-not-named", ("f" * 64, f"{OUT}/300")), ("attachment-not-listed", (SCREENSHOT, f"{OUT}/300")),
    }  # fmt: skip


def test_a_payload_that_cannot_be_read_is_proven_all_the_same() -> None:
    unreadable = OutgoingEntry("report", case_name().uuid, b"{not json")
    held = ledger("oac.by", "cctld.ru", [unreadable, event("accepted", minutes=1)], [0, 1])
    verdict = check(made_of(texts(), [held]))
    assert verdict.faults == ()
    assert all(entry.is_proven for entry in verdict.ledgers[0].entries)


_KEYS = st.sampled_from(["format", "ledgers", "members", "case", "x"])


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
        max_leaves=12,
    )
)
def test_no_manifest_brings_the_reader_down(tree: object) -> None:
    for data in (json.dumps(tree).encode(), members()[MANIFEST].replace(b"1", json.dumps(tree).encode(), 1)):
        verdict = check(render_tar({**members(), MANIFEST: data}.items()))
        assert verdict.faults
        assert {fault.place for fault in verdict.faults} <= {MANIFEST, SEAL}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"ledger-1","entries"', b'"ledger-3","entries"'),
        (b'"made_at":"2026-11-25T09:30:00Z"', b'"made_at":"2026-11-25T09:30:00+00:00"'),
        (b'"made_at":"2026-11-25T09:30:00Z"', b'"made_at":"2026-11-25T09:30:00"'),
        (b'"erased":true', b'"erased":false'),
        (b'"position":3}', b'"position":4}'),
        (b'"position":300', b'"position":-300'),
        (b'"position":300', b'"position":9007199254740993'),
        (b'"position":300', b'"position":3e2'),
        (b'"format":"comity-evidence/1"', b'"format":"comity-evidence/2"'),
        (b'{"attachments"', b'{"a":1,"attachments"'),
        (b'{"attachments"', b'{ "attachments"'),
        (b'"ledger-1/receipt"', b'"../../receipt"'),
        (b"cctld.ru", b"cctld.ru\\n"),
        (b"}", b"}" + b"[" * 3000),
        (b'"case":{', b'"case":' + b'{"a":' * 3000 + b"{"),
    ],
)  # fmt: skip
def test_a_manifest_has_one_way_to_be_written(old: bytes, new: bytes) -> None:
    altered = members()[MANIFEST].replace(old, new, 1)
    assert altered != members()[MANIFEST]
    assert found(render_tar({**members(), MANIFEST: altered}.items())) == {("bad-manifest", MANIFEST)}


def test_the_manifest_is_read_as_it_was_written() -> None:
    assert render_manifest(parse_manifest(members()[MANIFEST])) == members()[MANIFEST]


@pytest.mark.parametrize(("directory", "entries"), [(OUT, sent), (IN, answered)])
def test_somebody_elses_merkle_tree_finds_the_proofs_good(
    directory: str, entries: Callable[[], list[OutgoingEntry]]
) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries():
        tree.append_entry(leaf_data(*entry))
    names = [name for name in members() if name.startswith(f"{directory}/") and name.endswith(".tlog-proof")]
    assert names
    for name in names:
        proof = parse_proof(members()[name])
        root = parse_head(parse_note(proof.note).text).root
        leaf = leaf_hash(members()[name.replace(".tlog-proof", ".leaf")])
        theirs = tree.prove_inclusion(proof.index + 1)
        assert tree.get_root() == root
        theirs.verify(leaf, root)
        assert {*proof.hashes, leaf} == set(theirs.path)


VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/evidence.json").read_text())


def test_vectors_of_the_specification() -> None:
    data = b64decode(VECTORS["package"])
    verdict = check(data)
    assert sha256(data).hexdigest() == VECTORS["sha256"]
    assert [text.digest for text in verdict.texts] == VECTORS["memoranda"]
    assert verdict.faults == ()
    assert VECTORS["proven"] == [
        {
            "ledger": one.ledger.origin, "position": one.entry.position, "kind": one.entry.leaf.kind,
            "subject": one.entry.leaf.subject, "payload_sha256": one.entry.leaf.payload_sha256,
            "erased": one.entry.erased, "confirmed_by": one.ledger.receiver,
            "confirmed_at": one.ledger.cosigned_at.isoformat().replace("+00:00", "Z"),
        }
        for one in read_statements(verdict)
        if one.entry.is_proven and one.entry.leaf and one.ledger.cosigned_at
    ]  # fmt: skip
    assert VECTORS["unreceipted"] == [
        {"ledger": ledger.origin, "position": position, "kind": kind}
        for ledger in verdict.ledgers
        for position, kind in ledger.unreceipted
    ]
    for case in VECTORS["altered"]:
        altered = bytearray(data)
        altered[case["octet"]] ^= case["xor"]
        assert sorted(found(bytes(altered))) == [tuple(fault) for fault in case["faults"]], case
