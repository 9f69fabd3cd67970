"""Delete what a subscriber posted: it leaves the inbox, and what was made of it is withdrawn as far as that reaches.

An object that waits to be taken in never becomes a report.
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import NotFoundError
from comity.edges.home import Home
from comity.store.subscribers import SubscriberCall
from comity.store.taxii_append import lock_collection, remove_objects
from comity.store.taxii_matches import Match, find_objects
from comity.store.taxii_pages import Range

_AT_ONCE = 1_000


def delete_objects(home: Home, call: SubscriberCall, asked: Range, match: Match, *, at: datetime) -> int:  # noqa: ARG001
    """Delete the versions that match and answer how many there were.  Raises `NotFoundError` where there are none."""
    removed = 0
    with transaction.atomic():
        held = lock_collection(asked.collection)
        asked = asked._replace(after=0, upto=held.position)
        while True:
            found, is_more = find_objects(asked, match, _AT_ONCE)
            remove_objects(asked.collection, [one.position for one in found])
            removed += len(found)
            if not is_more:
                break
    if not removed:
        raise NotFoundError("the collection has no such object", item=match.ids[0] if match.ids else "")
    return removed
