"""Envelopes that subscribers posted: their status, and which wait to be taken in as reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from comity.store.models import Report, TaxiiPost
from comity.store.taxii_matches import Match, Versions, find_objects, read_bodies
from comity.store.taxii_pages import Range

_ASKED_AT_ONCE: Final = 500
_VERSIONS: Final = 100
_LAST: Final = 2**62
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
    asked = Range(post.collection_id, 0, post.first - 1, post.last)
    return _read(asked, Match(versions=Versions(every=True)), post.last - post.first + 1)


def versions_of(collection: int, stix_id: str) -> list[tuple[str, bytes]]:
    """The versions of an object, the first 100: identifier and bytes."""
    asked = Range(collection, 0, 0, _LAST)
    return _read(asked, Match(ids=(stix_id,), versions=Versions(every=True)), _VERSIONS)


def _read(asked: Range, match: Match, limit: int) -> list[tuple[str, bytes]]:
    found, _more = find_objects(asked, match, limit) if limit > 0 else ([], False)
    objects: list[tuple[str, bytes]] = []
    while found:
        bodies = read_bodies(asked.collection, [one.position for one in found])
        if not bodies:
            break
        objects += [(one.stix_id, bodies[one.position]) for one in found if one.position in bodies]
        found = [one for one in found if one.position > max(bodies)]
    return objects


def known_reports(uuids: Sequence[str]) -> frozenset[str]:
    """Which of these identifiers are those of reports that are here."""
    found: set[str] = set()
    for start in range(0, len(uuids), _ASKED_AT_ONCE):
        part = uuids[start : start + _ASKED_AT_ONCE]
        found.update(Report.objects.filter(uuid__in=part).values_list("uuid", flat=True))
    return frozenset(found)


def find_reports_of(reporter_key: str, uuids: Sequence[str]) -> list[Report]:
    """The reports of these identifiers that a reporter filed."""
    found: list[Report] = []
    for start in range(0, len(uuids), _ASKED_AT_ONCE):
        part = uuids[start : start + _ASKED_AT_ONCE]
        found += Report.objects.filter(uuid__in=part, reporter__key=reporter_key).order_by("pk")
    return found
