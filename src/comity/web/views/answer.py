"""The page behind a one-time link: a registrar, host or registrant sees the claim and answers, without an account.

A GET changes nothing, so a program that opens links before people do no harm.  The page speaks the recipient's language
unless the browser chose another.  It shows what is claimed and never by whom.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from comity.core.answers import (
    ACTIONS_TAKEN,
    ANSWER_KINDS,
    ANSWERED,
    NEEDS_TEXT,
    Answer,
    event_of,
    kinds_offered,
)
from comity.core.case_steps import Reason, Refusal
from comity.core.errors import ConflictError, InputError
from comity.core.media_types import MAX_BYTES
from comity.core.reports import Report as Claim
from comity.core.told_claims import ToldClaim, tell_claim
from comity.edges.tokens import token_hash
from comity.flows.answer_case import MOST_FILES, Upload, answer_case
from comity.store.answers import find_link, list_answers_by_link, state_of_link
from comity.store.cases import facts_with_history, find_case
from comity.store.models import AnswerLink, Case, Report
from comity.store.public_tries import has_try, keyed_hash, take_try
from comity.web.desk_steps import home_of_node
from comity.web.guarded_forms import FORM_WITH_FILES, secret_page, speak
from comity.web.languages import BCP47
from comity.web.views.errors import too_many

_SHOWN: Final = 5
_GUESSES: Final = 50
_GUESSED_WITHIN: Final = timedelta(minutes=15)
_ANSWERS: Final = 30
_ANSWERED_WITHIN: Final = timedelta(hours=1)
_TEXT_READ: Final = 5_000  # a little more than is kept, so that too long is said and not cut
_decode_claim: Final = msgspec.json.Decoder(Claim).decode


@secret_page(FORM_WITH_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked, and take the answer."""
    home, at = home_of_node(), datetime.now(UTC)
    network = keyed_hash(home.settings.secret_key, "guess", request.META.get("REMOTE_ADDR", ""))
    if not has_try(network, limit=_GUESSES, within=_GUESSED_WITHIN, at=at):
        return too_many(request)
    link = find_link(token_hash(token))
    if link is None or link.role == "reporter":
        take_try(network, limit=_GUESSES, within=_GUESSED_WITHIN, at=at)
        raise Http404
    with speak(request, link.language):
        if request.method != "POST":
            return _show(request, link, token, at)
        reasons = _take(request, link, token, at)
        if reasons:
            return _show(request, link, token, at, reasons)
        return redirect("web:answer", token=token)


def _take(request: HttpRequest, link: AnswerLink, token: str, at: datetime) -> Sequence[Reason]:
    home = home_of_node()
    key = keyed_hash(home.settings.secret_key, "answer", str(link.pk))
    if not take_try(key, limit=_ANSWERS, within=_ANSWERED_WITHIN, at=at):
        return (Reason("too-many-tries", "wait an hour"),)
    kind = next((one for one in ANSWER_KINDS if one == request.POST.get("kind", "")), None)
    if kind is None:
        return (Reason("field-missing", "choose an answer"),)
    said = Answer(
        kind=kind,
        text=request.POST.get("text", "").strip()[:_TEXT_READ],
        contact=request.POST.get("contact", "").strip()[:_TEXT_READ],
        action=request.POST.get("action", "")[:40] if kind == "acted" else "",
    )
    files = [file for file in request.FILES.getlist("files") if file][: MOST_FILES + 1]
    uploads = [Upload(file.name or "", _kind_of_file(file.name or ""), file.read(MAX_BYTES + 1)) for file in files]
    try:
        taken = answer_case(home, token, said, case_ref=request.POST.get("case", "")[:40], uploads=uploads, at=at)
    except InputError as error:
        return (Reason(error.code, error.message),)
    return taken.reasons if isinstance(taken, Refusal) else ()


def _kind_of_file(name: str) -> str:
    return "screenshot" if name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp")) else "document"


def _show(
    request: HttpRequest, link: AnswerLink, token: str, at: datetime, reasons: Sequence[Reason] = ()
) -> HttpResponse:
    state = state_of_link(link, at=at)
    kinds = kinds_offered(link.role, link.case.state) if state == "open" else ()
    context = {
        "link": link,
        "case": link.case,
        "due_at": _due(link.case),
        "token": token,
        "registry": home_of_node().party,
        "state": state,
        "kinds": kinds,
        "only_read": [kind for kind in kinds if kind != "said" and _is_only_read(kind, link)],
        "needs_text": NEEDS_TEXT,
        "actions": ACTIONS_TAKEN,
        "claims": _claims(link.case_id),
        "answers": list_answers_by_link(link.pk),
        "reasons": reasons,
        "typed": request.POST if reasons else {},
        "here": request.path,
    }
    response = render(request, "web/answer.html", context, status=409 if reasons else 200)
    spoken = request.LANGUAGE_CODE or "en"
    response["Content-Language"] = BCP47.get(spoken, spoken)
    return response


def _is_only_read(kind: str, link: AnswerLink) -> bool:
    """Whether an answer changes nothing by itself: the desk reads it and decides."""
    return event_of(kind, link.role, link.case.state) == ANSWERED


def _due(case: Case) -> datetime | None:
    """Until when an answer to the notice is awaited; the registry's other clocks are its own."""
    if case.state != "notified":
        return None
    row = find_case(case.ref)
    try:
        return facts_with_history([row])[row.pk].act_due_at if row is not None else None
    except ConflictError:  # entries that do not follow one another: the page takes the answer all the same
        return None


def _claims(case_pk: int) -> list[ToldClaim]:
    """What may be told of the newest reports, each said once."""
    rows = Report.objects.filter(case_id=case_pk).select_related("reporter").order_by("-pk")[: 4 * _SHOWN]
    claims: dict[tuple[str, str], ToldClaim] = {}
    for row in rows:
        try:
            claim = tell_claim(_decode_claim(row.body), row.reporter.kind, row.host)
        except msgspec.DecodeError:  # an older or newer form: what it says cannot be judged, so it is not told
            continue
        if claim is not None:
            claims.setdefault((claim.address, claim.narrative), claim)
    return list(claims.values())[:_SHOWN]
