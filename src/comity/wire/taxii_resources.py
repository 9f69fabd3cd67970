"""TAXII 2.1 resources (OASIS Standard, §4 and §5) as this node says them: JSON bytes and media type, nothing stored.

Objects are never read or written anew: an envelope is what stands around their bytes.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.errors import ComityError
from comity.wire.taxii_query import render_micros, render_version

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"
STIX_MEDIA_TYPE: Final = "application/stix+json;version=2.1"
_MEDIA: Final = {one: f"application/stix+json;version={one}" for one in ("2.0", "2.1")}
_encode: Final = msgspec.json.Encoder().encode


class Discovery(msgspec.Struct, kw_only=True, omit_defaults=True):
    """§4.1.1."""

    title: str
    description: str = ""
    contact: str = ""
    default: str
    api_roots: tuple[str, ...]


class ApiRoot(msgspec.Struct, kw_only=True):
    """§4.2.1."""

    title: str
    description: str
    versions: tuple[str, ...] = (MEDIA_TYPE,)
    max_content_length: int


class CollectionResource(msgspec.Struct, kw_only=True):
    """§5.2.1."""

    id: str
    title: str
    description: str
    can_read: bool = True
    can_write: bool = False
    media_types: tuple[str, ...] = (STIX_MEDIA_TYPE,)


class Collections(msgspec.Struct):
    """§5.1.1."""

    collections: tuple[CollectionResource, ...]


class ManifestRecord(msgspec.Struct):
    """§5.3.1."""

    id: str
    date_added: str
    version: str
    media_type: str = STIX_MEDIA_TYPE


class StatusDetail(msgspec.Struct, omit_defaults=True):
    """§4.3.1: what became of one object."""

    id: str
    version: str
    message: str = ""


class Status(msgspec.Struct, kw_only=True, omit_defaults=True):
    """§4.3.1."""

    id: str
    status: str  # complete: what is posted is kept before it is answered
    request_timestamp: str
    total_count: int
    success_count: int
    successes: tuple[StatusDetail, ...] = ()
    failure_count: int
    failures: tuple[StatusDetail, ...] = ()
    pending_count: int

    def render(self) -> bytes:
        """As it is kept and sent."""
        return _encode(self)


class _Error(msgspec.Struct, kw_only=True):
    title: str
    description: str
    error_code: str
    http_status: str


def render_resource(resource: msgspec.Struct) -> bytes:
    """Write a resource."""
    return _encode(resource)


def render_error(error: ComityError) -> bytes:
    """Write the error message resource (§3.6.1)."""
    return _encode(
        _Error(
            title=error.code.replace("-", " ").capitalize(), description=str(error), error_code=error.code,
            http_status=str(error.http_status),
        )
    )  # fmt: skip


def envelope_head(next_page: str | None, *, is_more: bool) -> bytes:
    """Write what stands before the objects of an envelope (§3.7), which end with `ENVELOPE_END`."""
    given = f'"next":"{next_page}",' if next_page is not None else ""
    return f'{{"more":{"true" if is_more else "false"},{given}"objects":['.encode("ascii")


ENVELOPE_END: Final = b"]}"
EMPTY_ENVELOPE: Final = b"{}"


def render_manifest(records: Sequence[tuple[str, int, int, str]], next_page: str | None) -> bytes:
    """Write a manifest of (id, added, version, version of the specification), times in microseconds."""
    if not records:
        return EMPTY_ENVELOPE
    listed = [
        ManifestRecord(one, render_micros(added), render_version(version), _MEDIA[spec])
        for one, added, version, spec in records
    ]
    return _with_more({"objects": listed}, next_page)


def render_versions(versions: Sequence[int], next_page: str | None) -> bytes:
    """Write the versions of an object (§5.8), times in microseconds."""
    if not versions:
        return EMPTY_ENVELOPE
    return _with_more({"versions": [render_version(version) for version in versions]}, next_page)


def _with_more(members: dict[str, object], next_page: str | None) -> bytes:
    more: dict[str, object] = {"more": next_page is not None}
    if next_page is not None:
        more["next"] = next_page
    return _encode({**more, **members})
