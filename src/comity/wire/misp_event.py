"""Events of a MISP feed: what a subscriber was told, as objects of MISP with their tags (docs/spec/misp.md).

A report is one object (phishing, url or domain-ip), a case is a domain-ip object and an object for each of its bad
pages.  `to_ids` is what makes a MISP block: a report is somebody's claim and never has it; of a case a page has it
while the case is confirmed, and the name only where a resolver may refuse the whole of it.

A MISP that read an event before keeps what a newer one does not mention.  So what leaves stays as a mark: the same
identifier, `deleted`, and a value under `withdrawn.invalid` in place of the old one, which it overwrites.  Identifiers
follow from the event and the item and never from the value.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import md5, sha1
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from comity.core.categories import Category
from comity.core.markings import Tlp
from comity.core.told_items import Told, ToldCase, ToldReport
from comity.wire.misp_taxonomies import (
    ACCESS_METHOD,
    ACTION_TAKEN,
    CATEGORY_TAG,
    DOMAIN_STATUS,
    confidence_tag,
    own_tag,
    pap_of,
    tlp_tag,
)
from comity.wire.misp_templates import CATEGORY_OF_TYPE, TEMPLATES

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:comity:misp")
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_ENDED: Final = frozenset(("closed", "merged"))
# States in which a person found the report true, and nothing yet says that it is over or contested.
_CONFIRMED: Final = frozenset(("confirmed", "notified", "hold_proposed", "on_hold"))
_COMMENT_LETTERS: Final = 2_000
_PORT: Final = re.compile(r"[a-z]+://[^/?#]*:([0-9]{1,5})(?=[/?#]|$)").match

_WITHDRAWN: Final[dict[str, str]] = {
    "url": "https://withdrawn.invalid/{}",
    "domain": "{}.withdrawn.invalid",
    "hostname": "{}.withdrawn.invalid",
    "text": "withdrawn",
    "datetime": "1970-01-01T00:00:00+00:00",
    "port": "1",
    "sha256": "0" * 64,
}


class EventFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Which event it is.  `stamp`: seconds since the epoch, rising with every version of the event."""

    feed: str  # the subscriber's key
    party: str
    tlp: Tlp
    category: Category
    day: str  # 2026-11-26
    part: int
    stamp: int

    @property
    def uuid(self) -> str:
        """The event's identifier: the same for ever."""
        return str(uuid5(_NAMESPACE, f"{self.party}/{self.feed}/{self.tlp}/{self.category}/{self.day}/{self.part}"))


class EventItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of an event; `told` is None where it left.  `shape` is what an earlier version published of it."""

    subject: str
    told: Told | None
    stamp: int
    shape: str = ""
    seen_count: int = 0
    last_seen: datetime | None = None


class RenderedEvent(msgspec.Struct, frozen=True):
    """An event as it is served, its parts of manifest.json and hashes.csv, and the shapes of its items in order."""

    body: bytes
    manifest: bytes
    hashes: bytes
    attributes: int
    shapes: tuple[str, ...]


class _Tag(msgspec.Struct, frozen=True):
    name: str
    colour: str = "#ffffff"
    local: bool = False
    relationship_type: str = ""


class _Attribute(msgspec.Struct, omit_defaults=True, kw_only=True):
    uuid: str
    type: str
    category: str
    value: str
    to_ids: bool
    deleted: bool
    timestamp: str
    object_relation: str
    disable_correlation: bool
    comment: str
    first_seen: str = ""
    last_seen: str = ""
    tags: tuple[_Tag, ...] = msgspec.field(default=(), name="Tag")


class _Reference(msgspec.Struct):
    uuid: str
    object_uuid: str
    referenced_uuid: str
    relationship_type: str
    comment: str
    timestamp: str


class _Object(msgspec.Struct, omit_defaults=True, kw_only=True):
    uuid: str
    name: str
    meta_category: str = msgspec.field(name="meta-category")
    description: str
    template_uuid: str
    template_version: str
    timestamp: str
    deleted: bool
    comment: str
    attributes: list[_Attribute] = msgspec.field(name="Attribute")
    references: tuple[_Reference, ...] = msgspec.field(default=(), name="ObjectReference")


class _Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in a relation of an object."""

    text: str
    to_ids: bool = False
    comment: str = ""
    tags: tuple[str, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class _Piece(msgspec.Struct, frozen=True):
    """An object that is to be written, in its slot of the item."""

    slot: str
    template: str
    values: dict[str, _Value]


_encode: Final = msgspec.json.Encoder().encode


def org_uuid(party: str) -> str:
    """The identifier of a party as an organisation."""
    return str(uuid5(_NAMESPACE, f"org/{party}"))


def render_event(facts: EventFacts, items: Sequence[EventItem]) -> RenderedEvent:
    """Write an event with all its items."""
    seed = facts.uuid
    objects: list[_Object] = []
    shapes: list[str] = []
    for item in items:
        written, shape = _objects(seed, item)
        objects += written
        shapes.append(shape)
    head = {
        "info": f"{facts.category}, {facts.tlp}, {facts.day} ({facts.part})",
        "date": facts.day,
        "analysis": "1",
        "threat_level_id": "4",
        "timestamp": str(facts.stamp),
        "Orgc": {"name": facts.party, "uuid": org_uuid(facts.party)},
        "Tag": [_Tag(tlp_tag(facts.tlp)), _Tag(CATEGORY_TAG[facts.category])],
    }
    event = {
        "uuid": seed, **head, "published": True, "publish_timestamp": head["timestamp"], "extends_uuid": "",
        "protected": False, "Attribute": [], "Object": objects,
    }  # fmt: skip
    values = [attribute.value for each in objects for attribute in each.attributes]
    hashes = "".join(f"{md5(value.encode(), usedforsecurity=False).hexdigest()},{seed}\n" for value in values)
    manifest = b'"%s":%s' % (seed.encode(), _encode(head))
    return RenderedEvent(_encode({"Event": event}), manifest, hashes.encode(), len(values), tuple(shapes))


def _objects(seed: str, item: EventItem) -> tuple[list[_Object], str]:
    """The objects of an item, those that left included, and its shape from now on."""
    before = _read_shape(item.shape)
    pieces = {(piece.slot, piece.template): piece for piece in _pieces(item)}
    written: list[_Object] = []
    shape: list[str] = []
    for slot, template in dict.fromkeys((*pieces, *before)):
        piece = pieces.get((slot, template))
        values = piece.values if piece is not None else {}
        relations = list(dict.fromkeys((*values, *before.get((slot, template), ()))))
        shape.append(f"{slot}/{template}/{','.join(relations)}")
        written.append(_object(seed, item, slot, template, relations, values))
    by_slot = {slot: each for each, (slot, _name) in zip(written, dict.fromkeys((*pieces, *before)), strict=True)}
    main, file = by_slot.get("main"), by_slot.get("file")
    if main is not None and file is not None and not main.deleted and not file.deleted:
        main.references = (
            _Reference(
                _uuid(seed, item.subject, "reference", "file"), main.uuid, file.uuid, "downloads", "", main.timestamp
            ),
        )
    return written, ";".join(shape)


def _read_shape(shape: str) -> dict[tuple[str, str], list[str]]:
    parts = (part.split("/") for part in shape.split(";") if part)
    return {(slot, template): relations.split(",") for slot, template, relations in parts}


def _object(
    seed: str, item: EventItem, slot: str, template: str, relations: Sequence[str], values: dict[str, _Value]
) -> _Object:
    known, stamp = TEMPLATES[template], str(item.stamp)
    place = f"{slot}/{template}"
    attributes = []
    for relation in relations:
        kind, uuid, value = known.relations[relation], _uuid(seed, item.subject, place, relation), values.get(relation)
        attribute = _Attribute(
            uuid=uuid, type=kind, category=CATEGORY_OF_TYPE[kind], timestamp=stamp, object_relation=relation,
            value=_WITHDRAWN[kind].format(uuid) if value is None else value.text,
            to_ids=value is not None and value.to_ids, deleted=value is None,
            disable_correlation=value is None or kind in {"text", "datetime", "port"},
            comment="" if value is None else value.comment,
        )  # fmt: skip
        if value is not None:
            attribute.tags = tuple(map(_Tag, value.tags))
            attribute.first_seen, attribute.last_seen = _time(value.first_seen), _time(value.last_seen)
        attributes.append(attribute)
    return _Object(
        uuid=_uuid(seed, item.subject, place, ""), name=template, meta_category=known.meta_category,
        description=known.description, template_uuid=known.uuid, template_version=known.version, timestamp=stamp,
        deleted=not values, comment="", attributes=attributes,
    )  # fmt: skip


def _uuid(seed: str, subject: str, place: str, relation: str) -> str:
    """UUIDv5 (RFC 9562 §5.5) in the event's namespace, without making the objects."""
    text = f"{seed}/{subject}/{place}/{relation}".encode()
    digits = sha1(_NAMESPACE.bytes + text, usedforsecurity=False).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def _pieces(item: EventItem) -> Iterator[_Piece]:
    match item.told:
        case ToldReport() as told:
            yield from _report(told, item)
        case ToldCase() as told:
            yield from _case(told)


def _report(told: ToldReport, item: EventItem) -> Iterator[_Piece]:
    """One object for the claim, and one for the file it names."""
    report = told.report
    tags = [CATEGORY_TAG[report.category]]
    if report.disposition in ACCESS_METHOD:
        tags.append(ACCESS_METHOD[report.disposition])
    if pap := pap_of(report.pap):
        tags.append(pap)
    if report.confidence is not None:
        tags.append(confidence_tag(report.confidence))
    tags += filter(None, [own_tag("malware-family", report.malware_family)])
    seen = f" [seen {item.seen_count} times]" if item.seen_count else ""
    main = _Value(
        told.target, comment=report.narrative[: _COMMENT_LETTERS - len(seen)] + seen, tags=tuple(tags),
        first_seen=report.observed_at, last_seen=_not_before(report.observed_at, item.last_seen),
    )  # fmt: skip
    times = {
        "submission-time": report.observed_at, "verification-time": report.verified_at, "first-seen": report.observed_at
    }  # fmt: skip
    if "://" not in told.target:
        is_name = told.host == told.registrable
        values = {"domain": main} if is_name else {"hostname": main, "domain": _Value(told.registrable)}
        template = "domain-ip"
    elif report.category == "phishing":
        values, template = {"url": main, "hostname": _Value(told.host)}, "phishing"
        if target := " ".join(report.impersonated_party.split()):
            values["target"] = _Value(target)
    else:
        values, template = {"url": main, "domain": _Value(told.registrable), "host": _Value(told.host)}, "url"
    port = report.port or _port(told.target)
    known = TEMPLATES[template].relations
    if port and "port" in known:
        values["port"] = _Value(str(port))
    values |= {name: _Value(at.isoformat()) for name, at in times.items() if at is not None and name in known}
    yield _Piece("main", template, values)
    if report.sha256:
        yield _Piece("file", "file", {"sha256": _Value(report.sha256)})


def _case(told: ToldCase) -> Iterator[_Piece]:
    """The name with how its case stands, and an object for each page that is bad."""
    is_confirmed = told.state in _CONFIRMED
    tags = [CATEGORY_TAG[told.category], f'workflow:state="{"complete" if told.state in _ENDED else "ongoing"}"']
    if told.disposition in ACCESS_METHOD:
        tags.append(ACCESS_METHOD[told.disposition])
    status = DOMAIN_STATUS.get(told.action) or DOMAIN_STATUS.get(told.outcome)
    if status:
        tags.append(f'domain-abuse:domain-status="{status}"')
    if told.action in ACTION_TAKEN:
        tags.append(ACTION_TAKEN[told.action])
    if is_confirmed:
        tags.append('incident-disposition:incident="confirmed"')
    tags += filter(None, [own_tag("malware-family", told.malware_family)])
    said = [f"case {told.case}", told.state, told.outcome, told.action, told.severity, f"{told.report_count} reports"]
    name = _Value(
        told.registrable, to_ids=told.is_blockable, comment="; ".join(filter(None, said)), tags=tuple(tags),
        first_seen=told.first_seen, last_seen=_not_before(told.first_seen, told.last_seen),
    )  # fmt: skip
    values = {"domain": name}
    for relation, at in (("first-seen", told.first_seen), ("last-seen", told.last_seen)):
        if at is not None:
            values[relation] = _Value(at.isoformat())
    yield _Piece("main", "domain-ip", values)
    for number, target in enumerate(told.targets, 1):
        if "://" in target:
            page = _Value(target, to_ids=is_confirmed, comment=f"case {told.case}", tags=(CATEGORY_TAG[told.category],))
            yield _Piece(f"page.{number}", "url", {"url": page})
        elif target != told.registrable:
            host = _Value(target, to_ids=told.is_blockable, comment=f"case {told.case}")
            yield _Piece(f"page.{number}", "domain-ip", {"hostname": host, "domain": _Value(told.registrable)})


def _not_before(first: datetime | None, last: datetime | None) -> datetime | None:
    """MISP refuses a last time that lies before the first."""
    return None if first is not None and last is not None and last < first else last


def _port(target: str) -> int | None:
    """The port of a canonical URL, which names none that its scheme means anyway."""
    found = _PORT(target)
    return int(found[1]) if found is not None else None
