"""Take what a subscriber posts to its inbox over TAXII: kept, and waiting to be taken in, in one transaction.

Nothing is parsed before it is known who posts, that it may, and that no person has stopped it.  What is there already
is a success and not kept twice, so an answer that was lost costs nothing: the same is posted again.
"""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from comity.core.errors import ForbiddenError
from comity.edges.home import Home
from comity.flows.check_reporter import check_reporter, refuse_stopped
from comity.store.fields import micros
from comity.store.models import TaxiiPost
from comity.store.reports import ensure_reporter
from comity.store.subscribers import SubscriberCall, SubscriberRow
from comity.store.taxii_append import NewObject, append_objects
from comity.store.taxii_collections import Collection
from comity.wire.taxii_envelope import PostedObject, RefusedObject, split_envelope
from comity.wire.taxii_query import render_time, render_version
from comity.wire.taxii_resources import Status, StatusDetail


def reporter_of(subscriber: SubscriberRow) -> str:
    """The reporter under which a subscriber's reports stand."""
    return f"subscriber:{subscriber.key}"


def check_writer(call: SubscriberCall, collection: Collection, *, at: datetime) -> None:
    """Refuse whoever may not write here.  Raises `ForbiddenError`."""
    if not collection.is_inbox:
        raise ForbiddenError("this collection is read only; objects are posted to the inbox", item="collection")
    if not call.may_write:
        raise ForbiddenError("this key reads only; ask the registry for one that may write", item="Authorization")
    refuse_stopped(reporter_of(call.subscriber), at=at)


def post_objects(home: Home, call: SubscriberCall, collection: Collection, data: bytes, *, at: datetime) -> Status:
    """Keep the objects of an envelope; whoever may not write was refused before (`check_writer`)."""
    objects = split_envelope(data)
    kept = [one for one in objects if isinstance(one, PostedObject)]
    refused = [one for one in objects if isinstance(one, RefusedObject)]
    reporter = reporter_of(call.subscriber)
    ensure_reporter(reporter, kind="feed", name=call.subscriber.name, at=at)
    if objects:
        check_reporter(home, reporter, amount=len(objects), at=at)
    status = Status(
        id=str(uuid4()), status="complete", request_timestamp=render_time(at), total_count=len(objects),
        success_count=len(kept), failure_count=len(refused), pending_count=0,
        successes=tuple(StatusDetail(one.stix_id, render_version(micros(one.version or at))) for one in kept),
        failures=tuple(StatusDetail(one.stix_id, render_time(at), one.reason) for one in refused),
    )  # fmt: skip
    with transaction.atomic():
        new = append_objects(
            collection.pk,
            [NewObject(one.stix_id, one.type, one.version, one.spec_version, one.data) for one in kept],
            at=at,
        )
        TaxiiPost.objects.create(
            uuid=status.id, collection_id=collection.pk, at=at, first=new.start, last=new.stop - 1,
            taken_at=None if len(new) else at, status=status.render(),
        )  # fmt: skip
    return status
