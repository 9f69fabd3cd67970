"""API tokens: made once and shown once; only the SHA-256 is kept (256 random bits need no slow hash)."""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Final

from comity.core.errors import InputError, NotFoundError
from comity.store.models import ApiToken, Person

PREFIX: Final = "comity_"  # lets a scanner for leaked secrets know one when it sees it
_LABEL_LETTERS: Final = 100
_TOKEN_LETTERS: Final = 100


def issue_token(person: Person, label: str, at: datetime) -> str:
    """Make a token for a person; it cannot be shown again."""
    if len(label) > _LABEL_LETTERS:
        raise InputError(f"a label has at most {_LABEL_LETTERS} characters", item="label")
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(person=person, token_hash=_hash(token), label=label, created_at=at)
    return token


def revoke_token(person: Person, label: str, at: datetime) -> int:
    """Revoke every token of a person with this label; raises `NotFoundError` when there is none."""
    revoked = ApiToken.objects.filter(person=person, label=label, revoked_at=None).update(revoked_at=at)
    if not revoked:
        raise NotFoundError("no such token", item=label)
    return revoked


def find_person(token: str) -> Person | None:
    """Find whose token it is; nobody's where it is unknown, revoked, or its person may not sign in any more."""
    if not token.isascii() or len(token) > _TOKEN_LETTERS:
        return None
    found = (
        ApiToken.objects.select_related("person")
        .filter(token_hash=_hash(token), revoked_at=None, person__is_active=True)
        .first()
    )
    return found.person if found else None


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
