"""May the partner be told of an article, or of a remark on one?  Asked of the memorandum as kind `experience`.

An article may bear several categories or none: each must be within the scope, so each is asked, and the first answer
that withholds it settles the matter.  An e-mail address in the words counts as a class of personal data, as in a report
(docs/spec/disclosure.md §5).  Both nodes ask by this one function, from the same words.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.disclosure import Decision, Item, decide
from comity.core.markings import Tlp
from comity.core.memoranda import Memorandum, Status
from comity.core.personal_data import VICTIM_CONTACT, mask

SENT: Final = frozenset(("send", "send-redacted"))


def decide_experience(
    memorandum: Memorandum | None,
    *,
    sender: str,
    recipient: str,
    categories: Sequence[str],
    tlp: Tlp,
    words: Sequence[str] = (),
    sent_today: int = 0,
    at: datetime,
    status: Status = "in-force",
) -> Decision:
    """Answer whether it may cross; `words` are all that would be told."""
    personal = (VICTIM_CONTACT,) if any(mask(text) != text for text in words) else ()
    first, *more = categories or ("",)
    item = Item(
        kind="experience", sender=sender, recipient=recipient, category=first, tlp=tlp, personal_data=personal,
        sent_today=sent_today,
    )  # fmt: skip
    decision = decide(item, memorandum, at=at, status=status)
    for category in more:
        if decision.verdict in SENT:
            decision = decide(msgspec.structs.replace(item, category=category), memorandum, at=at, status=status)
    return decision


def redact_words(text: str, decision: Decision) -> str:
    """Give words as the partner may have them."""
    return mask(text) if VICTIM_CONTACT in decision.redact else text
