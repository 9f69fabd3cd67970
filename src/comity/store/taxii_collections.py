"""Collections of TAXII: which a subscriber has, and what its row says now.

A subscriber has one for each marking up to its ceiling, and an inbox.  Their identifiers follow from the party, the
subscriber's key and the marking: a node that is set up anew has the same ones.
"""

from typing import Final, NamedTuple
from uuid import NAMESPACE_DNS, uuid5

from django.db import connection

from comity.core.markings import TLPS, is_within
from comity.store.models import TaxiiCollection
from comity.store.subscribers import SubscriberRow

INBOX: Final = ""
_FIND: Final = "SELECT id, uuid, tlp, position, sealed FROM taxii_collection WHERE subscriber_id = %s ORDER BY id"
_GET: Final = "SELECT id, uuid, tlp, position, sealed FROM taxii_collection WHERE uuid = %s AND subscriber_id = %s"


class Collection(NamedTuple):
    """A collection as its row says; `position` is the commit order up to which it can be read."""

    pk: int
    uuid: str
    tlp: str
    position: int
    sealed: int

    @property
    def is_inbox(self) -> bool:
        """Whether the subscriber writes to it."""
        return self.tlp == INBOX


def ensure_collections(party: str, subscriber: SubscriberRow) -> list[Collection]:
    """Answer a subscriber's collections; make those that are not there yet."""
    found = list_collections(subscriber.pk)
    wanted = [*(tlp for tlp in TLPS if is_within(tlp, subscriber.ceiling)), INBOX]
    if {one.tlp for one in found} >= set(wanted):
        return found
    for tlp in wanted:
        uuid = str(uuid5(NAMESPACE_DNS, f"{party}/taxii/{subscriber.key}/{tlp}"))
        TaxiiCollection.objects.get_or_create(subscriber_id=subscriber.pk, tlp=tlp, defaults={"uuid": uuid})
    return list_collections(subscriber.pk)


def list_collections(subscriber_pk: int) -> list[Collection]:
    """A subscriber's collections, the least strict first, the inbox last."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, (subscriber_pk,))
        found = [Collection(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (one.is_inbox, TLPS.index(one.tlp) if one.tlp in TLPS else 0))


def find_collection(subscriber_pk: int, uuid: str) -> Collection | None:
    """One of a subscriber's collections; None where it has none of this identifier."""
    with connection.cursor() as cursor:
        cursor.execute(_GET, (uuid, subscriber_pk))
        row = cursor.fetchone()
    return Collection(*row) if row is not None else None
