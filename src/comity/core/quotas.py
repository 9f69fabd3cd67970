"""How a cap of the memorandum (`max_per_day`) is counted so that both parties count the same (docs/spec/disclosure.md
§7).

An item counts for the UTC day of its `decided_at`: the sender writes it into the entry, so both count the same bytes
and no clock but the sender's takes part.  A batch that was on its way over midnight, or for a week, counts where it was
decided.  What keeps a sender from claiming days that were never used is the order of the ledger: `decided_at` may not
go back by more than two days from the newest that was taken.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from comity.core.disclosure import Decision, TraceStep
from comity.core.memoranda import Memorandum

# Clocks may be wrong by a day either way: two days lie between the extremes.
ORDER_TOLERANCE: Final = timedelta(days=2)
AHEAD_TOLERANCE: Final = timedelta(days=1)
DECIDED_IN_THE_FUTURE: Final = "decided-in-the-future"


def day_of(decided_at: datetime) -> date:
    """Tell the day whose cap an item counts for."""
    return decided_at.astimezone(UTC).date()


def is_ahead(decided_at: datetime, *, at: datetime) -> bool:
    """Answer whether a time of decision lies too far ahead of the receiver's clock to say when it was decided."""
    return decided_at - at > AHEAD_TOLERANCE


def is_in_order(decided_at: datetime, newest: datetime | None) -> bool:
    """Answer whether an entry may say it was decided then; `newest`: the newest such time taken from its sender."""
    return newest is None or decided_at >= newest - ORDER_TOLERANCE


def refuse_out_of_order(memorandum: Memorandum, newest: datetime | None) -> Decision:
    """Refuse what says it was decided too long before what came earlier: an old day would be a second cap for today."""
    clause = memorandum.exchange.clause
    detail = (newest.isoformat(),) if newest else ()
    return Decision(
        "refuse", clause, "decided-out-of-order", (), (TraceStep(clause, "kind", "decided-out-of-order", detail),)
    )
