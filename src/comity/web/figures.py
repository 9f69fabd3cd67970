"""Figures for pages: charts with their words, and rows of numbers that a template has only to print."""

from datetime import timedelta
from typing import Any, Final

import msgspec
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.core.statistics_figures import Figures, PublicLines, Times
from comity.core.zone_figures import Row, ZoneFigures
from comity.web.charts import Chart, draw_chart
from comity.web.clocks import span_words
from comity.web.labels import label
from comity.web.templatetags.desk import percent

LINES: Final[dict[str, Promise]] = {
    "taken_off": gettext_lazy("Name taken off the network"),
    "not_needed": gettext_lazy("Action no longer needed"),
    "insufficient_grounds": gettext_lazy("Insufficient grounds"),
    "restored": gettext_lazy("Restored"),
    "not_counted": gettext_lazy("Not counted (duplicate, referred, withdrawn)"),
}


class TimeRow(msgspec.Struct, frozen=True):
    """One row of times, in words."""

    what: str
    count: str
    median: str
    p75: str
    p90: str
    within: str


def number(value: int) -> str:
    """A number as the reader's language writes it."""
    return number_format(value, force_grouping=True)


def line_chart(lines: PublicLines | None) -> Chart | None:
    """The four public lines and what is in none of them."""
    if lines is None:
        return None
    rows = [(str(LINES[key]), value) for key, value in msgspec.structs.asdict(lines).items()]
    return _chart("lines", _("How closed cases ended, by public line"), _("Outcome"), rows)


def category_chart(rows: tuple[Row, ...]) -> Chart:
    """Cases by category."""
    return _chart(
        "categories", _("Cases by category"), _("Category"), [(_word(row.key, "category"), row.cases) for row in rows]
    )


def source_chart(rows: tuple[Row, ...]) -> Chart:
    """Cases by kind of source."""
    said = [(_word(row.key, "reporter-kind"), row.cases) for row in rows]
    return _chart("sources", _("Cases by source"), _("Source"), said)


def registrar_chart(rows: tuple[Row, ...], most: int = 12) -> Chart:
    """Cases by registrar, the most first."""
    said = [(_word(row.key, ""), row.cases) for row in rows[:most]]
    return _chart("registrars", _("Cases by registrar"), _("Registrar"), said)


def refusal_chart(figures: ZoneFigures) -> Chart:
    """Why cases were closed without action."""
    said = [(_word(row.key, "outcome"), row.cases) for row in figures.refusals]
    return _chart("refusals", _("Closed without action, by reason"), _("Reason"), said)


def time_rows(figures: ZoneFigures | Figures) -> list[TimeRow]:
    """Both rows of times."""
    named = ((_("To acknowledgement"), figures.acknowledge), (_("To outcome"), figures.outcome))
    return [_times(what, times) for what, times in named if times is not None]


def precision_rows(figures: ZoneFigures) -> list[tuple[str, str, str, str]]:
    """How much of each source was confirmed, of what was decided on its merits."""
    return [
        (
            _word(row.key, "reporter-kind"), number(row.confirmed), number(row.decided),
            percent(row.confirmed / row.decided) if row.decided else "—",
        )
        for row in figures.by_source
    ]  # fmt: skip


def _chart(name: str, title: str, head: str, rows: list[tuple[str, int]]) -> Chart:
    said = [(words, value, number(value)) for words, value in rows]
    text = "; ".join(f"{words}: {value}" for words, _value, value in said)
    return draw_chart(name, title, text, (head, _("Cases")), said)


def _times(what: str, times: Times) -> TimeRow:
    def span(seconds: int) -> str:
        return span_words(timedelta(seconds=seconds)) if times.count else "—"

    share = times.share_within
    within = "—" if share is None else percent(share)
    return TimeRow(what, number(times.count), span(times.median), span(times.p75), span(times.p90), within)


def _word(key: str, table: str) -> str:
    if key == "unknown":
        return _("not known")
    return label(key, table) if table else key


def statement_context(figures: Figures) -> dict[str, Any]:
    """What the page of a statement shows."""
    refusals = [(row.clause or "—", _word(row.reason, "reason") or "—", row.cases) for row in figures.refusals]
    outcomes = [
        (_word(row.outcome, "outcome"), label(row.action, "action") if row.action else "—",
         str(LINES[row.public_line.replace("-", "_")]), row.cases)
        for row in figures.outcomes
    ]  # fmt: skip
    received = [(_word(row.category, "category"), row) for row in figures.received]
    return {
        "lines": line_chart(figures.public_lines), "times": time_rows(figures), "refusals": refusals,
        "outcomes": outcomes, "received": received,
    }  # fmt: skip
