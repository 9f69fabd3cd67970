"""Envelopes that subscribers posted: their status, and which wait to be taken in as reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from comity.store.models import Report, TaxiiPost
from comity.store.taxii_matches import Match, Versions, find_objects, read_bodies
from comity.store.taxii_pages import Range

_STATUS: Final = (
    "SELECT p.status FROM taxii_post p JOIN taxii_collection c ON c.id = p.collection_id "
    "WHERE p.uuid = %s AND c.subscriber_id = %s"
)


def find_status(subscriber_pk: int, uuid: str) -> bytes | None:
    """The status resource of an envelope that a subscriber posted; None where it posted none such."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, (uuid, subscriber_pk))
        row = cursor.fetchone()
    return bytes(row[0]) if row is not None else None


def waiting_posts(limit: int) -> list[TaxiiPost]:
    """Envelopes that wait to be taken in, the oldest first."""
    return list(TaxiiPost.objects.select_related("collection__subscriber").filter(taken_at=None).order_by("pk")[:limit])


def end_post(post: TaxiiPost, *, at: datetime) -> None:
    """Note that an envelope waits no more."""
    TaxiiPost.objects.filter(pk=post.pk).update(taken_at=at)


def forget_posts(*, before: datetime) -> int:
    """Forget the status of envelopes that were posted and taken in before a time."""
    return TaxiiPost.objects.filter(at__lt=before).exclude(taken_at=None).delete()[0]


def objects_of_post(post: TaxiiPost) -> list[tuple[str, bytes]]:
    """The objects of an envelope that were new, as far as they were not deleted since: identifier and bytes."""
    if post.first > post.last:
        return []
    asked = Range(post.collection_id, post.collection.sealed, post.first - 1, post.last)
    found, _more = find_objects(asked, Match(versions=Versions(every=True)), post.last - post.first + 1)
    objects: list[tuple[str, bytes]] = []
    while found:
        bodies = read_bodies(post.collection_id, [one.position for one in found])
        if not bodies:
            break
        objects += [(one.stix_id, bodies[one.position]) for one in found if one.position in bodies]
        found = [one for one in found if one.position > max(bodies)]
    return objects


def find_reports_of(reporter_key: str, uuids: Sequence[str]) -> list[Report]:
    """The reports of these identifiers that a reporter filed."""
    return list(Report.objects.filter(uuid__in=list(uuids), reporter__key=reporter_key).order_by("pk"))
