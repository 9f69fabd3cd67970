"""The reports of a case, and those without one: held (a protected name waits for a person) and foreign (nobody's).

Bodies come back as the `Report` they were stored from.  Pages follow the order in which reports were stored.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from comity.core.errors import InputError
from comity.core.reports import Report, report_key
from comity.store.cases import MAX_PAGE_ROWS, PAGE_ROWS, position_of
from comity.store.fields import moment

_COLUMNS: Final = (
    "report.id, report.uuid, report.standing, report.registrable, report.host, report.zone, report.category, "
    "reporter.kind, reporter.name, report.case_id, report.received_at, report.body"
)
_KEYS_AT_ONCE: Final = 5_000
_FROM: Final = "FROM report JOIN reporter ON reporter.id = report.reporter_id"

_decode: Final = msgspec.json.Decoder(Report).decode


class ReportRow(msgspec.Struct, frozen=True):
    """A report as it was stored, and who filed it (which never leaves the node)."""

    pk: int
    uuid: str
    standing: str
    registrable: str
    host: str
    zone: str
    category: str
    reporter_kind: str
    reporter: str
    case_pk: int | None
    received_at: datetime
    report: Report


class ReportPage(msgspec.Struct, frozen=True):
    """A page of reports; `next_cursor` is empty on the last one."""

    reports: tuple[ReportRow, ...]
    next_cursor: str


def reports_of_case(case_pk: int, *, cursor: str = "", limit: int = PAGE_ROWS) -> ReportPage:
    """Read a case's reports, the first one first."""
    return _page("report.case_id = %s", [case_pk], cursor, limit)


def find_claims(keys: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
    """Tell what the stored ones of these reports are about: (registrable domain, category) by key."""
    found: dict[bytes, tuple[str, str]] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = keys[start : start + _KEYS_AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"SELECT key, registrable, category FROM report WHERE key IN ({marks})", part)  # noqa: S608 — marks only
            found.update((bytes(key), (registrable, category)) for key, registrable, category in cursor.fetchall())
    return found


def find_places(uuids: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Where reports stand that are stored: (report, case) by the reports' identifiers."""
    found: dict[str, tuple[int, int | None]] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(uuids), _KEYS_AT_ONCE):
            part = uuids[start : start + _KEYS_AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"SELECT uuid, id, case_id FROM report WHERE uuid IN ({marks})", part)  # noqa: S608 — marks only
            found.update((uuid, (pk, case_pk)) for uuid, pk, case_pk in cursor.fetchall())
    return found


def list_waiting(
    standing: str, *, zone: str = "", category: str = "", cursor: str = "", limit: int = PAGE_ROWS
) -> ReportPage:
    """List reports that opened no case: `held` or `foreign`."""
    where, values = "report.standing = %s", [standing]
    for column, value in (("zone", zone), ("category", category)):
        if value:
            where += f" AND report.{column} = %s"
            values.append(value)
    return _page(where, values, cursor, limit)


def held_reports(registrable: str, category: str = "") -> tuple[ReportRow, ...]:
    """Read every report about a protected name that waits for a person."""
    where, values = "report.standing = 'held' AND report.registrable = %s AND report.case_id IS NULL", [registrable]
    if category:
        where += " AND report.category = %s"
        values.append(category)
    return tuple(_rows(where, values))


def find_report(uuid: str) -> ReportRow | None:
    """Find one report by its identifier."""
    return next(iter(_rows("report.uuid = %s", [uuid], 1)), None)


def count_own_reports(case_pk: int) -> int:
    """How many reports of a case were filed here and not by a partner."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_FROM} WHERE report.case_id = %s AND reporter.kind <> 'partner'", [case_pk])
        count: int = cursor.fetchone()[0]
    return count


def find_reports_by_pk(pks: Sequence[int]) -> list[ReportRow]:
    """Read reports by their rows' numbers."""
    found: list[ReportRow] = []
    for start in range(0, len(pks), MAX_PAGE_ROWS):
        part = list(pks[start : start + MAX_PAGE_ROWS])
        found += _rows(f"report.id IN ({', '.join(['%s'] * len(part))})", part)
    return found


def find_partner_report(partner: str, report_id: UUID) -> ReportRow | None:
    """Find a report that a partner sent, by its identifier; what somebody else filed under it is not the partner's."""
    key = report_key("", "", "", 0, report_id)
    where = "report.key = %s AND reporter.kind = 'partner' AND reporter.key = %s"
    return next(iter(_rows(where, [key, partner], 1)), None)


def _page(where: str, values: list[Any], cursor: str, limit: int) -> ReportPage:
    if not 1 <= limit <= MAX_PAGE_ROWS:
        raise InputError(f"a page has 1 to {MAX_PAGE_ROWS} rows", item="limit")
    if not all(value.isprintable() for value in values if isinstance(value, str)):
        raise InputError("holds a character that no name has", item="filter")
    if cursor:
        where, values = f"{where} AND report.id > %s", [*values, position_of(cursor)]
    rows = _rows(where, values, limit + 1)
    return ReportPage(tuple(rows[:limit]), str(rows[limit - 1].pk) if len(rows) > limit else "")


def _rows(where: str, values: list[Any], limit: int = MAX_PAGE_ROWS) -> list[ReportRow]:
    with connection.cursor() as cursor:
        # Columns and conditions are this file's own words; every value is a parameter.
        cursor.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY report.id LIMIT %s",
            [*values, limit],
        )
        return [ReportRow(*(*row[:10], moment(row[10]), _decode(bytes(row[11])))) for row in cursor.fetchall()]


def accept_held(report_pks: Sequence[int], case_pk: int) -> None:
    """Let reports that were held belong to a case, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE report SET standing = 'accepted', case_id = %s WHERE id = %s AND standing = 'held'",
            [(case_pk, pk) for pk in report_pks],
        )
        cursor.executemany(  # what a memorandum was asked about them belongs to the case from now on
            "UPDATE decision SET case_id = %s WHERE report_id = %s AND case_id IS NULL",
            [(case_pk, pk) for pk in report_pks],
        )
        cursor.execute(
            "UPDATE abuse_case SET report_count = (SELECT count(*) FROM report WHERE case_id = %s) WHERE id = %s",
            [case_pk, case_pk],
        )
