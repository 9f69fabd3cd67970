"""Enquiries as they are read: ranked and filtered, of one name, counted by state, and how good each kind was found."""

from collections.abc import Sequence
from typing import Final

import msgspec
from django.db import connection
from django.db.models import Count, QuerySet

from comity.core.enquiries import verdict_of_enquiry
from comity.core.findings import KINDS
from comity.core.reporter_quality import Tally
from comity.store.models import EnquiryEntry, SweepFinding

PAGE_ROWS: Final = 50
COUNTED_AT_MOST: Final = 10_000
_OF_NAME_AT_MOST: Final = 50

_OUTCOMES: Final = """
SELECT f.kind, f.state, f.why, c.outcome, count(*)
FROM sweep_finding AS f LEFT JOIN abuse_case AS c ON c.id = f.case_id
WHERE f.state <> 'open' GROUP BY f.kind, f.state, f.why, c.outcome"""


class EnquiryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which enquiries are wanted; an empty field asks for nothing."""

    zone: str = ""
    kind: str = ""
    state: str = ""
    name: str = ""
    subject: str = ""
    at_least: float = 0.0  # score


class EnquiryPage(msgspec.Struct, frozen=True):
    """A page of enquiries, the highest score first; `total` is counted up to `COUNTED_AT_MOST`."""

    rows: list[SweepFinding]
    has_more: bool
    total: int


def list_enquiries(wanted: EnquiryFilter, *, page: int = 1, limit: int = PAGE_ROWS) -> EnquiryPage:
    """List enquiries, a page at a time."""
    rows = _wanted(wanted)
    first = (page - 1) * limit
    found = list(
        rows.select_related("case", "first_sweep", "last_sweep").order_by("-score", "pk")[first : first + limit + 1]
    )
    return EnquiryPage(found[:limit], len(found) > limit, len(rows.order_by("pk").values_list("pk")[:COUNTED_AT_MOST]))


def find_enquiries(pks: Sequence[int]) -> dict[int, SweepFinding]:
    """Find enquiries by their rows' numbers."""
    return SweepFinding.objects.select_related("case", "first_sweep", "last_sweep").in_bulk(list(pks))


def lock_enquiries(pks: Sequence[int]) -> dict[int, SweepFinding]:
    """Find enquiries and let nobody else end them until this transaction ends."""
    rows = SweepFinding.objects.select_for_update(of=("self",)).select_related("last_sweep")
    rows = rows.filter(pk__in=sorted(pks)).order_by("pk")
    return {row.pk: row for row in rows}


def enquiries_about(names: Sequence[str]) -> list[SweepFinding]:
    """What sweeps found of some names, whatever became of it; the highest score first."""
    rows = SweepFinding.objects.filter(name__in=list(names)).select_related("first_sweep", "last_sweep", "case")
    return list(rows.order_by("-score", "pk")[:_OF_NAME_AT_MOST])


def entries_of(pks: Sequence[int]) -> dict[int, list[EnquiryEntry]]:
    """What happened to some enquiries, in order."""
    found: dict[int, list[EnquiryEntry]] = {}
    for entry in EnquiryEntry.objects.filter(finding__in=list(pks)).order_by("pk"):
        found.setdefault(entry.finding_id, []).append(entry)
    return found


def count_by_state() -> dict[str, int]:
    """Count all enquiries."""
    return dict(SweepFinding.objects.values_list("state").annotate(count=Count("pk")).order_by("state"))


def count_open() -> dict[tuple[str, str], int]:
    """Count the open enquiries, by zone and kind."""
    rows = SweepFinding.objects.filter(state="open").values_list("zone", "kind").annotate(count=Count("pk"))
    return {(zone, kind): count for zone, kind, count in rows.order_by("zone", "kind")}


def tallies_by_kind() -> dict[str, Tally]:
    """What became of the findings of each kind: what people dismissed, and how the cases ended."""
    counted: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES)
        for kind, state, why, outcome, count in cursor.fetchall():
            verdict = verdict_of_enquiry(state, why, outcome or "").replace("-", "_")
            of_kind = counted.setdefault(kind, {})
            of_kind[verdict] = of_kind.get(verdict, 0) + count
    return {kind: Tally(**counted[kind]) for kind in KINDS if kind in counted}


def _wanted(wanted: EnquiryFilter) -> QuerySet[SweepFinding]:
    rows = SweepFinding.objects.all()
    for field in ("zone", "kind", "state", "name", "subject"):
        if value := getattr(wanted, field):
            rows = rows.filter(**{field: value})
    return rows.filter(score__gte=wanted.at_least) if wanted.at_least > 0 else rows
