"""Reports as they are written, many at once: whole batches as a few statements, no row of its own query.

Every function that writes is called inside the caller's transaction (`flows.take_in` makes one a batch).  `lock_intake`
(comity.store.intake_lock) makes batches of several processes follow one another, so what was looked up stays true until
it is written.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson
from django.db import connection

from comity.core.categories import Category, Severity
from comity.core.episodes import KnownCase
from comity.core.reports import ReporterKind
from comity.store.fields import moment
from comity.store.intake_lock import lock_intake
from comity.store.models import IntakeRun, Link, Memorandum, Reporter
from comity.store.rows import NewRows

SEVERITY_OF: Final[dict[Category, Severity]] = {
    "botnet-c2": "critical",
    "phishing": "high",
    "malware": "high",
    "unauthorized-access": "normal",
    "spam-vector": "normal",
}

RECALLED_REPORTER: Final = "recalled"  # whose reports came back from a partner after a restore

_MARKS_AT_ONCE: Final = 500  # more of them in one statement are found more slowly
_PAGE: Final = 1_000

_REPORTS: Final = NewRows(
    "report",
    {
        "key": "bytea", "uuid": "varchar", "standing": "varchar", "registrable": "varchar", "host": "varchar",
        "zone": "varchar", "category": "varchar", "reporter_id": "int8", "run_id": "int8", "case_id": "int8",
        "body": "bytea", "received_at": "int8",
    },
)  # fmt: skip

_ADD_REPORTS: Final = "UPDATE abuse_case SET report_count = report_count + %s WHERE id = %s"

_CASES_SQLITE: Final = """
SELECT c.registrable, c.category, c.id, c.uuid, c.ref, c.episode, c.state, c.event_count, c.closed_at
FROM json_each(%s) AS wanted CROSS JOIN abuse_case AS c ON c.registrable = wanted.value"""

_CASES_POSTGRESQL: Final = """
SELECT registrable, category, id, uuid, ref, episode, state, event_count, closed_at
FROM abuse_case WHERE registrable = ANY(%s)"""


class StoredReporter(msgspec.Struct, frozen=True):
    """Who files: as the store knows it."""

    pk: int
    key: str
    kind: ReporterKind


class ForeignReport(msgspec.Struct, frozen=True):
    """A report about a name of nobody that there is a memorandum with."""

    pk: int
    uuid: str
    registrable: str
    host: str
    zone: str
    category: str
    received_at: datetime
    body: bytes


class _PartyZones(msgspec.Struct):
    id: str
    zones: tuple[str, ...] = ()


class _MemorandumZones(msgspec.Struct):
    """The little that intake asks of a memorandum's text."""

    parties: tuple[_PartyZones, ...]
    effective: datetime | None = None
    expires: datetime | None = None


_decode_zones = msgspec.json.Decoder(_MemorandumZones).decode


def has_recalled() -> bool:
    """Whether this node ever took its own entries back from a partner, after a restore."""
    return Reporter.objects.filter(key=RECALLED_REPORTER).exists()


def ensure_reporter(key: str, *, kind: ReporterKind, at: datetime, name: str = "") -> StoredReporter:
    """Find a reporter by key, or make one with a status page of its own."""
    new = {"name": name or key, "kind": kind, "status_token": secrets.token_urlsafe(32), "created_at": at}
    row, _ = Reporter.objects.get_or_create(key=key, defaults=new)
    return StoredReporter(row.pk, row.key, msgspec.convert(row.kind, ReporterKind))


def start_run(source: str, *, format_name: str, reporter: StoredReporter, at: datetime) -> int:
    """Note that a run over a source began."""
    run = IntakeRun.objects.create(source=source[-300:], format=format_name, reporter_id=reporter.pk, started_at=at)
    return int(run.pk)


def finish_run(run: int, counts: Mapping[str, Any], *, at: datetime) -> None:
    """Note what came of every record of a run."""
    IntakeRun.objects.filter(pk=run).update(counts=dict(counts), finished_at=at)


