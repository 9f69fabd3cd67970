"""Who calls the API: the person whose bearer token it is (RFC 6750), and nobody else."""

from datetime import datetime

from django.http import HttpRequest

from comity.core.errors import ComityError, ForbiddenError
from comity.store.models import Person
from comity.store.tokens import find_bearer


class UnauthorizedError(ComityError):
    """A bearer token is needed, and this is none."""

    code = "unauthorized"
    http_status = 401


def authenticate(request: HttpRequest, roles: tuple[str, ...], scope: str, *, at: datetime) -> Person:
    """Answer who calls.  Raises `UnauthorizedError`, or `ForbiddenError` where role or token may not do this."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError("send the header Authorization: Bearer TOKEN")
    bearer = find_bearer(token.strip(), at=at)
    if bearer is None:
        raise UnauthorizedError("the token is unknown, over or revoked")
    if bearer.person.role not in roles:
        raise ForbiddenError(f"this is for {', '.join(roles)}; not for {bearer.person.role}")
    if bearer.scopes and scope not in bearer.scopes:
        raise ForbiddenError(f"the token lacks the scope {scope}", item="Authorization")
    return bearer.person
