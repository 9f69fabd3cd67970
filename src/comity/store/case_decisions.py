"""What the memoranda answered about a case: every decision about it and about its reports, the first one first."""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from comity.store.fields import moment

_MOST: Final = 500


class DecisionView(msgspec.Struct, frozen=True):
    """One decision, as people and programs read it."""

    partner: str
    direction: str
    kind: str
    memorandum: str
    verdict: str
    clause: str
    reason: str
    report: str
    redacted: tuple[str, ...]
    at: datetime


class _Trace(msgspec.Struct, frozen=True):
    redact: tuple[str, ...] = ()


_decode: Final = msgspec.json.Decoder(_Trace).decode


def decisions_of_case(case_pk: int) -> tuple[DecisionView, ...]:
    """Read the newest decisions about a case (at most 500), the oldest of them first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT decision.partner, decision.direction, decision.kind, decision.memorandum, decision.verdict, "
            "decision.clause, decision.reason, report.uuid, decision.trace, decision.at FROM decision "
            "LEFT JOIN report ON report.id = decision.report_id "
            "WHERE decision.case_id = %s ORDER BY decision.id DESC LIMIT %s",
            [case_pk, _MOST],
        )
        return tuple(_view(row) for row in reversed(cursor.fetchall()))


def _view(row: tuple[Any, ...]) -> DecisionView:
    *said, report, trace, at = row
    return DecisionView(*(*said, report or "", _decode(bytes(trace)).redact, moment(at)))


def newest_outgoing(case_pk: int) -> DecisionView | None:
    """The last answer about telling a partner of this case, if one was asked for."""
    return next((one for one in reversed(decisions_of_case(case_pk)) if one.direction == "out"), None)
