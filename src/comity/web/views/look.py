"""The personal data of one report: shown to whoever says why, and every look is kept (`flows.look`)."""

from datetime import UTC, datetime

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from comity.core.errors import InputError
from comity.core.personal_data import VICTIM_CONTACT, mask_report
from comity.core.reports import Report as Claim
from comity.core.roles import Actor, may_read
from comity.flows.look import MAY_LOOK, look
from comity.store.models import Report
from comity.web.access import only_for, person_of
from comity.web.desk_steps import home_of_node


@only_for(frozenset(MAY_LOOK))
@require_http_methods(["GET", "HEAD", "POST"])
def personal_data(request: HttpRequest, ref: str, uuid: str) -> HttpResponse:
    """Ask why; then show what the report holds of persons."""
    row = Report.objects.select_related("case").filter(uuid=uuid, case__ref=ref.upper()).first()
    if row is None or row.case is None:
        raise Http404(uuid)
    person = person_of(request)
    claim = msgspec.json.decode(row.body, type=Claim)
    if not may_read(person.role, claim.tlp):
        raise Http404(uuid)
    shown = {"section": "inbox", "case": row.case, "uuid": row.uuid, "why": "", "classes": _classes(claim)}
    if request.method != "POST":
        return render(request, "web/personal_data.html", shown)
    actor = Actor(person.username, person.role, home_of_node().party)
    reason = request.POST.get("reason", "").strip()
    try:
        look(
            actor, "report", row.uuid, _classes(claim), reason=reason, case_ref=row.case.ref, at=datetime.now(UTC)
        )  # fmt: skip
    except InputError as error:
        return render(request, "web/personal_data.html", {**shown, "why": str(error)}, status=400)
    return render(
        request, "web/personal_data.html", {**shown, "claim": claim, "fields": sorted(claim.personal_data.items())}
    )


def _classes(claim: Claim) -> list[str]:
    found = sorted(claim.personal_data)
    if mask_report(claim) != claim and VICTIM_CONTACT not in found:
        found.append(VICTIM_CONTACT)
    return found
