"""Tell consultations: what a suspended memorandum or a missing link kept from a partner is put to it again.

Messages that were withheld for another reason stay withheld: a person puts them otherwise.  Doing it twice tells
nothing twice.  Called inside the caller's transaction, under `lock_consultations`.
"""

from datetime import datetime
from typing import Final

from comity.edges.home import Home
from comity.flows.erase_consultation import tell_withheld_erasures
from comity.flows.say import renew_due, send
from comity.flows.share_experts import share_experts
from comity.store.consultation_files import files_of
from comity.store.models import ConsultationMessage

_WAITS: Final = ("suspended", "no-memorandum", "not-yet-effective")


def tell_consultations(home: Home, partner: str, *, at: datetime) -> None:
    """Put to the memorandum what waits for a partner: messages in their order, erasures, and whom it may ask."""
    rows = ConsultationMessage.objects.select_related("thread__consultation__case").filter(
        thread__partner=partner, party=home.party, verdict="refuse", reason__in=_WAITS, erased_at=None
    )
    for row in rows.order_by("pk"):
        thread = row.thread
        thread.refresh_from_db()
        renew_due(row, at=at)
        if row.event != "opened" and thread.state not in {"open", "closed"}:
            continue  # its question is not told either
        files = [file.attachment for file in files_of([row]).get(row.pk, []) if file.attachment.body_id]
        # Its author saw what is taken out when it was written, or nothing was in it: only a memorandum was missing.
        send(home, row, files, confirmed=True, at=at)
    tell_withheld_erasures(home, partner, at=at)
    share_experts(home, partner, at=at)
