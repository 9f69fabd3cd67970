"""Evidence that travels inside a report: base64 with a declared type, hash and size, each of which may be a lie.

What is told of a file is checked against its octets.  A file whose hash or size is not what was said is not kept, and
named; a file that `core.media_types` refuses (a program, an archive, a page) is not kept either, but its SHA-256 stays
in the report: the hash of a sample is evidence, the sample must never come into a node.
"""

import base64
import binascii
import hashlib
import re
from typing import Final

import msgspec

from comity.core.media_types import MAX_BYTES, PICTURES, MediaRefusal, clean_file_name, find_media_type
from comity.core.reports import Evidence, EvidenceKind
from comity.wire.documents import Enclosed, NotUnderstood

_HASH: Final = re.compile(r"(md5|sha1|sha256|sha512):([0-9a-fA-F]{32,128})")
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_NOTE_LETTERS: Final = 300
_ENDINGS: Final = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf",
    "text/plain": "txt", "application/json": "json", "message/rfc822": "eml",
}  # fmt: skip


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a report encloses it: what is said of it, and its text."""

    place: str  # where in the report it stands
    media_type: str
    payload: str
    name: str = ""
    note: str = ""
    digest: str = ""
    size: int | None = None
    is_base64: bool = True


class Checked(msgspec.Struct, frozen=True):
    """What became of an enclosed file: its evidence in the report, the file where it may be kept, what is wrong."""

    evidence: Evidence | None = None
    enclosed: Enclosed | None = None
    fault: NotUnderstood | None = None


def check_enclosed(claimed: Claimed, *, record: int) -> Checked:
    """Decode a file and check it against what is said of it."""
    data = decode_payload(claimed.payload) if claimed.is_base64 else claimed.payload.encode("utf-8", "replace")
    if data is None:
        return _fault(claimed, "is not base64; the file is not kept")
    if claimed.size is not None and claimed.size != len(data):
        return _fault(claimed, f"is said to have {claimed.size} bytes and has {len(data)}; the file is not kept")
    if claimed.digest:
        said = _HASH.fullmatch(claimed.digest)
        if said is None:
            return _fault(claimed, f"its hash {claimed.digest[:40]!r} cannot be checked; the file is not kept")
        if hashlib.new(said[1], data, usedforsecurity=False).hexdigest() != said[2].lower():
            return _fault(claimed, f"its {said[1]} is not the one that is said; the file is not kept")
    return keep_enclosed(data, claimed, record=record)


def keep_enclosed(data: bytes, claimed: Claimed, *, record: int) -> Checked:
    """Say what is kept of octets that came with a report."""
    digest = hashlib.sha256(data).hexdigest()
    note = " ".join(claimed.note.split())[:_NOTE_LETTERS]
    found = find_media_type(data, name=claimed.name, declared=claimed.media_type)
    if isinstance(found, MediaRefusal):
        kept = None if found.code == "attachment-empty" else Evidence("file-hash", digest, note)
        fault = NotUnderstood(claimed.place, f"{found.message}; the file is not kept")
        return Checked(kept, None, fault)
    name = clean_file_name(claimed.name) or f"{_stem(claimed.place)}.{_ENDINGS[found]}"
    kind = "screenshot" if found in PICTURES else "mail" if found == "message/rfc822" else "other"
    word: EvidenceKind = "screenshot" if kind == "screenshot" else "message" if kind == "mail" else "log-extract"
    return Checked(Evidence(word, digest, note, media_type=found), Enclosed(record, name, found, data, kind))


def decode_payload(text: str) -> bytes | None:
    """Decode base64 that may be folded into lines; None for anything else, and for what is larger than any file."""
    if len(text) > MAX_BYTES * 3 // 2:
        return None
    try:
        return base64.b64decode(_SPACES.sub("", text), validate=True)
    except (binascii.Error, ValueError):  # ValueError: letters that are no ASCII
        return None


def _fault(claimed: Claimed, why: str) -> Checked:
    return Checked(fault=NotUnderstood(claimed.place, why))


def _stem(place: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-") or "file"
