"""A message of a consultation, or an expert, seen as the `Item` that a memorandum decides about.

Both nodes make the item of a message from the same facts with this one function.  What a sender's detector finds in the
words counts as in a report: an e-mail address is of the class `victim_contact`, and where no clause lets that class
cross, a word takes its place.  A person's name and own address as an expert are of the class `expert_contact`.
"""

from collections.abc import Iterable
from typing import Final

from comity.core.disclosure import Decision, Item
from comity.core.personal_data import VICTIM_CONTACT, mask

WRITERS: Final = frozenset(("analyst", "supervisor", "policy-officer"))
APPROVERS: Final = frozenset(("supervisor", "policy-officer"))
EXPERT_CONTACT: Final = "expert_contact"


def message_item(
    *,
    sender: str,
    recipient: str,
    tlp: str,
    texts: Iterable[str],
    zone: str = "",
    category: str = "",
    protected: str = "",
    approvals: int = 0,
    sent_today: int = 0,
) -> Item:
    """Gather the facts of a message.  `texts` are all words of it; `zone` is that of the case's name, if it has one."""
    return Item(
        kind="consultation",
        sender=sender,
        recipient=recipient,
        zone=zone,
        category=category,
        tlp=tlp,
        personal_data=(VICTIM_CONTACT,) if any(holds_address(text) for text in texts) else (),
        protected=protected,
        approvals=approvals,
        sent_today=sent_today,
    )


def expert_item(*, sender: str, recipient: str, tlp: str, is_personal: bool, sent_today: int = 0) -> Item:
    """Gather the facts of an expert: whom to ask is experience, and a name in it is personal data."""
    return Item(
        kind="experience",
        sender=sender,
        recipient=recipient,
        tlp=tlp,
        personal_data=(EXPERT_CONTACT,) if is_personal else (),
        sent_today=sent_today,
    )


def holds_address(text: str) -> bool:
    """Answer whether an e-mail address stands in a text."""
    return mask(text) != text


def told_text(text: str, decision: Decision) -> str:
    """Give a text as the partner may have it."""
    return mask(text) if VICTIM_CONTACT in decision.redact else text
