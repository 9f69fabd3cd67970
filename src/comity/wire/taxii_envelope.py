"""An envelope that was posted to a collection (TAXII 2.1 §5.5): split into its objects, each with the bytes that came.

The whole is refused where it is no envelope; one object that cannot be kept stops nothing and has its reason.  Sizes,
counts and depth are bounded.  An object's bytes are kept as they came, so what comes out again is what was signed.
"""

import json
import re
from datetime import datetime
from typing import Any, Final

import msgspec

from comity.core.errors import InputError, TooLargeError
from comity.wire.taxii_query import parse_time

ENVELOPE_BYTES: Final = 10_000_000
ENVELOPE_OBJECTS: Final = 10_000
OBJECT_BYTES: Final = 1_000_000
_DEPTH: Final = 50
_ID: Final = re.compile(r"([a-z][a-z0-9-]{0,99})--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SPEC_VERSIONS: Final = frozenset({"2.0", "2.1"})
OBSERVABLES: Final = frozenset(
    (
        "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file", "ipv4-addr",
        "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url", "user-account",
        "windows-registry-key", "x509-certificate",
    )
)  # fmt: skip

_decode_envelope: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_objects: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


class EnvelopeError(InputError):
    """JSON that was posted over TAXII is well-formed, but no envelope."""

    code = "not-an-envelope"
    http_status = 422


class PostedObject(msgspec.Struct, frozen=True):
    """An object that can be kept.  `version` None: it is of a kind that has no versions."""

    stix_id: str
    type: str
    version: datetime | None
    spec_version: str
    data: bytes


class RefusedObject(msgspec.Struct, frozen=True):
    """An object that cannot be kept, and why; `stix_id` empty where it has none."""

    stix_id: str
    reason: str


class _Twice(msgspec.Struct, frozen=True):
    """A member's name that was given twice by the object that was read as so-manieth."""

    name: str
    call: int
    is_whole: bool = False


class _Head(msgspec.Struct):
    type: str
    id: str
    spec_version: str = ""
    created: str = ""
    modified: str = ""


_decode_head: Final = msgspec.json.Decoder(_Head).decode
_decode_id: Final = msgspec.json.Decoder(dict[str, Any]).decode


def split_envelope(data: bytes) -> list[PostedObject | RefusedObject]:
    """Split an envelope, in its order.  Raises `InputError` where the whole cannot be read."""
    if len(data) > ENVELOPE_BYTES:
        raise TooLargeError(f"an envelope has at most {ENVELOPE_BYTES} bytes", item="body")
    _check_depth(data)
    try:
        members = _decode_envelope(data)
        twice = _names_given_twice(data)
        raw = _decode_objects(members.get("objects", b"[]"))
    except (ValueError, RecursionError) as error:  # msgspec's and json's errors are such
        raise InputError(f"is not an envelope: {error}", item="body") from error
    if "type" in members or "id" in members:
        raise EnvelopeError("is a bundle or an object: send a TAXII envelope, with objects alone", item="body")
    if twice and twice[-1].is_whole:
        raise InputError(f"has the member {twice[-1].name[:60]!r} twice", item="body")
    if len(raw) > ENVELOPE_OBJECTS:
        raise TooLargeError(f"an envelope has at most {ENVELOPE_OBJECTS} objects", item="objects")
    return [_read(bytes(one), may_have_twice=bool(twice)) for one in raw]


def _read(data: bytes, *, may_have_twice: bool) -> PostedObject | RefusedObject:
    try:
        head = _decode_head(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return RefusedObject(_find_id(data), f"is not a STIX object: {error}")
    if len(data) > OBJECT_BYTES:
        return RefusedObject(head.id[:150], f"an object has at most {OBJECT_BYTES} bytes")
    found = _ID.fullmatch(head.id)
    if found is None or found[1] != head.type:
        return RefusedObject(head.id[:150], "id is not the type, two hyphens and a UUID in lower case")
    spec_version = head.spec_version or ("2.1" if head.type in OBSERVABLES else "2.0")
    if spec_version not in _SPEC_VERSIONS:
        return RefusedObject(head.id, f"spec_version {spec_version[:20]!r} is none that is known here")
    version = None
    if head.modified or head.created:
        version = parse_time(head.modified or head.created)
        if version is None:
            return RefusedObject(head.id, "modified is not a time such as 2026-11-26T09:30:00.000Z")
    elif head.type not in OBSERVABLES and head.spec_version:
        return RefusedObject(head.id, "has neither modified nor created")
    if may_have_twice and (twice := _names_given_twice(data)):
        return RefusedObject(head.id, f"has the member {twice[0].name[:60]!r} twice")
    return PostedObject(head.id, head.type, version, spec_version, data)


def _find_id(data: bytes) -> str:
    try:
        found = _decode_id(data).get("id", "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return found[:150] if isinstance(found, str) else ""


def _check_depth(data: bytes) -> None:
    """Refuse what is nested deeper than any STIX object, before it is parsed."""
    marks = _TEXT.sub(b"", data).translate(None, _NO_BRACKETS)
    depth = 0
    for mark in marks:
        depth += 1 if mark in _OPENING else -1
        if depth > _DEPTH:
            raise InputError(f"is nested deeper than {_DEPTH} levels", item="body")


_TEXT: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)  # one that does not end: to the end
_OPENING: Final = frozenset(b"[{")
_NO_BRACKETS: Final = bytes(octet for octet in range(256) if octet not in b"[]{}")


def _names_given_twice(data: bytes) -> list[_Twice]:
    """Members that an object gives twice, at any depth; what the whole itself gives twice comes last."""
    found: list[_Twice] = []
    calls = 0

    def pairs(members: list[tuple[str, Any]]) -> int:
        nonlocal calls
        calls += 1
        seen: set[str] = set()
        for name, _value in members:
            if name in seen:
                found.append(_Twice(name, calls))
                break
            seen.add(name)
        return 0

    json.loads(data, object_pairs_hook=pairs)
    return [msgspec.structs.replace(one, is_whole=one.call == calls) for one in found]
