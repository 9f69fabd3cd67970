"""What the pages of sweeps show: pictures of what was found per zone and kind and over time, each with its table."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from comity.core.findings import KINDS
from comity.core.parties import ZONE_UNICODE
from comity.store.models import SweepZone
from comity.web.charts import Chart, draw_chart
from comity.web.labels import label

CHANGES: Final = ("new", "dropped", "returned", "servers-changed", "ds-changed")


class DayRow(msgspec.Struct, frozen=True):
    """One day of a table: the snapshot, the counts in the order of its heads, and their sum."""

    zone: SweepZone
    counts: tuple[int, ...]
    total: int


class DayTable(msgspec.Struct, frozen=True):
    """Counts by day: the codes that are there, their words, and the days, the newest first."""

    heads: tuple[str, ...]
    rows: tuple[DayRow, ...]


def chart_of_kinds(name: str, zones: Sequence[SweepZone]) -> Chart:
    """What was found, one bar for each zone and kind."""
    several = len(zones) > 1
    rows = [
        (f"{ZONE_UNICODE.get(one.zone, one.zone)}: {_kind(kind)}" if several else _kind(kind), one.found[kind])
        for one in zones
        for kind in KINDS
        if one.found.get(kind)
    ]
    text = _("One bar for each zone and kind; its length is the number of names found.")
    return draw_chart(name, _("What was found"), text, (_("Kind"), _("Found")), _said(rows))


def chart_of_days(days: Sequence[SweepZone]) -> Chart:
    """What was found, one bar for each day."""
    rows = [(_day(one), sum(one.found.values())) for one in days]
    text = _("One bar for each day; its length is the number of names found.")
    return draw_chart("days", _("Found by day"), text, (_("Day"), _("Found")), _said(rows))


def charts_of_changes(days: Sequence[SweepZone]) -> list[Chart]:
    """How a zone changed: a picture for each kind of change, one bar for each day."""
    charts = []
    for change in CHANGES:
        rows = [(_day(one), one.changes.get(change, 0)) for one in days]
        if any(count for _words, count in rows):
            words = label(change, "name-change")
            text = _("One bar for each day; its length is the number of names.")
            charts.append(draw_chart(change, words, text, (_("Day"), _("Names")), _said(rows)))
    return charts


def table_of_kinds(days: Sequence[SweepZone]) -> DayTable:
    """What was found by day and kind."""
    return _table([(one, one.found) for one in days], KINDS, "finding-kind")


def table_of_changes(days: Sequence[SweepZone]) -> DayTable:
    """How a zone changed by day."""
    return _table([(one, one.changes) for one in days], CHANGES, "name-change")


def sums_of(zones: Sequence[SweepZone]) -> dict[str, Any]:
    """A run's zones in a few figures."""
    kept = sum(sum(one.kept.values()) for one in zones)
    found = sum(sum(one.found.values()) for one in zones)
    return {"names": sum(one.names for one in zones), "found": found, "kept": kept, "left_out": found - kept}


def _table(days: Sequence[tuple[SweepZone, dict[str, int]]], codes: Sequence[str], table: str) -> DayTable:
    total: Counter[str] = Counter()
    for _zone, counts in days:
        total.update(counts)
    there = [code for code in codes if total[code]]
    rows = tuple(
        DayRow(zone, tuple(counts.get(code, 0) for code in there), sum(counts.values())) for zone, counts in days[::-1]
    )
    return DayTable(tuple(label(code, table) for code in there), rows)


def _said(rows: Sequence[tuple[str, int]]) -> list[tuple[str, int, str]]:
    return [(words, count, number_format(count, force_grouping=True)) for words, count in rows]


def _kind(kind: str) -> str:
    return label(kind, "finding-kind")


def _day(one: SweepZone) -> str:
    return date_format(one.as_of, "SHORT_DATE_FORMAT")
