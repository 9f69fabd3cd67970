"""Is an evidence package in order, and what does it prove?  Checked from its bytes alone (docs/spec/evidence.md §5).

The steps stand in the order of the specification.  Each fault is named with the member it concerns; a package that
cannot be taken apart (1) or whose manifest is none (2) is not looked into further, anything else is looked at to its
end, so that all faults are told at once.  Nothing is believed for standing in the package: see `core.case_evidence`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.case_evidence import (
    BelievedText,
    Fault,
    JudgedEntry,
    JudgedLedger,
    NamedKey,
    SignedText,
    believe,
    find_key,
    keys_of,
    parse_leaf,
    proves,
    was_valid,
)
from comity.core.errors import InputError
from comity.core.exchange import ForgedError
from comity.core.ledger import Head
from comity.wire.checkpoint import check_cosignatures, check_signatures, parse_head, parse_note
from comity.wire.enclosed_memoranda import read_enclosed
from comity.wire.evidence import (
    MANIFEST,
    SEAL,
    EntryPlace,
    LedgerPlace,
    Manifest,
    entry_names,
    parse_manifest,
    seal_text,
)
from comity.wire.evidence_tar import parse_tar
from comity.wire.said import name_attachments, read_said
from comity.wire.tlog_proof import parse_proof

_ORIGIN: Final = re.compile(r"([a-z0-9.-]{1,253})/ledger/([a-z0-9.-]{1,253})")


class Verdict(msgspec.Struct, frozen=True):
    """What came of a package: everything wrong with it, and what it says.  Without faults it proves what it says."""

    faults: tuple[Fault, ...]
    manifest: Manifest | None = None
    sealed_by: str = ""
    texts: tuple[SignedText, ...] = ()
    believed: tuple[BelievedText, ...] = ()
    ledgers: tuple[JudgedLedger, ...] = ()


def check_package(
    data: bytes, *, pins: Collection[str] = (), attachments: Mapping[str, str] | None = None, at: datetime
) -> Verdict:
    """Check a package.  `pins`: digests of memoranda to believe; `attachments`: SHA-256 by name of files beside it."""
    # (1) The container: every octet of it is where the format puts it.
    members = parse_tar(data)
    if isinstance(members, Fault):
        return Verdict((members,))
    # (2) The manifest, and every member that it names: there, whole, in order, and none besides.
    faults: list[Fault] = []
    manifest = _read_manifest(members, faults)
    if manifest is None:
        return Verdict(tuple(faults))
    # (3) The memoranda: signed by all their parties; which of them are believed.
    texts = [
        text
        for number in range(len(manifest.memoranda))
        if (text := read_enclosed(members, manifest, number, faults, at=at)) is not None
    ]
    faults += [Fault("pin-missing", "", (pin,)) for pin in sorted(pins) if pin not in manifest.memoranda]
    believed = believe(texts, pins)
    # (4) The seal: the maker signed this manifest.
    sealed_by = _check_seal(members, manifest, keys_of(believed, manifest.made_by), faults)
    # (5) The receipts, and (6) the entries under each.
    ledgers = tuple(_judge_ledger(members, place, believed, faults) for place in manifest.ledgers)
    # (7) What the entries say: about this case, and of which files.
    _check_contents(manifest, ledgers, attachments or {}, faults)
    return Verdict(tuple(faults), manifest, sealed_by, tuple(texts), believed, ledgers)


def _read_manifest(members: dict[str, bytes], faults: list[Fault]) -> Manifest | None:
    # (2.1) The first member is the manifest, the second its seal.
    if list(members)[:2] != [MANIFEST, SEAL]:
        faults.append(Fault("no-manifest", next(iter(members), "")))
        return None
    # (2.2) It is written in the one way a manifest can be written.
    try:
        manifest = parse_manifest(members[MANIFEST])
    except InputError as error:
        faults.append(Fault("bad-manifest", MANIFEST, (error.message,)))
        return None
    # (2.3) The members after the seal are those that it names, in its order, and hash to what it says.
    named = [member.name for member in manifest.members]
    found = list(members)[2:]
    faults += [Fault("missing-member", name) for name in named if name not in members]
    known = frozenset(named)
    faults += [Fault("unnamed-member", name) for name in found if name not in known]
    if found != named and known == frozenset(found):
        faults.append(Fault("wrong-order", MANIFEST))
    for member in manifest.members:
        content = members.get(member.name)
        if content is not None and (actual := sha256(content).hexdigest()) != member.sha256:
            faults.append(Fault("member-hash", member.name, (member.sha256, actual)))
        elif content is not None and len(content) != member.bytes:
            faults.append(Fault("member-size", member.name, (str(member.bytes), str(len(content)))))
    return manifest


def _check_seal(members: dict[str, bytes], manifest: Manifest, keys: Sequence[NamedKey], faults: list[Fault]) -> str:
    """Give the name of the key that sealed the package, if one did."""
    # (4.1) The note says that the maker made this manifest.
    try:
        note = parse_note(members[SEAL])
    except InputError as error:
        faults.append(Fault("bad-seal", SEAL, (error.message,)))
        return ""
    if note.text != seal_text(manifest.made_by, members[MANIFEST]):
        faults.append(Fault("seal-of-another", SEAL, (sha256(members[MANIFEST]).hexdigest(),)))
        return ""
    # (4.2) A believed key of the maker signed it, on a day on which the key was valid.
    try:
        signers = check_signatures(note, manifest.made_by, [key.labelled() for key in keys])
    except ForgedError as error:
        faults.append(Fault("false-signature", SEAL, (manifest.made_by, find_key(keys, error.item).kid)))
        return ""
    # (4.3) It bears that signature and no other line: nothing of a package is left unchecked.
    if len(signers) != 1 or len(note.signatures) != 1:
        faults.append(Fault("not-signed", SEAL, (manifest.made_by,)))
        return ""
    key = find_key(keys, signers[0])
    if not was_valid(keys, key, at=manifest.made_at, ended_is_fine=False):
        faults.append(_not_valid(SEAL, key, manifest.made_at))
    return key.kid


def _not_valid(place: str, key: NamedKey, at: datetime) -> Fault:
    return Fault("key-not-valid", place, (key.party, key.kid, at.date().isoformat()))


def _judge_ledger(
    members: dict[str, bytes], place: LedgerPlace, believed: Sequence[BelievedText], faults: list[Fault]
) -> JudgedLedger:
    match = _ORIGIN.fullmatch(place.origin)
    sender, receiver = match.groups() if match else ("", "")
    receipt = members.get(f"{place.directory}/receipt", b"")
    judged = _judge_receipt(receipt, place, (sender, receiver), believed, faults)
    entries = tuple(_judge_entry(members, place, entry, receipt, judged.head, faults) for entry in place.entries)
    return msgspec.structs.replace(judged, entries=entries)


def _judge_receipt(
    receipt: bytes, place: LedgerPlace, parties: tuple[str, str], believed: Sequence[BelievedText], faults: list[Fault]
) -> JudgedLedger:
    sender, receiver = parties
    waiting = tuple((one.position, one.kind) for one in place.unreceipted)
    judged = JudgedLedger(place.origin, sender, receiver, None, "", "", None, (), waiting)
    where = f"{place.directory}/receipt"
    if not place.entries:  # nothing is claimed of it
        return judged
    # (5.1) The receipt is a checkpoint of the ledger that the manifest names.
    try:
        note = parse_note(receipt)
        head = parse_head(note.text)
    except InputError as error:
        faults.append(Fault("bad-receipt", where, (error.message,)))
        return judged
    if head.origin != place.origin or not sender:
        faults.append(Fault("wrong-origin", where, (place.origin, head.origin)))
        return judged
    # (5.2) A believed key of the sender signed it, and (5.3) one of the receiver cosigned it.
    sender_keys, receiver_keys = keys_of(believed, sender, other=receiver), keys_of(believed, receiver, other=sender)
    try:
        signers = check_signatures(note, head.origin, [key.labelled() for key in sender_keys])
    except ForgedError as error:
        faults.append(Fault("false-signature", where, (sender, find_key(sender_keys, error.item).kid)))
        return judged
    try:
        cosigners = check_cosignatures(note, receiver, [key.labelled() for key in receiver_keys])
    except ForgedError as error:
        faults.append(Fault("false-signature", where, (receiver, find_key(receiver_keys, error.item).kid)))
        return judged
    missing = [party for party, found in ((sender, signers), (receiver, cosigners)) if not found]
    faults += [Fault("not-signed", where, (party,)) for party in missing]
    if missing:
        return judged
    # (5.4) The receiver's key was valid when it cosigned, and the sender's then or before.
    cosigner = max(cosigners, key=lambda one: one.at)
    signed_by, cosigned_by = find_key(sender_keys, signers[0]), find_key(receiver_keys, cosigner.kid)
    before = len(faults)
    if not was_valid(receiver_keys, cosigned_by, at=cosigner.at, ended_is_fine=False):
        faults.append(_not_valid(where, cosigned_by, cosigner.at))
    if not was_valid(sender_keys, signed_by, at=cosigner.at, ended_is_fine=True):
        faults.append(_not_valid(where, signed_by, cosigner.at))
    is_good = len(faults) == before
    # (5.5) What is named as not yet receipted does lie beyond the receipt.
    faults += [
        Fault("is-receipted", MANIFEST, (str(position), head.origin)) for position, _ in waiting if position < head.size
    ]
    return msgspec.structs.replace(
        judged, head=head if is_good else None, signed_by=signed_by.kid, cosigned_by=cosigned_by.kid,
        cosigned_at=cosigner.at,
    )  # fmt: skip


def _judge_entry(
    members: dict[str, bytes], place: LedgerPlace, entry: EntryPlace, receipt: bytes, head: Head | None,
    faults: list[Fault],
) -> JudgedEntry:  # fmt: skip
    before = len(faults)
    leaf_name, payload_name, proof_name = entry_names(place.directory, entry.position)
    data, proof_data = members.get(leaf_name), members.get(proof_name)
    payload = None if entry.erased else members.get(payload_name)
    whole = data is not None and proof_data is not None and (entry.erased or payload is not None)
    # (6.1) The leaf data are those of an entry.
    leaf = parse_leaf(data or b"")
    if data is not None and leaf is None:
        faults.append(Fault("bad-leaf", leaf_name))
    # (6.2) The payload is the one that was hashed, unless it was erased.
    if payload is not None and leaf is not None and (actual := sha256(payload).hexdigest()) != leaf.payload_sha256:
        faults.append(Fault("payload-differs", payload_name, (leaf.payload_sha256, actual)))
        payload = None
    # (6.3) The proof is of this position and leads to the receipt's root.
    if data is not None and proof_data is not None:
        fault = _proof_fault(proof_name, proof_data, data, entry.position, receipt, head)
        faults += [fault] if fault else []
    is_proven = whole and head is not None and len(faults) == before
    return JudgedEntry(entry.position, leaf, payload, entry.erased, is_proven)


def _proof_fault(
    place: str, proof_data: bytes, leaf: bytes, position: int, receipt: bytes, head: Head | None
) -> Fault | None:
    try:
        proof = parse_proof(proof_data)
    except InputError as error:
        return Fault("bad-proof", place, (error.message,))
    if proof.index != position:
        return Fault("bad-proof", place, (f"index {proof.index}",))
    if proof.note != receipt:
        return Fault("other-receipt", place)
    if head is not None and not proves(leaf, position, proof.hashes, head):
        return Fault("not-proven", place, (str(position), head.origin, str(head.size), head.root.hex()))
    return None


def _check_contents(
    manifest: Manifest, ledgers: Sequence[JudgedLedger], attachments: Mapping[str, str], faults: list[Fault]
) -> None:
    named: set[tuple[str, str, str, int]] = set()
    subjects = frozenset(manifest.case.subjects)
    for place, ledger in zip(manifest.ledgers, ledgers, strict=True):
        for entry in ledger.entries:
            if entry.leaf is None:
                continue
            # (7.1) Each entry concerns a subject by which the case's entries were found.
            if entry.leaf.subject not in subjects:
                leaf_name = entry_names(place.directory, entry.position)[0]
                faults.append(Fault("not-of-this-case", leaf_name, (entry.leaf.subject,)))
            if entry.is_proven and entry.payload is not None:
                named |= {
                    (sha, kind, place.directory, entry.position)
                    for kind, sha in name_attachments(read_said(entry.leaf.kind, entry.payload))
                }
    # (7.2) The files that the manifest lists are those that the reports name; of what is not proven nothing is asked.
    unproven = {
        (place.directory, entry.position)
        for place, ledger in zip(manifest.ledgers, ledgers, strict=True)
        for entry in ledger.entries
        if not entry.is_proven
    }
    listed = {
        (one.sha256, one.kind, one.directory, one.position)
        for one in manifest.attachments
        if (one.directory, one.position) not in unproven
    }
    for sha, kind, directory, position in sorted(listed ^ named):
        code = "attachment-not-named" if (sha, kind, directory, position) in listed else "attachment-not-listed"
        faults.append(Fault(code, MANIFEST, (sha, f"{directory}/{position}")))
    # (7.3) A file that was handed over beside the package is one of them.
    hashes = {sha for sha, *_ in named}
    faults += [Fault("attachment-unknown", name, (sha,)) for name, sha in attachments.items() if sha not in hashes]
