"""Apply what a partner's ledger says, inside the transaction that stores it (`flows.receive`).

For every entry the answer is "" (applied) or why it was refused; a refused entry is kept and proven all the same, and
never stops the others.  A kind that this version does not know is kept and not applied.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from comity.core.exchange import IncomingEntry
from comity.edges.home import Home
from comity.flows.apply_events import apply_events
from comity.flows.apply_reports import apply_reports
from comity.store.intake_lock import lock_intake


def apply_entries(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply a batch in its order; answer for each entry "" or `code` or `clause:reason` of its refusal."""
    refusals: list[str] = []
    if any(entry.kind == "report" for entry in entries):
        lock_intake()  # before an event of the same batch locks a case: intake takes them in this order too
    for kind, run in groupby(entries, key=lambda entry: "" if entry.erased else entry.kind):
        batch = list(run)
        if not kind:
            refusals += ["erased"] * len(batch)  # nothing is left of it but that it was
        elif kind == "report":
            refusals += apply_reports(home, partner, batch, at=at)
        elif kind == "case-event":
            refusals += apply_events(partner, batch, at=at)
        else:
            refusals += ["unknown-kind"] * len(batch)
    return refusals
