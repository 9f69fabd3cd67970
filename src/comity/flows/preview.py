"""Preview: what a partner would be told of our open cases, were all of it put to the memorandum now.

A dry run: nothing is stored and nothing leaves.  Each report is decided and redacted exactly as `share` would do it;
daily caps start at zero, for the question is what the memorandum lets through and not how much of today is left.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from comity.core.disclosure import Decision, decide
from comity.core.items import build_item
from comity.core.parties import PARTIES
from comity.core.redaction import redact
from comity.core.reports import Report
from comity.core.warning_terms import decide_answer, decide_warning
from comity.core.warnings import Sign, Signs, Warned
from comity.edges.home import Home
from comity.flows.share_warnings import sides_of
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.preview_reports import iterate_reports

_ONE_OF_EACH: Final[dict[Sign, Signs]] = {
    "pattern": Signs(patterns=("-",)),
    "name-servers": Signs(servers=("-",)),
    "label": Signs(labels=("-",)),
    "name-token": Signs(name_tokens=("-",), token_key="-"),  # noqa: S106 — no key, a sign to ask about
    "registrant-token": Signs(registrant_tokens=("-",), token_key="-"),  # noqa: S106 — no key, a sign to ask about
}


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


def preview_warnings(home: Home, partner: str, *, at: datetime) -> dict[str, Decision]:
    """What the memorandum says of warnings now: of each sign in a warning to the partner, and of answers to its own.

    Asked as a warning of phishing about all zones, marked TLP:AMBER, would be; nothing is stored and nothing leaves.
    """
    stored = find_governing(partner, at=at)
    ours, theirs = partner_zones(partner, stored), frozenset(home.zones)
    said: dict[str, Decision] = {}
    for sign, signs in _ONE_OF_EACH.items():
        warned = _warned(sorted(ours), signs, at)
        said[f"warning {sign}"] = decide_warning(warned, sides_of(home.party, partner, stored, sent=0), at=at)
    for word in ("counts", "names"):
        warned = _warned(sorted(theirs), Signs(), at)
        sides = sides_of(home.party, partner, stored, sent=0)
        said[f"answer {word}"] = decide_answer(
            warned, min(theirs), sides, names=word == "names", released=False, at=at
        )  # fmt: skip
    return said


def _warned(zones: list[str], signs: Signs, at: datetime) -> Warned:
    day = at.date()
    return Warned(
        zones=tuple(zones), category="phishing", tlp="TLP:AMBER", first_day=day, last_day=day, case="", text="-",
        signs=signs,
    )  # fmt: skip


def partner_zones(partner: str, stored: StoredMemorandum | None) -> frozenset[str]:
    """The partner's zones: by the memorandum, else by what is publicly known."""
    if stored is not None:
        return stored.memorandum.terms.zones[partner]
    return frozenset(zone for party in PARTIES if party.id == partner for zone in party.zones)
