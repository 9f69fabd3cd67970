"""What STIX objects of all told items share: identifiers, times, markings, identities, and the one extension.

Identifiers are UUIDv5: of an SCO as STIX 2.1 §2.9 says, of everything else in our namespace (docs/spec/stix.md §2), so
that two writers of the same item write the same object.  Objects that do not depend on an item (markings, identities,
actions, the definition of the extension) have one time of creation for all nodes.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from comity.core.markings import STIX_MARKING, Tlp
from comity.core.parties import PARTIES
from comity.wire.canonical import canonical
from comity.wire.stix import NAMESPACE, identity

SCO_NAMESPACE: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # STIX 2.1 §2.9
TLP_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"  # OASIS TLP 2.0
TOLD_EXTENSION: Final = f"extension-definition--{uuid5(NAMESPACE, 'told')}"
FIXED: Final = "2026-11-23T00:00:00.000Z"

_NO_URI: Final = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]")

_NAMES: Final = {party.id: party.name for party in PARTIES}

_ACTIONS: Final[dict[str, str]] = {
    "registrar-notice": "Notice to the registrar",
    "server-hold": "Hold by the registry (serverHold)",
    "delegation-ended": "Delegation ended by the registrar",
    "delegation-restored": "Delegation restored",
    "sinkhole": "Name sent to a sinkhole",
    "cleaned": "Cleaned by the host or the registrant",
}


class StixObject(msgspec.Struct, frozen=True):
    """An object as it is written: canonical bytes, and what an index asks of them.  `version`: `modified`, or empty."""

    type: str
    id: str
    version: str
    data: bytes


def write(built: dict[str, Any]) -> StixObject:
    """Write an object in its canonical form."""
    version = built.get("modified") or built.get("created") or ""
    return StixObject(built["type"], built["id"], version, canonical(built))


def stix_id(kind: str, *words: object) -> str:
    """The identifier of an object of ours, by the words that name it."""
    return f"{kind}--{uuid5(NAMESPACE, '/'.join(map(str, (kind, *words))))}"


def sco_id(kind: str, value: str) -> str:
    """The deterministic identifier of a domain name or URL (STIX 2.1 §2.9)."""
    return f"{kind}--{uuid5(SCO_NAMESPACE, canonical({'value': value}).decode())}"


def uri_of(target: str) -> str:
    """A canonical URL as a URI (RFC 3986): what a URL of browsers holds and a URI may not is percent-encoded."""
    scheme, colon, rest = target.partition("://")
    authority_end = next((place for place, letter in enumerate(rest) if letter in "/?#"), len(rest))
    path, sharp, fragment = rest[authority_end:].partition("#")
    encoded = _NO_URI.sub(_percent, path) + sharp + _NO_URI.sub(_percent, fragment.replace("#", "%23"))
    return scheme + colon + rest[:authority_end] + encoded


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in found.group().encode("utf-8", "surrogatepass"))


def marking(tlp: Tlp) -> StixObject:
    """The TLP 2.0 marking definition as OASIS publishes it."""
    return write({
        "type": "marking-definition", "spec_version": "2.1", "id": STIX_MARKING[tlp],
        "created": "2022-10-01T00:00:00.000Z", "name": tlp,
        "extensions": {
            TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp.removeprefix("TLP:").lower()}
        },
    })  # fmt: skip


def party(party_id: str) -> StixObject:
    """The identity of a party; known to everybody, so it is TLP:CLEAR."""
    return write({
        "type": "identity", "spec_version": "2.1", "id": identity(party_id), "created": FIXED, "modified": FIXED,
        "name": _NAMES.get(party_id, party_id), "identity_class": "organization",
        "object_marking_refs": [STIX_MARKING["TLP:CLEAR"]],
    })  # fmt: skip


def program() -> StixObject:
    """The identity of the program, which made the extension and the list of actions."""
    return write({
        "type": "identity", "spec_version": "2.1", "id": identity("comity"), "created": FIXED, "modified": FIXED,
        "name": "Comity", "identity_class": "system", "object_marking_refs": [STIX_MARKING["TLP:CLEAR"]],
    })  # fmt: skip


def extension() -> StixObject:
    """The definition of the extension: what a told item has and STIX has no place for."""
    return write({
        "type": "extension-definition", "spec_version": "2.1", "id": TOLD_EXTENSION,
        "created_by_ref": identity("comity"), "created": FIXED, "modified": FIXED, "name": "Comity: told items",
        "description": "Clause and memorandum by which an object was told, and the item as it was told.",
        "schema": "docs/spec/stix.md", "version": "1.0.0", "extension_types": ["property-extension"],
        "object_marking_refs": [STIX_MARKING["TLP:CLEAR"]],
    })  # fmt: skip


def action(code: str) -> StixObject | None:
    """The course of action that an action of a case is; None for a word that is none."""
    if code not in _ACTIONS:
        return None
    return write({
        "type": "course-of-action", "spec_version": "2.1", "id": stix_id("course-of-action", code),
        "created_by_ref": identity("comity"), "created": FIXED, "modified": FIXED, "name": _ACTIONS[code],
        "labels": [code], "object_marking_refs": [STIX_MARKING["TLP:CLEAR"]],
    })  # fmt: skip


def shared_objects(publisher: str, tlps: Iterable[Tlp]) -> list[StixObject]:
    """What every collection holds beside its items, so that no reference is open."""
    wanted = dict.fromkeys(["TLP:CLEAR", *tlps])
    return [*(marking(msgspec.convert(tlp, Tlp)) for tlp in wanted), program(), extension(), party(publisher)]
