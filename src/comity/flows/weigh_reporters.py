"""Weigh reporters: count what became of everybody's reports, so that pages and limits need not.

One pass over the reports, in a round of the desk; a reporter's page says when it was.
"""

from datetime import datetime

from django.db import transaction

from comity.edges.home import Home
from comity.store.reporters import count_all, keep_tallies


def weigh_reporters(home: Home, *, at: datetime) -> int:  # noqa: ARG001 — every flow knows its node
    """Count; answers how many reporters there are."""
    tallies = count_all(at=at)
    with transaction.atomic():
        keep_tallies(tallies)
    return len({tally.reporter_id for tally in tallies})
