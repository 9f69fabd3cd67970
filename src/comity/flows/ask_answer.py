"""Ask for an answer: send a registrar, host or registrant a one-time link about a case, again, or take it back.

A new link for the same case, role and recipient takes the place of the old one.  The token is in the letter and nowhere
else: whoever asks does not see it.  That it was sent or revoked is a note of the case, with the person who did it and
without the recipient.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.answers import ANSWER_ROLES
from comity.core.case_steps import Reason
from comity.core.errors import InputError, NotFoundError
from comity.core.mail_addresses import parse_address
from comity.core.reports import Problem
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.tokens import token_hash
from comity.flows.advance_cases import Grounds, VerbOutcome, advance_cases, step_of
from comity.flows.invite import LIVES, invite
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.cases import get_case
from comity.store.models import AnswerLink
from comity.wire.letters import write_letter

_ASKED: Final = "answer-asked"
_REVOKED: Final = "answer-link-revoked"


def ask_answer(
    home: Home, ref: str, actor: Actor, *, role: str, recipient: str, language: str, at: datetime
) -> VerbOutcome:
    """Send a link to a recipient.  Raises `InputError` for what is no role or no address, `NotFoundError`."""
    known = next((one for one in ANSWER_ROLES if one == role), None)
    address = parse_address(recipient)
    if known is None or isinstance(address, Problem):
        why = f"a role is one of {', '.join(ANSWER_ROLES)}" if not isinstance(address, Problem) else address.message
        raise InputError(why, item="role" if known is None else "recipient")
    with transaction.atomic():
        outcome = _note(home, ref, actor, _ASKED, f"role: {known}", at)
        if outcome.refused:
            return outcome
        row = get_case(ref)
        AnswerLink.objects.filter(
            case_id=row.pk, role=known, recipient=address, spent_at=None, revoked_at=None, expires_at__gt=at
        ).update(revoked_at=at)
        link = invite(home, row.pk, role=known, recipient=address, language=language, at=at)
        written = write_letter(
            "asked", language, name=row.registrable, reference=row.ref, registry=home.party, link=link,
            until=f"{at + LIVES:%Y-%m-%d %H:%M}",
        )  # fmt: skip
        letter = Letter(
            key=f"asked:{token_hash(link).hex()}", to=address, subject=written.subject, text=written.text,
            language=language, case_pk=row.pk,
        )  # fmt: skip
        queue_mail(home, letter, at=at)
    return outcome


def revoke_link(home: Home, ref: str, link_pk: int, actor: Actor, *, at: datetime) -> VerbOutcome:
    """Take back a link of a case that was not answered by.  Raises `NotFoundError`."""
    with transaction.atomic():
        row = get_case(ref)
        link = AnswerLink.objects.filter(pk=link_pk, case_id=row.pk).first()
        if link is None:
            raise NotFoundError("no such link of this case", item=ref)
        if link.spent_at is not None or link.revoked_at is not None:
            spent = Reason("link-spent", "it was answered by already")
            return VerbOutcome(
                (), {ref: (spent if link.spent_at else Reason("link-revoked", "it is revoked already"),)}
            )
        outcome = _note(home, ref, actor, _REVOKED, f"role: {link.role}", at)
        if outcome.done:
            AnswerLink.objects.filter(pk=link.pk).update(revoked_at=at)
    return outcome


def _note(home: Home, ref: str, actor: Actor, reason: str, words: str, at: datetime) -> VerbOutcome:
    return advance_cases(home, {ref: step_of("note", actor, Grounds(reason=reason, note=words))}, at=at)
