"""Catch up: tell a partner what could not be told while no link was open or the memorandum was suspended.

Nothing of it was lost: reports wait in their cases, and every entry that a suspended memorandum withheld has its
decision.  Each is put to the memorandum again as it stands now.  What the partner said in a kind of entry that an older
version of this program did not know is applied first.  Doing it twice tells nothing twice.
"""

from datetime import datetime

from django.db import transaction

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds
from comity.flows.apply_kept import apply_kept
from comity.flows.refer import refer
from comity.flows.share import share_events
from comity.store.cases import MAX_PAGE_ROWS, CaseFilter, change_of, find_cases_by_pk, list_cases, read_entries
from comity.store.decisions import find_withheld_events


def catch_up(home: Home, partner: str, *, at: datetime) -> None:
    """Apply what was kept, offer the waiting cases and tell the withheld entries, in one transaction."""
    with transaction.atomic():
        apply_kept(home, partner, at=at)
        _refer_waiting(home, partner, at=at)
        withheld = find_withheld_events(partner)
        pks = sorted({case_pk for case_pk, _ in withheld})
        rows = {row.pk: row for row in find_cases_by_pk(pks)}
        entries = read_entries(pks)
        changes = [change_of(rows[pk], entry) for pk in pks for entry in entries[pk] if (pk, entry.at) in withheld]
        share_events(home, changes, at=at)


def _refer_waiting(home: Home, partner: str, *, at: datetime) -> None:
    actor = Actor(home.party, "system", home.party)
    wanted = CaseFilter(state="received", party=partner)
    cursor = ""
    while True:
        page = list_cases(wanted, cursor=cursor, limit=MAX_PAGE_ROWS)
        refer(home, [case.ref for case in page.cases], actor, at=at, grounds=Grounds(reason="exchange-open-again"))
        cursor = page.next_cursor
        if not cursor:
            return
