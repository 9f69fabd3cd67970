"""TAXII 2.1 objects: pages of them, their manifest, their versions; adding and deleting them.

A page without filters is cut out of stored bytes (`store.taxii_pages`); with filters the index is asked first.  The
cursor is the commit order and the client holds it: nothing is remembered here between two requests, and an answer that
was lost is asked for again.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from django.http import HttpResponse

from comity.api.taxii_answers import TaxiiCall, reply, takes_gzip, taxii
from comity.api.taxii_views import add_objects
from comity.core.errors import NotFoundError
from comity.flows.delete_objects import delete_objects
from comity.flows.post_objects import check_writer
from comity.store.fields import micros
from comity.store.taxii_collections import Collection
from comity.store.taxii_matches import Found, Match, Versions, find_objects, has_object, is_mixed, read_bodies
from comity.store.taxii_pages import Page, Range, read_page
from comity.store.taxii_segments import position_after
from comity.wire.gzip_join import Packed, join_gzip, pack, store
from comity.wire.taxii_query import (
    OF_DELETE,
    OF_OBJECT,
    OF_OBJECTS,
    OF_VERSIONS,
    TaxiiQuery,
    parse_query,
    render_micros,
    render_next,
)
from comity.wire.taxii_resources import (
    EMPTY_ENVELOPE,
    ENVELOPE_END,
    envelope_head,
    render_manifest,
    render_versions,
)

_GZIP_FROM_BYTES: Final = 2_000
_STORED_UP_TO: Final = 500
_LEVEL: Final = 1


class _Asked:
    """What a request asks of a collection."""

    def __init__(self, call: TaxiiCall, uuid: str, allowed: frozenset[str], stix_id: str = "") -> None:
        self.given = {str(name): [str(value) for value in values] for name, values in call.request.GET.lists()}
        self.place = call.request.path
        self.query: TaxiiQuery = parse_query(self.given, allowed, place=self.place)
        self.collection: Collection = call.collection(uuid)
        query, held = self.query, self.collection
        upto = held.position if query.upto is None else min(query.upto, held.position)
        after = query.after
        if after is None:
            after = (
                position_after(held.pk, micros(query.added_after), sealed=held.sealed)
                if query.added_after is not None
                else 0
            )
        self.range = Range(held.pk, held.sealed, after, upto, query.every_version)
        self.match = Match(
            ids=(stix_id,) if stix_id else query.ids, types=query.types, spec_versions=query.spec_versions,
            versions=_versions(query), is_mixed=self.collection.is_inbox and is_mixed(held.pk),
        )  # fmt: skip

    def next_of(self, reached: int) -> str:
        return render_next(self.given, place=self.place, after=reached, upto=self.range.upto)


def objects(call: TaxiiCall, uuid: str) -> HttpResponse:
    """Give a page of objects."""
    asked = _Asked(call, uuid, OF_OBJECTS)
    if asked.query.is_filtered or asked.match.is_mixed:
        return _chosen(call, asked)
    is_packed = takes_gzip(call.request)
    page = read_page(asked.range, asked.query.limit, is_packed=is_packed)
    return _envelope(page, asked, is_packed=is_packed)


@taxii("GET", "HEAD", "POST")
def of_collection(call: TaxiiCall, uuid: str) -> HttpResponse:
    """Objects of a collection: read, or added."""
    return add_objects(call, uuid) if call.request.method == "POST" else objects(call, uuid)


@taxii("GET", "HEAD", "DELETE")
def of_object(call: TaxiiCall, uuid: str, stix_id: str) -> HttpResponse:
    """One object: read in the versions that are wanted, or deleted from the inbox."""
    if call.request.method == "DELETE":
        asked = _Asked(call, uuid, OF_DELETE, stix_id)
        check_writer(call.caller, asked.collection, at=call.at)
        every = "match[version]" not in asked.given
        match = asked.match._replace(versions=Versions(every=True)) if every else asked.match
        delete_objects(call.home, call.caller, asked.range, match, at=call.at)
        return reply(b"{}")
    asked = _Asked(call, uuid, OF_OBJECT, stix_id)
    if not has_object(asked.collection.pk, stix_id):
        raise NotFoundError("the collection has no such object", item=stix_id[:150])
    return _chosen(call, asked)


@taxii("GET", "HEAD")
def manifest(call: TaxiiCall, uuid: str) -> HttpResponse:
    """List which objects there are, and since when."""
    asked = _Asked(call, uuid, OF_OBJECTS)
    found, is_more = find_objects(asked.range, asked.match, asked.query.limit)
    records = [(one.stix_id, one.added, one.version, one.spec_version) for one in found]
    next_page = asked.next_of(found[-1].position) if is_more else None
    return reply(render_manifest(records, next_page), last_added=_dates(found))


@taxii("GET", "HEAD")
def versions(call: TaxiiCall, uuid: str, stix_id: str) -> HttpResponse:
    """List the versions of an object."""
    asked = _Asked(call, uuid, OF_VERSIONS, stix_id)
    if not has_object(asked.collection.pk, stix_id):
        raise NotFoundError("the collection has no such object", item=stix_id[:150])
    match = asked.match._replace(versions=Versions(every=True))
    found, is_more = find_objects(asked.range, match, asked.query.limit)
    next_page = asked.next_of(found[-1].position) if is_more else None
    return reply(render_versions([one.version for one in found], next_page), last_added=_dates(found))


def _chosen(call: TaxiiCall, asked: _Asked) -> HttpResponse:
    """A page of what filters choose."""
    found, is_more = find_objects(asked.range, asked.match, asked.query.limit)
    bodies = read_bodies(asked.collection.pk, [one.position for one in found])
    kept = [one for one in found if one.position in bodies]
    last = max(bodies, default=asked.range.after)
    if is_more or any(one.position > last for one in found):
        is_more, reached = True, last if bodies else found[-1].position
    else:
        reached = found[-1].position if found else asked.range.after
    page = Page(
        parts=[*bodies.values()], count=len(bodies), size=sum(map(len, bodies.values())),
        reached=reached, first_added=kept[0].added if kept else 0, last_added=kept[-1].added if kept else 0,
        is_more=is_more,
    )  # fmt: skip
    return _envelope(page, asked, is_packed=takes_gzip(call.request))


def _envelope(page: Page, asked: _Asked, *, is_packed: bool) -> HttpResponse:
    if not page.count and not page.is_more:
        return reply(EMPTY_ENVELOPE)
    head = envelope_head(asked.next_of(page.reached) if page.is_more else None, is_more=page.is_more)
    dates = (render_micros(page.first_added), render_micros(page.last_added)) if page.count else None
    plain = [part for part in page.parts if isinstance(part, bytes)]
    if not is_packed or (page.size < _GZIP_FROM_BYTES and len(plain) == len(page.parts)):
        return reply(b"".join(_plain(head, plain)), last_added=dates)
    parts: list[Packed] = []
    loose = [head]
    for place, part in enumerate(page.parts):
        if place:
            loose.append(b",")
        if isinstance(part, Packed):
            parts += (_pack(b"".join(loose)), part)
            loose = []
        else:
            loose.append(part)
    parts.append(_pack(b"".join([*loose, ENVELOPE_END])))
    answer = reply(join_gzip(parts), last_added=dates)
    answer["Content-Encoding"] = "gzip"
    return answer


def _plain(head: bytes, bodies: Sequence[bytes]) -> Iterator[bytes]:
    """The pieces of an envelope, so that they are joined once."""
    yield head
    for place, body in enumerate(bodies):
        if place:
            yield b","
        yield body
    yield ENVELOPE_END


def _pack(data: bytes) -> Packed:
    return store(data) if len(data) <= _STORED_UP_TO else pack(data, _LEVEL)


def _dates(found: list[Found]) -> tuple[str, str] | None:
    return (render_micros(found[0].added), render_micros(found[-1].added)) if found else None


def _versions(query: TaxiiQuery) -> Versions:
    if query.every_version:
        return Versions(every=True)
    if not query.words and not query.versions:
        return Versions()
    return Versions(
        newest="last" in query.words, oldest="first" in query.words, exact=tuple(micros(at) for at in query.versions)
    )
