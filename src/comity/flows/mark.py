"""Mark: a report bears another TLP marking from now on, here and at every partner that has it.

Raising a marking restricts what the receiver may do with what it has; it is told whatever the new marking is, TLP:RED
too: the notice repeats nothing of the report.  The partners' receipts are the receipts of their ledgers.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.markings import Tlp
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.annotate import annotate
from comity.flows.erase import get_own_report
from comity.flows.share_notices import Matter, share_marking
from comity.store.case_reports import ReportRow
from comity.store.erasures import replace_report
from comity.store.told import REPORT_KINDS, entries_about
from comity.wire.notices import MarkingPayload
from comity.wire.report_json import render_report


def mark(home: Home, uuid: str, tlp: Tlp, actor: Actor, *, at: datetime) -> dict[str, Decision]:
    """Give a report of ours another marking; answers what each partner's memorandum decided about telling it."""
    with transaction.atomic():
        row = get_own_report(uuid)
        if row.report.tlp == tlp:
            return {}
        replace_report(row.pk, render_report(msgspec.structs.replace(row.report, tlp=tlp)))
        annotate(row.case_pk, actor, reason="marking-changed", note=f"{row.report.tlp} → {tlp}", at=at)
        return {partner: tell_marking(home, partner, row, tlp, at=at) for partner in receivers(row)}


def receivers(row: ReportRow) -> list[str]:
    """The partners that a report was sent to."""
    return list(
        dict.fromkeys(entry.partner for entry in entries_about([row.uuid], direction="out", kinds=REPORT_KINDS))
    )


def tell_marking(home: Home, partner: str, row: ReportRow, tlp: Tlp, *, at: datetime) -> Decision:
    """Tell a partner a report's marking."""
    payload = MarkingPayload(report_id=UUID(row.uuid), tlp=tlp, clause="", memorandum="", decided_at=at)
    return share_marking(home, partner, Matter(row.pk, row.uuid, row.case_pk, row.zone, row.category), payload, at=at)
