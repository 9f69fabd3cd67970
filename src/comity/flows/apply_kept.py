"""Apply what was kept: entries of a kind that the version which took them did not know, and this one does.

They have been held, proven and receipted since they came; only their effect is missing.  They are applied in the
ledger's order, each batch in one transaction with the word that it is done, so that a crash applies none twice.  What
came after them was applied before them: a sender that needs another order must not use a new kind before its partner
knows it.  A link under which nothing may be taken now is left for when it may (`flows.catch_up`).
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.edges.home import Home
from comity.flows.apply_entry import KINDS, UNKNOWN_KIND, apply_entries
from comity.store.kept_entries import answer_kept, find_kept
from comity.store.ledgers import lock_ledger
from comity.store.links import is_in_force, list_links
from comity.store.models import Link

_BATCH: Final = 500


def apply_kept(home: Home, partner: str = "", *, at: datetime) -> dict[str, int]:
    """Apply what partners, or one of them, sent and this node only kept; tell how many entries of whom."""
    applied: dict[str, int] = {}
    for link in list_links():
        if partner in {"", link.partner} and link.state == "open" and is_in_force(link.partner, at=at):
            count = _apply(home, link, at=at)
            if count:
                applied[link.partner] = count
    return applied


def _apply(home: Home, link: Link, *, at: datetime) -> int:
    start = count = 0
    while True:
        with transaction.atomic():
            ledger = lock_ledger(link, "in")
            entries = find_kept(ledger.pk, KINDS, refused=UNKNOWN_KIND, start=start, limit=_BATCH)
            if not entries:
                return count
            answer_kept(ledger.pk, entries, apply_entries(home, link.partner, entries, at=at))
        start, count = entries[-1].position + 1, count + len(entries)
