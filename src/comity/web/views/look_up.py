"""Look at a case's name now, from its page."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.core.errors import ComityError
from comity.edges.home import Home
from comity.flows.observe import observe
from comity.store.cases import find_case
from comity.web.access import person_of, reader_page
from comity.web.observed import may_look, was_just_seen


@reader_page
@require_POST
def look_up(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask RDAP and the DNS, keep what they tell, and show the case again."""
    home: Home | None = settings.HOME
    if home is None or not may_look(home, person_of(request).role):
        raise PermissionDenied
    case = find_case(ref)
    if case is None:
        raise Http404(ref)
    now = datetime.now(UTC)
    if was_just_seen(case.registrable, at=now):
        messages.info(request, _("The name was looked at less than a minute ago."))
    else:
        try:
            observe(home, case.registrable, at=now)
        except ComityError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The name was looked at."))
    return redirect("web:case", ref=case.ref)
