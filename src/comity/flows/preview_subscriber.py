"""Preview: what a subscriber would be told of the open cases, were everything asked now; with clause and reason.

A dry run: nothing is stored and nothing leaves.  The same rules answer as in `release`; caps start at what went today.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from comity.edges.home import Home
from comity.flows.release_cases import Asked, CaseRelease
from comity.store.cases import CaseFilter, list_cases
from comity.store.releases import read_holdings
from comity.store.subscribers import SubscriberRow

_CASES_AT_ONCE: Final = 200


def preview_subscriber(home: Home, reader: SubscriberRow, *, at: datetime) -> Iterator[Asked]:
    """Go through the open cases and their reports, the oldest first."""
    cursor = ""
    while True:
        page = list_cases(CaseFilter(open_only=True), cursor=cursor, limit=_CASES_AT_ONCE)
        pks = [row.pk for row in page.cases]
        for _pk, asked in CaseRelease(home, pks, at=at).ask(reader, read_holdings(reader.pk, pks)):
            yield from asked
        cursor = page.next_cursor
        if not cursor:
            return
