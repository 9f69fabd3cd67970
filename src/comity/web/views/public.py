"""What anybody may see: what this node is, the accessibility statement, and a reporter's own status page."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from comity.core.case_steps import Reason
from comity.core.categories import CATEGORIES
from comity.core.parties import PARTIES
from comity.flows.say_more import WORD_LETTERS, say_more
from comity.web.access import READERS, STAFF, role_of
from comity.web.desk_steps import home_of_node
from comity.web.guarded_forms import FORM_BYTES, secret_page
from comity.web.status import find_own_report, find_status, open_story


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Say what this node is, what may be reported to it, and where."""
    node = settings.HOME
    party = next((party for party in PARTIES if node and party.id == node.party), None)
    context = {
        "party": party,
        "party_id": node.party if node else "",
        "own_zones": node.zones if node else (),
        "categories": CATEGORIES,
        "others": [other for other in PARTIES if other is not party],
        "is_staff": role_of(request) in STAFF,
        "is_reader": role_of(request) in READERS,
    }
    return render(request, "web/home.html", context)


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """State what the pages conform to, what is known to fall short, and whom to tell."""
    return render(request, "web/accessibility.html")


@secret_page(FORM_BYTES)
@require_GET
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Show a reporter what became of each report; the token is the key, so no page may leak it onwards."""
    before = request.GET.get("before", "")
    page = find_status(
        token, before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    return render(request, "web/status.html", {"page": page, "token": token})


@secret_page(FORM_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def report_status(request: HttpRequest, token: str, uuid: str) -> HttpResponse:
    """Show one report from its beginning; take what its reporter adds, or that it is withdrawn."""
    report = find_own_report(token, uuid)
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        withdraws = request.POST.get("say") == "withdraw"
        text = request.POST.get("text", "")[: WORD_LETTERS + 1]
        reasons = say_more(home_of_node(), report, withdraws=withdraws, text=text, at=datetime.now(UTC))
        if not reasons:
            return redirect("web:report-status", token=token, uuid=uuid)
    context = {
        "story": open_story(report),
        "token": token,
        "uuid": uuid,
        "reasons": reasons,
        "typed": request.POST if reasons else {},
        "here": request.path,
    }
    return render(request, "web/report_status.html", context, status=409 if reasons else 200)
