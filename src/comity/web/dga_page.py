"""What the pages of algorithmic names show: counts by zone, day and answer, a chart, and our own names by the page.

Of partners' zones there are counts and no names.  What a form or an address asks for is untrusted and bounded here.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from comity.core.dga import ANSWERS, CHECKS, Counts
from comity.core.dga_dangers import DANGERS
from comity.store.dga import count_checks, counts_of, events_of, find_names, lists_of, parts_of
from comity.store.models import DgaList
from comity.web.charts import Chart, draw_chart
from comity.web.labels import label

PAGE_SIZE: Final = 50
WORDS: Final = ("zone", "day", "until", "state", "answer", "danger", "name")
_LONGEST: Final = 253
_DAYS_SHOWN: Final = 31


def read_asked(form: QueryDict) -> dict[str, str]:
    """Which names a form or an address asks for."""
    return {word: form.get(word, "").strip().lower()[:_LONGEST].replace("\0", "") for word in WORDS}


def family_context(
    family: str, own: tuple[str, ...], asked: Mapping[str, str], page: int, at: datetime
) -> dict[str, Any]:
    """All that the page of a family shows.  Raises `NotFoundError`."""
    lists = lists_of(family)
    counts = counts_of(lists)
    first = (page - 1) * PAGE_SIZE
    rows = list(find_names(lists, asked)[first : first + PAGE_SIZE + 1])
    today = at.date()
    return {
        "section": "dga",
        "family": family,
        "lists": [(row, _told(row)) for row in lists],
        "checks": count_checks(lists),
        "zones": _by_zone(counts),
        "days": _by_day(counts, today.isoformat(), (today + timedelta(days=_DAYS_SHOWN)).isoformat()),
        "days_shown": _DAYS_SHOWN,
        "answers": ANSWERS,
        "states": CHECKS,
        "dangers": DANGERS,
        "chart": _chart(counts),
        "names": [(row, row.dangers.split()) for row in rows[:PAGE_SIZE]],
        "asked": asked,
        "is_asked": any(asked.values()),
        "query": "&".join(f"{word}={value}" for word, value in asked.items() if value),
        "previous": page - 1 if page > 1 else 0,
        "next": page + 1 if len(rows) > PAGE_SIZE else 0,
        "own_zones": own,
        "events": events_of(lists),
    }


def _by_zone(counts: Counts) -> list[tuple[str, list[int], int]]:
    zones: dict[str, Counter[str]] = {}
    for (zone, _day), counter in counts.items():
        zones.setdefault(zone, Counter()).update(counter)
    return [(zone, [counter[answer] for answer in ANSWERS], counter.total()) for zone, counter in sorted(zones.items())]


def _by_day(counts: Counts, first: str, last: str) -> list[tuple[str, str, list[int], int]]:
    """The names of the next days, and those without a day."""
    return [
        (day, zone, [counter[answer] for answer in ANSWERS], counter.total())
        for (zone, day), counter in sorted(counts.items(), key=lambda one: (one[0][1], one[0][0]))
        if day and first <= day <= last
    ]


def _chart(counts: Counts) -> Chart:
    total: Counter[str] = Counter()
    for counter in counts.values():
        total.update(counter)
    rows = [(label(answer, "dga-answer"), total[answer], str(total[answer])) for answer in ANSWERS if total[answer]]
    text = _("One bar for each answer; its length is the number of names.")
    return draw_chart("answers", _("Names by answer"), text, (_("Answer"), _("Names")), rows)


def _told(row: DgaList) -> list[dict[str, Any]]:
    """Of a list of ours: how many parts of which zone went to whom, and why the others did not."""
    told: dict[str, dict[str, Any]] = {}
    for part in parts_of(row).exclude(party__in=("", row.origin)).defer("days", "answers"):
        one = told.setdefault(part.zone, {"zone": part.zone, "party": part.party, "parts": 0, "told": 0, "why": None})
        one["parts"] += 1
        if part.told_at is not None:
            one["told"] += 1
        elif part.reason:
            one["why"] = part
    return list(told.values())
