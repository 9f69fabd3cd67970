"""The answers to a case and the links by which they come: who was asked, who answered what, ask again, take back.

Addresses are shown so that they are known again and not learned; words lose the addresses in them.  Contact, recipient
and the words as they were typed are personal data: shown to whoever says why, and every look is kept.
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
from comity.flows.look import MAY_LOOK, look
from comity.store.answers import find_answer, list_answers, list_links, state_of_link
from comity.store.cases import find_case
from comity.web.access import only_for, person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node, may_acknowledge, sentence
from comity.web.labels import label
from comity.web.languages import is_offered, offered

_WRONG: Final = "problem"
_LARGEST: Final = 2**63


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
        "may_look": role_of(request) in MAY_LOOK,
        "may_ask": may_acknowledge(role_of(request)),
        "roles": ANSWER_ROLES,
        "tongues": offered(),
        "refusals": refusals,
        "typed": request.POST if refusals else {},
    }
    return render(request, "web/case_answers.html", context, status=409 if refusals else 200)


@only_for(frozenset(MAY_LOOK))
@require_http_methods(["GET", "HEAD", "POST"])
def answer_personal(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Ask why; then show who answered and the words as they were typed."""
    row = find_case(ref)
    given = find_answer(row.pk, pk) if row is not None and pk < _LARGEST else None
    if row is None or given is None:
        raise Http404(ref)
    person, home = person_of(request), home_of_node()
    shown: dict[str, object] = {"section": "inbox", "case": row, "answer": given, "why": ""}
    if request.method != "POST":
        return render(request, "web/answer_personal.html", shown)
    actor = Actor(person.username, person.role, home.party)
    reason, at = request.POST.get("reason", ""), datetime.now(UTC)
    try:
        look(actor, "answer", str(given.pk), ("contact", "words"), reason=reason, case_ref=row.ref, at=at)
    except InputError as error:
        return render(request, "web/answer_personal.html", {**shown, "why": str(error)}, status=400)
    return render(request, "web/answer_personal.html", {**shown, "seen": True})


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
