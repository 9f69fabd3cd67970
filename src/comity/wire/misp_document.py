"""MISP events as a document: one, several, an answer of the REST API, or a file of a feed (docs/spec/misp.md §5).

What names a domain and claims that it is bad becomes a record (`wire.misp_claims`); everything else is named with the
reason why it was left, up to a bound, and what is beyond it is counted.  Withdrawn (`deleted`) attributes and objects
are no claims any more.  The bytes are bounded in size and depth before they are read, and a key that stands twice in
one object is an error: two readers would see two events.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from comity.core.errors import InputError
from comity.core.reports import Record
from comity.wire.canonical import parse_json
from comity.wire.documents import MAX_DOCUMENT_BYTES, MAX_NAMED, Document, NotUnderstood
from comity.wire.misp_claims import (
    CLAIMING_TEMPLATES,
    MAX_TAGS,
    Context,
    Json,
    Surroundings,
    is_set,
    keep_beside,
    make_context,
    make_record,
    name_of,
    tags_of,
    text_of,
    why_no_name,
)
from comity.wire.misp_taxonomies import is_understood

MAX_BYTES: Final = 32 << 20
MAX_DEPTH: Final = 32
MAX_EVENTS: Final = 10_000

_BARE: Final = (b'"info"', b'"uuid"', b'"Attribute"', b'"to_ids"')  # of an event without its wrapping
_HEAD: Final = frozenset(("info", "threat_level_id"))  # an event without anything in it
# Members that hold something, and are not read; the others describe the event or are read.
_UNREAD: Final = ("ShadowAttribute", "EventReport", "RelatedEvent", "CryptographicKey", "Sighting", "Note", "Opinion")
# Relations that only take a URL or name apart, or say what the record says too.
_DERIVED: Final = frozenset((
    "domain_without_tld", "fragment", "host", "hostname", "domain", "query_string", "resource_path", "scheme",
    "subdomain", "tld", "ip", "port", "first-seen", "last-seen", "submission-time", "verification-time", "target",
    "text", "verified", "online", "phishtank-detail-url", "phishtank-id", "url",
))  # fmt: skip
_PRIMARY: Final[dict[str, tuple[str, ...]]] = {
    "url": ("url",), "phishing": ("url",), "domain-ip": ("hostname", "domain"),
}  # fmt: skip


def is_misp(head: bytes) -> bool:
    """Whether the first octets are for certain those of MISP events."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:65_536]
    if start[:1] not in {b"{", b"["}:
        return False
    # in a wrapping as its server and its feeds write it, or bare as PyMISP does
    wrapped = b'"Event"' in start and (b'"Orgc"' in start or b'"Attribute"' in start)
    return wrapped or all(sign in start for sign in _BARE)


