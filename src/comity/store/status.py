"""What a reporter is told of their own reports, by the token of their status page and without an account.

The reporter sees the name, the category, where the matter stands in a few plain words, and how it ended: also when
the partner of another zone decided it.  Nothing of the desk's work, and nothing of other reporters, is shown.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from comity.core.errors import NotFoundError
from comity.core.outcomes import PublicLine, public_line
from comity.store.cases import find_cases
from comity.store.fields import moment
from comity.store.models import Report, Reporter

# The newest reports of a reporter that one page shows.
MOST_LINES: Final = 500

# State of a case → the word for the reporter.
SHOWN: Final[dict[str, str]] = {
    "received": "received",
    "triage": "in-review",
    "merged": "in-review",
    "needs_info": "question-asked",
    "confirmed": "confirmed",
    "notified": "confirmed",
    "hold_proposed": "confirmed",
    "on_hold": "acted-on",
    "mitigated": "acted-on",
    "appeal": "under-appeal",
    "restoring": "being-restored",
    "referred": "with-partner",
    "closed": "closed",
}
SHOWN_WITHOUT_CASE: Final[dict[str, str]] = {"held": "awaiting-review", "foreign": "out-of-reach"}

_LINE_COLUMNS: Final = (
    "r.uuid, r.registrable, r.category, r.standing, r.received_at, "
    "c.state, c.outcome, c.party, c.changed_at, c.closed_at"
)
_LINE_TABLES: Final = "report r LEFT JOIN abuse_case c ON c.id = r.case_id"


class StatusLine(msgspec.Struct, frozen=True):
    """One report as its reporter sees it.  `public_line` groups outcomes as the public statistics do."""

    report_id: str
    name: str
    category: str
    state: str
    outcome: str
    public_line: PublicLine | None
    party: str
    reported_at: datetime
    changed_at: datetime
    closed_at: datetime | None


def find_status(token: str) -> list[StatusLine] | None:
    """List a reporter's reports, the newest first; None where nobody has this token."""
    if not token.isascii() or not token.isprintable():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM reporter WHERE status_token = %s", [token])
        found = cursor.fetchone()
        if found is None:
            return None
        cursor.execute(
            f"SELECT {_LINE_COLUMNS} FROM {_LINE_TABLES} "  # noqa: S608 — this file's own words
            "WHERE r.reporter_id = %s ORDER BY r.id DESC LIMIT %s",
            [found[0], MOST_LINES],
        )
        return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> StatusLine:
    uuid, name, category, standing, received, state, outcome, party, changed, closed = row
    return StatusLine(
        report_id=uuid,
        name=name,
        category=category,
        state=SHOWN[state] if state else SHOWN_WITHOUT_CASE.get(standing, "received"),
        outcome=outcome or "",
        public_line=public_line(outcome) if outcome else None,
        party=party or "",
        reported_at=moment(received),
        changed_at=moment(received if changed is None else changed),
        closed_at=None if closed is None else moment(closed),
    )


def get_status_token(reporter: str) -> str:
    """Get the token of a reporter's status page by the reporter's key.  Raises `NotFoundError`."""
    row = Reporter.objects.filter(key=reporter).values_list("status_token", flat=True).first()
    if row is None:
        raise NotFoundError("no such reporter", item=reporter)
    return row


def find_report_status(report_id: str, reporter: str) -> StatusLine | None:
    """Find where one report stands; a reporter's key lets see only this reporter's, "" lets see any."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_LINE_COLUMNS} FROM {_LINE_TABLES} JOIN reporter p ON p.id = r.reporter_id "  # noqa: S608 — own words
            "WHERE r.uuid = %s AND (%s = '' OR p.key = %s) ORDER BY r.id LIMIT 1",
            [report_id, reporter, reporter],
        )
        row = cursor.fetchone()
        return _line(row) if row else None


def cases_of_reporter(reporter: str, refs: Sequence[str]) -> set[str]:
    """Which of these cases hold a report of this reporter?"""
    return {
        ref
        for ref, row in find_cases(refs).items()
        if Report.objects.filter(case_id=row.pk, reporter__key=reporter).exists()
    }
