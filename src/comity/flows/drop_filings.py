"""Drop filings: what nobody confirmed in time is deleted, with its picture, its address and its words.

What was confirmed is kept as long, empty, so that the letter's link opened twice shows the same receipt.
"""

from datetime import datetime

from django.db import transaction

from comity.edges.home import Home
from comity.store.models import PublicFiling
from comity.store.public_tries import forget_tries


def drop_filings(home: Home, *, at: datetime) -> int:  # noqa: ARG001 — every flow knows its node
    """Delete what has expired; answers how many."""
    over = PublicFiling.objects.filter(expires_at__lte=at)
    if not over.exists():
        return 0
    with transaction.atomic():
        deleted, _ = over.delete()
        forget_tries(at=at)
    return deleted
