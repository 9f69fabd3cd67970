"""Files of a case: attached by a form of the case page, and given out to be looked at elsewhere.

A file is never shown by the node as what it is: it goes out as octets to be saved, under a policy that lets nothing run
should a browser open it all the same.  Whoever may not read its marking may not have it.  It may hold personal data, so
whoever takes it says why, and that is kept (`flows.look`).
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.core.errors import InputError
from comity.core.roles import Actor, may_read
from comity.flows.look import MAY_LOOK, look
from comity.store.attachments import get_attachment, read_octets
from comity.store.cases import find_case
from comity.web.access import READERS, only_for, person_of
from comity.web.desk_steps import Uploaded, attach_file, home_of_node, may_attach
from comity.web.labels import label
from comity.web.uploads import is_too_large
from comity.web.views.cases import show_case

attacher_page = only_for(frozenset(filter(may_attach, READERS)))

looker_page = only_for(frozenset(MAY_LOOK))

_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


@attacher_page
@require_POST
def attach(request: HttpRequest, ref: str) -> HttpResponse:
    """Attach a file; a refusal shows the page of the case again with its reason."""
    too_large = is_too_large(request)
    sent = None if too_large else request.FILES.get("file")
    file = Uploaded(sent.read(), sent.name or "", sent.content_type or "") if sent else None
    refusals = attach_file(ref.upper(), request.POST, file, person_of(request), too_large=too_large)
    if refusals:
        return show_case(request, ref, refused_event="attach", refusals=refusals, status=400)
    messages.success(request, _("Attached and written to the time line."))
    return redirect("web:case", ref=ref.upper())


@looker_page
@require_POST
def download(request: HttpRequest, ref: str, uuid: UUID) -> HttpResponse:
    """Give out the octets of one attached file to whoever says why."""
    case = find_case(ref.upper())
    if case is None:
        raise Http404(ref)
    row = get_attachment(str(uuid), case_pk=case.pk)
    person = person_of(request)
    if not may_read(person.role, row.tlp):
        raise Http404(str(uuid))  # that it exists is no business of theirs either
    octets = read_octets(row)
    actor = Actor(person.username, person.role, home_of_node().party)
    try:
        look(
            actor, "attachment", row.uuid, [row.kind], reason=request.POST.get("reason", ""), case_ref=case.ref,
            at=datetime.now(UTC),
        )  # fmt: skip
    except InputError:
        return show_case(request, ref, refused_event=row.uuid, refusals=[label("no-reason", "not-kept")], status=400)
    response = HttpResponse(octets, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.name or row.sha256)
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
