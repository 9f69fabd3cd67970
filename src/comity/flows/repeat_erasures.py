"""Repeat erasures: after a restore, forget again what was forgotten after the backup was made.

A backup holds payloads that were erased since.  The entries that came after it are got back from the partner, erased
ones as erased; among them are our own `erasure` entries, and they say which of the older payloads must go.  What a
partner erased comes back as its own `erasure` entries and is applied as any entry is.  Doing it twice changes nothing.
"""

from datetime import datetime

from django.db import transaction

from comity.core.erasure import is_reduced
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.annotate import annotate
from comity.flows.erase_article import ARTICLE_KINDS, forget_again
from comity.flows.forget import forget_report
from comity.flows.forget_consultation import CONSULTATION_KINDS, forget_entry
from comity.store.case_reports import find_report
from comity.store.erasures import add_erasures, erase_payloads
from comity.store.told import find_entry, list_entries_of_kind
from comity.wire.notices import ErasurePayload, parse_erasure


def repeat_erasures(home: Home, partner: str, *, at: datetime) -> int:
    """Erase what our ledger for a partner says is erased; tells how many payloads were there again."""
    repeated = 0
    actor = Actor(home.party, "system", home.party)
    with transaction.atomic():
        for notice in list_entries_of_kind(partner, "out", "erasure"):
            payload = parse_erasure(notice.payload)
            named = find_entry(partner, "out", payload.position) if isinstance(payload, ErasurePayload) else None
            if not isinstance(payload, ErasurePayload) or named is None:
                continue
            add_erasures([named], reason=payload.reason, actor=actor.name, at=at)
            if named.kind in ARTICLE_KINDS:
                forget_again(home, named, reason=payload.reason, at=at)
            if named.erased_at is None:
                erase_payloads([named], at=at)
                repeated += 1
            if named.kind in CONSULTATION_KINDS:
                forget_entry(partner, home.party, named.kind, named.subject, home.party, at=at)
                continue
            row = find_report(named.subject)
            if row is not None and not is_reduced(row.report, host=row.host):
                forget_report(row)
                annotate(row.case_pk, actor, reason="report-erased", note=payload.reason, at=at)
    return repeated
