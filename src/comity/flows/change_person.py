"""Change an account: another role, closed, opened again, second factors taken away, another password.

A closed account and its tokens let nobody in from the next request on; its name stays in the history and is not given
again.  Nobody changes their own role or closes their own account, so that a node does not lose its last operator by
mistake.  What was done and by whom is kept with it in one durable transaction.
"""

from datetime import datetime
from typing import Literal

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.store.models import Person, PersonChange

Change = Literal["role", "closed", "opened", "factors-removed", "password"]


def change_person(name: str, change: Change, *, to: str = "", actor: str, at: datetime) -> Person:
    """Make the change; `to` is the new role or password.  Raises `NotFoundError`, `InputError`, `ConflictError`."""
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(username=name).first()
        if person is None:
            raise NotFoundError("no such person", item=name[:150])
        if change in {"role", "closed"} and actor == name:
            raise ConflictError("nobody changes their own role or closes their own account", item=name)
        _apply(person, change, to)
        person.save()
        shown = to if change == "role" else ""
        PersonChange.objects.create(person=name, change=change, detail=shown, actor=actor, at=at)
    return person


def _apply(person: Person, change: Change, to: str) -> None:
    if change == "role":
        if to not in Person.Role.values:
            raise InputError(f"is no role; one of {', '.join(Person.Role.values)}", item=to[:40])
        person.role = to
    elif change == "password":
        try:
            validate_password(to, person)
        except ValidationError as error:
            raise InputError(" ".join(error.messages), item="password") from error
        person.set_password(to)
    elif change == "factors-removed":
        Authenticator.objects.filter(user=person).delete()
    else:
        person.is_active = change == "opened"
