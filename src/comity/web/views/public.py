"""What anybody may see: what this node is, the accessibility statement, and a reporter's own status page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.core.categories import CATEGORIES
from comity.core.parties import PARTIES
from comity.web.access import READERS, STAFF, role_of
from comity.web.status import find_status


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


@require_GET
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Show a reporter what became of each report; the token is the key, so no page may leak it onwards."""
    before = request.GET.get("before", "")
    page = find_status(
        token, before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    response = render(request, "web/status.html", {"page": page, "token": token})
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
