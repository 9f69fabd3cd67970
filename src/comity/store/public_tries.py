"""How often a stranger may try something within a while: counted by a keyed hash, so that the table names nobody.

A count begins anew when its while is over.  What goes beyond the limit is refused and counted no further, so a limit
cannot be pushed ahead of somebody who waits.
"""

import hmac
from datetime import datetime, timedelta

from django.db import connection

from comity.store.fields import micros
from comity.store.models import PublicTry

_COUNT = """
INSERT INTO public_try (key, tries, since) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN public_try.since <= %s THEN excluded.tries ELSE public_try.tries + excluded.tries END,
    since = CASE WHEN public_try.since <= %s THEN excluded.since ELSE public_try.since END"""
_KEPT = timedelta(days=2)


def keyed_hash(secret: str, *words: str) -> bytes:
    """Hash words so that whoever has the table but not the node's secret cannot try out addresses."""
    return hmac.digest(secret.encode(), "\0".join(words).encode("utf-8", "surrogatepass"), "sha256")


def take_try(key: bytes, *, limit: int, within: timedelta, at: datetime, amount: int = 1) -> bool:
    """Count a try if there is one left; answers whether there was."""
    known = PublicTry.objects.filter(key=key, since__gt=at - within).values_list("tries", flat=True).first()
    if (known or 0) + amount > limit:
        return False
    over = micros(at - within)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, amount, micros(at), over, over])
    return True


def has_try(key: bytes, *, limit: int, within: timedelta, at: datetime) -> bool:
    """Answer whether a try is left, without taking it."""
    known = PublicTry.objects.filter(key=key, since__gt=at - within).values_list("tries", flat=True).first()
    return (known or 0) < limit


def forget_tries(*, at: datetime) -> int:
    """Delete counts whose while is long over."""
    deleted, _ = PublicTry.objects.filter(since__lt=at - _KEPT).delete()
    return deleted
