"""A report seen as the `Item` that a memorandum decides about.

Both nodes make the item from the same report value with this one function, so they decide about the same facts.
What a report cannot know (which guard list names it, how many were sent today) is given beside it.
"""

from datetime import datetime
from typing import Final

from comity.core.categories import CATEGORIES
from comity.core.disclosure import REPORTER_IDENTITY, Item, Kind
from comity.core.evidence import facts_of, fields_present, score_value
from comity.core.memoranda import Memorandum
from comity.core.personal_data import VICTIM_CONTACT, holds_address
from comity.core.reports import Report

_CATEGORIES: Final = frozenset(CATEGORIES)


def build_item(
    report: Report,
    *,
    sender: str,
    recipient: str,
    zone: str,
    memorandum: Memorandum | None,
    at: datetime,
    kind: Kind | None = None,
    protected: str = "",
    sent_today: int = 0,
    breaches: int = 0,
    approvals: int = 0,
) -> Item:
    """Gather the facts.  Without a `kind` a machine's report is an early warning, and a person's a report.

    `zone` is that of the report's name, an A-label; `protected` the guard list that names it.
    """
    max_age = None if memorandum is None else memorandum.terms.max_age.get(report.category)
    facts = facts_of(report, at=at, max_age=max_age)
    return Item(
        kind=kind or ("early-warning" if report.machine_only else "report"),
        sender=sender,
        recipient=recipient,
        zone=zone,
        category=report.category,
        tlp=report.tlp,
        fields=fields_present(report),
        score=score_value(facts),
        observed_at=report.observed_at,
        verified_at=report.verified_at,
        personal_data=personal_data_classes(report),
        protected=protected,
        machine_only=report.machine_only,
        single_blocklist="single-blocklist" in facts,
        linked=_linked(report),
        sent_today=sent_today,
        breaches=breaches,
        approvals=approvals,
        disposition=report.disposition,
    )


def personal_data_classes(report: Report) -> tuple[str, ...]:
    """The classes of personal data in a report, declared or found.

    The reporter's own reference counts as the reporter's identity, an e-mail address in a text as a victim's.
    """
    classes = dict.fromkeys(report.personal_data)
    if report.source_ref:
        classes[REPORTER_IDENTITY] = None
    if holds_address(report):
        classes[VICTIM_CONTACT] = None
    return tuple(classes)


def _linked(report: Report) -> tuple[str, ...]:
    """Categories of the reports this one hangs on: `linked_report` begins with one (`phishing:…`), tags name others."""
    if not report.linked_report and not report.tags:
        return ()
    named = {report.linked_report.partition(":")[0], *report.tags}
    return tuple(sorted(named & _CATEGORIES))
