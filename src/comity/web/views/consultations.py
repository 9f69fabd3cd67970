"""Consultations: which there are, one of them opened, a new one, and what may be said in one."""

from datetime import UTC, datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.core.categories import CATEGORIES
from comity.core.consultation_items import WRITERS
from comity.core.consultations import LANGUAGES, TOPICS
from comity.core.disclosure import Decision
from comity.core.errors import ComityError, InputError
from comity.core.markings import TLPS
from comity.core.roles import Actor, may_read
from comity.edges.home import Home
from comity.flows.approve_consultation import approve_consultation
from comity.flows.close_consultation import close_consultation
from comity.flows.consult import consult
from comity.flows.erase_consultation import erase_consultation
from comity.flows.reopen_consultation import reopen_consultation
from comity.flows.reply import reply
from comity.flows.say import plan
from comity.store.consultation_search import search_threads
from comity.store.consultations import count_boxes, list_threads
from comity.store.links import list_links
from comity.store.models import ConsultationFile, ConsultationThread
from comity.web.access import person_of, reader_page, role_of
from comity.web.consultation_forms import Refusal, read_question, read_words, refusal_of
from comity.web.consultation_page import open_consultation_page, preview
from comity.web.desk_steps import home_of_node

PAGE_SIZE: Final = 50
BOXES: Final = ("waiting-for-us", "waiting-for-them", "ours", "closed", "withheld", "all")
ERASURE_REASONS: Final = ("sent-by-mistake", "data-subject-request", "legal-order", "retention-ended")
_STEPS: Final = ("reply", "close", "reopen", "approve", "erase")


@reader_page
@require_GET
def consultations(request: HttpRequest) -> HttpResponse:
    """Show one page of a box, or of what a search found in it."""
    own = home_of_node().party
    words = request.GET.get("q", "").strip()[:200]
    box = request.GET.get("box", "")
    box = box if box in BOXES else ("all" if words else "waiting-for-us")
    page = request.GET.get("page", "")
    number = max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    rows = list_threads(box, own, words=search_threads(words) if words else None)
    first = (number - 1) * PAGE_SIZE
    shown = list(rows[first : first + PAGE_SIZE + 1])
    now = datetime.now(UTC)
    return render(
        request,
        "web/consultations.html",
        {
            "section": "consultations", "box": box, "words": words, "own_party": own, "now": now,
            "tabs": [(name, count) for name, count in count_boxes(own).items()],
            "threads": [(row, _is_late(row, now)) for row in shown[:PAGE_SIZE]],
            "previous": number - 1 if number > 1 else 0, "next": number + 1 if len(shown) > PAGE_SIZE else 0,
            "may_write": role_of(request) in WRITERS,
        },
    )  # fmt: skip


@reader_page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new consultation, and put the question; a refusal shows what was typed."""
    _writer(request)
    home = home_of_node()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            question = read_question(request.POST, request.FILES.getlist("files"))
            asked = consult(home, question, _actor(request, home), at=datetime.now(UTC))
        except ComityError as error:
            refusal = refusal_of(error)
        else:
            _tell(request, [one.decision for one in asked.said])
            return redirect("web:consultation", uuid=asked.uuid)
    partners = [link.partner for link in list_links()]
    now = datetime.now(UTC)
    context = {
        **_choices(), "section": "consultations", "refusal": refusal, "categories": CATEGORIES,
        "partners": [(partner, plan(partner, at=now)) for partner in partners],
        "chosen": request.POST.getlist("partner") or request.GET.getlist("partner") or partners[: len(partners) == 1],
        "typed": request.POST if request.method == "POST" else preview(request.GET),
        "had_files": bool(request.FILES),
    }  # fmt: skip
    return render(request, "web/new_consultation.html", context, status=409 if refusal else 200)


@reader_page
@require_GET
def consultation(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show one consultation."""
    return _show(request, uuid)


