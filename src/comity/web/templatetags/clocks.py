"""The clocks of a case as a part of any page: {% load clocks %}{% case_clocks case %}."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext

from comity.web.access import role_of
from comity.web.clocks import shown_clocks

register = template.Library()


@register.inclusion_tag("web/parts/clocks.html", takes_context=True)
def case_clocks(context: RequestContext, case: Any) -> dict[str, Any]:
    """The clocks of a case, and the forms by which the reader may pause them."""
    request = context.request
    clocks = shown_clocks(settings.HOME, case.ref, role_of(request), at=datetime.now(UTC)) if settings.HOME else None
    return {"case": case, "clocks": clocks, "csrf_token": context.get("csrf_token", "")}
