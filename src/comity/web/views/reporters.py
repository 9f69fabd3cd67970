"""Reporters as the desk sees them: how good their reports were found, and what people decided about them.

Figures are those that the reporter's own page shows.  Only a supervisor slows, stops or allows a reporter, with a
reason that the reporter is shown.
"""

from datetime import UTC, datetime, time
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comity.core.case_steps import Reason
from comity.core.errors import ForbiddenError, InputError
from comity.core.roles import Actor, case_roles
from comity.flows.judge_reporter import VERBS, judge_reporter
from comity.store.models import Reporter
from comity.store.reporters import PAGE_ROWS, decisions_about, list_reporters, measured, standings
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node, sentence

_REASON_READ: Final = 1_001


@reader_page
@require_GET
def reporters(request: HttpRequest) -> HttpResponse:
    """List reporters, a page at a time."""
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows = list_reporters(after=start, limit=PAGE_ROWS + 1)
    shown = rows[:PAGE_ROWS]
    figures = measured(shown)
    held = standings([one.pk for one in shown], at=datetime.now(UTC))
    context = {
        "section": "reporters",
        "rows": [(one, figures[one.pk], held.get(one.pk)) for one in shown],
        "after": shown[-1].pk if len(rows) > PAGE_ROWS else None,
    }
    return render(request, "web/reporters.html", context)


@reader_page
@require_http_methods(["GET", "HEAD", "POST"])
def reporter(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one reporter; take a supervisor's decision."""
    row = Reporter.objects.exclude(kind="partner").filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404
    refusals: list[str] = []
    if request.method == "POST":
        refusals = _judge(request, row)
        if not refusals:
            messages.success(request, _("The decision was written down, and the reporter can read it."))
            return redirect("web:reporter", pk=pk)
    context = {
        "section": "reporters",
        "reporter": row,
        "measured": measured([row])[row.pk],
        "held": standings([row.pk], at=datetime.now(UTC)).get(row.pk),
        "decisions": decisions_about(row.pk),
        "may_judge": "approver" in case_roles(role_of(request)),
        "verbs": VERBS,
        "refusals": refusals,
        "typed": request.POST if refusals else {},
    }
    return render(request, "web/reporter.html", context, status=409 if refusals else 200)


def _judge(request: HttpRequest, row: Reporter) -> list[str]:
    person, home = person_of(request), home_of_node()
    text = request.POST.get("until", "").strip()
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        return [_("Write the day as year-month-day.")]
    try:
        judge_reporter(
            home, row.key, request.POST.get("verb", ""), Actor(person.username, person.role, home.party),
            reason=request.POST.get("reason", "")[:_REASON_READ],
            until=datetime.combine(day, time.min, UTC) if day else None, at=datetime.now(UTC),
        )  # fmt: skip
    except ForbiddenError:
        return [sentence(Reason("wrong-role", "only a supervisor"))]
    except InputError as error:
        words = {"reason": _("State the reason, in at most 1,000 characters."), "until": _("That day has passed.")}
        return [words.get(error.item, _("Choose a decision."))]
    return []
