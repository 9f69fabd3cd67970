"""How good a reporter's reports are: what became of them, how sure that figure is, and what follows (FIELD R11).

Precision is the share confirmed of those that were decided on their merits.  A report that was withdrawn, repeated
another, or whose name simply expired speaks neither for nor against its reporter.  A few reports say little: the figure
comes with its Wilson interval (95 %), below `ENOUGH` decided reports it is not given at all, and a reporter is slowed
only where even the favourable end of the interval is worse than the limit.  Nothing here stops anybody: a person does.
"""

from math import sqrt
from typing import Final, Literal

import msgspec

Verdict = Literal["confirmed", "dismissed", "reversed", "withdrawn", "open", "not-counted"]
Pace = Literal["usual", "slowed"]

ENOUGH: Final = 10
WINDOW_DAYS: Final = 90
_Z: Final = 1.959964  # 95 %, two-sided

_CONFIRMED: Final = frozenset(
    (
        "undelegated_registrar", "hold_registry", "annulled_registry", "sinkholed", "removed_by_host",
        "cured_by_registrant", "identity_not_confirmed_undelegated", "restored_after_cure", "upheld_on_appeal",
    )
)  # fmt: skip
_DISMISSED: Final = frozenset(
    (
        "insufficient_evidence", "not_reproducible", "no_grounds_registrar_refused", "out_of_scope", "false_positive",
        "info_timeout", "partner_refused",
    )
)  # fmt: skip


class Limits(msgspec.Struct, frozen=True):
    """From which shares on a kind of reporter is slowed."""

    rejected_share: float
    reversed_share: float


# Of what the public files most cannot be acted upon (FIELD D: 70 to 89 %), and that is no abuse of the form; whoever is
# trusted is measured by what the memoranda allow a party (max_rejected_share 0.20, max_reversed_share 0.01).
LIMITS: Final[dict[str, Limits]] = {"public": Limits(0.90, 0.05)}
USUAL_LIMITS: Final = Limits(0.20, 0.01)

# How many reports a day each may file over the API or the form, and how long a public form must have been open.
REPORTS_A_DAY: Final[dict[tuple[str, Pace], int]] = {
    ("public", "usual"): 10,
    ("public", "slowed"): 2,
    ("other", "usual"): 100_000,
    ("other", "slowed"): 200,
}
FORM_SECONDS: Final[dict[Pace, int]] = {"usual": 5, "slowed": 60}


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What became of reports, counted."""

    confirmed: int = 0
    dismissed: int = 0
    reversed: int = 0
    withdrawn: int = 0
    open: int = 0
    not_counted: int = 0

    @property
    def decided(self) -> int:
        """How many were decided on their merits."""
        return self.confirmed + self.dismissed + self.reversed

    @property
    def filed(self) -> int:
        """How many there are."""
        return self.decided + self.withdrawn + self.open + self.not_counted


class Share(msgspec.Struct, frozen=True):
    """A share and its Wilson interval."""

    value: float
    low: float
    high: float


class Quality(msgspec.Struct, frozen=True):
    """The figure, or that there are too few for one (`precision` None), and what follows."""

    tally: Tally
    precision: Share | None
    pace: Pace


def verdict_of(outcome: str) -> Verdict:
    """Tell what an outcome code says about the reports of its case; an open case has none yet."""
    code = outcome.partition(":")[0]
    if not code:
        return "open"
    if code in _CONFIRMED:
        return "confirmed"
    if code in _DISMISSED:
        return "dismissed"
    if code == "restored_on_appeal":
        return "reversed"
    return "withdrawn" if code == "withdrawn" else "not-counted"


def wilson(part: int, whole: int) -> Share:
    """Give a share with its Wilson score interval (95 %).  `whole` is at least 1."""
    share = part / whole
    square = _Z * _Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    # At its ends the interval ends there: rounding would leave a last digit.
    low = 0.0 if part == 0 else max(0.0, middle - half)
    return Share(share, low, 1.0 if part == whole else min(1.0, middle + half))


def weigh_reporter(tally: Tally, kind: str) -> Quality:
    """Measure a reporter of a kind by what became of the reports."""
    if tally.decided < ENOUGH:
        return Quality(tally, None, "usual")
    limits = LIMITS.get(kind, USUAL_LIMITS)
    precision = wilson(tally.confirmed, tally.decided)
    rejected = wilson(tally.dismissed + tally.reversed, tally.decided)
    turned = wilson(tally.reversed, tally.decided)
    is_slow = rejected.low > limits.rejected_share or turned.low > limits.reversed_share
    return Quality(tally, precision, "slowed" if is_slow else "usual")


def reports_a_day(kind: str, pace: Pace) -> int:
    """How many reports a reporter of this kind may file a day."""
    return REPORTS_A_DAY["public" if kind == "public" else "other", pace]
