"""The body of a batch: a checkpoint and the entries up to it, each with its length before it (docs/spec/link.md §3.1).

    comity-batch/1 LF
    <start> SP <count> SP <length of the note> LF
    <note>
    <kind> SP <subject> SP <length of the payload> LF <payload> LF      count times, or for an erased entry
    <kind> SP <subject> SP erased SP <SHA-256 of what the payload was> LF

Sizes are bounded before anything is read, nothing may follow the last entry, and every number has one form, so equal
batches are equal bytes.  A batch of another version is told so, with the versions that are spoken here.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.errors import InputError, TooLargeError
from comity.core.exchange import IncomingEntry, OutgoingEntry

BATCH_MAX_BYTES: Final = 16 * 1024 * 1024
BATCH_MAX_ENTRIES: Final = 10_000
PAYLOAD_MAX_BYTES: Final = 65_535  # C2SP tlog-tiles: an entry's length is a uint16
COMMITMENT_BYTES: Final = 32

_MAGIC: Final = b"comity-batch/1\n"
_OTHER_VERSION: Final = re.compile(rb"comity-batch/[0-9]{1,4}\n")
_COUNTS: Final = re.compile(rb"(0|[1-9][0-9]{0,18}) (0|[1-9][0-9]{0,5}) ([1-9][0-9]{0,5})")
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
    parts = [_MAGIC, b"%d %d %d\n" % (start, len(entries), len(note)), note]
    for kind, subject, payload, erased in entries:
        if erased:
            parts.append(b"%b %b erased %b\n" % (kind.encode(), subject.encode(), payload.hex().encode()))
            continue
        parts.append(b"%b %b %d\n" % (kind.encode(), subject.encode(), len(payload)))
        parts.append(payload)
        parts.append(b"\n")
    return b"".join(parts)


def parse_batch(body: bytes) -> BatchBody:
    """Take a batch apart.  Raises `TooLargeError` or `InputError` naming the entry that is malformed."""
    if len(body) > BATCH_MAX_BYTES:
        raise TooLargeError(f"a batch has at most {BATCH_MAX_BYTES} bytes", item="batch")
    if not body.startswith(_MAGIC):
        if _OTHER_VERSION.match(body):
            raise UnsupportedVersionError("this node speaks comity-batch/1", item="batch")
        raise InputError("does not begin with comity-batch/1", item="batch")
    match, at = _line(_COUNTS, body, len(_MAGIC), "batch")
    start, count, note_length = int(match[1]), int(match[2]), int(match[3])
    if count > BATCH_MAX_ENTRIES:
        raise TooLargeError(f"a batch has at most {BATCH_MAX_ENTRIES} entries", item="batch")
    note, at = body[at : at + note_length], at + note_length
    entries: list[IncomingEntry] = []
    for position in range(start, start + count):
        match, at = _line(_ENTRY, body, at, f"entry {position}")
        if match[4] is not None:
            commitment = bytes.fromhex(match[4].decode())
            entries.append(IncomingEntry(position, match[1].decode(), match[2].decode(), commitment, True))
            continue
        length = int(match[3])
        if length > PAYLOAD_MAX_BYTES:
            raise TooLargeError(f"an entry's payload has at most {PAYLOAD_MAX_BYTES} bytes", item=f"entry {position}")
        end = at + length
        if body[end : end + 1] != b"\n":
            raise InputError("is cut short or longer than it says", item=f"entry {position}")
        entries.append(IncomingEntry(position, match[1].decode(), match[2].decode(), body[at:end]))
        at = end + 1
    if at != len(body):
        raise InputError("does not end with its last entry", item="batch")
    return BatchBody(note, start, tuple(entries))


def _line(pattern: re.Pattern[bytes], body: bytes, at: int, item: str) -> tuple[re.Match[bytes], int]:
    end = body.find(b"\n", at, at + _LINE_MAX)
    match = pattern.fullmatch(body, at, end) if end >= 0 else None
    if match is None:
        raise InputError("is cut short or malformed", item=item)
    return match, end + 1
