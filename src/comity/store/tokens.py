"""API tokens: made once and shown once; only the SHA-256 is kept (256 random bits need no slow hash)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.errors import InputError, NotFoundError
from comity.core.scopes import parse_scopes, why_not_scopes
from comity.store.models import ApiToken, Person

PREFIX: Final = "comity_"  # lets a scanner for leaked secrets know one when it sees it
_LABEL_LETTERS: Final = 100
_TOKEN_LETTERS: Final = 100


class Bearer(msgspec.Struct, frozen=True):
    """Whose token it is, and what it may be used for: no scopes means whatever its person may do."""

    person: Person
    scopes: tuple[str, ...]


def issue_token(
    person: Person, label: str, at: datetime, *, scopes: Sequence[str] = (), expires_at: datetime | None = None
) -> str:
    """Make a token for a person; it cannot be shown again.  Raises `InputError` for a scope the role does not have."""
    if not label or len(label) > _LABEL_LETTERS or any(letter < " " for letter in label):
        raise InputError(f"a label is one line of at most {_LABEL_LETTERS} characters", item="label")
    if refused := why_not_scopes(scopes, person.role):
        raise InputError(f"is no scope that {person.role} has", item=", ".join(refused))
    if expires_at is not None and expires_at <= at:
        raise InputError("lies in the past", item="expires")
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        person=person, token_hash=_hash(token), label=label, scopes=" ".join(dict.fromkeys(scopes)), created_at=at,
        expires_at=expires_at,
    )  # fmt: skip
    return token


def revoke_token(person: Person, label: str, at: datetime) -> int:
    """Revoke every token of a person with this label; raises `NotFoundError` when there is none."""
    revoked = ApiToken.objects.filter(person=person, label=label, revoked_at=None).update(revoked_at=at)
    if not revoked:
        raise NotFoundError("no such token", item=label)
    return revoked


def find_bearer(token: str, *, at: datetime) -> Bearer | None:
    """Find whose token it is; nobody's where it is unknown, revoked, over, or its person's account is closed."""
    if not token.isascii() or len(token) > _TOKEN_LETTERS:
        return None
    found = (
        ApiToken.objects.select_related("person")
        .filter(token_hash=_hash(token), revoked_at=None, person__is_active=True)
        .first()
    )
    if found is None or (found.expires_at is not None and found.expires_at <= at):
        return None
    return Bearer(found.person, parse_scopes(found.scopes))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
