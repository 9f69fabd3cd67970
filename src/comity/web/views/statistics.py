"""Statistics for the desk: own numbers, what was signed with partners and where counts differ; and the release.

Whoever reads cases reads the numbers; only a policy officer releases a period to the public, by a form that shows what
will be read.  `report` is the same for printing.
"""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.core.errors import ComityError
from comity.core.periods import Period, parse_period, periods_before
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.release_statistics import count_own, release_statistics
from comity.flows.sign_statistics import signed_file
from comity.store.links import list_links
from comity.store.statistics import find_release, find_statement, list_statements
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node
from comity.web.figures import (
    category_chart,
    line_chart,
    precision_rows,
    refusal_chart,
    registrar_chart,
    source_chart,
    statement_context,
    time_rows,
)
from comity.wire.statistics import parse_statistics

RELEASERS = frozenset({"policy-officer"})


@reader_page
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the numbers of a period, and the statements about it."""
    return render(request, "web/statistics.html", _context(request))


@reader_page
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """The same, for printing: no navigation, tables whole."""
    return render(request, "web/statistics_report.html", _context(request))


@reader_page
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Let the public read a period from now on."""
    person, home = person_of(request), home_of_node()
    if person.role not in RELEASERS:
        raise PermissionDenied
    period = parse_period(request.POST.get("period", "")[:8])
    if period is None:
        messages.error(request, _("Choose a period."))
        return redirect("web:statistics")
    try:
        release_statistics(home, period, Actor(person.username, person.role, home.party), at=datetime.now(UTC))
    except ComityError:
        messages.error(request, _("A period that is not over cannot be released."))
    else:
        messages.success(request, _("The period was released; the public reads it now."))
    return redirect(f"/statistics/?period={period.name}")


@reader_page
@require_GET
def statement(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show one statement: its figures, who signed, and where counts differ."""
    row = find_statement(uuid)
    if row is None:
        raise Http404(uuid)
    document = parse_statistics(row.body) if row.body else None
    context = {"section": "statistics", "row": row, "document": document}
    if document is not None:
        context |= statement_context(document.figures) | {"figures": document.figures}
    return render(request, "web/statement.html", context)


@reader_page
@require_GET
def statement_file(_request: HttpRequest, uuid: str) -> HttpResponse:
    """The file with the signatures, for somebody who has no node."""
    row = find_statement(uuid)
    if row is None or not row.body:
        raise Http404(uuid)
    data = signed_file(home_of_node(), row, at=datetime.now(UTC))
    name = f"statistics-{row.period}-{row.reporter}-{row.answerer}.json"
    return HttpResponse(
        data, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _asked(name: str) -> Period:
    period = parse_period(name[:8])
    if period is None:
        raise Http404(name[:8])
    return period


def _context(request: HttpRequest) -> dict[str, object]:
    home: Home = home_of_node()
    now = datetime.now(UTC)
    offered = periods_before(now, months=12, halves=4)
    name, partner = request.GET.get("period", ""), request.GET.get("partner", "")[:120]
    period = _asked(name) if name else offered[0]
    figures = count_own(home, period, at=now)
    return {
        "section": "statistics",
        "period": period,
        "is_over": now >= period.end,
        "offered": offered if period in offered else (period, *offered),
        "partner": partner,
        "partners": [link.partner for link in list_links()],
        "statements": list_statements(partner=partner, period=period.name),
        "figures": figures,
        "lines": line_chart(figures.public_lines),
        "categories": category_chart(figures.by_category),
        "sources": source_chart(figures.by_source),
        "registrars": registrar_chart(figures.by_registrar),
        "refusals": refusal_chart(figures),
        "times": time_rows(figures),
        "precision": precision_rows(figures),
        "released": find_release(period.name),
        "may_release": role_of(request) in RELEASERS and now >= period.end,
        "party": home.party,
        "counted_at": now,
    }
