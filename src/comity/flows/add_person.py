"""Add a person who signs in, or only a program's owner; what was done and by whom is kept.

The name is free and storable, the password strong enough (or there is none and the person only calls the API), the role
one of DESIGN §4.  One durable transaction.
"""

from datetime import datetime
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.store.models import Person, PersonChange

_LONGEST_NAME: Final = 150  # what the column holds


def add_person(name: str, role: str, password: str | None, *, actor: str, at: datetime) -> Person:
    """Make the account.  Raises `InputError` naming what is wrong, `ConflictError` where the name is taken."""
    _check_name(name)
    if role not in Person.Role.values:
        raise InputError(f"is no role; one of {', '.join(Person.Role.values)}", item=role[:40])
    person = Person(username=name, role=role)
    if password is None:
        person.set_unusable_password()
    else:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise InputError(" ".join(error.messages), item="password") from error
        person.set_password(password)
    with transaction.atomic():
        if Person.objects.filter(username=name).exists():
            raise ConflictError("there is such a person already", item=name)
        person.save()
        PersonChange.objects.create(person=name, change="added", detail=role, actor=actor, at=at)
    return person


def _check_name(name: str) -> None:
    try:
        Person.username_validator(name)
    except ValidationError as error:
        raise InputError(
            f"letters, digits and @ . + - _ only, at most {_LONGEST_NAME}", item=name[:_LONGEST_NAME]
        ) from error
    if len(name) > _LONGEST_NAME:
        raise InputError(f"at most {_LONGEST_NAME} characters", item=name[:_LONGEST_NAME])
