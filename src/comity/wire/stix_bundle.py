"""A bundle of told items, written as it goes: what is kept of each shared object is an identifier of 16 bytes.

Objects that several items share (a domain name, a party, an action) are written once; of an address that items of
several markings name, with the marking of the first.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from comity.core.markings import TLPS, Tlp
from comity.wire.stix_objects import Version, write_version
from comity.wire.stix_shared import StixObject, shared_objects, stix_id

_SHARED_KINDS: Final = frozenset(("domain-name", "url", "identity", "course-of-action", "marking-definition"))


def write_bundle(items: Iterable[Version], *, publisher: str, name: str, ceiling: Tlp) -> Iterator[bytes]:
    """Give the parts of a bundle: joined they are one canonical JSON document.  `name` names the bundle."""
    yield b'{"id":"' + stix_id("bundle", publisher, name).encode() + b'","objects":['
    is_first = True
    for one in _once(items, publisher, ceiling):
        yield one.data if is_first else b"," + one.data
        is_first = False
    yield b'],"type":"bundle"}\n'


def _once(items: Iterable[Version], publisher: str, ceiling: Tlp) -> Iterator[StixObject]:
    seen: set[bytes] = set()
    within = TLPS[: TLPS.index(ceiling) + 1]
    for one in _all(items, publisher, within):
        if one.type in _SHARED_KINDS:
            key = UUID(one.id.partition("--")[2]).bytes
            if key in seen:
                continue
            seen.add(key)
        yield one


def _all(items: Iterable[Version], publisher: str, within: Iterable[Tlp]) -> Iterator[StixObject]:
    yield from shared_objects(publisher, within)
    for item in items:
        yield from write_version(item, publisher=publisher)
