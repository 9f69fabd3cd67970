"""Statistics over HTTP: a node's own figures, what is signed with partners, and what the public reads."""

import msgspec

from comity.api.route import Call
from comity.api.views_cases import verdict_of
from comity.core.errors import ForbiddenError, InputError
from comity.core.periods import Period, parse_period
from comity.flows.cosign_statistics import cosign_statistics
from comity.flows.propose_statistics import propose_statistics
from comity.flows.release_statistics import count_own, draft_release, release_statistics
from comity.store.models import Statement
from comity.store.statistics import get_statement, list_statements
from comity.wire.api.registry import (
    CosignedDocument,
    OwnFiguresDocument,
    ProposedDocument,
    ProposeFiguresBody,
    ReleaseBody,
    ReleaseDocument,
    StatementDocument,
    StatementsDocument,
    StatementsQuery,
    StatementWholeDocument,
)


def show_statements(call: Call) -> StatementsDocument:
    """List what was stated to partners and by them, and how it stands."""
    query: StatementsQuery = call.query
    rows = list_statements(partner=query.partner, period=query.period)[: query.limit]
    return StatementsDocument(tuple(_statement(row) for row in rows))


def show_statement(call: Call) -> StatementWholeDocument:
    """Show a statement with the document that was signed."""
    row = get_statement(call.path["digest"])
    return StatementWholeDocument(_statement(row), msgspec.json.decode(row.body) if row.body else None)


def show_own_figures(call: Call) -> OwnFiguresDocument:
    """Count this node's own figures of a period."""
    period = _period(call.path["period"])
    figures = count_own(call.home, period, at=call.at)
    return OwnFiguresDocument(period.name, msgspec.to_builtins(figures))


def post_propose_figures(call: Call) -> ProposedDocument:
    """Count our reports to a partner in a period, sign what came out, and put it to the partner."""
    body: ProposeFiguresBody = call.body
    made = propose_statistics(call.home, body.partner, _period(body.period), at=call.at)
    return ProposedDocument(made.digest, verdict_of(made.decision))


def post_cosign_figures(call: Call) -> CosignedDocument:
    """Recount a partner's statement now, and sign it if it is equal to the byte."""
    row = get_statement(call.path["digest"])
    answer = cosign_statistics(call.home, row.uuid, at=call.at)
    return CosignedDocument(row.digest, answer.state, answer.why, tuple(answer.paths))


def post_release_figures(call: Call) -> ReleaseDocument:
    """Show what the public would read about a period, or let it be read."""
    body: ReleaseBody = call.body
    period = _period(body.period)
    if call.actor.role != "policy-officer":
        raise ForbiddenError("a policy officer releases figures to the public", item=call.actor.name)
    document = msgspec.to_builtins(draft_release(call.home, period, at=call.at))
    released = release_statistics(call.home, period, call.actor, at=call.at).digest if body.confirm else ""
    return ReleaseDocument(released, document)


def _period(name: str) -> Period:
    period = parse_period(name)
    if period is None:
        raise InputError("is no period: a month like 2026-11 or a half-year like 2026-H2", item=name[:40])
    return period


def _statement(row: Statement) -> StatementDocument:
    return StatementDocument(
        digest=row.digest, period=row.period, partner=row.partner, reporter=row.reporter, answerer=row.answerer,
        stated_by=row.stated_by, state=row.state, why=row.why, paths=tuple(row.paths), stated_at=row.stated_at,
        answered_at=row.answered_at,
    )  # fmt: skip
