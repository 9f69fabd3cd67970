"""Answers that are kept for a key (draft-ietf-httpapi-idempotency-key-header): the same call again gets the same bytes.

A call with a key is reserved before any work; the answer is written in the transaction of the work where the work is
one transaction.  While it is in work others are refused.  A reservation whose worker is gone is taken over where the
work and its answer are one transaction, because then nothing was done; otherwise nobody can tell, and it is said so.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import connection

from comity.core.errors import ComityError, ConflictError
from comity.store.fields import micros
from comity.store.models import KeptAnswer

KEPT: Final = timedelta(hours=24)
# Longer than the server lets a call work: after it nobody is at work any more.
WORK: Final = timedelta(minutes=5)

_RESERVE: Final = """
INSERT INTO kept_answer (person_id, key, asked, holder, taken_at, status, media_type, body)
VALUES (%s, %s, %s, %s, %s, 0, '', %s) ON CONFLICT (person_id, key) DO NOTHING"""


class KeyReusedError(ComityError):
    """This Idempotency-Key was sent with another call; make a new key for each call."""

    code = "idempotency-key-reused"
    http_status = 422


class InWorkError(ConflictError):
    """The call with this Idempotency-Key is still in work; ask again in a moment."""

    code = "idempotency-in-work"


class AnswerLostError(ConflictError):
    """The node stopped between work and answer; look at what the call was about, and use a new Idempotency-Key."""

    code = "idempotency-answer-lost"


class Kept(msgspec.Struct, frozen=True):
    """An answer as it was given."""

    status: int
    media_type: str
    body: bytes


class Reserved(msgspec.Struct, frozen=True):
    """The key is ours to work on."""

    person_pk: int
    key: str
    holder: str


def reserve(person_pk: int, key: str, asked: bytes, *, is_whole: bool, at: datetime) -> Kept | Reserved:
    """Take a key, or answer what was kept for it.  `is_whole`: the work and its answer are one transaction."""
    mine = Reserved(person_pk, key, secrets.token_hex(16))
    KeptAnswer.objects.filter(person_id=person_pk, key=key, taken_at__lt=at - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [person_pk, key, asked, mine.holder, micros(at), b""])
        if cursor.rowcount:
            return mine
    row = KeptAnswer.objects.filter(person_id=person_pk, key=key).first()
    if row is None:  # given back between the two statements
        raise InWorkError("ask again in a moment", item="Idempotency-Key")
    if bytes(row.asked) != asked:
        raise KeyReusedError("was sent with another call; make a new key for each call", item="Idempotency-Key")
    if row.status:
        return Kept(row.status, row.media_type, bytes(row.body))
    if row.taken_at > at - WORK:
        raise InWorkError("the call is still in work; ask again in a moment", item="Idempotency-Key")
    if not is_whole:
        raise AnswerLostError(
            "the node stopped between work and answer; look at what the call was about, and use a new key",
            item="Idempotency-Key",
        )
    found = KeptAnswer.objects.filter(pk=row.pk, holder=row.holder, status=0)
    if not found.update(holder=mine.holder, taken_at=at):
        raise InWorkError("the call is in work again; ask again in a moment", item="Idempotency-Key")
    return mine


def keep(reserved: Reserved, answer: Kept) -> None:
    """Keep the answer, inside the transaction of the work.  Raises `InWorkError` where another took the key over."""
    found = KeptAnswer.objects.filter(person_id=reserved.person_pk, key=reserved.key, holder=reserved.holder, status=0)
    if not found.update(status=answer.status, media_type=answer.media_type, body=answer.body):
        raise InWorkError("the call is in work again; ask again in a moment", item="Idempotency-Key")


def give_back(reserved: Reserved) -> None:
    """Nothing was done: whoever sends the key again begins anew."""
    KeptAnswer.objects.filter(person_id=reserved.person_pk, key=reserved.key, holder=reserved.holder, status=0).delete()


def drop_answers(*, at: datetime) -> int:
    """Drop what was kept long enough."""
    deleted, _ = KeptAnswer.objects.filter(taken_at__lt=at - KEPT).delete()
    return deleted
