"""The answers to a case and the links by which they come: who was asked, who answered what, ask again, take back.

What was answered may be personal data: the page is for those who may read cases, and nothing of it goes to partners.
"""

from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comity.core.answers import ANSWER_ROLES
from comity.core.case_steps import Reason
from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.flows.advance_cases import VerbOutcome
from comity.flows.ask_answer import ask_answer, revoke_link
from comity.store.answers import list_answers, list_links, state_of_link
from comity.store.cases import find_case
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node, may_acknowledge, sentence
from comity.web.labels import label
from comity.web.languages import is_offered, offered

_WRONG: Final = "problem"


@reader_page
@require_http_methods(["GET", "HEAD", "POST"])
def case_answers(request: HttpRequest, ref: str) -> HttpResponse:
    """Show links and answers; send a link, or take one back."""
    row = find_case(ref)
    if row is None:
        raise Http404(ref)
    at = datetime.now(UTC)
    refusals: list[str] = []
    if request.method == "POST":
        refusals = _do(request, row.ref, at)
        if not refusals:
            messages.success(request, _("Done and written to the time line."))
            return redirect("web:case-answers", ref=row.ref)
    context = {
        "section": "inbox",
        "case": row,
        "links": [(link, state_of_link(link, at=at)) for link in list_links(row.pk)],
        "answers": list_answers(row.pk),
        "may_ask": may_acknowledge(role_of(request)),
        "roles": ANSWER_ROLES,
        "tongues": offered(),
        "refusals": refusals,
        "typed": request.POST if refusals else {},
    }
    return render(request, "web/case_answers.html", context, status=409 if refusals else 200)


def _do(request: HttpRequest, ref: str, at: datetime) -> list[str]:
    person, home = person_of(request), home_of_node()
    actor = Actor(person.username, person.role, home.party)
    link = request.POST.get("revoke", "")
    if link:
        if not (link.isascii() and link.isdigit() and len(link) < 19):
            raise Http404(ref)
        return _said(revoke_link(home, ref, int(link), actor, at=at))
    language = request.POST.get("language", "")
    try:
        outcome = ask_answer(
            home, ref, actor, role=request.POST.get("role", "")[:20], recipient=request.POST.get("recipient", "")[:300],
            language=language if is_offered(language) else "en", at=at,
        )  # fmt: skip
    except InputError as error:
        return [
            sentence(Reason(error.code, error.message)) if error.item != "recipient" else label("recipient", _WRONG)
        ]
    return _said(outcome)


def _said(outcome: VerbOutcome) -> list[str]:
    return [sentence(reason) for each in outcome.refused.values() for reason in each]
