"""Apply what a partner's ledger says, inside the transaction that stores it (`flows.receive`).

For every entry the answer is "" (applied) or why it was refused; a refused entry is kept and proven all the same, and
never stops the others.  A kind that this version does not know is kept and not applied: `KINDS` is the whole list, and
a later version with a longer one applies what was kept (`flows.apply_kept`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from comity.core.exchange import IncomingEntry
from comity.edges.home import Home
from comity.flows.apply_events import apply_events
from comity.flows.apply_reports import apply_reports
from comity.flows.apply_revocations import apply_revocations

ERASED: Final = "erased"
UNKNOWN_KIND: Final = "unknown-kind"

_Apply = Callable[[Home, str, Sequence[IncomingEntry], datetime], list[str]]

# Every kind of entry that this version applies.
KINDS: Final[dict[str, _Apply]] = {
    "report": lambda home, partner, entries, at: apply_reports(home, partner, entries, at=at),
    "case-event": lambda _home, partner, entries, at: apply_events(partner, entries, at=at),
    "key-revocation": lambda _home, partner, entries, at: apply_revocations(partner, entries, at=at),
}


def apply_entries(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply a batch in its order; answer for each entry "" or `code` or `clause:reason` of its refusal."""
    refusals: list[str] = []
    for kind, run in groupby(entries, key=lambda entry: "" if entry.erased else entry.kind):
        batch = list(run)
        if not kind:
            refusals += [ERASED] * len(batch)  # nothing is left of it but that it was
        elif kind in KINDS:
            refusals += KINDS[kind](home, partner, batch, at)
        else:
            refusals += [UNKNOWN_KIND] * len(batch)
    return refusals
