"""Cases over HTTP as they are read: lists in pages, one case with its time line, clocks, study, what is told of it."""

import msgspec

from comity.api.route import Call
from comity.core.clocks import Clock, next_due, used
from comity.core.disclosure import Decision
from comity.core.errors import NotFoundError
from comity.core.roles import may_read
from comity.flows.foretell import told_of, would_tell
from comity.flows.keep_clocks import fold_clocks
from comity.flows.study import RelatedCase, study
from comity.store.appeals import list_waiting as list_appeals
from comity.store.case_decisions import decisions_of_case
from comity.store.case_reports import ReportPage, list_waiting, reports_of_case
from comity.store.cases import CaseFilter, find_cases_by_pk, get_case, list_cases, timeline
from comity.store.clocks import list_due
from comity.store.mails import find_mail, list_mails, retry_mail
from comity.store.models import OutgoingMail
from comity.wire.api.cases import (
    AppealDocument,
    AppealsDocument,
    CaseDocument,
    CaseInShort,
    CasesDocument,
    CasesQuery,
    ClockDocument,
    ClocksDocument,
    DecisionDocument,
    DecisionsDocument,
    DueDocument,
    DueListDocument,
    EntriesDocument,
    EntryDocument,
    LetterDocument,
    LettersDocument,
    LettersQuery,
    LimitQuery,
    PauseDocument,
    StudyDocument,
    ToldDocument,
    ToldListDocument,
    WantedDocument,
    WouldTellDocument,
)
from comity.wire.api.parts import PageQuery, VerdictDocument
from comity.wire.api.reports import ReportDocument, ReportsDocument, WaitingQuery


def show_cases(call: Call) -> CasesDocument:
    """List cases in the order in which they were opened."""
    query: CasesQuery = call.query
    wanted = CaseFilter(
        state=query.state,
        zone=query.zone,
        category=query.category,
        party=query.party,
        registrable=query.registrable,
        protected=query.protected,
    )
    page = list_cases(wanted, cursor=query.cursor, limit=query.limit)
    return CasesDocument(
        tuple(msgspec.convert(row, CaseDocument, from_attributes=True) for row in page.cases), page.next_cursor
    )


def show_case(call: Call) -> CaseDocument:
    """Show one case."""
    return msgspec.convert(get_case(call.path["ref"]), CaseDocument, from_attributes=True)


def show_entries(call: Call) -> EntriesDocument:
    """Show the time line of a case."""
    entries = timeline(get_case(call.path["ref"]).pk)
    return EntriesDocument(tuple(msgspec.convert(one, EntryDocument, from_attributes=True) for one in entries))


def show_decisions(call: Call) -> DecisionsDocument:
    """Show what the memoranda answered about a case."""
    decisions = decisions_of_case(get_case(call.path["ref"]).pk)
    return DecisionsDocument(tuple(msgspec.convert(one, DecisionDocument, from_attributes=True) for one in decisions))


def show_reports(call: Call) -> ReportsDocument:
    """Show the reports of a case that the caller's role and their marking allow."""
    query: PageQuery = call.query
    page = reports_of_case(get_case(call.path["ref"]).pk, cursor=query.cursor, limit=query.limit)
    return _reports(page, call)


def show_waiting(call: Call) -> ReportsDocument:
    """Show reports that opened no case: held or foreign."""
    query: WaitingQuery = call.query
    page = list_waiting(
        query.standing, zone=query.zone, category=query.category, cursor=query.cursor, limit=query.limit
    )
    return _reports(page, call)


def show_clocks(call: Call) -> ClocksDocument:
    """Show the clocks of a case, the oldest first."""
    row = get_case(call.path["ref"])
    clocks = fold_clocks(call.home, [row])[row.pk]
    return ClocksDocument(row.ref, next_due(clocks), tuple(_clock(one, call) for one in clocks))


def show_due(call: Call) -> DueListDocument:
    """List cases with a running clock, the one that is due first at the top."""
    query: LimitQuery = call.query
    pks = list_due(limit=query.limit)
    rows = {row.pk: row for row in find_cases_by_pk(pks)}
    return DueListDocument(tuple(msgspec.convert(rows[pk], DueDocument, from_attributes=True) for pk in pks))


