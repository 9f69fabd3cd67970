"""What an evidence package about a case holds: its manifest and the members that it names (comity-evidence/1).

`render_package` writes it, `parse_manifest` reads the manifest back and refuses every other spelling; the names of
all members follow from it (`member_names`), so nothing can be slipped in.  The seal is a signed note over the
manifest's SHA-256 by the party that made the package: it says that this is what its node held.  No input or output;
checking is in `wire.evidence_check`.  docs/spec/evidence.md is the normative text.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from comity.core.clauses import PartyId
from comity.core.errors import InputError
from comity.wire.canonical import MAX_INTEGER, canonical, parse_canonical
from comity.wire.checkpoint import Sign, sign_text
from comity.wire.evidence_tar import MAX_MEMBERS, render_tar
from comity.wire.said import name_attachments, read_said
from comity.wire.tlog_proof import render_proof

FORMAT: Final = "comity-evidence/1"
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.note"
MAX_ENTRIES: Final = 10_000
MAX_MANIFEST_BYTES: Final = 8 * 1024 * 1024

_Position = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
_Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Kind = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,20}\Z")]
_Line = Annotated[str, Meta(pattern=r"^[!-~]{1,253}\Z")]
_Origin = Annotated[str, Meta(pattern=r"^[!-~]{1,600}\Z")]
_Uuid = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the manifest: every member must be there, and no other."""


class CaseName(_Part, frozen=True):
    """The case as its maker knows it, and the subjects that its entries have."""

    uuid: _Uuid
    ref: _Line
    registrable: _Line
    category: _Kind
    subjects: Annotated[tuple[_Uuid, ...], Meta(max_length=MAX_ENTRIES)]


class EntryPlace(_Part, frozen=True):
    """An entry that is proven here; of an erased one there is no payload."""

    position: _Position
    erased: bool


class Waiting(_Part, frozen=True):
    """An entry that no receipt covers yet: named, and claimed by nothing."""

    position: _Position
    kind: _Kind


class LedgerPlace(_Part, frozen=True):
    """A ledger that holds entries about the case, and the directory of its members."""

    origin: _Origin
    directory: str
    entries: Annotated[tuple[EntryPlace, ...], Meta(max_length=MAX_ENTRIES)]
    unreceipted: Annotated[tuple[Waiting, ...], Meta(max_length=MAX_ENTRIES)]


class AttachmentName(_Part, frozen=True):
    """A file that a report names by its hash.  The file itself is not in the package."""

    sha256: _Sha256
    kind: _Kind
    directory: str
    position: _Position


class Member(_Part, frozen=True):
    """A member of the package after the manifest and its seal."""

    name: Annotated[str, Meta(max_length=100)]
    bytes: _Position
    sha256: _Sha256