def read_misp(data: bytes) -> Document:
    """Read a document of MISP events.  Raises `InputError` where the whole cannot be read."""
    tree = parse_json(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    events = list(_events(tree))
    if not events:
        raise InputError(_what_it_is(tree), item="MISP")
    if len(events) > MAX_EVENTS:
        raise InputError(f"{len(events)} events; {MAX_EVENTS} are read at once", item="MISP")
    reader = _Reader()
    for place, event in enumerate(events, 1):
        reader.read(event, place)
    return reader.document()


def _events(node: Any) -> Iterator[Json]:
    """The events of a tree, in their order, in every wrapping that MISP gives them."""
    if isinstance(node, list):
        for one in node:
            yield from _events(one)
    elif isinstance(node, dict):
        if "response" in node:
            yield from _events(node["response"])
        elif isinstance(node.get("Event"), dict):
            yield node["Event"]
        elif isinstance(node.get("Object"), dict):  # one of a list of objects, as a search for objects answers
            yield {"Object": [node["Object"]]}
        elif isinstance(node.get("Attribute"), list) or isinstance(node.get("Object"), list) or set(node) >= _HEAD:
            yield node


def _what_it_is(tree: Any) -> str:
    if isinstance(tree, dict):
        if tree.get("type") == "bundle":
            return "is a STIX bundle and no MISP event"
        if tree and all(isinstance(one, dict) and {"info", "timestamp"} <= set(one) for one in tree.values()):
            return "is the manifest of a feed; give the events that it lists"
    return "holds no MISP event"


class _Reader:
    """Collects what events hold."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._named: list[NotUnderstood] = []
        self._counted: Counter[str] = Counter()
        self._tags: set[str] = set()
        self._raw_left = MAX_DOCUMENT_BYTES

    def document(self) -> Document:
        more = [NotUnderstood(f"{count} more", reason) for reason, count in sorted(self._counted.items())]
        return Document(records=tuple(self._records), not_understood=(*self._named, *more))

    def read(self, event: Json, place: int) -> None:
        """Read one event."""
        tags = tags_of(event)
        own = text_of(event, "uuid")[:36] or f"event {place}"
        objects = list(self._nodes(event, "Object", own))
        referenced = frozenset(
            uuid for node in objects if text_of(node, "name") in CLAIMING_TEMPLATES
            for uuid in _references(node)
        )  # fmt: skip
        context = make_context(own, text_of(event, "info"), tags, _files(event), referenced)
        self._name_tags(tags)
        for key in _UNREAD:
            if event.get(key):
                self._leave(f"{own} {key}", "is not read")
        if is_set(event, "deleted", False) or len(tags) > MAX_TAGS:
            self._leave(
                own, f"more than {MAX_TAGS} tags" if len(tags) > MAX_TAGS else "deleted: the sender withdrew it"
            )
            return
        for number, attribute in enumerate(self._nodes(event, "Attribute", own), 1):
            self._attribute(attribute, f"{own} Attribute[{number}]", context, Surroundings())
        for number, node in enumerate(objects, 1):
            self._object(node, f"{own} Object[{number}]", context)

    def _attribute(self, attribute: Json, place: str, context: Context, around: Surroundings) -> None:
        """Read one attribute that stands for itself."""
        item = text_of(attribute, "uuid")[:36] or place
        self._name_tags(tags_of(attribute))
        for key in _UNREAD:
            if attribute.get(key):
                self._leave(f"{item} {key}", "is not read")
        kind = text_of(attribute, "type")
        if is_set(attribute, "deleted", False):
            self._leave(item, "deleted: the sender withdrew it")
        elif not name_of(attribute)[0]:
            self._leave(item, why_no_name(kind))
        else:
            self._claim(attribute, context, around)

    def _claim(self, attribute: Json, context: Context, around: Surroundings) -> None:
        if len(tags_of(attribute)) > MAX_TAGS:
            self._leave(text_of(attribute, "uuid")[:36] or name_of(attribute)[0][:200], f"more than {MAX_TAGS} tags")
            return
        record = make_record(attribute, len(self._records) + 1, context, around)
        size = len(record.raw or "")
        if size > self._raw_left:
            record = msgspec.structs.replace(record, raw=None)  # all of them together would be too much to keep
        else:
            self._raw_left -= size
        self._records.append(record)

    def _object(self, node: Json, place: str, context: Context) -> None:
        """Read an object: one claim where its template describes one bad thing, else its attributes for themselves."""
        item = text_of(node, "uuid")[:36] or place
        template = text_of(node, "name")
        attributes = list(self._nodes(node, "Attribute", item))
        standing = [one for one in attributes if not is_set(one, "deleted", False)]
        if is_set(node, "deleted", False) or (attributes and not standing):
            self._leave(item, "deleted: the sender withdrew it")
            return
        if template not in CLAIMING_TEMPLATES:
            around = Surroundings(template=template, node=node)
            is_told = text_of(node, "uuid") in context.referenced  # the claim that refers to a file says its hash
            for number, one in enumerate(attributes, 1):
                if not (is_told and text_of(one, "type") == "sha256"):
                    self._attribute(one, f"{place}.Attribute[{number}]", context, around)
            return
        values: dict[str, list[str]] = {}
        for one in standing:
            values.setdefault(text_of(one, "object_relation"), []).append(text_of(one, "value").strip())
        files = tuple(_references(node))
        around = Surroundings(template, values, files, node, keep_beside(standing))
        claims = _claims(template, standing)
        if not claims:
            self._leave(item, f"{template}: holds no name that is claimed to be bad")
        claiming = set(map(id, claims))
        for one in standing:
            self._name_tags(tags_of(one))
            if id(one) in claiming:
                self._claim(one, context, around)
            elif text_of(one, "object_relation") not in _DERIVED:
                relation = text_of(one, "object_relation")[:60]
                self._leave(text_of(one, "uuid")[:36] or item, f"{template}: {relation or 'no relation'} is not read")

    def _nodes(self, parent: Json, key: str, own: str) -> Iterator[Json]:
        value = parent.get(key)
        if value in (None, [], {}):
            return
        if not isinstance(value, list):
            self._leave(f"{own} {key}", "is no list")
            return
        for number, one in enumerate(value, 1):
            if isinstance(one, dict):
                yield one
            else:
                self._leave(f"{own} {key}[{number}]", "is no object")

    def _name_tags(self, tags: tuple[str, ...]) -> None:
        for tag in tags:
            if tag not in self._tags and not is_understood(tag):
                self._leave(f"tag {tag[:200]}", "says nothing that is known here")
            self._tags.add(tag)

    def _leave(self, item: str, reason: str) -> None:
        if len(self._named) < MAX_NAMED:
            self._named.append(NotUnderstood(item, reason))
        else:
            self._counted[reason] += 1


def _claims(template: str, standing: list[Json]) -> list[Json]:
    """The attributes of an object that name what is bad: its pages, or its hosts, else its domains."""
    for relation in _PRIMARY[template]:
        found = [one for one in standing if text_of(one, "object_relation") == relation and name_of(one)[0]]
        if found:
            return found
    return []


def _references(node: Json) -> Iterator[str]:
    """Identifiers of the objects to which an object refers."""
    references = node.get("ObjectReference")
    for one in references if isinstance(references, list) else ():
        if isinstance(one, dict) and not is_set(one, "deleted", False):
            yield text_of(one, "referenced_uuid")


def _files(event: Json) -> dict[str, str]:
    """SHA-256 of the file objects of an event, by the objects' identifiers."""
    found: dict[str, str] = {}
    objects = event.get("Object")
    for node in objects if isinstance(objects, list) else ():
        if isinstance(node, dict) and node.get("name") == "file" and isinstance(node.get("Attribute"), list):
            for one in node["Attribute"]:
                if isinstance(one, dict) and one.get("type") == "sha256" and not is_set(one, "deleted", False):
                    digest = text_of(one, "value").strip().lower()
                    if len(digest) == 64:
                        found[text_of(node, "uuid")] = digest
    return found