def show_study(call: Call) -> StudyDocument:
    """Show what is computed about a case: score, checklist, collateral, next step, relatives."""
    found = study(call.home, get_case(call.path["ref"]), role=call.actor.role, at=call.at)
    return StudyDocument(
        score=found.score,
        checklist=tuple(WantedDocument(one.field, one.need, one.is_there) for one in found.checklist),
        collateral=found.collateral,
        reads_like=found.reads_like,
        reads_like_list=found.reads_like_list,
        next_event=found.next.event,
        next_why=found.next.why,
        episodes=tuple(_in_short(one) for one in found.episodes),
        parent=_in_short(found.parent) if found.parent else None,
        followers=tuple(_in_short(one) for one in found.followers),
        confirm_score=found.confirm_score,
        hold_score=found.hold_score,
    )


def show_told(call: Call) -> ToldListDocument:
    """Show what partners were told of a case, and what they would be told now."""
    row, role = get_case(call.path["ref"]), call.actor.role
    reports = [one for one in reports_of_case(row.pk).reports if may_read(role, one.report.tlp)]
    told = told_of(row, [report.uuid for report in reports])
    return ToldListDocument(
        tuple(msgspec.convert(one, ToldDocument, from_attributes=True) for one in told),
        tuple(
            WouldTellDocument(one.partner, one.kind, one.event, one.report, verdict_of(one.decision), one.fields)
            for one in would_tell(call.home, row, reports, told, role=role, at=call.at)
        ),
    )


def show_appeals(call: Call) -> AppealsDocument:  # noqa: ARG001 — every handler takes its call
    """List the appeals that wait, the oldest first."""
    return AppealsDocument(
        tuple(
            AppealDocument(
                ref=one.case.ref, registrable=one.case.registrable, category=one.case.category, role=one.role,
                filed_at=one.filed_at, text=one.answer.text if one.answer else "",
                involved=tuple(sorted(one.involved)),
            )
            for one in list_appeals()
        )
    )  # fmt: skip


def show_letters(call: Call) -> LettersDocument:
    """List letters to registrars, hosts and registrants, the newest first."""
    query: LettersQuery = call.query
    return LettersDocument(tuple(_letter(one) for one in list_mails(state=query.state, limit=query.limit)))


def post_retry_letter(call: Call) -> LetterDocument:
    """Try a letter again; the node's next round hands it over."""
    letter = _get_letter(call.path["number"])
    if not retry_mail(letter.pk, at=call.at):
        raise NotFoundError("was sent already; nothing is sent twice", item=call.path["number"])
    return _letter(_get_letter(call.path["number"]))


def verdict_of(decision: Decision) -> VerdictDocument:
    """A memorandum's answer as the API gives it."""
    return VerdictDocument(
        decision.verdict, decision.clause, decision.reason, tuple(decision.redact), decision.hold_for
    )


def _clock(clock: Clock, call: Call) -> ClockDocument:
    return ClockDocument(
        kind=clock.kind, number=clock.number, by=clock.by, to=clock.to, clause=clock.clause,
        memorandum=clock.memorandum, limit=clock.limit, state=clock.state(at=call.at),
        allowed_seconds=clock.allowed.total_seconds(), used_seconds=used(clock, at=call.at).total_seconds(),
        started_at=clock.started_at, due_at=clock.due_at, stopped_at=clock.stopped_at,
        pauses=tuple(PauseDocument(one.reason, one.since, one.until, one.open) for one in clock.pauses),
    )  # fmt: skip


def _in_short(case: RelatedCase) -> CaseInShort:
    return msgspec.convert(case, CaseInShort, from_attributes=True)


def _get_letter(number: str) -> OutgoingMail:
    found = find_mail(int(number)) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise NotFoundError("no such letter", item=number)
    return found


def _letter(letter: OutgoingMail) -> LetterDocument:
    return LetterDocument(
        number=letter.pk, ref=letter.case.ref if letter.case else "", recipient=letter.recipient,
        subject=letter.subject, state=letter.state, tries=letter.tries, answer=letter.last_error,
        queued_at=letter.queued_at, next_try_at=letter.next_try_at, sent_at=letter.sent_at,
    )  # fmt: skip


def _reports(page: ReportPage, call: Call) -> ReportsDocument:
    return ReportsDocument(
        tuple(
            ReportDocument(
                report_id=row.uuid,
                standing=row.standing,
                registrable=row.registrable,
                host=row.host,
                zone=row.zone,
                category=row.category,
                reporter_kind=row.reporter_kind,
                received_at=row.received_at,
                report=msgspec.to_builtins(row.report),
            )
            for row in page.reports
            if may_read(call.actor.role, row.report.tlp)
        ),
        page.next_cursor,
    )
