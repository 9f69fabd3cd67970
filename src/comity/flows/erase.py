"""Erase: a report of ours must be forgotten, here and at every partner that has it (docs/spec/entries.md §8).

In one transaction: the report keeps only what its case needs, the notes of the case lose what they quote, the payloads
of our entries about it become their SHA-256 (an entry that has not left yet leaves in that form), and every partner is
asked to do the same.  Each partner's confirmation comes back as an entry of its own ledger.  Doing it twice asks only
what was not asked yet; `again` asks everything that is not confirmed.  A partner's report is its sender's to erase: a
receiver never forwards what others reported.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.erasure import erased_texts, is_reduced, quotes
from comity.core.errors import ForbiddenError, NotFoundError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.annotate import annotate
from comity.flows.forget import forget_report, forget_words
from comity.flows.share_notices import Asked, Matter, share_erasures
from comity.store.case_reports import ReportRow, find_report
from comity.store.cases import find_cases_by_pk
from comity.store.erasures import add_erasures, erase_displaced, erase_payloads, list_erasures
from comity.store.remains import wipe_remains
from comity.store.told import REPORT_KINDS, ToldEntry, entries_about
from comity.wire.notices import ErasurePayload, ErasureReason, parse_erasure
from comity.wire.stix import CaseEventPayload, ReportPayload, parse_case_event, parse_report


class Erased(msgspec.Struct, frozen=True):
    """What came of an erasure: the entries that partners were asked to erase, and what a memorandum withheld."""

    asked: tuple[tuple[str, int], ...]
    withheld: dict[str, Decision]
    wiped: bool = True  # False: the write-ahead log still holds it; it goes when nobody reads (docs/how-to/erase.md)


def get_own_report(uuid: str) -> ReportRow:
    """Get a report that was filed here.  Raises `NotFoundError`, or `ForbiddenError` for a partner's."""
    row = find_report(uuid.lower())
    if row is None:
        raise NotFoundError("no such report", item=uuid)
    if row.reporter_kind == "partner":
        raise ForbiddenError("a partner sent this report; it is the partner's to change or erase", item=uuid)
    return row


def erase(
    home: Home,
    uuid: str,
    actor: Actor,
    *,
    reason: ErasureReason,
    at: datetime,
    also: Sequence[str] = (),
    again: bool = False,
) -> Erased:
    """Erase a report of ours.

    `also`: further words that notes of its case must not keep.  `again`: for a partner whose node did not know yet what
    an erasure is, or answered that it held no such entry.
    """
    with transaction.atomic():
        row = get_own_report(uuid)
        also = (*also, *forget_words(row.pk))
        told = entries_about([row.uuid], direction="out", kinds=REPORT_KINDS)
        targets = _targets(told)
        texts = erased_texts(row.report, host=row.host, also=(*also, *targets))
        quoting = _quoting(row, texts)
        forget_report(row, also=(*also, *targets))
        ours = told + [entry for entry in quoting if entry.origin.startswith(f"{home.party}/")]
        erase_payloads([*told, *quoting], at=at)
        erase_displaced(_subjects(row), lambda kind, payload: _must_go(kind, payload, texts), at=at)
        add_erasures(ours, reason=reason, actor=actor.name, at=at)
        annotate(None if is_reduced(row.report, host=row.host) else row.case_pk, actor, reason="report-erased", at=at)
        withheld: dict[str, Decision] = {}
        asked: list[tuple[str, int]] = []
        for partner in dict.fromkeys(entry.partner for entry in ours):
            decision, positions = ask_partner(home, partner, row, again=again, at=at)
            asked += [(partner, position) for position in positions]
            if decision is not None and decision.verdict not in {"send", "send-redacted"}:
                withheld[partner] = decision
    return Erased(tuple(asked), withheld, wiped=wipe_remains())


def ask_partner(
    home: Home, partner: str, row: ReportRow, *, again: bool = False, at: datetime
) -> tuple[Decision | None, list[int]]:
    """Ask a partner for every erasure about a report that it was not asked for yet, or that it has not confirmed."""
    entries = entries_about(_subjects(row), direction="out", partner=partner)
    noted = list_erasures(entries)
    notices = [parse_erasure(entry.payload) for entry in entries if entry.kind == "erasure" and not again]
    told = {notice.position for notice in notices if isinstance(notice, ErasurePayload)}
    asked = [
        Asked(entry.position, entry.kind, entry.subject, msgspec.convert(one.reason, ErasureReason))
        for entry in entries
        if (one := noted.get((entry.ledger_pk, entry.position))) and not one.confirmed_at and entry.position not in told
    ]
    if not asked:
        return None, []
    matter = Matter(row.pk, row.uuid, row.case_pk, row.zone, row.category)
    decision = share_erasures(home, partner, matter, asked, at=at)
    sent = decision.verdict in {"send", "send-redacted"}
    return decision, [one.position for one in asked] if sent else []


def quoting_entries(
    subjects: Iterable[str], texts: tuple[str, ...], *, direction: str, partner: str = ""
) -> list[ToldEntry]:
    """Find entries about cases that quote what is erased."""
    entries = entries_about(list(subjects), direction=direction, kinds=("case-event",), partner=partner)
    return [entry for entry in entries if entry.erased_at is None and _quotes(entry.payload, texts)]


def _quotes(payload: bytes, texts: tuple[str, ...]) -> bool:
    event = parse_case_event(payload)
    return isinstance(event, CaseEventPayload) and quotes(event, texts)


def _must_go(kind: str, payload: bytes, texts: tuple[str, ...]) -> bool:
    return kind in REPORT_KINDS or (kind == "case-event" and _quotes(payload, texts))


def _subjects(row: ReportRow) -> list[str]:
    """What entries about a report and its case have as their subject."""
    cases = find_cases_by_pk([] if row.case_pk is None else [row.case_pk])
    return [row.uuid, *(case.uuid for case in cases)]


def _quoting(row: ReportRow, texts: tuple[str, ...]) -> list[ToldEntry]:
    """Entries about the report's case that quote it: ours, and the partners' answers to us."""
    subjects = _subjects(row)
    return quoting_entries(subjects, texts, direction="out") + quoting_entries(subjects, texts, direction="in")


def _targets(entries: Iterable[ToldEntry]) -> list[str]:
    """The addresses by which partners were told of the report."""
    payloads = [parse_report(entry.payload) for entry in entries if entry.erased_at is None]
    return [one.target for one in payloads if isinstance(one, ReportPayload) and "://" in one.target]
