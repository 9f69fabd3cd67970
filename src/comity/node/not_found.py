"""What an address that is none answers: a page for people, TAXII's error resource for a TAXII client."""

from django.http import HttpRequest, HttpResponse

from comity.api.taxii_answers import unknown_address
from comity.web.views.errors import not_found as page_not_found


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if "application/taxii+json" in request.headers.get("Accept", ""):
        return unknown_address(request)
    return page_not_found(request, exception)
