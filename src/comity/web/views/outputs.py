"""Outputs: what is read without a node, how much there is of it, and which resolver has which version of a zone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.flows.list_outputs import show_outputs
from comity.web.access import staff_page
from comity.web.desk_steps import home_of_node


@staff_page
@require_GET
def outputs(request: HttpRequest) -> HttpResponse:
    """List each subscriber's lists and zones."""
    return render(request, "web/outputs.html", {"section": "outputs", "outputs": show_outputs(home_of_node())})
