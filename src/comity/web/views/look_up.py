"""Look at a case's name now, from its page."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.core.errors import ComityError
from comity.core.roles import DESK
from comity.flows.observe import may_observe, observe
from comity.store.cases import find_case
from comity.web.access import person_of, reader_page
from comity.web.desk_steps import home_of_node
from comity.web.observed import was_just_seen


@reader_page
@require_POST
def look_up(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask RDAP and the DNS, keep what they tell, and show the case again."""
    if person_of(request).role not in DESK:
        raise PermissionDenied
    home = home_of_node()
    case = find_case(ref)
    if case is None:
        raise Http404(ref)
    now = datetime.now(UTC)
    if not may_observe(home):
        messages.error(request, _("This node is not set up to ask about names."))
    elif was_just_seen(case.registrable, at=now):
        messages.info(request, _("The name was looked at less than a minute ago."))
    else:
        try:
            observe(home, case.registrable, at=now)
        except ComityError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The name was looked at."))
    return redirect("web:case", ref=case.ref)
