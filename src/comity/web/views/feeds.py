"""Feeds as the desk sees them: how each stands, what it brought, what it alone names, and how good it was found."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.core.errors import SettingError
from comity.flows.list_feeds import FollowedFeed, list_feeds
from comity.web.access import staff_page
from comity.web.desk_steps import home_of_node


@staff_page
@require_GET
def feeds(request: HttpRequest) -> HttpResponse:
    """List the feeds that this node follows; a wrong declaration is told in their place."""
    rows: list[FollowedFeed] = []
    wrong = ""
    try:
        rows = list_feeds(home_of_node(), at=datetime.now(UTC))
    except SettingError as error:
        wrong = str(error)
    return render(request, "web/feeds.html", {"section": "feeds", "rows": rows, "wrong": wrong})
