"""What the public reads without an account: the periods that a person released, as pages, JSON and CSV.

Nothing is counted here: the bytes that were released are shown, and the file is those bytes.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.core.periods import parse_period
from comity.store.models import Release
from comity.store.statistics import find_release, list_releases
from comity.web.figures import category_chart, line_chart, refusal_chart, time_rows
from comity.wire.transparency import parse_transparency, render_csv


@require_GET
def transparency(request: HttpRequest) -> HttpResponse:
    """List what was released."""
    rows = [(row, parse_period(row.period)) for row in list_releases()]
    return render(request, "web/transparency.html", {"section": "transparency", "rows": rows})


@require_GET
def period(request: HttpRequest, name: str) -> HttpResponse:
    """Show one period."""
    row = _released(name)
    document = parse_transparency(row.body)
    figures = document.figures
    beside = [
        ("appeals", figures.appeals),
        ("reversed", figures.reversed),
        ("retracted", figures.retracted),
        ("protected_name_hits", figures.protected_name_hits),
        ("personal_data_requests", figures.personal_data_requests),
        ("personal_data_looks", figures.personal_data_looks),
    ]
    published = {
        "appeals": "appeals", "reversed": "reversed", "retracted": "reversed",
        "protected_name_hits": "protected_name_hits", "personal_data_requests": "personal_data_requests",
        "personal_data_looks": "personal_data_requests",
    }  # fmt: skip
    context = {
        "section": "transparency",
        "row": row,
        "document": document,
        "figures": figures,
        "period": parse_period(row.period),
        "lines": line_chart(figures.public_lines),
        "categories": category_chart(figures.by_category),
        "refusals": refusal_chart(figures),
        "times": time_rows(figures),
        "beside": [(key, value) for key, value in beside if published[key] in document.publish],
    }
    return render(request, "web/transparency_period.html", context)


@require_GET
def file(_request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """The figures for machines."""
    row = _released(name)
    if kind == "figures.json":
        return HttpResponse(row.body, content_type="application/json")
    if kind == "figures.csv":
        return HttpResponse(render_csv(parse_transparency(row.body)), content_type="text/csv; charset=utf-8")
    raise Http404(kind)


def _released(name: str) -> Release:
    row = find_release(name) if parse_period(name) is not None else None
    if row is None:
        raise Http404(name)
    return row
