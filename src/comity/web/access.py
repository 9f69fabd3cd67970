"""Who may open which page (DESIGN §4).  What a role may do to a case is `core.cases`'s to say, not this file's.

Cases and reports are for those who may read them (`core.roles`); memoranda and links also for the node's operator.
 Trusted
notifiers and registrars have accounts for the API and see no desk pages; a reporter's own page needs no account at all.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from comity.core.roles import READERS as READING_ROLES
from comity.store.models import Person

READERS: Final = frozenset(READING_ROLES)
STAFF: Final = READERS | {Person.Role.ADMINISTRATOR.value}


def person_of(request: HttpRequest) -> Person:
    """The person signed in; only for views that are guarded."""
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


def role_of(request: HttpRequest) -> str:
    """The role of whoever asks; "" for somebody not signed in."""
    return request.user.role if isinstance(request.user, Person) else ""


def only_for(roles: frozenset[str]) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Open a page to some roles: others sign in first, or are told that it is not for their role."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if role_of(request) not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


reader_page = only_for(READERS)
staff_page = only_for(STAFF)
