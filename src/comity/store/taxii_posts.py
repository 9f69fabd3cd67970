"""Envelopes that subscribers posted: their status, and which wait to be taken in as reports."""

from datetime import datetime
from typing import Final

from django.db import connection

from comity.store.models import TaxiiPost

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


def forget_posts(*, before: datetime) -> int:
    """Forget the status of envelopes that were posted and taken in before a time."""
    return TaxiiPost.objects.filter(at__lt=before).exclude(taken_at=None).delete()[0]
