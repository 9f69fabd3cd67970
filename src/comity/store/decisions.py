"""Decisions as they were made: kept for every item the memorandum was asked about, sent or not."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import Count

from comity.core.disclosure import Decision as Answer
from comity.store.fields import micros, moment
from comity.store.models import Decision
from comity.store.rows import NewRows
from comity.wire.canonical import canonical

_DECISIONS: Final = NewRows(
    "decision",
    {
        "report_id": "int8", "case_id": "int8", "partner": "varchar", "direction": "varchar", "kind": "varchar",
        "memorandum": "varchar", "verdict": "varchar", "clause": "varchar", "reason": "varchar", "trace": "bytea",
        "at": "int8",
    },
)  # fmt: skip

_WITHHELD = """
SELECT DISTINCT kept.case_id, kept.at FROM decision kept
WHERE kept.partner = %s AND kept.direction = 'out' AND kept.verdict = 'refuse' AND kept.reason = 'suspended'
  AND kept.report_id IS NULL AND kept.case_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM decision told WHERE told.case_id = kept.case_id AND told.partner = kept.partner
                  AND told.kind = kept.kind AND told.report_id IS NULL AND told.direction = 'out'
                  AND told.verdict IN ('send', 'send-redacted') AND told.at > kept.at)"""


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One decision and what it was about."""

    report_pk: int | None
    case_pk: int | None
    partner: str
    direction: str
    kind: str
    memorandum: str
    decision: Answer
    decided_at: datetime | None = None  # when the sender decided; of our own decisions, when we keep them


def add_decisions(rows: Sequence[DecisionRow], *, at: datetime) -> None:
    """Keep decisions, in the caller's transaction."""
    if not rows:
        return
    now = micros(at)
    traces: dict[Answer, bytes] = {}
    values: list[tuple[Any, ...]] = []
    for row in rows:
        answer = row.decision
        trace = traces.get(answer)
        if trace is None:
            trace = traces[answer] = render_trace(answer)
        values.append(
            (row.report_pk, row.case_pk, row.partner, row.direction, row.kind, row.memorandum, answer.verdict,
             answer.clause, answer.reason, trace, now if row.decided_at is None else micros(row.decided_at))
        )  # fmt: skip
    _DECISIONS.write(values)


def find_withheld_events(partner: str) -> set[tuple[int, datetime]]:
    """Entries of cases (case, time) that a suspended memorandum kept from a partner and that were not told since."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHHELD, [partner])
        return {(case_pk, moment(at)) for case_pk, at in cursor.fetchall()}


def render_trace(answer: Answer) -> bytes:
    """The trace as it is stored: the clauses in the order they were asked, and what must be taken out."""
    return canonical({"redact": list(answer.redact), "trace": [msgspec.to_builtins(step) for step in answer.trace]})


def count_sent(partner: str, *, day: date, direction: str, kinds: Collection[str]) -> Counter[str]:
    """How many items of each of these kinds were sent to (or taken from) a partner for the cap of a UTC day.

    Only kinds that have a cap are worth asking about: what has none may be very many.  A marking or an erasure of a
    report counts for none, though it is asked about as a retraction: it must never wait for another day.
    """
    if not kinds:
        return Counter()
    start = datetime.combine(day, time(), UTC)
    rows = (
        Decision.objects.filter(
            partner=partner,
            direction=direction,
            verdict__in=("send", "send-redacted"),
            kind__in=tuple(kinds),
            at__gte=start,
            at__lt=start + timedelta(days=1),
        )
        .exclude(kind="retraction", report__isnull=False)
        .values_list("kind")
        .annotate(sent=Count("pk"))
    )
    return Counter(dict(rows.order_by("kind")))


def find_newest_taken(partner: str) -> datetime | None:
    """The newest time of decision of anything that was taken from a partner."""
    taken = Decision.objects.filter(partner=partner, direction="in", verdict__in=("send", "send-redacted"))
    return taken.order_by("-at").values_list("at", flat=True).first()
