"""What becomes of a finding: the enquiry that it opens, and the few ways in which that ends (docs/spec/enquiries.md).

A finding is known by name, kind and subject.  A person ends its enquiry: dismissed, with a reason of a closed list,
or a case opened.  The node ends it where there is nothing to ask: the name has an open case, or is gone from its zone.
What was ended is not asked again by the next day's sweep, which finds the same: only by a clearly higher score, or when
the name was away and came back, for then it may be somebody else's.
"""

from hashlib import sha256
from typing import Final, Literal, get_args

import msgspec

from comity.core.findings import EnquiryState
from comity.core.reporter_quality import ENOUGH, Share, Tally, Verdict, verdict_of, wilson

# Appended to, never re-used.
Dismissal = Literal["owners-own", "own-meaning", "harmless-site", "nothing-there", "indicator-wrong", "other"]
DISMISSALS: Final[tuple[Dismissal, ...]] = get_args(Dismissal)
NEEDS_WORDS: Final[frozenset[Dismissal]] = frozenset(("other",))
# That nothing is at a name says nothing of whether it was rightly found: it counts neither for nor against its kind.
_SAYS_NOTHING: Final = frozenset(("nothing-there",))

CLEARLY_HIGHER: Final = 0.15
_ROUNDING: Final = 1e-6
MOST_AT_ONCE: Final = 500  # enquiries that one request ends
LONGEST_NOTE: Final = 1_000
_KEY_BYTES: Final = 16

# What happened to an enquiry: the words of its entries.
EnquiryEvent = Literal["dismissed", "case-opened", "joined-case", "gone", "score-rose", "name-returned", "held"]
ENQUIRY_EVENTS: Final[tuple[EnquiryEvent, ...]] = get_args(EnquiryEvent)


class Ended(msgspec.Struct, frozen=True, gc=False):
    """An enquiry as it stands: `score` is the one by which it was ended, `case_closed` whether its case is closed."""

    state: EnquiryState
    score: float
    case_closed: bool = False


def finding_key(name: str, kind: str, subject: str) -> bytes:
    """Make the 16 bytes by which a finding is known: the same name, kind and subject are the same finding."""
    return sha256(f"{name}\0{kind}\0{subject}".encode()).digest()[:_KEY_BYTES]


def why_reopen(known: Ended, score: float, *, returned: bool) -> EnquiryEvent | None:
    """Say why an enquiry that was ended is asked again now that it was found again; None: it is not.

    `returned`: the name was away from its zone and came back.
    """
    if known.state == "open" or (known.state in {"case-opened", "joined-case"} and not known.case_closed):
        return None
    if known.state == "gone" or returned:
        return "name-returned"
    return "score-rose" if score >= known.score + CLEARLY_HIGHER - _ROUNDING else None


def verdict_of_enquiry(state: str, why: str, outcome: str) -> Verdict:
    """Say what the end of an enquiry says of the kind that found it; `outcome`: of its case, empty while it is open."""
    if state == "dismissed":
        return "not-counted" if why in _SAYS_NOTHING else "dismissed"
    if state == "gone":
        return "not-counted"
    return verdict_of(outcome) if state in {"case-opened", "joined-case"} else "open"


def precision_of(tally: Tally) -> Share | None:
    """Give the share confirmed of what was decided, with its interval; None where too few were decided to say."""
    return wilson(tally.confirmed, tally.decided) if tally.decided >= ENOUGH else None
