"""Appeals that wait, and one of them: claim, evidence, decisions with the scores frozen into them, and the answers.

Everybody of the desk may read; a policy officer who has worked on the case neither as analyst nor as approver decides,
with reasons that the appellant is told.
"""

from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comity.core.case_steps import Reason
from comity.core.roles import Actor, case_roles
from comity.flows.advance_cases import Grounds
from comity.flows.decide_appeal import DECISIONS, decide_appeal
from comity.flows.look import MAY_LOOK
from comity.store.answers import list_answers
from comity.store.appeals import find_waiting, list_waiting
from comity.store.cases import find_case
from comity.store.clocks import read_appeal_clocks
from comity.web.access import person_of, reader_page
from comity.web.case_file import open_case_file
from comity.web.desk_steps import home_of_node, sentence

_REASONS_LETTERS: Final = 4_000


@reader_page
@require_GET
def appeals(request: HttpRequest) -> HttpResponse:
    """List what waits, the oldest first."""
    appeals = list_waiting()
    due = read_appeal_clocks([one.case.pk for one in appeals])
    waiting = [(one, due.get(one.case.pk)) for one in appeals]
    return render(request, "web/appeals.html", {"section": "appeals", "waiting": waiting, "now": datetime.now(UTC)})


@reader_page
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, ref: str) -> HttpResponse:
    """Show an appeal; take the decision of somebody uninvolved."""
    row = find_case(ref)
    waiting = find_waiting(row) if row else None
    if row is None or waiting is None:
        raise Http404(ref)
    person, home = person_of(request), home_of_node()
    refusals: list[str] = []
    if request.method == "POST":
        decision = request.POST.get("decision", "")
        reasons = request.POST.get("reasons", "").strip()[: _REASONS_LETTERS + 1]
        refusals = _why_not(decision, reasons)
        if not refusals:
            actor = Actor(person.username, person.role, home.party)
            outcome = decide_appeal(
                home, [row.ref], actor, decision, at=datetime.now(UTC), grounds=Grounds(note=reasons)
            )
            refusals = [sentence(reason) for each in outcome.refused.values() for reason in each]
        if not refusals:
            messages.success(request, _("Done and written to the time line."))
            return redirect("web:case", ref=row.ref)
    context = {
        "section": "appeals",
        "appeal": waiting,
        "case": row,
        "file": open_case_file(home_of_node(), row.ref, person.role, at=datetime.now(UTC)),
        "answers": list_answers(row.pk),
        "may_look": person.role in MAY_LOOK,
        "decisions": DECISIONS,
        "may_decide": "appeals_officer" in case_roles(person.role),
        "is_involved": person.username in waiting.involved,
        "due_at": read_appeal_clocks([row.pk]).get(row.pk),
        "refusals": refusals,
        "typed": request.POST if refusals else {},
    }
    return render(request, "web/appeal.html", context, status=409 if refusals else 200)


def _why_not(decision: str, reasons: str) -> list[str]:
    found = []
    if decision not in DECISIONS:
        found.append(_("Choose a decision."))
    if not reasons:
        found.append(sentence(Reason("reason-missing", "state the reasons")))
    if len(reasons) > _REASONS_LETTERS:
        found.append(sentence(Reason("text-too-long", "at most 4,000 characters")))
    return found
