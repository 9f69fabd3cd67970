"""Delete what a subscriber posted: it leaves the inbox, and what was made of it is withdrawn as far as that reaches.

An object that waits to be taken in never becomes a report.  Of one that did, the reporter's word that it is withdrawn
is kept with the report and stands in its case: the desk decides what follows, as with every reporter.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import NotFoundError
from comity.edges.home import Home
from comity.flows.post_objects import reporter_of
from comity.flows.say_more import say_more
from comity.flows.take_posted import report_ids
from comity.store.subscribers import SubscriberCall
from comity.store.taxii_append import lock_collection, remove_objects
from comity.store.taxii_matches import Match, find_objects, has_object
from comity.store.taxii_pages import Range
from comity.store.taxii_posts import find_reports_of

_AT_ONCE: Final = 1_000


def delete_objects(home: Home, call: SubscriberCall, asked: Range, match: Match, *, at: datetime) -> int:
    """Delete the versions that match and answer how many there were.  Raises `NotFoundError` where there are none."""
    removed = 0
    ids: set[str] = set()
    with transaction.atomic():
        held = lock_collection(asked.collection)
        asked = asked._replace(after=0, upto=held.position)
        while True:
            found, is_more = find_objects(asked, match, _AT_ONCE)
            remove_objects(asked.collection, [one.position for one in found])
            removed += len(found)
            ids.update(one.stix_id for one in found)
            if not is_more:
                break
    if not removed:
        raise NotFoundError("the collection has no such object", item=match.ids[0] if match.ids else "")
    _withdraw(home, call, sorted(one for one in ids if not has_object(asked.collection, one)), at=at)
    return removed


def _withdraw(home: Home, call: SubscriberCall, stix_ids: Sequence[str], *, at: datetime) -> None:
    """Withdraw the reports that were made of objects of which no version is left, as their reporter may."""
    key = call.subscriber.key
    for stix_id in stix_ids:
        wanted = [str(one) for one in report_ids(key, stix_id)]
        for report in find_reports_of(reporter_of(call.subscriber), wanted):
            say_more(home, report, withdraws=True, text="", at=at)
