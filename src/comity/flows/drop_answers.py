"""Drop the answers that were kept for a key, a day after the call (`store.kept_answers`)."""

from datetime import datetime

from django.db import transaction

from comity.edges.home import Home
from comity.store import kept_answers


def drop_answers(home: Home, *, at: datetime) -> int:  # noqa: ARG001 — every round knows its node
    """Drop them."""
    with transaction.atomic():
        return kept_answers.drop_answers(at=at)
