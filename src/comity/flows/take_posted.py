"""Take in as reports what subscribers posted over TAXII: a round of the desk, one envelope after another.

An envelope is read as one document, because its objects refer to one another.  What was deleted meanwhile is no longer
in it.  Taking the same envelope again adds nothing, so a stop at any point loses and doubles nothing.  Each report's
identifier follows from its object, so that whoever deletes the object later withdraws that report and no other.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from comity.core.errors import InputError
from comity.core.guards import Guard
from comity.core.names import NameFolder
from comity.core.reports import Record
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.check_reporter import ReporterStoppedError, refuse_stopped
from comity.flows.post_objects import reporter_of
from comity.flows.take_document import store_document
from comity.store.models import TaxiiPost
from comity.store.reports import ensure_reporter, finish_run, start_run
from comity.store.subscribers import get_subscriber
from comity.store.taxii_posts import end_post, forget_posts, objects_of_post, waiting_posts
from comity.wire.document_readers import READERS
from comity.wire.documents import Document

LOG: Final = logging.getLogger("comity.desk")
AT_ONCE: Final = 50
KEPT: Final = timedelta(days=30)  # how long a status resource is answered
FORMAT: Final = "stix"
REPORTS_OF_OBJECT: Final = 100  # an object that names more targets than this is not followed further
Read = Callable[[bytes], Document]


def take_posted(home: Home, *, at: datetime, read: Read | None = None) -> int:
    """Take in the envelopes that wait; answer how many objects they held."""
    reader = read or READERS[FORMAT][1]
    taken = 0
    folder, guard = None, None
    while posts := waiting_posts(AT_ONCE):
        folder = folder or NameFolder(load_suffixes(home))
        guard = guard or load_guard(home)
        for post in posts:
            taken += _take(home, post, reader, folder, guard, at)
    forget_posts(before=at - KEPT)
    return taken


def report_ids(subscriber_key: str, stix_id: str, count: int = REPORTS_OF_OBJECT) -> list[UUID]:
    """The identifiers of the reports that are made of an object, in their order."""
    return [uuid5(NAMESPACE_URL, f"urn:comity:taxii:{subscriber_key}:{stix_id}:{number}") for number in range(count)]


def _take(home: Home, post: TaxiiPost, read: Read, folder: NameFolder, guard: Guard, at: datetime) -> int:
    subscriber = get_subscriber(post.collection.subscriber.key)
    objects = objects_of_post(post)
    try:
        refuse_stopped(reporter_of(subscriber), at=at)
        bundle = b'{"type":"bundle","id":"bundle--%s","objects":[%s]}' % (
            post.uuid.encode(), b",".join(body for _id, body in objects)
        )  # fmt: skip
        document = read(bundle) if objects else Document(records=())
    except (ReporterStoppedError, InputError) as error:
        extra = {"event": "taxii-not-taken", "code": error.code}
        LOG.warning("an envelope is not taken in: %s", error.code, extra=extra)
        end_post(post, at=at)
        return 0
    records = _name(subscriber.key, [stix_id for stix_id, _body in objects], document.records)
    reporter = ensure_reporter(reporter_of(subscriber), kind="feed", at=at)
    run = start_run(f"taxii/{post.uuid}", format_name=FORMAT, reporter=reporter, at=at)
    named = msgspec.structs.replace(document, records=tuple(records), enclosed=())
    taken = store_document(home, named, reporter=reporter, run=run, folder=folder, guard=guard, at=at)
    finish_run(run, taken.intake.counts(), at=at)
    end_post(post, at=at)
    return len(objects)


def _name(key: str, ids: list[str], records: tuple[Record, ...]) -> list[Record]:
    """Give each report the identifier that follows from its object; no person has said it was looked at: a machine."""
    counts: dict[int, int] = {}
    named = []
    for record in records:
        number = counts.get(record.line, 0)
        counts[record.line] = number + 1
        report = record.report
        if report is None or not 1 <= record.line <= len(ids) or number >= REPORTS_OF_OBJECT:
            named.append(record)
            continue
        found = uuid5(NAMESPACE_URL, f"urn:comity:taxii:{key}:{ids[record.line - 1]}:{number}")
        named.append(
            msgspec.structs.replace(
                record,
                report=msgspec.structs.replace(report, report_id=found, machine_only=report.verified_at is None),
            )
        )
    return named
