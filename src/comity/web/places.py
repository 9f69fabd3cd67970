"""Where a form sends its reader back to: a place on this node, and nowhere else."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_place(request: HttpRequest, wanted: str, *, otherwise: str) -> str:
    """Give the wanted place if it is a path on this node, else the other."""
    own = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else otherwise