@reader_page
@require_POST
def step(request: HttpRequest, uuid: str, event: str) -> HttpResponse:
    """Say something in it; a refusal shows the page again with the reason and what was typed."""
    if event not in _STEPS:
        raise Http404(event)
    _writer(request)
    home = home_of_node()
    try:
        decisions = _take(home, uuid, event, request)
    except ComityError as error:
        return _show(request, uuid, event=event, refusal=refusal_of(error))
    _tell(request, decisions)
    return redirect("web:consultation", uuid=uuid)


@reader_page
@require_GET
def file(request: HttpRequest, uuid: str) -> HttpResponse:
    """Hand over a file to be saved: a browser never shows it here, whatever it holds."""
    row = ConsultationFile.objects.select_related("attachment__body").filter(attachment__uuid=uuid).first()
    body = row.attachment.body if row is not None else None
    if row is None or body is None:
        raise Http404(uuid)
    if not may_read(role_of(request), row.attachment.tlp):  # type: ignore[arg-type]  # a TLP, as it was stored
        raise PermissionDenied
    answer = HttpResponse(bytes(body.body), content_type="application/octet-stream")
    ending = {
        "image/png": "png",
        "image/jpeg": "jpg",
        "image/gif": "gif",
        "image/webp": "webp",
        "application/pdf": "pdf",
    }
    name = f"{row.attachment.sha256[:16]}.{ending.get(row.attachment.media_type, 'txt')}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _is_late(row: ConsultationThread, now: datetime) -> bool:
    return row.state == "open" and row.answered_at is None and row.due_at is not None and row.due_at < now


def _take(home: Home, uuid: str, event: str, request: HttpRequest) -> list[Decision]:
    at, actor = datetime.now(UTC), _actor(request, home)
    message = request.POST.get("message", "")[:36]
    if event == "approve":
        return [decision for _, decision in approve_consultation(home, message, actor, at=at)]
    if event == "erase":
        reason = request.POST.get("reason", "")
        if reason not in ERASURE_REASONS:
            raise InputError("is no reason to erase", item="reason")
        erased = erase_consultation(home, message, actor, reason=reason, at=at)  # type: ignore[arg-type]  # one of them
        return list(erased.withheld.values())
    words = read_words(request.POST, request.FILES.getlist("files"))
    partner = request.POST.get("partner", "")[:120]
    if event == "reply":
        return [reply(home, uuid, words, actor, partner=partner, at=at).decision]
    verb = close_consultation if event == "close" else reopen_consultation
    return [one.decision for one in verb(home, uuid, words, actor, partner=partner, at=at)]


def _show(request: HttpRequest, uuid: str, *, event: str = "", refusal: Refusal | None = None) -> HttpResponse:
    home, person = home_of_node(), person_of(request)
    opened = open_consultation_page(
        uuid, own=home.party, role=person.role, person=person.username, at=datetime.now(UTC)
    )
    context: dict[str, Any] = {
        **_choices(), "section": "consultations", "opened": opened, "row": opened.row, "own_party": home.party,
        "refusal": refusal, "refused_event": event, "refused_partner": request.POST.get("partner", ""),
        "typed": request.POST if refusal else {}, "may_write": person.role in WRITERS,
    }  # fmt: skip
    return render(request, "web/consultation.html", context, status=409 if refusal else 200)


def _choices() -> dict[str, Any]:
    return {"markings": TLPS[:-1], "languages_spoken": LANGUAGES, "topics": TOPICS, "reasons": ERASURE_REASONS}


def _writer(request: HttpRequest) -> None:
    if role_of(request) not in WRITERS:
        raise PermissionDenied


def _actor(request: HttpRequest, home: Home) -> Actor:
    person = person_of(request)
    return Actor(person.username, person.role, home.party)


def _tell(request: HttpRequest, decisions: list[Decision]) -> None:
    """Say above the next page what became of it."""
    held = [one for one in decisions if one.verdict == "hold"]
    refused = [one for one in decisions if one.verdict == "refuse"]
    if refused:
        messages.warning(request, _("The memorandum withheld it; the clause and the reason stand beside it."))
    elif held:
        messages.warning(request, _("It waits for a second person; the clause and the reason stand beside it."))
    else:
        messages.success(request, _("Done."))
