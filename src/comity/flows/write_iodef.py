"""Write one IODEF document of all that a subscriber holds: an Incident for each case, in the order of names.

What was withdrawn is not held and so in no document.  Items are written as they are read, one name at a time: the
whole is never in memory.  A subscriber that holds nothing has no document, for IODEF knows none without an Incident.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from comity.core.told_items import ToldCase, ToldReport
from comity.edges.home import Home
from comity.store.subscribers import get_reading_subscriber
from comity.store.told_items import iterate_by_name
from comity.wire.iodef import FOOTER, HEADER, Marked, render_incident


def iodef_parts(home: Home, key: str, *, at: datetime) -> Iterator[bytes]:
    """The document in parts; none where nothing is held.

    Before the first it raises `NotFoundError`, and `ConflictError` for a subscription that ended.
    """
    rows = iterate_by_name(get_reading_subscriber(key).pk, ("case", "report"))
    is_begun = False
    for _name, of_name in groupby(rows, key=lambda row: row.registrable):
        incidents: dict[str, list[Marked]] = {}
        for row in of_name:
            if isinstance(row.told, ToldCase | ToldReport):
                incidents.setdefault(str(row.told.case), []).append(Marked(row.told, row.tlp))
        for items in incidents.values():
            if not is_begun:
                yield HEADER
                is_begun = True
            yield render_incident(home.party, items, at=at)
    if is_begun:
        yield FOOTER
