"""Catch up: tell a partner what could not be told while no link was open or the memorandum was suspended.

Nothing of it was lost: reports wait in their cases, and every entry that a suspended memorandum withheld has its
decision.  Each is put to the memorandum again as it stands now.  What the partner said in a kind of entry that an older
version of this program did not know is applied first.  Doing it twice tells nothing twice.  A report that was
corrected, marked or erased meanwhile is told as it is now: of what was erased, only that it must be.
"""

from datetime import datetime

from django.db import transaction

from comity.core.erasure import is_reduced
from comity.core.names import NameFolder, Target
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.advance_cases import Grounds
from comity.flows.apply_kept import apply_kept
from comity.flows.correct import tell_correction
from comity.flows.erase import ask_partner
from comity.flows.mark import tell_marking
from comity.flows.refer import refer
from comity.flows.share import share_events
from comity.flows.tell_consultations import tell_consultations
from comity.flows.tell_waiting_articles import tell_waiting_articles
from comity.flows.withdraw_warning import tell_withdrawn
from comity.store.case_reports import find_reports_by_pk
from comity.store.cases import MAX_PAGE_ROWS, CaseFilter, change_of, find_cases_by_pk, list_cases, read_entries
from comity.store.consultations import lock_consultations
from comity.store.decisions import find_withheld_events
from comity.store.intake_lock import lock_intake
from comity.store.told import find_withheld_notices


def catch_up(home: Home, partner: str, *, at: datetime) -> None:
    """Apply what was kept, offer the waiting cases and tell the withheld entries, in one transaction."""
    with transaction.atomic():
        apply_kept(home, partner, at=at)
        lock_intake()  # in the order of `store.intake_lock`, before cases and ledgers
        lock_consultations()
        _refer_waiting(home, partner, at=at)
        withheld = find_withheld_events(partner)
        pks = sorted({case_pk for case_pk, _ in withheld})
        rows = {row.pk: row for row in find_cases_by_pk(pks)}
        entries = read_entries(pks)
        changes = [change_of(rows[pk], entry) for pk in pks for entry in entries[pk] if (pk, entry.at) in withheld]
        share_events(home, changes, at=at)
        _tell_changed_reports(home, partner, at=at)
        tell_waiting_articles(home, partner, at=at)
        tell_consultations(home, partner, at=at)
        tell_withdrawn(home, partner, at=at)


def _tell_changed_reports(home: Home, partner: str, *, at: datetime) -> None:
    """Tell of reports that the partner has what changed about them; those that it never got wait in their cases."""
    withheld = find_withheld_notices(partner)
    rows = {row.pk: row for row in find_reports_by_pk(sorted({pk for pk, _ in withheld}))}
    folder = NameFolder(load_suffixes(home)) if rows else None
    for pk, kind in withheld:
        row = rows[pk]
        if is_reduced(row.report, host=row.host):
            ask_partner(home, partner, row, at=at)
        elif kind == "retraction":
            tell_marking(home, partner, row, row.report.tlp, at=at)
        elif folder is not None:
            target = folder.target(row.report.name or row.report.url or row.host)
            if isinstance(target, Target):
                tell_correction(home, partner, row, target, at=at)


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