def partners_by_zone(own_party: str, *, at: datetime) -> dict[str, str]:
    """Say for each zone with which partner a memorandum is in force, or suspended: what waits is not foreign.

    A countersigned text enters force by itself on its day; one of several parties joins us with each of them.
    """
    partners: dict[str, str] = {}
    for body in (
        Memorandum.objects.filter(status__in=("countersigned", "in-force", "suspended"))
        .order_by("version")
        .values_list("body", flat=True)
    ):
        terms = _decode_zones(body)
        if (terms.effective and at < terms.effective) or (terms.expires and at >= terms.expires):
            continue
        for party in terms.parties:
            if party.id != own_party:
                partners |= dict.fromkeys(party.zones, party.id)
    return partners


def open_links() -> frozenset[str]:
    """Name the partners to whom an entry can be written now."""
    return frozenset(Link.objects.filter(state="open").values_list("partner", flat=True))


def find_newest_cases(registrables: Iterable[str]) -> dict[tuple[str, str], KnownCase]:
    """Find the newest case of each category for many registrable domains."""
    names = list(registrables)
    newest: dict[tuple[str, str], KnownCase] = {}
    if not names:
        return newest
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_CASES_SQLITE, [orjson.dumps(names).decode()])
        else:
            cursor.execute(_CASES_POSTGRESQL, [names])
        for registrable, category, pk, uuid, ref, episode, state, event_count, closed in cursor.fetchall():
            place = (registrable, category)
            if place not in newest or newest[place].episode < episode:
                closed_at = None if closed is None else moment(closed)
                newest[place] = KnownCase(pk, uuid, ref, episode, state, event_count, closed_at)
    return newest


def find_known_keys(keys: Sequence[bytes]) -> set[bytes]:
    """Find which of many keys are stored already."""
    return {bytes(row[0]) for row in _where_in("SELECT key FROM report WHERE key IN", keys)}


def find_report_pks(keys: Sequence[bytes]) -> dict[bytes, int]:
    """Find the rows of many keys."""
    return {bytes(key): pk for key, pk in _where_in("SELECT key, id FROM report WHERE key IN", keys)}


def add_to_counts(joined: Mapping[int, int]) -> None:
    """Add to cases' numbers of reports."""
    if not joined:
        return
    with connection.cursor() as cursor:
        # In the order of the rows: two transactions that wait for each other's rows would never end.
        cursor.executemany(_ADD_REPORTS, [(count, pk) for pk, count in sorted(joined.items())])


def insert_reports(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write many reports.

    A row: key, uuid, standing, registrable, host, zone, category, reporter, run, case, body, received (microseconds).
    Numbers follow the order of commits, as those of cases do.
    """
    lock_intake()
    _REPORTS.write(rows)


def count_by_standing() -> dict[str, int]:
    """Count all stored reports: accepted, held, foreign."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT standing, count(*) FROM report GROUP BY standing")
        return dict(cursor.fetchall())


def iter_foreign(*, after: int = 0) -> Iterator[ForeignReport]:
    """Read all foreign reports in the order in which they came, a page at a time."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, uuid, registrable, host, zone, category, received_at, body FROM report "
                "WHERE standing = 'foreign' AND id > %s ORDER BY id LIMIT %s",
                [after, _PAGE],
            )
            rows = cursor.fetchall()
        for pk, uuid, registrable, host, zone, category, received, body in rows:
            yield ForeignReport(pk, uuid, registrable, host, zone, category, moment(received), bytes(body))
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


def _where_in(start: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        ordered = sorted(values)  # neighbours in the index are found on one page
        for first in range(0, len(ordered), _MARKS_AT_ONCE):
            part = ordered[first : first + _MARKS_AT_ONCE]
            cursor.execute(f"{start} ({', '.join(['%s'] * len(part))})", part)
            yield from cursor.fetchall()
