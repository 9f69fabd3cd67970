"""Preview: what a partner would be told of our open cases, were all of it put to the memorandum now.

A dry run: nothing is stored and nothing leaves.  Each report is decided and redacted exactly as `share` would do it;
daily caps start at zero, for the question is what the memorandum lets through and not how much of today is left.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import msgspec

from comity.core.disclosure import Decision, decide
from comity.core.items import build_item
from comity.core.parties import PARTIES
from comity.core.redaction import redact
from comity.core.reports import Report
from comity.edges.home import Home
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.preview_reports import iterate_reports


class Previewed(msgspec.Struct, frozen=True):
    """One report, the decision about it, and what the partner would read; None where it would read nothing."""

    report_uuid: str
    case_ref: str
    registrable: str
    kind: str
    decision: Decision
    told: Report | None


def preview(home: Home, partner: str, *, at: datetime) -> Iterator[Previewed]:
    """Go through the open reports about the partner's names, oldest first."""
    stored = find_governing(partner, at=at)
    sent: Counter[str] = Counter()
    for found in iterate_reports(partner_zones(partner, stored)):
        memorandum = stored.memorandum if stored else None
        kind = "early-warning" if found.report.machine_only else "report"
        item = build_item(
            found.report,
            sender=home.party,
            recipient=partner,
            zone=found.zone,
            memorandum=memorandum,
            at=at,
            protected=found.protected,
            sent_today=sent[kind],
        )
        decision = decide(item, memorandum, at=at, status=stored.status if stored else "draft")
        told = None
        if decision.verdict in {"send", "send-redacted"}:
            sent[kind] += 1
            told = redact(found.report, decision)
        yield Previewed(found.report_uuid, found.case_ref, found.registrable, kind, decision, told)


def partner_zones(partner: str, stored: StoredMemorandum | None) -> frozenset[str]:
    """The partner's zones: by the memorandum, else by what is publicly known."""
    if stored is not None:
        return stored.memorandum.terms.zones[partner]
    return frozenset(zone for party in PARTIES if party.id == partner for zone in party.zones)
