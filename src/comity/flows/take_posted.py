"""Take in as reports what subscribers posted over TAXII: a round of the desk, one envelope after another.

An envelope is read as one document, because its objects refer to one another.  What was deleted meanwhile is no longer
in it.  Taking the same envelope again adds nothing, so a stop at any point loses and doubles nothing.  A report's
identifier follows from its object and what that names: a further version of the object that says the same is no further
report, and whoever revokes or deletes the object withdraws that report and no other.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from django.db import InterfaceError, OperationalError

from comity.core.errors import InputError
from comity.core.guards import Guard
from comity.core.names import NameFolder
from comity.core.reports import Record
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.check_reporter import ReporterStoppedError, refuse_stopped
from comity.flows.post_objects import reporter_of
from comity.flows.say_more import say_more
from comity.flows.take_document import store_document
from comity.store.models import TaxiiPost
from comity.store.reports import ensure_reporter, finish_run, start_run
from comity.store.subscribers import get_subscriber
from comity.store.taxii_posts import (
    end_post,
    find_reports_of,
    forget_posts,
    known_reports,
    objects_of_post,
    versions_of,
    waiting_posts,
)
from comity.wire.documents import Document
from comity.wire.stix_document import read_stix

LOG: Final = logging.getLogger("comity.desk")
AT_ONCE: Final = 50
KEPT: Final = timedelta(days=30)  # how long a status resource is answered
REVOKED: Final = "revoked"


def take_posted(home: Home, *, at: datetime) -> int:
    """Take in the envelopes that wait; answer how many objects they held."""
    taken = 0
    folder, guard = None, None
    while posts := waiting_posts(AT_ONCE):
        folder = folder or NameFolder(load_suffixes(home))
        guard = guard or load_guard(home)
        for post in posts:
            try:
                taken += _take(home, post, folder, guard, at)
            except (OperationalError, InterfaceError):
                raise  # the store, and not the envelope: it is tried again
            except Exception:  # whatever stands in one envelope must not keep the ones behind it waiting for ever
                LOG.exception("an envelope cannot be taken in", extra={"event": "taxii-not-taken", "code": post.uuid})
                end_post(post, at=at)
    forget_posts(before=at - KEPT)
    return taken


def read_posted(objects: Sequence[tuple[str, bytes]], name: str) -> Document:
    """Read objects (identifier, bytes) as one document.  Raises `InputError`."""
    joined = b",".join(body for _id, body in objects)
    return read_stix(b'{"type":"bundle","id":"bundle--%s","objects":[%s]}' % (name.encode(), joined))


def withdraw_posted(home: Home, subscriber_key: str, claimed: Sequence[tuple[str, str]], *, at: datetime) -> None:
    """Say, as their reporter may, that reports are withdrawn: those of objects (identifier) that named something."""
    reporter = f"subscriber:{subscriber_key}"
    wanted = [str(report_id_of(subscriber_key, stix_id, name)) for stix_id, name in claimed]
    for report in find_reports_of(reporter, wanted):
        say_more(home, report, withdraws=True, text="", at=at)


def report_id_of(subscriber_key: str, stix_id: str, name: str) -> UUID:
    """The identifier of the report that an object is about a name."""
    return uuid5(NAMESPACE_URL, f"urn:comity:taxii:{subscriber_key}:{stix_id}:{name}")


def _take(home: Home, post: TaxiiPost, folder: NameFolder, guard: Guard, at: datetime) -> int:
    subscriber = get_subscriber(post.collection.subscriber.key)
    objects = objects_of_post(post)
    try:
        refuse_stopped(reporter_of(subscriber), at=at)
        document = read_posted(objects, post.uuid)
    except (ReporterStoppedError, InputError) as error:
        extra = {"event": "taxii-not-taken", "code": error.code}
        LOG.warning("an envelope is not taken in: %s", error.code, extra=extra)
        end_post(post, at=at)
        return 0
    records = _name(subscriber.key, [stix_id for stix_id, _body in objects], document.records)
    reporter = ensure_reporter(reporter_of(subscriber), kind="feed", at=at)
    run = start_run(f"taxii/{post.uuid}", format_name="stix", reporter=reporter, at=at)
    named = msgspec.structs.replace(document, records=tuple(records), enclosed=())
    taken = store_document(home, named, reporter=reporter, run=run, folder=folder, guard=guard, at=at)
    _withdraw_revoked(home, subscriber.key, post, objects, records, at)
    finish_run(run, taken.intake.counts(), at=at)
    end_post(post, at=at)
    return len(objects)


def _name(key: str, ids: Sequence[str], records: Sequence[Record]) -> list[Record]:
    """Give each report the identifier that follows from its object; what nobody verified was seen by machines alone.

    A report that is known here by the identifier it bears is one of ours that comes back, and stays that.
    """
    ours = known_reports([str(one.report.report_id) for one in records if one.report is not None])
    named = []
    for record in records:
        report = record.report
        if report is not None and str(report.report_id) not in ours:
            found = report_id_of(key, ids[record.line - 1], record.name)
            report = msgspec.structs.replace(
                report, report_id=found, machine_only=report.machine_only or report.verified_at is None
            )
        named.append(msgspec.structs.replace(record, report=report))
    return named


def _withdraw_revoked(
    home: Home, key: str, post: TaxiiPost, objects: Sequence[tuple[str, bytes]], records: Sequence[Record],
    at: datetime,
) -> None:  # fmt: skip
    """Withdraw what was made of objects that their maker revoked: their former versions say what they named."""
    revoked = sorted({
        objects[record.line - 1][0]
        for record in records
        if record.problem is not None and record.problem.code == REVOKED
    })  # fmt: skip
    if revoked:
        withdraw_posted(home, key, names_of(post.collection_id, revoked), at=at)


def names_of(collection: int, stix_ids: Sequence[str]) -> list[tuple[str, str]]:
    """What every version of objects of a collection names: identifier and name."""
    named: dict[tuple[str, str], None] = {}
    for stix_id in stix_ids:
        try:
            document = read_posted(versions_of(collection, stix_id), "0")
        except InputError:
            continue  # nothing was made of what cannot be read
        named.update(((stix_id, record.name), None) for record in document.records if record.name)
    return list(named)
