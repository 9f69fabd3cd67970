"""Forget what an entry about a campaign told, because its sender takes it back; called inside the erasure.

With a warning go its signs and words, what was found by them, and what our answers told of it, here and at the sender;
with an answer what it told.  An entry that was refused told nothing, and nothing is forgotten.
"""

from datetime import datetime

from comity.edges.home import Home
from comity.flows.erase_consultation import ask_partner_again
from comity.flows.share_notices import Matter
from comity.flows.share_warnings import hold_outgoing
from comity.store.erasures import add_erasures, erase_displaced, erase_payloads
from comity.store.told import ToldEntry, entries_about
from comity.store.warnings import find_answer, find_warning, forget_answer, forget_warning, lock_warning
from comity.wire.stix import PayloadProblem
from comity.wire.warning_entries import ANSWER, WARNING, parse_answer


def forget_warning_entry(home: Home, partner: str, named: ToldEntry, *, at: datetime) -> None:
    """Forget what a partner's entry told this node."""
    row = find_warning(named.subject)
    if row is None:
        return
    hold_outgoing(partner)
    row = lock_warning(row.pk)
    if named.kind == WARNING and row.origin == partner:
        forget_warning(row, at=at)
        _forget_answers(home, partner, named.subject, row.zones[0], row.category, at=at)
    elif named.kind != WARNING and row.origin == home.party:
        told = parse_answer(named.payload)
        answer = None if isinstance(told, PayloadProblem) else find_answer(row, told.zone)
        if answer is not None and not isinstance(told, PayloadProblem) and answer.answered_at == told.decided_at:
            forget_answer(answer)


def _forget_answers(home: Home, partner: str, subject: str, zone: str, category: str, *, at: datetime) -> None:
    """Erase what our answers told of a warning, and have the partner erase it: the names were found by its signs."""
    answers = entries_about([subject], direction="out", kinds=(ANSWER,), partner=partner)
    erase_payloads(answers, at=at)
    erase_displaced([subject], lambda kind, _payload: kind == ANSWER, at=at)
    add_erasures(answers, reason="quotes-erased", actor=partner, at=at)
    ask_partner_again(home, partner, Matter(None, subject, None, zone, category), at=at)
