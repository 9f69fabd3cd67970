"""What a sweep finds: the closed list of kinds, and what becomes of a finding.

A finding is never a report and never an action: it opens an *enquiry*, which a person ends.  Of .uk names that were
held at registration 41 % proved legitimate (FIELD 0.8).
"""

from typing import Final, Literal, get_args

import msgspec

FindingKind = Literal[
    "indicator",  # a partner or a feed named it
    "exact",  # a protected label itself, in a zone where it is not its owner's
    "edit",  # one letter added, left out, replaced or swapped
    "keyboard",  # one letter replaced by its neighbour on a keyboard, or typed in the other layout
    "confusable",  # letters that look alike: digits for letters, other scripts, marks
    "transliteration",  # the same word in the other script
    "combination",  # a protected label and a word that lures, or other whole words
    "affix",  # a protected label and a part of a domain name: comsberbank, sberbank-ru, wwwsberbank
    "pattern",  # a pattern that a sweep was given
    "sibling",  # belongs to a confirmed case by several signs
    "warning",  # has signs of a campaign of which a partner warned
]
KINDS: Final[tuple[str, ...]] = get_args(FindingKind)
LOOKALIKE_KINDS: Final = ("exact", "edit", "keyboard", "confusable", "transliteration", "combination", "affix")

EnquiryState = Literal["open", "case-opened", "joined-case", "dismissed", "gone"]
ENQUIRY_STATES: Final[tuple[str, ...]] = get_args(EnquiryState)
PART: Final = "\x1f"  # between the parts of `detail`


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One hit of a sweep, as a value: a row of `comity.sweep.columns.FINDINGS`.

    Those of the kinds `sibling` and `warning` are made beside the runs: nothing of a run has them.
    """

    zone: str
    name: str
    kind: FindingKind
    subject: str
    reason: str
    detail: str = ""
    score: float = 0.0
