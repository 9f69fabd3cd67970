"""Report a domain, without an account: plain questions lead to a category or elsewhere, a form, a letter, a receipt.

Child sexual abuse material has no form: its sentence leads to a page with hotlines and no field, and only that somebody
was sent there is counted.  A name of nobody with whom there is a memorandum is not kept: the page says who is
responsible.  No puzzle: the e-mail address is confirmed, a form must have been open for some seconds, and a day has
limits.
"""

import secrets
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from comity.core.case_steps import Reason, Refusal
from comity.core.categories import CATEGORIES, Category
from comity.core.mail_addresses import hide_address
from comity.core.media_types import MAX_BYTES
from comity.core.names import NameFolder, NameRefusal
from comity.core.parties import PARTY_OF_ZONE
from comity.core.public_reports import FieldProblem, Filing, read_filing
from comity.core.report_guide import CHILD_ABUSE, GUIDE, HOTLINES, find_lead, route
from comity.core.reports import Evidence
from comity.edges.suffix_file import load_suffixes
from comity.flows.confirm_public_report import confirm_public_report, find_filing
from comity.flows.file_public_report import (
    CONFIRM_WITHIN,
    Screenshot,
    file_public_report,
    read_screenshot,
)
from comity.store.models import PublicFiling
from comity.store.reports import partners_by_zone
from comity.store.turned_away import count_turned_away
from comity.web.desk_steps import home_of_node
from comity.web.guarded_forms import FORM_BYTES, FORM_WITH_PICTURE, bounded, secret_page
from comity.web.public_words import ELSEWHERE
from comity.web.report_form import form_fields

_SALT: Final = "report-form"
_FORM_LIVES_SECONDS: Final = 12 * 3600


@bounded(FORM_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest) -> HttpResponse:
    """Ask what happened, in everyday words, and lead on."""
    if request.method != "POST":
        return render(request, "web/report_guide.html", {"leads": GUIDE})
    lead = find_lead(request.POST.get("what", ""))
    if lead is None:
        return render(request, "web/report_guide.html", {"leads": GUIDE, "missing": True}, status=400)
    if lead.category is not None:
        return redirect("web:report-form", category=lead.category)
    place = lead.elsewhere or ""
    count_turned_away(place, at=datetime.now(UTC))
    return redirect("web:report-elsewhere", place=place)


@require_GET
def elsewhere(request: HttpRequest, place: str) -> HttpResponse:
    """Say where to go with what does not belong here; there is nothing to fill in on this page."""
    if place == CHILD_ABUSE:
        return render(request, "web/report_hotlines.html", {"hotlines": HOTLINES})
    if place not in ELSEWHERE:
        raise Http404(place)
    return render(request, "web/report_elsewhere.html", {"place": place})


@bounded(FORM_WITH_PICTURE)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, category: str, *, expert: bool = False) -> HttpResponse:
    """The form of a category: four questions, or all that the field asks."""
    known = next((one for one in CATEGORIES if one == category), None)
    if known is None:
        raise Http404(category)
    if request.method != "POST":
        return _show(request, known, expert=expert)
    at = datetime.now(UTC)
    opened = _read_form_id(request.POST.get("form", ""), at)
    screenshot, picture = _screenshot(request, at)
    read = read_filing(
        request.POST.dict(), known, expert=expert, at=at,
        screenshot=picture if isinstance(picture, Evidence) else None,
    )  # fmt: skip
    problems = list(read) if isinstance(read, tuple) else []
    if isinstance(picture, Reason):
        problems = [one for one in problems if one.field != "screenshot"]
        problems.append(FieldProblem("screenshot", picture.code, picture.message))
    if opened is None:
        problems.append(FieldProblem("", "form-stale", "the form was open too long"))
    if problems or opened is None or not isinstance(read, Filing):
        return _show(request, known, expert=expert, problems=problems)
    return _file(request, known, read, screenshot, opened, expert=expert, at=at)


