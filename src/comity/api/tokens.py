"""Who calls the API: the person whose bearer token it is (RFC 6750), and nobody else."""

from datetime import datetime
from hashlib import sha256

import msgspec
from django.http import HttpRequest

from comity.core.errors import ComityError, ForbiddenError
from comity.store.models import Person
from comity.store.tokens import Bearer, find_bearer


class UnauthorizedError(ComityError):
    """A bearer token is needed, and this is none."""

    code = "unauthorized"
    http_status = 401


class Caller(msgspec.Struct, frozen=True):
    """Whose token it is, what it may do, and a number that stands for the token where calls are counted."""

    bearer: Bearer
    number: int

    @property
    def person(self) -> Person:
        return self.bearer.person


def authenticate(request: HttpRequest, *, at: datetime) -> Caller:
    """Answer who calls.  Raises `UnauthorizedError`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError("send the header Authorization: Bearer TOKEN")
    bearer = find_bearer(token.strip(), at=at)
    if bearer is None:
        raise UnauthorizedError("the token is unknown, over or revoked")
    return Caller(bearer, int.from_bytes(sha256(token.strip().encode()).digest()[:8]) or 1)


def authorize(caller: Caller, roles: tuple[str, ...], scope: str) -> None:
    """Refuse what role or token may not do: raises `ForbiddenError`."""
    if caller.person.role not in roles:
        raise ForbiddenError(f"this is for {', '.join(roles)}; not for {caller.person.role}")
    if caller.bearer.scopes and scope not in caller.bearer.scopes:
        raise ForbiddenError(f"the token lacks the scope {scope}", item="Authorization")
