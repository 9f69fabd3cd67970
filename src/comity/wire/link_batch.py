"""Entries on the way: a batch with the checkpoint at its end, and a part of a ledger that is given back (link.md §3).

    comity-batch/1 LF
    <start> SP <count> SP <length of the note> LF
    <note>
    <kind> SP <subject> SP <length of the payload> LF <payload> LF      count times, or for an erased entry
    <kind> SP <subject> SP erased SP <SHA-256 of what the payload was> LF

A part has another first line, and after the note the proof that the note extends it, a hash a line:

    comity-part/1 LF
    <start> SP <count> SP <length of the note> SP <number of hashes> LF
    <note> (<hash, 64 hexadecimal digits> LF)… and the entries as above

Sizes are bounded before anything is read, nothing may follow the last entry, and every number has one form, so equal
batches are equal bytes.  A batch of another version is told so, with the versions that are spoken here.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from comity.core.errors import InputError, TooLargeError
from comity.core.exchange import IncomingEntry, OutgoingEntry

BATCH_MAX_BYTES: Final = 16 * 1024 * 1024
BATCH_MAX_ENTRIES: Final = 10_000
PAYLOAD_MAX_BYTES: Final = 65_535  # C2SP tlog-tiles: an entry's length is a uint16
COMMITMENT_BYTES: Final = 32

_BATCH: Final = b"comity-batch/1\n"
_PART: Final = b"comity-part/1\n"
_OTHER_VERSION: Final = re.compile(rb"comity-(?:batch|part)/[0-9]{1,4}\n")
_COUNTS: Final = re.compile(rb"(0|[1-9][0-9]{0,18}) (0|[1-9][0-9]{0,5}) ([1-9][0-9]{0,5})")
_PART_COUNTS: Final = re.compile(rb"(0|[1-9][0-9]{0,18}) (0|[1-9][0-9]{0,5}) ([1-9][0-9]{0,5}) (0|[1-9][0-9]{0,2})")
_HASH: Final = re.compile(rb"[0-9a-f]{64}")
_ENTRY: Final = re.compile(rb"([a-z0-9-]{1,20}) ([\x21-\x7e]{0,36}) (?:(0|[1-9][0-9]{0,5})|erased ([0-9a-f]{64}))")
_LINE_MAX: Final = 140


class UnsupportedVersionError(InputError):
    """The partner speaks a version of the link that this node does not; the answer names those it does."""

    code = "unsupported-version"


class BatchBody(msgspec.Struct, frozen=True):
    """A batch taken apart; nothing in it is believed yet."""

    note: bytes
    start: int
    entries: tuple[IncomingEntry, ...]


class PartBody(msgspec.Struct, frozen=True):
    """A part taken apart; nothing in it is believed yet."""

    note: bytes
    start: int
    entries: tuple[IncomingEntry, ...]
    proof: tuple[bytes, ...]


def check_entry(entry: OutgoingEntry) -> None:
    """Refuse an entry that no batch could carry: asked before it is appended, since a ledger never forgets."""
    if len(entry.payload) > PAYLOAD_MAX_BYTES:
        raise TooLargeError(f"an entry's payload has at most {PAYLOAD_MAX_BYTES} bytes", item=entry.subject)
    if entry.erased and len(entry.payload) != COMMITMENT_BYTES:
        raise InputError("of an erased entry the SHA-256 is kept, 32 octets", item=entry.subject)
    if not _ENTRY.fullmatch(f"{entry.kind} {entry.subject} 0".encode()):
        raise InputError(
            "an entry's kind is a kebab-case word, its subject up to 36 visible characters", item=entry.kind
        )


def render_batch(note: bytes, start: int, entries: Sequence[OutgoingEntry]) -> bytes:
    """Write a batch."""
    return b"".join([_BATCH, b"%d %d %d\n" % (start, len(entries), len(note)), note, *_rendered(entries)])


def render_part(note: bytes, start: int, entries: Sequence[OutgoingEntry], proof: Sequence[bytes]) -> bytes:
    """Write a part: entries of a ledger from `start`, the receipt that is held of it, and the proof between them."""
    first = b"%d %d %d %d\n" % (start, len(entries), len(note), len(proof))
    hashes = [b"%b\n" % node.hex().encode() for node in proof]
    return b"".join([_PART, first, note, *hashes, *_rendered(entries)])


def parse_batch(body: bytes) -> BatchBody:
    """Take a batch apart.  Raises `TooLargeError` or `InputError` naming the entry that is malformed."""
    _check_begin(body, _BATCH)
    match, at = _line(_COUNTS, body, len(_BATCH), "batch")
    start, count, note_length = int(match[1]), int(match[2]), int(match[3])
    note, at = body[at : at + note_length], at + note_length
    return BatchBody(note, start, _parsed(body, at, start, count))


def parse_part(body: bytes) -> PartBody:
    """Take a part apart.  Raises `TooLargeError` or `InputError` naming what is malformed."""
    _check_begin(body, _PART)
    match, at = _line(_PART_COUNTS, body, len(_PART), "part")
    start, count, note_length, hashes = map(int, match.groups())
    note, at = body[at : at + note_length], at + note_length
    proof: list[bytes] = []
    for number in range(hashes):
        match, at = _line(_HASH, body, at, f"hash {number}")
        proof.append(bytes.fromhex(match[0].decode()))
    return PartBody(note, start, _parsed(body, at, start, count), tuple(proof))


def _rendered(entries: Sequence[OutgoingEntry]) -> Iterator[bytes]:
    for kind, subject, payload, erased in entries:
        if erased:
            yield b"%b %b erased %b\n" % (kind.encode(), subject.encode(), payload.hex().encode())
        else:
            yield b"%b %b %d\n" % (kind.encode(), subject.encode(), len(payload))
            yield payload
            yield b"\n"


def _check_begin(body: bytes, magic: bytes) -> None:
    what = "batch" if magic is _BATCH else "part"
    if len(body) > BATCH_MAX_BYTES:
        raise TooLargeError(f"a {what} has at most {BATCH_MAX_BYTES} bytes", item=what)
    if not body.startswith(magic):
        if _OTHER_VERSION.match(body):
            raise UnsupportedVersionError(f"this node speaks {magic.decode().strip()}", item="1")
        raise InputError(f"does not begin with {magic.decode().strip()}", item=what)


def _parsed(body: bytes, at: int, start: int, count: int) -> tuple[IncomingEntry, ...]:
    """Read `count` entries from `at` to the very end of the body."""
    if count > BATCH_MAX_ENTRIES:
        raise TooLargeError(f"at most {BATCH_MAX_ENTRIES} entries travel at once", item="batch")
    entries: list[IncomingEntry] = []
    for position in range(start, start + count):
        match, at = _line(_ENTRY, body, at, f"entry {position}")
        kind, subject = match[1].decode(), match[2].decode()
        if match[4] is not None:
            entries.append(IncomingEntry(position, kind, subject, bytes.fromhex(match[4].decode()), True))
            continue
        length = int(match[3])
        if length > PAYLOAD_MAX_BYTES:
            raise TooLargeError(f"an entry's payload has at most {PAYLOAD_MAX_BYTES} bytes", item=f"entry {position}")
        end = at + length
        if body[end : end + 1] != b"\n":
            raise InputError("is cut short or longer than it says", item=f"entry {position}")
        entries.append(IncomingEntry(position, kind, subject, body[at:end]))
        at = end + 1
    if at != len(body):
        raise InputError("does not end with its last entry", item="batch")
    return tuple(entries)


def _line(pattern: re.Pattern[bytes], body: bytes, at: int, item: str) -> tuple[re.Match[bytes], int]:
    end = body.find(b"\n", at, at + _LINE_MAX)
    match = pattern.fullmatch(body, at, end) if end >= 0 else None
    if match is None:
        raise InputError("is cut short or malformed", item=item)
    return match, end + 1
