"""Apply what a partner says about entries that it sent before: another marking, an erasure, and that ours are erased.

A partner speaks about its own ledger and its own reports only.  An erasure is carried out at once, in the transaction
that stores it: the payload, the report made of it and what quotes it here; and it is answered, whatever is found, so
that the partner knows.  Nothing goes further: a receiver never forwards what others reported.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from django.db import transaction

from comity.core.erasure import erased_texts, is_reduced
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.annotate import annotate
from comity.flows.erase import ask_partner, quoting_entries
from comity.flows.erase_article import ARTICLE_KINDS, forget_article_entry
from comity.flows.forget import forget_report, mask_notes
from comity.flows.forget_consultation import CONSULTATION_KINDS, forget_entry, hear_it_arrived
from comity.flows.forget_dga import forget_dga_entry
from comity.flows.forget_warning import forget_warning_entry
from comity.flows.share_notices import answer_erasures
from comity.store.case_peers import cases_of_peer
from comity.store.case_reports import ReportRow, find_partner_report
from comity.store.cases import find_cases
from comity.store.erasures import add_erasures, confirm_erasure, erase_payloads, replace_report
from comity.store.remains import wipe_remains
from comity.store.statistics import erase_statement
from comity.store.told import REPORT_KINDS, ToldEntry, find_entry
from comity.wire.dga_entries import KINDS as DGA_KINDS
from comity.wire.notices import ErasedPayload, ErasureAnswer, parse_erased, parse_erasure, parse_marking
from comity.wire.report_json import render_report
from comity.wire.statistics_entries import STATED
from comity.wire.stix import CaseEventPayload, PayloadProblem, ReportPayload, parse_case_event, parse_report
from comity.wire.warning_entries import KINDS as WARNING_KINDS


def apply_markings(_home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Give reports of the partner's the marking they bear now; answer for each "" or why it was refused."""
    return [_apply_marking(partner, entry, at) for entry in entries]


def _apply_marking(partner: str, entry: IncomingEntry, at: datetime) -> str:
    payload = parse_marking(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if entry.subject != str(payload.report_id):
        return "subject-mismatch"
    row = find_partner_report(partner, payload.report_id)
    if row is None:
        return "no-such-report"
    replace_report(row.pk, render_report(msgspec.structs.replace(row.report, tlp=payload.tlp)))
    actor = Actor(partner, "partner", partner)
    note = f"{row.report.tlp} → {payload.tlp}"
    annotate(row.case_pk, actor, reason="marking-changed", note=note, clause=payload.clause, at=at)
    return ""


def apply_erasures(
    home: Home, partner: str, entries: Sequence[IncomingEntry], *, gone: Collection[int] = (), at: datetime
) -> list[str]:
    """Erase what the partner names of its ledger, and answer each; "" or why the entry itself was refused.

    `gone`: positions of the same batch that came without a payload.
    """
    refusals: list[str] = []
    answers: list[tuple[str, ErasedPayload]] = []
    for entry in entries:
        payload = parse_erasure(entry.payload)
        if isinstance(payload, PayloadProblem):
            refusals.append(f"payload:{payload.code}")
            continue
        named = find_entry(partner, "in", payload.position)
        erased = payload.position in gone
        answer: ErasureAnswer = "already-erased" if erased else _erase_here(home, partner, named, payload.reason, at)
        origin = f"{partner}/ledger/{home.party}"
        answered = ErasedPayload(origin=origin, position=payload.position, answer=answer, memorandum="", decided_at=at)
        answers.append((entry.subject, answered))
        refusals.append("" if answer in {"erased", "already-erased"} else answer)
    answer_erasures(home, partner, answers, at=at)
    transaction.on_commit(wipe_remains)
    return refusals


def apply_erased(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Note what the partner says became of our erasures; answer for each "" or why it was refused."""
    return [_apply_erased(home, partner, entry, at) for entry in entries]


def _apply_erased(home: Home, partner: str, entry: IncomingEntry, at: datetime) -> str:
    payload = parse_erased(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if payload.answer not in {"erased", "already-erased"}:
        return payload.answer
    known = confirm_erasure(payload.origin, payload.position, partner=partner, at=at)
    if known and payload.answer == "erased":
        hear_it_arrived(partner, home.party, entry.subject, at=at)
    return "" if known else "no-such-erasure"


def _erase_here(home: Home, partner: str, named: ToldEntry | None, reason: str, at: datetime) -> ErasureAnswer:
    if named is None:  # not sent yet; or in this batch with its payload, though a sender erases its own copy first
        return "not-held"
    if named.kind in {"erasure", "erased"}:  # they say that something is gone, and nothing else
        return "nothing-to-erase"
    if named.erased_at is not None:
        return "already-erased"
    if named.kind in REPORT_KINDS:
        _erase_report(home, partner, named, reason, at)
    elif named.kind == "case-event":
        _mask_event(partner, named)
    elif named.kind in ARTICLE_KINDS:
        forget_article_entry(partner, named, reason=reason, at=at)
    elif named.kind in CONSULTATION_KINDS:
        forget_entry(partner, partner, named.kind, named.subject, home.party, at=at)
    elif named.kind in DGA_KINDS and not named.refused:
        forget_dga_entry(partner, home.party, named.subject, named.payload)
    elif named.kind in WARNING_KINDS and not named.refused:
        forget_warning_entry(home, partner, named, at=at)
    elif named.kind == STATED:
        erase_statement(named.subject, partner)
    erase_payloads([named], at=at)
    return "erased"


def _erase_report(home: Home, partner: str, named: ToldEntry, reason: str, at: datetime) -> None:
    """Forget the report that was made of an entry, and erase what our own entries quote of it."""
    payload = parse_report(named.payload)
    if not isinstance(payload, ReportPayload):
        return  # it was never read: nothing was made of it
    targets = (payload.target,) if "://" in payload.target else ()
    row = find_partner_report(partner, payload.report_id)
    host = row.host if row else urlsplit(payload.target).hostname or payload.target
    texts = erased_texts(payload.report, host=host, also=targets)
    case_uuids = [str(payload.case)]
    if row is not None:
        texts = tuple(
            sorted({*texts, *_forget(row, targets, partner, reason, at)}, key=lambda text: (-len(text), text))
        )
        case_uuids += cases_of_peer(partner, [str(payload.case)]).get(str(payload.case), [])
    quoting = quoting_entries(case_uuids, texts, direction="out", partner=partner)
    erase_payloads(quoting, at=at)
    if (
        quoting and row is not None
    ):  # else it was refused, and the partner erases its copy of the refusal with its own report
        add_erasures(quoting, reason="quotes-erased", actor=partner, at=at)
        ask_partner(home, partner, row, at=at)


def _forget(row: ReportRow, targets: tuple[str, ...], partner: str, reason: str, at: datetime) -> tuple[str, ...]:
    if is_reduced(row.report, host=row.host):
        return ()
    texts = forget_report(row, also=targets)
    annotate(row.case_pk, Actor(partner, "partner", partner), reason="report-erased", note=reason, at=at)
    return texts


def _mask_event(partner: str, named: ToldEntry) -> None:
    """Take the words of a case event out of the notes of the cases that it reached."""
    event = parse_case_event(named.payload)
    if not isinstance(event, CaseEventPayload) or not event.note:
        return
    uuids = {*map(str, event.peer_cases), *cases_of_peer(partner, [str(event.case)]).get(str(event.case), ())}
    mask_notes([case.pk for case in find_cases(sorted(uuids)).values()], (event.note,))
