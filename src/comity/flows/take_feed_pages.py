"""Take in what a source without a whole has to say: pages of a TAXII collection, changed events of a MISP feed.

What was taken in and how far the source was read become durable together, so that a node which stops anywhere goes on
where it was: nothing is lost, and what comes twice is known by its identifier.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec
from django.db import transaction

from comity.core.errors import InputError
from comity.core.feeds import Feed
from comity.edges.feed_client import Validators
from comity.edges.feed_declarations import FeedSource
from comity.edges.feed_http import FeedError
from comity.edges.misp_feed_client import MispFeed
from comity.edges.taxii_client import Cursor, Page, follow_collection
from comity.flows.take_document import store_document
from comity.flows.take_feed_file import FeedDesk, marked, note_success, responsible_zones
from comity.flows.take_in import Intake
from comity.store.feeds import find_versions, keep_passing, keep_version, said_by
from comity.store.models import FeedState
from comity.store.reports import finish_run, start_run
from comity.wire.document_readers import read_document
from comity.wire.documents import Document

_OF_ONE_EVENT: Final = frozenset(("not-found", "malformed", "too-large"))
_OBJECTS_AT_ONCE: Final = 5_000
_BYTES_AT_ONCE: Final = 16 << 20


def take_collection(desk: FeedDesk, source: FeedSource, state: FeedState) -> Intake:
    """Visit a TAXII collection.  Raises `FeedError`; what was stored before it stays, with its cursor."""
    intake, run = Intake(), _start(desk, source)
    try:
        cursor = msgspec.json.decode(state.cursor, type=Cursor)
    except msgspec.DecodeError:
        cursor = Cursor()  # never visited
    for page in _gathered(follow_collection(desk.home, source.feed, cursor)):
        document = _read(source, _bundle(source.feed, page.objects)) if page.objects else Document(records=())
        with transaction.atomic():
            state.cursor = msgspec.json.encode(page.cursor).decode()
            intake.add(_store(desk, state, document, run))
            state.save(update_fields=["cursor"])
    _finish(desk, source, state, intake, run, Validators())
    return intake


def take_misp_feed(desk: FeedDesk, source: FeedSource, state: FeedState) -> Intake:
    """Visit a MISP feed.  Raises `FeedError`; events that were stored are not fetched again.

    An event that is not there or cannot be read keeps no other from being taken in; the visit fails for it at its end.
    """
    intake, run = Intake(), _start(desk, source)
    feed = MispFeed(desk.home, source.feed)
    manifest = feed.fetch_manifest(Validators(state.etag, state.last_modified))
    validators = manifest.validators
    if manifest.events is not None:
        known = find_versions(state)
        changed = [uuid for uuid, stamp in manifest.events.items() if known.get(uuid) != stamp]
        trouble: list[FeedError | InputError] = []
        for uuid in changed[: source.feed.max_objects]:
            try:
                document = _read(source, feed.fetch_event(uuid))
            except (FeedError, InputError) as error:
                if isinstance(error, FeedError) and error.reason not in _OF_ONE_EVENT:
                    raise
                trouble.append(error)
                continue
            with transaction.atomic():
                intake.add(_store(desk, state, document, run))
                keep_version(state, uuid, manifest.events[uuid])
        if trouble:
            raise trouble[0]
        if len(changed) > source.feed.max_objects:
            validators = Validators()  # there is more: the same manifest is asked for again
    _finish(desk, source, state, intake, run, validators)
    return intake


def _start(desk: FeedDesk, source: FeedSource) -> int:
    name = f"feed {source.feed.name}"
    return start_run(name, format_name=source.declared.name, reporter=desk.reporter, at=desk.clock())


def _read(source: FeedSource, octets: bytes) -> Document:
    return marked(read_document(source.declared, octets), source.feed)


def _store(desk: FeedDesk, state: FeedState, document: Document, run: int) -> Intake:
    """Store a document and what it says of names, inside the caller's transaction."""
    at = desk.clock()
    taken = store_document(
        desk.home, document, reporter=desk.reporter, run=run, folder=desk.folder, guard=desk.guard, at=at
    )
    zones = responsible_zones(desk.home, at=at)
    keep_passing(state, [said_by(claim) for claim in taken.claims if claim.name.zone in zones], at=at)
    return taken.intake


def _finish(
    desk: FeedDesk, source: FeedSource, state: FeedState, intake: Intake, run: int, validators: Validators
) -> None:
    at: datetime = desk.clock()
    finish_run(run, intake.counts(), at=at)
    with transaction.atomic():
        if intake.read:
            state.counts, state.changed_at = intake.counts(), at
        note_success(state, source.feed, validators, at=at)


def _gathered(pages: Iterator[Page]) -> Iterator[Page]:
    """Put small pages together: what refers to something on the next page is mostly read in one piece with it."""
    objects: list[bytes] = []
    size = 0
    for page in pages:
        objects += page.objects
        size += sum(map(len, page.objects))
        if page.is_last or len(objects) >= _OBJECTS_AT_ONCE or size >= _BYTES_AT_ONCE:
            yield msgspec.structs.replace(page, objects=tuple(objects))
            objects, size = [], 0
            last = None
        else:
            last = page
    if objects and last is not None:
        yield msgspec.structs.replace(last, objects=tuple(objects))


def _bundle(feed: Feed, objects: tuple[bytes, ...]) -> bytes:
    """The objects of some pages as a bundle, octet for octet as they came."""
    identifier = uuid5(NAMESPACE_URL, f"{feed.place} {feed.collection}")
    head = f'{{"type":"bundle","id":"bundle--{identifier}","objects":['.encode()
    return head + b",".join(objects) + b"]}"