def _file(
    request: HttpRequest, category: Category, filing: Filing, screenshot: Screenshot | None,
    opened: tuple[str, float], *, expert: bool, at: datetime,
) -> HttpResponse:  # fmt: skip
    home = home_of_node()
    name = NameFolder(load_suffixes(home)).fold(filing.report.name)
    led = route(name, own=home.zones, partners=partners_by_zone(home.party, at=at))
    if led == "no-name":
        code = name.code if isinstance(name, NameRefusal) else ""
        return _show(request, category, expert=expert, problems=[FieldProblem("name", "no-address", code)])
    if led not in {"here", "partner"}:
        count_turned_away(f"zone-{led}", at=at)
        party = None if isinstance(name, NameRefusal) else PARTY_OF_ZONE.get(name.zone)
        shown = {"led": led, "party": party, "address": filing.report.name}
        return render(request, "web/report_route.html", shown, status=422)
    said = file_public_report(
        home, filing, host="" if isinstance(name, NameRefusal) else name.ascii, form=opened[0].encode(),
        open_seconds=opened[1], address=request.META.get("REMOTE_ADDR", ""),
        language=request.LANGUAGE_CODE or "en", screenshot=screenshot, at=at,
    )  # fmt: skip
    if isinstance(said, Refusal):
        problems = [FieldProblem("", reason.code, reason.message) for reason in said.reasons]
        return _show(request, category, expert=expert, problems=problems, form_id=request.POST["form"], status=429)
    return redirect("web:report-sent", receipt=said.receipt)


def _show(
    request: HttpRequest, category: Category, *, expert: bool, problems: list[FieldProblem] | None = None,
    form_id: str = "", status: int = 400,
) -> HttpResponse:  # fmt: skip
    typed = request.POST.dict() if request.method == "POST" else {}
    found = problems or []
    kept = form_id or typed.get("form", "")
    stale = any(one.code == "form-stale" for one in found)
    context = {
        "category": category,
        "expert": expert,
        "fields": form_fields(category, expert=expert, typed=typed, problems=found),
        "typed": typed,
        "problems": found,
        "has_address": any(one.field == "keep_addresses" for one in found) or typed.get("keep_addresses"),
        "had_file": bool(request.FILES) if request.method == "POST" else False,
        "here": request.path,
        "form_id": kept if kept and not stale else _new_form_id(),
    }
    return render(request, "web/report_form.html", context, status=status if found else 200)


@secret_page(FORM_BYTES)
@require_GET
def sent(request: HttpRequest, receipt: str) -> HttpResponse:
    """Say that a letter was sent, and where."""
    filing = PublicFiling.objects.filter(receipt=receipt).only("email", "confirmed_at").first()
    if filing is None:
        raise Http404
    hours = int(CONFIRM_WITHIN.total_seconds()) // 3600
    shown = {"email": hide_address(filing.email), "hours": hours, "done": filing.confirmed_at is not None}
    return render(request, "web/report_sent.html", shown)


@secret_page(FORM_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to be confirmed; a GET changes nothing, so a program that opens links first does no harm."""
    if request.method == "POST":
        said = confirm_public_report(home_of_node(), token, at=datetime.now(UTC))
        if isinstance(said, Refusal):
            return render(request, "web/report_confirm.html", {"reasons": said.reasons}, status=409)
        return redirect("web:report-confirm", token=token)
    filing = find_filing(token)
    if filing is None:
        raise Http404
    named = _decode_named(filing.body) if filing.body else None
    return render(request, "web/report_confirm.html", {"filing": filing, "named": named, "token": token})


class _Named(msgspec.Struct):
    name: str = ""
    category: str = ""


_decode_named: Final = msgspec.json.Decoder(_Named).decode


def _new_form_id() -> str:
    return signing.dumps([secrets.token_urlsafe(12), int(datetime.now(UTC).timestamp())], salt=_SALT)


def _read_form_id(text: str, at: datetime) -> tuple[str, float] | None:
    """Which form it is, and how many seconds it was open; None: not one of ours, or too old."""
    try:
        nonce, made = signing.loads(text, salt=_SALT, max_age=_FORM_LIVES_SECONDS)
    except signing.BadSignature:
        return None
    return nonce, at.timestamp() - made


def _screenshot(request: HttpRequest, at: datetime) -> tuple[Screenshot | None, Evidence | Reason | None]:
    file = request.FILES.get("screenshot")
    if file is None:
        return None, None
    shot = Screenshot(file.name or "", file.read(MAX_BYTES + 1))
    return shot, read_screenshot(shot, at=at)
