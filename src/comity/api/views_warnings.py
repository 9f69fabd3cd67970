"""Warnings of campaigns over HTTP: what was told, and what zones had of it in numbers.

Names that a sweep found, and what two sets have in common, are read on the page and by the command.
"""

from collections.abc import Sequence

import msgspec

from comity.api.route import Call
from comity.core.warnings import SignCount
from comity.store.intersections import list_runs, messages_by_run
from comity.store.models import CampaignWarning, IntersectionMessage, IntersectionRun, WarningAnswer
from comity.store.warnings import answers_of, get_warning, list_warnings, read_warning
from comity.wire.api.warnings import (
    IntersectionDocument,
    IntersectionMessageDocument,
    IntersectionsDocument,
    WarningAnswerDocument,
    WarningDocument,
    WarningRowDocument,
    WarningsDocument,
)


def show_warnings(call: Call) -> WarningsDocument:  # noqa: ARG001 — every handler takes its call
    """List warnings of campaigns."""
    return WarningsDocument(tuple(map(_row, list_warnings())))


def show_warning(call: Call) -> WarningDocument:
    """Show one warning and the answers to it."""
    row = get_warning(call.path["warning"])
    warned = read_warning(row)
    return WarningDocument(
        row=_row(row), zones=warned.zones, case=warned.case, text=warned.text, signs=warned.signs,
        withheld=tuple(row.withheld), answers=tuple(map(_answer, answers_of([row]).get(row.pk, []))),
    )  # fmt: skip


def show_intersections(call: Call) -> IntersectionsDocument:  # noqa: ARG001 — every handler takes its call
    """List private comparisons of sets with what passed."""
    runs = list_runs()
    passed = messages_by_run(runs)
    return IntersectionsDocument(tuple(_run(run, passed.get(run.pk, ())) for run in runs))


def _row(row: CampaignWarning) -> WarningRowDocument:
    return WarningRowDocument(
        row.uuid, row.origin, row.partner, row.category, row.tlp, row.first_day, row.last_day,
        row.told_at is not None, row.withdrawn_at is not None, row.clause, row.reason,
    )  # fmt: skip


def _answer(answer: WarningAnswer) -> WarningAnswerDocument:
    counts = msgspec.convert(answer.counts, tuple[SignCount, ...])
    return WarningAnswerDocument(
        answer.zone,
        answer.answer,
        answer.as_of,
        answer.names,
        answer.fewer,
        answer.left_out,
        answer.left_out_fewer,
        counts,
        answer.told,
    )


def _run(run: IntersectionRun, passed: Sequence[IntersectionMessage]) -> IntersectionDocument:
    messages = tuple(
        IntersectionMessageDocument(one.message, one.sender, one.points, one.size, one.sha256, one.at) for one in passed
    )
    return IntersectionDocument(
        run.uuid, run.asker, run.partner, run.over, run.state, run.clause, run.bucket, run.answer_bucket, run.actor,
        run.at, messages,
    )  # fmt: skip
