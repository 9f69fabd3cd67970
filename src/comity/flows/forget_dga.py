"""Forget what an entry about algorithmic names told, because its sender erases it; called inside the erasure.

With a share go its names, whatever was found and answered; with an answer, that there was one; with counts, the counts.
An entry that was refused told nothing, and nothing is forgotten.
"""

from comity.store.dga import find_list, find_part, forget_answers, forget_counts, forget_part, lock_list
from comity.wire.dga_entries import (
    AnswerPayload,
    SharePayload,
    StatusPayload,
    parse_answer,
    parse_share,
    parse_status,
)


def forget_dga_entry(partner: str, own: str, subject: str, payload: bytes) -> None:
    """Forget what a partner's entry about a list told this node."""
    row = find_list(subject)
    if row is None or row.origin not in {partner, own}:
        return
    row = lock_list(row.pk)
    for found in (parse_share(payload), parse_answer(payload), parse_status(payload)):
        if isinstance(found, SharePayload) and row.origin == partner:
            part = find_part(row, found.zone, found.number)
            if part is not None:
                forget_part(row, part)
        elif isinstance(found, AnswerPayload) and row.origin == own:
            part = find_part(row, found.zone, found.number)
            if part is not None and part.party == partner and part.answers == found.answers:
                forget_answers(row, part)
        elif isinstance(found, StatusPayload) and row.origin == partner:
            forget_counts(row, [(one.zone, one.day) for one in found.rows])
