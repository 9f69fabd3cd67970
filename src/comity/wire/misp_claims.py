"""Claims in MISP events: which attribute or object says that a name is bad, and what it says of it.

An attribute is a claim where `to_ids` is set, or where it carries itself a tag of a category; a value that only stands
in an event is context, and a name in context is not accused.  An object of a template that describes one bad thing
(domain-ip, url, phishing) is one claim.  A category is what tags say, nearest first: the attribute's, the object's
template, the event's, and last a family of malware.  Where they say none, or two, a person must: the record is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json import dumps
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from comity.core.categories import CATEGORIES, Category, Disposition
from comity.core.markings import TLPS, Tlp
from comity.core.reports import NARRATIVE_LETTERS, REPORT_NAMESPACE, TEXT_LETTERS, Evidence, Problem, Record, Report
from comity.core.reports import find_problems as find_report_problems
from comity.wire.misp_taxonomies import (
    FAMILY_CATEGORY,
    category_of,
    confidence_of,
    disposition_of,
    family_of,
    is_understood,
    out_of_scope,
    pap_of,
    tlp_of,
)
from comity.wire.out_of_scope import must_not_be_kept, refuse_category

Json = Mapping[str, Any]

CLAIMING_TEMPLATES: Final = frozenset(("domain-ip", "url", "phishing"))
_CATEGORY_OF_TEMPLATE: Final[dict[str, Category]] = {"phishing": "phishing"}
_ADDRESS_TYPES: Final = frozenset(("ip-dst", "ip-src"))
_SENDER_TYPES: Final = frozenset(("email-src", "email-reply-to"))
_SENDER_CATEGORIES: Final = frozenset(("spam-vector", "phishing"))
_RAW_LETTERS: Final = 65_536
MAX_TAGS: Final = 200  # of one node; one with more is left: a stricter marking may stand among the rest
TAG_LETTERS: Final = 400
_LATEST: Final = 253_370_764_800  # 9999-01-01: later years cannot be told in every zone
_TAGS: Final = 50
_KEPT_BESIDE: Final = 30  # attributes of the claim's object that are kept with it
_PAPS: Final = ("PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED")


class Said(msgspec.Struct, frozen=True):
    """What some tags say, each looked at once."""

    matter: str = ""  # beyond the memoranda
    categories: tuple[Category, ...] = ()
    tlp: Tlp | None = None
    pap: str = ""
    confidence: float | None = None
    disposition: Disposition | None = None
    family: str = ""
    unknown: tuple[str, ...] = ()


class Context(msgspec.Struct, frozen=True):
    """What an event says of everything in it."""

    head: str  # the event's own members, as they are kept with a record
    info: str
    said: Said
    files: dict[str, str]  # identifier of a file object -> its SHA-256
    referenced: frozenset[str] = frozenset()  # identifiers to which claims of this event refer


class Surroundings(msgspec.Struct, frozen=True):
    """The object in which an attribute stands: its template, and what its other relations hold."""

    template: str = ""
    values: dict[str, list[str]] = {}
    files: tuple[str, ...] = ()
    node: Json = {}
    beside: tuple[Json, ...] = ()  # attributes that are kept with a record


def text_of(node: Json, key: str) -> str:
    """A member as text; numbers as MISP writes them in either form."""
    value = node.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def is_set(node: Json, key: str, default: bool) -> bool:
    """A member that is true or false, in every form that MISP writes."""
    value = node.get(key, default)
    return value is True or value == 1 or value in ("1", "true")


def tags_of(node: Json) -> tuple[str, ...]:
    """The tags of a node, clusters of galaxies as the tags that they are."""
    found = [text_of(tag, "name") for tag in _dicts(node.get("Tag"))]
    for galaxy in _dicts(node.get("Galaxy")):
        for cluster in _dicts(galaxy.get("GalaxyCluster")):
            kind = text_of(galaxy, "type") or text_of(cluster, "type")
            found.append(text_of(cluster, "tag_name") or f'misp-galaxy:{kind}="{text_of(cluster, "value")}"')
    return tuple(dict.fromkeys(name.strip()[:TAG_LETTERS] for name in found if name.strip()))


def is_claim(attribute: Json) -> bool:
    """Whether an attribute says of itself that it is bad."""
    return is_set(attribute, "to_ids", True) or any(category_of(tag) or out_of_scope(tag) for tag in tags_of(attribute))


def name_of(attribute: Json) -> tuple[str, str]:
    """The name that an attribute holds, and what stands beside it in a composite value; empty where there is none."""
    kind, value = text_of(attribute, "type"), text_of(attribute, "value").strip()
    if kind in {"domain", "hostname", "url"}:
        return value, ""
    if kind in {"domain|ip", "hostname|port"}:
        name, _, rest = value.partition("|")
        return name, rest
    if kind == "uri" and value.lower().startswith(("http://", "https://")):
        return value, ""
    if kind in _SENDER_TYPES:
        return value.rpartition("@")[2] if "@" in value else "", ""
    return "", ""


def why_no_name(kind: str) -> str:
    """Why an attribute of a type names nothing that a registry could act on."""
    if kind in _ADDRESS_TYPES or kind.startswith(("ip-", "AS")):
        return f"{kind}: an address belongs to no zone"
    if kind.startswith("email"):
        return f"{kind}: personal data, and no name that its sender need own"
    if kind == "uri":
        return "uri: a path without its host"
    return f"{kind[:60] or 'no type'}: names no domain"


def weigh(tags: Sequence[str]) -> Said:
    """Look at tags for all that they say; the strictest marking holds."""
    tlps = [tlp for tag in tags if (tlp := tlp_of(tag))]
    paps = [pap for tag in tags if (pap := pap_of(tag))]
    return Said(
        matter=next((matter for tag in tags if (matter := out_of_scope(tag))), ""),
        categories=tuple(dict.fromkeys(category for tag in tags if (category := category_of(tag)))),
        tlp=max(tlps, key=TLPS.index) if tlps else None,
        pap=max(paps, key=_PAPS.index) if paps else "",
        confidence=next((found for tag in tags if (found := confidence_of(tag)) is not None), None),
        disposition=next((way for tag in tags if (way := disposition_of(tag))), None),
        family=next((family for tag in tags if (family := family_of(tag))), ""),
        unknown=tuple(tag for tag in tags if not is_understood(tag))[:_TAGS],
    )


def make_context(
    uuid: str, info: str, tags: Sequence[str], files: dict[str, str], referenced: frozenset[str]
) -> Context:
    """Read what an event says of everything in it."""
    head = _json({"uuid": uuid, "info": info, "Tag": [{"name": tag} for tag in tags]})
    return Context(head, info, weigh(tags), files, referenced)


def make_record(attribute: Json, place: int, context: Context, around: Surroundings) -> Record:
    """Make the record of one claim."""
    name, beside = name_of(attribute)
    near, far = weigh(tags_of(attribute)), context.said
    raw = _raw(attribute, context, around)
    if matter := near.matter or far.matter:
        return Record(place, None if must_not_be_kept(matter) else raw, name, None, refuse_category(matter))
    found = _category(near, around.template, far)
    if around.template not in _CATEGORY_OF_TEMPLATE and not is_claim(attribute):
        found = Problem("no-claim", "to_ids is not set: the name stands in the event, and nobody says it is bad")
    elif text_of(attribute, "type") in _SENDER_TYPES and found in CATEGORIES and found not in _SENDER_CATEGORIES:
        found = Problem("no-name", "the sender of a mail is read for spam and phishing only: it is easily forged")
    if isinstance(found, Problem):
        return Record(place, raw, name, None, found)
    try:
        report = _report(attribute, name, beside, found, near, context, around)
    except _TimeError as error:
        return Record(place, raw, name, None, Problem("bad-time", str(error)))
    problem = next(iter(find_report_problems(report)), None)
    return Record(place, raw, name, None if problem else report, problem)


class _TimeError(Exception):
    """A time that cannot be read."""


def _category(near: Said, template: str, far: Said) -> Category | Problem:
    """What is said nearest; a family of malware says it where nothing else does."""
    said = near.categories
    if not said and template in _CATEGORY_OF_TEMPLATE:
        return _CATEGORY_OF_TEMPLATE[template]
    said = said or far.categories
    if len(said) > 1:
        return Problem("category-unclear", f"the tags say {' and '.join(said)}; leave one")
    if said:
        return said[0]
    if near.family or far.family:
        return FAMILY_CATEGORY
    return Problem("category-unknown", "no tag says what the name is reported for; add one, for example of rsit")


def _report(
    attribute: Json, name: str, beside: str, category: Category, near: Said, context: Context, around: Surroundings
) -> Report:
    values, far = around.values, context.said
    is_port = text_of(attribute, "type") == "hostname|port"
    addresses = [*values.get("ip", ()), *([beside] if beside and not is_port else ())]
    port = next(iter(values.get("port", ())), beside if is_port else "")
    texts = [text_of(attribute, "comment"), text_of(around.node, "comment"), *values.get("text", ())]
    narrative = next((text for text in texts if text.strip()), context.info)
    given = [tlp for tlp in (near.tlp, far.tlp) if tlp is not None]
    return Report(
        name=name, category=category, report_id=_identity(attribute, category),
        observed_at=_first_time(text_of(attribute, "first_seen"), *values.get("first-seen", ()),
                                *values.get("submission-time", ()), text_of(around.node, "first_seen")),
        verified_at=_first_time(*values.get("verification-time", ())),
        reported_at=_epoch(attribute.get("timestamp")),
        narrative=narrative[:NARRATIVE_LETTERS],
        tlp=max(given, key=TLPS.index) if given else "TLP:AMBER",
        pap=max(filter(None, (near.pap, far.pap)), key=_PAPS.index, default="PAP:AMBER"),
        confidence=near.confidence if near.confidence is not None else far.confidence,
        disposition=near.disposition or far.disposition,
        impersonated_party=_first(values.get("target"))[:TEXT_LETTERS],
        malware_family=(near.family or far.family)[:TEXT_LETTERS],
        sha256=next((digest for file in around.files if (digest := context.files.get(file))), ""),
        port=int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None,
        source_ref=_first(values.get("phishtank-detail-url"))[:TEXT_LETTERS] or text_of(attribute, "uuid")[:36],
        tags=tuple(dict.fromkeys((*near.unknown, *far.unknown)))[:_TAGS],
        evidence=tuple(Evidence(kind="note", note=f"address {ip[:50]}") for ip in addresses[:20]),
    )  # fmt: skip


def _identity(attribute: Json, category: str) -> UUID | None:
    """The claim's identifier: the attribute's with what it says, so that an event read twice adds nothing."""
    try:
        own = UUID(text_of(attribute, "uuid"))
    except ValueError:
        return None
    said = f"misp/{own}/{category}/{text_of(attribute, 'value')}"
    return uuid5(REPORT_NAMESPACE, said)


def _first(values: Sequence[str] | None) -> str:
    return " ".join(values[0].split()) if values else ""


def _first_time(*texts: str) -> datetime | None:
    """The first time that is said."""
    text = next((text for text in texts if text), "")
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return _epoch(text if len(text) < 12 else text[:-6])  # MISP gives microseconds at times
    try:
        at = datetime.fromisoformat(text.strip().replace(" +", "+"))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _TimeError(f"{text[:40]!r} is no time") from None
    if not 1 < at.year < 9999:
        raise _TimeError(f"{text[:40]!r} is no time")
    return at


def _epoch(value: Any) -> datetime | None:
    """Seconds since the epoch, as a number or as text; 0 is no time."""
    if value in (None, "", 0, "0") or isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int | str) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 13 and int(text) < _LATEST):
        raise _TimeError(f"timestamp {str(value)[:40]!r} is no time")
    return datetime.fromtimestamp(int(text), UTC)


def _raw(attribute: Json, context: Context, around: Surroundings) -> str | None:
    """The claim as an event of its own on one line, without enclosed files; None where it is too long to keep."""
    bare = {key: value for key, value in attribute.items() if key not in {"data", "Sighting", "ShadowAttribute"}}
    body: dict[str, Any] = {"Attribute": [bare]}
    if around.template in CLAIMING_TEMPLATES:
        head = {key: value for key, value in around.node.items() if key not in {"Attribute", "ObjectReference"}}
        body = {"Object": [{**head, "Attribute": [bare, *around.beside]}]}
    if len(context.head) > _RAW_LETTERS:
        return None
    text = f'{{"Event":{context.head[:-1]},{_json(body)[1:]}}}'
    return text if len(text) <= _RAW_LETTERS else None


def keep_beside(attributes: Sequence[Json]) -> tuple[Json, ...]:
    """What of an object is kept with each of its claims: what names nothing, if it is not too much."""
    found = tuple(one for one in attributes if not name_of(one)[0])
    return found if len(found) <= _KEPT_BESIDE else ()


def _json(value: Any) -> str:
    return dumps(value, ensure_ascii=False, separators=(",", ":"))


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