class Manifest(_Part, frozen=True):
    """manifest.json as a value."""

    format: Literal["comity-evidence/1"]
    made_by: PartyId
    made_at: Annotated[datetime, Meta(tz=True)]
    case: CaseName
    memoranda: Annotated[tuple[Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}\Z")], ...], Meta(max_length=64)]
    ledgers: Annotated[tuple[LedgerPlace, ...], Meta(max_length=64)]
    attachments: Annotated[tuple[AttachmentName, ...], Meta(max_length=MAX_MEMBERS)]
    members: Annotated[tuple[Member, ...], Meta(max_length=MAX_MEMBERS)]


class EnclosedText(msgspec.Struct, frozen=True):
    """A memorandum to enclose: its digest, the bytes that were signed, and their signatures as canonical JSON."""

    digest: str
    text: bytes
    signatures: bytes


class EnclosedEntry(msgspec.Struct, frozen=True):
    """An entry to enclose: its leaf data, its payload unless it was erased, and its proof to the receipt's root."""

    position: int
    leaf: bytes
    payload: bytes | None
    proof: tuple[bytes, ...]


class EnclosedLedger(msgspec.Struct, frozen=True):
    """A ledger to enclose: its receipt as it was signed, and what it says about the case."""

    origin: str
    receipt: bytes
    entries: tuple[EnclosedEntry, ...]
    unreceipted: tuple[Waiting, ...]


def render_package(
    case: CaseName, memoranda: Sequence[EnclosedText], ledgers: Sequence[EnclosedLedger],
    *, maker: str, public: bytes, sign: Sign, at: datetime,
) -> bytes:  # fmt: skip
    """Write a package.  The same contents, maker and time give the same bytes."""
    ordered = sorted(ledgers, key=lambda ledger: ledger.origin)
    members = [*_memorandum_members(memoranda), *_ledger_members(ordered)]
    manifest = Manifest(
        format=FORMAT,
        made_by=maker,
        made_at=at.astimezone(UTC).replace(microsecond=0),
        case=case,
        memoranda=tuple(one.digest for one in memoranda),
        ledgers=tuple(
            LedgerPlace(
                ledger.origin,
                _directory(number),
                tuple(EntryPlace(entry.position, entry.payload is None) for entry in ledger.entries),
                ledger.unreceipted,
            )
            for number, ledger in enumerate(ordered, 1)
        ),
        attachments=tuple(
            AttachmentName(digest, kind, _directory(number), entry.position)
            for number, ledger in enumerate(ordered, 1)
            for entry in ledger.entries
            if entry.payload is not None
            for kind, digest in name_attachments(read_said(_kind_of(entry.leaf), entry.payload))
        ),
        members=tuple(Member(name, len(content), sha256(content).hexdigest()) for name, content in members),
    )
    written = render_manifest(manifest)
    seal = sign_text(seal_text(maker, written), maker, public, sign)
    return render_tar([(MANIFEST, written), (SEAL, seal), *members])


def render_manifest(manifest: Manifest) -> bytes:
    """Write the manifest as canonical JSON."""
    return canonical(msgspec.to_builtins(manifest))


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest.  Raises `InputError` naming what is not as it must be."""
    tree = parse_canonical(data, max_bytes=MAX_MANIFEST_BYTES)
    try:
        manifest = msgspec.convert(tree, Manifest)
    except msgspec.ValidationError as error:
        raise InputError(str(error), item=MANIFEST) from None
    if render_manifest(manifest) != data:
        raise InputError("writes a value in another way than the one", item=MANIFEST)
    if [ledger.directory for ledger in manifest.ledgers] != [_directory(at + 1) for at in range(len(manifest.ledgers))]:
        raise InputError("numbers its ledgers in another way than from 1", item=MANIFEST)
    if not _rises([ledger.origin for ledger in manifest.ledgers]) or not all(
        _rises([one.position for one in places])
        for ledger in manifest.ledgers
        for places in (ledger.entries, ledger.unreceipted)
    ):
        raise InputError("names a ledger or an entry twice or out of order", item=MANIFEST)
    if [member.name for member in manifest.members] != list(member_names(manifest)):
        raise InputError("lists other members than follow from its ledgers and memoranda", item=MANIFEST)
    return manifest


def member_names(manifest: Manifest) -> Iterator[str]:
    """The names of the members after the seal, in their order; they follow from what the manifest says."""
    for number in range(1, len(manifest.memoranda) + 1):
        yield from memorandum_names(number)
    for ledger in manifest.ledgers:
        if ledger.entries:
            yield f"{ledger.directory}/receipt"
        for entry in ledger.entries:
            leaf, payload, proof = entry_names(ledger.directory, entry.position)
            yield from (leaf, proof) if entry.erased else (leaf, payload, proof)


def memorandum_names(number: int) -> tuple[str, str]:
    """The members of a memorandum: its text and its signatures."""
    return f"memorandum-{number}.json", f"signatures-{number}.json"


def entry_names(directory: str, position: int) -> tuple[str, str, str]:
    """The members of an entry: its leaf data, its payload, its proof."""
    start = f"{directory}/{position}"
    return f"{start}.leaf", f"{start}.payload", f"{start}.tlog-proof"


def seal_text(maker: str, manifest: bytes) -> bytes:
    """Write what the maker signs: the format, its own name, the manifest's SHA-256."""
    return f"{FORMAT}\n{maker}\n{b64encode(sha256(manifest).digest()).decode()}\n".encode()


def _memorandum_members(memoranda: Sequence[EnclosedText]) -> Iterator[tuple[str, bytes]]:
    for number, one in enumerate(memoranda, 1):
        yield from zip(memorandum_names(number), (one.text, one.signatures), strict=True)


def _ledger_members(ledgers: Sequence[EnclosedLedger]) -> Iterator[tuple[str, bytes]]:
    for number, ledger in enumerate(ledgers, 1):
        if ledger.entries:
            yield f"{_directory(number)}/receipt", ledger.receipt
        for entry in ledger.entries:
            leaf, payload, proof = entry_names(_directory(number), entry.position)
            yield leaf, entry.leaf
            if entry.payload is not None:
                yield payload, entry.payload
            yield proof, render_proof(entry.position, entry.proof, ledger.receipt)


def _directory(number: int) -> str:
    return f"ledger-{number}"


def _kind_of(leaf: bytes) -> str:
    return leaf.split(b"\n", 2)[1].decode()


def _rises(values: Sequence[Any]) -> bool:
    return all(one < other for one, other in pairwise(values))
