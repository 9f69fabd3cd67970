"""Webhooks: how far each receiver is, what it answered last; an administrator may say that one is tried again now."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comity.core.errors import NotFoundError
from comity.flows.keep_webhook import KEEPERS, retry_now
from comity.store.webhooks import list_webhooks
from comity.web.access import only_for, person_of
from comity.web.navigation import OVERSEERS


@only_for(OVERSEERS)
@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """List webhooks, or try one again."""
    may_retry = person_of(request).role in KEEPERS
    if request.method == "POST":
        if not may_retry:
            raise Http404
        return _retry(request)
    shown = {"section": "administration", "webhooks": list_webhooks(), "may_retry": may_retry}
    return render(request, "web/webhooks.html", shown)


def _retry(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("name", "")[:60]
    try:
        retry_now(name, at=datetime.now(UTC))
    except NotFoundError:
        messages.error(request, _("There is no such webhook any more."))
    else:
        messages.success(request, _("%(name)s is tried again now.") % {"name": name})
    return redirect("web:webhooks")
