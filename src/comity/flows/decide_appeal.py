"""Decide an appeal: somebody who has not worked on the case grants it, upholds the decision, or restores meanwhile.

Granting begins the way back (appeal → restoring), upholding closes the case, an interim restore keeps the appeal open.
Whoever appealed by a link is told the decision and its reasons in their language, in the same transaction; the guards
of `core.case_steps` see to it that neither analyst nor approver of the case decides.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import InputError
from comity.core.mail_addresses import parse_address
from comity.core.reports import Problem
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.flows.queue_mail import Letter, queue_mail
from comity.flows.restore_name import restore_held
from comity.store.answers import find_appeals
from comity.store.cases import CaseRow, find_cases
from comity.wire.letters import write_letter

DECISIONS: Final = ("granted", "upheld", "interim_restore")
_LETTER_OF: Final = {
    "granted": "appeal-granted",
    "upheld": "appeal-upheld",
    "interim_restore": "appeal-interim",
}


def decide_appeal(
    home: Home, refs: Sequence[str], actor: Actor, decision: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Decide appeals: granted, upheld, or restored for the time being; `grounds.note` is what appellants are told."""
    if decision not in DECISIONS:
        raise InputError(f"one of {', '.join(DECISIONS)}", item="decision")
    with transaction.atomic():
        outcome = advance_cases(home, same_step(refs, step_of(decision, actor, grounds)), at=at)
        if decision != "upheld":
            restore_held(home, outcome.done, actor, "appeal" if decision == "granted" else "interim", at)
        _tell_appellants(home, find_cases(outcome.done), decision, grounds.note, at)
    return outcome


def _tell_appellants(home: Home, cases: dict[str, CaseRow], decision: str, reasons: str, at: datetime) -> None:
    appeals = find_appeals([row.pk for row in cases.values()])
    for row in cases.values():
        appeal = appeals.get(row.pk)
        if appeal is None or isinstance(parse_address(appeal.link.recipient), Problem):
            continue
        written = write_letter(
            _LETTER_OF[decision], appeal.link.language, name=row.registrable, reference=row.ref, reasons=reasons or "—"
        )
        letter = Letter(
            key=f"{_LETTER_OF[decision]}:{appeal.pk}:{row.event_count}", to=appeal.link.recipient,
            subject=written.subject, text=written.text, language=appeal.link.language, case_pk=row.pk,
        )  # fmt: skip
        queue_mail(home, letter, at=at)
