"""What may be believed of an evidence package about a case: which texts, which keys, which entries.

The package itself is only bytes that somebody handed over.  A key is believed because a memorandum names it that all
its parties signed; such a text is believed outright only where its digest was given by whoever asks (a pin), or where
a pinned text names it as the version it replaces.  Without a pin the digests are told, for a person to compare.  An
entry is believed because a proof leads from it to the root that both parties signed.  Everything wrong is a `Fault`
with a stable code and the place it was found.  docs/spec/evidence.md §5 is the normative text; `wire.evidence_check`
takes the steps in its order.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from comity.core.ledger import Head, PublicKey, leaf_hash
from comity.core.memoranda import Memorandum, Signature
from comity.core.proofs import verify_inclusion

Why = Literal["pinned", "named-by-pinned", "signed-by-all"]

_LEAF: Final = re.compile(rb"comity-entry/1\n([a-z0-9-]{1,20})\n([!-~]{0,36})\n([0-9a-f]{64})\n")


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: a code, the member of the package (or the octet) it concerns, and what was found."""

    code: str
    place: str
    said: tuple[str, ...] = ()


class SignedText(msgspec.Struct, frozen=True):
    """A memorandum that all its parties signed."""

    place: str
    digest: str
    memorandum: Memorandum
    signatures: tuple[Signature, ...]


class BelievedText(msgspec.Struct, frozen=True):
    """A memorandum whose keys are believed, and why."""

    text: SignedText
    why: Why


class NamedKey(msgspec.Struct, frozen=True):
    """A party's key as a believed text names it."""

    party: str
    kid: str
    public: bytes
    not_before: date
    not_after: date
    digest: str

    def labelled(self) -> PublicKey:
        """The key under a name that no other key has: two texts may call two keys by one kid."""
        return PublicKey(self.public.hex(), self.public)


class Leaf(msgspec.Struct, frozen=True):
    """Leaf data taken apart: what an entry is and concerns, and the SHA-256 of its payload (hexadecimal)."""

    kind: str
    subject: str
    payload_sha256: str


def believe(texts: Sequence[SignedText], pins: Collection[str]) -> tuple[BelievedText, ...]:
    """Choose the texts whose keys are believed: all where nothing is pinned, else the pinned and what they replace."""
    if not pins:
        return tuple(BelievedText(text, "signed-by-all") for text in texts)
    by_digest = {text.digest: text for text in texts}
    why: dict[str, Why] = {digest: "pinned" for digest in by_digest if digest in pins}
    waiting = list(why)
    while waiting:
        later = by_digest[waiting.pop()].memorandum
        former = by_digest.get(later.supersedes.digest) if later.supersedes else None
        if former is not None and former.memorandum.id == later.id and former.digest not in why:
            why[former.digest] = "named-by-pinned"
            waiting.append(former.digest)
    return tuple(BelievedText(text, why[text.digest]) for text in texts if text.digest in why)


def keys_of(believed: Sequence[BelievedText], party: str, *, other: str = "") -> tuple[NamedKey, ...]:
    """List a party's keys by the believed texts, for a ledger by those alone to which the other party belongs too."""
    return tuple(
        NamedKey(party, key.kid, key.public_bytes, key.not_before, key.not_after, one.text.digest)
        for one in believed
        if not other or one.text.memorandum.party(other) is not None
        if (named := one.text.memorandum.party(party)) is not None
        for key in named.keys
        if key.public_bytes
    )


def find_key(keys: Sequence[NamedKey], label: str) -> NamedKey:
    """Find a key by the name that `labelled` gave it."""
    return next(key for key in keys if key.public.hex() == label)


def was_valid(keys: Sequence[NamedKey], used: NamedKey, *, at: datetime, ended_is_fine: bool) -> bool:
    """Answer whether a key was valid at a time by any text; with `ended_is_fine`, whether then or before."""
    day = at.date()
    return any(
        key.public == used.public and key.not_before <= day and (ended_is_fine or day <= key.not_after) for key in keys
    )


def parse_leaf(data: bytes) -> Leaf | None:
    """Take leaf data apart (docs/spec/ledger.md §2); None where they are none."""
    match = _LEAF.fullmatch(data)
    return None if match is None else Leaf(*(part.decode() for part in match.groups()))


def proves(data: bytes, position: int, proof: Sequence[bytes], head: Head) -> bool:
    """Answer whether the proof leads from leaf data at a position to the root that was signed."""
    return verify_inclusion(leaf_hash(data), position, head.size, proof, head.root)


class JudgedEntry(msgspec.Struct, frozen=True):
    """An entry as found; `leaf` is None where its leaf data are none, `payload` where it was erased or is false."""

    position: int
    leaf: Leaf | None
    payload: bytes | None
    erased: bool
    is_proven: bool


class JudgedLedger(msgspec.Struct, frozen=True):
    """A ledger of the package: who keeps it for whom, what both signed of it, and its entries about the case.

    `cosigned_at` is when the receiver says it held everything up to `head`: for an entry, at the latest.
    """

    origin: str
    sender: str
    receiver: str
    head: Head | None
    signed_by: str
    cosigned_by: str
    cosigned_at: datetime | None
    entries: tuple[JudgedEntry, ...]
    unreceipted: tuple[tuple[int, str], ...]
