"""Told items as STIX 2.1 objects: a report as an indicator."""

from datetime import datetime
from typing import Any

import msgspec


class RenderedObject(msgspec.Struct, frozen=True):
    """A STIX object as it is served."""

    id: str
    type: str
    version: datetime
    spec_version: str
    data: bytes


def render_objects(row: Any, *, party: str) -> tuple[RenderedObject, ...]:  # noqa: ARG001
    """Write what a told item says."""
    if row.kind != "report" or row.told is None:
        return ()
    at = row.version.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    body = {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{row.subject}", "created": at, "modified": at,
        "pattern": f"[domain-name:value = '{row.told.host}']", "pattern_type": "stix", "valid_from": at,
        "revoked": row.is_withdrawn,
    }  # fmt: skip
    return (RenderedObject(body["id"], "indicator", row.version, "2.1", msgspec.json.encode(body)),)
