"""Who calls the API: the person whose bearer token it is (RFC 6750), and nobody else."""

from django.http import HttpRequest

from comity.core.errors import ComityError, ForbiddenError
from comity.store.models import Person
from comity.store.tokens import find_person


class UnauthorizedError(ComityError):
    """A bearer token is needed, and this is none."""

    code = "unauthorized"
    http_status = 401


def authenticate(request: HttpRequest, roles: tuple[str, ...]) -> Person:
    """Answer who calls.  Raises `UnauthorizedError`, or `ForbiddenError` where the person's role may not do this."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError("send the header Authorization: Bearer TOKEN")
    person = find_person(token.strip())
    if person is None:
        raise UnauthorizedError("the token is unknown or revoked")
    if person.role not in roles:
        raise ForbiddenError(f"this is for {', '.join(roles)}; not for {person.role}")
    return person
