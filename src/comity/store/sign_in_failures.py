"""Wrong passwords, counted by account and address and by address alone: guessing is slowed, nobody is locked out.

Counts end a quarter of an hour after the last wrong attempt.  An attempt that comes while the limit is reached is not
looked at and not counted, so a guesser learns nothing and a person who waits gets in.  Keys are hashes: the table
holds neither names nor addresses.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import connection

from comity.store.fields import micros
from comity.store.models import SignInFailure

FORGOTTEN_AFTER: Final = timedelta(minutes=15)
ACCOUNT_LIMIT: Final = 5
ADDRESS_LIMIT: Final = 50

_COUNT: Final = """
INSERT INTO sign_in_failure (key, failures, last_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at,
    failures = CASE WHEN sign_in_failure.last_at < %s THEN 1 ELSE sign_in_failure.failures + 1 END"""


def must_wait(name: str, address: str, *, at: datetime) -> bool:
    """Answer whether there were too many wrong attempts on this account from this address, or from the address."""
    limits = dict(zip(_keys(name, address), (ACCOUNT_LIMIT, ADDRESS_LIMIT), strict=True))
    rows = SignInFailure.objects.filter(key__in=list(limits), last_at__gte=at - FORGOTTEN_AFTER)
    return any(failures >= limits[bytes(key)] for key, failures in rows.values_list("key", "failures"))


def count_failure(name: str, address: str, *, at: datetime) -> None:
    """Count a wrong attempt; counts that are over are taken away."""
    moment, over = micros(at), micros(at - FORGOTTEN_AFTER)
    SignInFailure.objects.filter(last_at__lt=at - FORGOTTEN_AFTER).delete()
    with connection.cursor() as cursor:
        cursor.executemany(_COUNT, [(key, moment, over) for key in sorted(_keys(name, address))])


def forget_failures(name: str, address: str) -> None:
    """Forget the wrong attempts on an account whose person got in; the address's count stays."""
    SignInFailure.objects.filter(key=_keys(name, address)[0]).delete()


def _keys(name: str, address: str) -> tuple[bytes, bytes]:
    return sha256(f"account\0{name}\0{address}".encode()).digest(), sha256(f"address\0{address}".encode()).digest()
