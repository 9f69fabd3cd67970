"""Delete what a subscriber posted: it leaves the inbox, and what was made of it is withdrawn as far as that reaches.

An object that waits to be taken in never becomes a report.  Of one that did, the reporter's word that it is withdrawn
is kept with the report and stands in its case: the desk decides what follows, as with every reporter.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import NotFoundError
from comity.edges.home import Home
from comity.flows.take_posted import names_of, withdraw_posted
from comity.store.subscribers import SubscriberCall
from comity.store.taxii_append import lock_collection, remove_objects
from comity.store.taxii_matches import Match, find_objects, has_object
from comity.store.taxii_pages import Range

_AT_ONCE: Final = 1_000


def delete_objects(home: Home, call: SubscriberCall, asked: Range, match: Match, *, at: datetime) -> int:
    """Delete the versions that match and answer how many there were.  Raises `NotFoundError` where there are none."""
    removed = 0
    ids: dict[str, None] = {}
    with transaction.atomic():
        held = lock_collection(asked.collection)
        asked = asked._replace(after=0, upto=held.position)
        stix_ids = match.ids
        named = names_of(asked.collection, stix_ids)
        while True:
            found, is_more = find_objects(asked, match, _AT_ONCE)
            remove_objects(asked.collection, [one.position for one in found])
            removed += len(found)
            ids.update((one.stix_id, None) for one in found)
            if not is_more:
                break
        if not removed:
            raise NotFoundError("the collection has no such object", item=", ".join(stix_ids)[:150])
        left = {one for one in ids if has_object(asked.collection, one)}
        withdraw_posted(home, call.subscriber.key, [one for one in named if one[0] not in left], at=at)
    return removed
