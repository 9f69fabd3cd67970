"""Answer a case: a registrar, host or registrant says by a one-time link what was done, contests, or appeals.

In one durable transaction: the link is locked, the answer is judged (`core.answers`), the case takes the step that the
table admits or the note `answered`, files are kept, and an answer that ends the link spends it.  The same answer sent
again changes nothing and gets its receipt; another one is refused.  Text and contact are kept here and told to nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from django.db import transaction

from comity.core.answers import (
    ANSWERED,
    BY_LINK,
    ENDING,
    EVENT_OF_KIND,
    Answer,
    digest_of,
    event_of,
    why_not_answer,
)
from comity.core.case_steps import Reason, Refusal, Step
from comity.core.errors import NotFoundError
from comity.core.mail_addresses import parse_address
from comity.core.reports import Problem
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.tokens import token_hash
from comity.flows.advance_cases import advance_cases
from comity.flows.attach import attach
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.answers import LinkState, lock_link, state_of_link
from comity.store.cases import get_case
from comity.store.models import AnswerLink, CaseAnswer
from comity.wire.letters import write_letter

MOST_FILES: Final = 5
MOST_ANSWERS: Final = 20  # by one link: words that do not end it
ANSWER_TLP: Final = "TLP:AMBER"
_CLOSED: Final[dict[LinkState, Reason]] = {
    "spent": Reason("link-spent", "an answer was given by this link; ask for a new one"),
    "expired": Reason("link-expired", "this link has expired; ask for a new one"),
    "revoked": Reason("link-revoked", "this link was taken back; ask for a new one"),
}


class Upload(msgspec.Struct, frozen=True):
    """A file as it came with a form: its name as it was said, its kind, its octets."""

    name: str
    kind: str
    data: bytes


class AnswerReceipt(msgspec.Struct, frozen=True):
    """What became of an answer; `is_new` False: it was there already."""

    kind: str
    event: str
    at: datetime
    files: int
    is_new: bool


def answer_case(
    home: Home, token: str, answer: Answer, *, case_ref: str, uploads: Sequence[Upload] = (), at: datetime
) -> AnswerReceipt | Refusal:
    """Take an answer by a link's token.  `case_ref`: the case that the form was made for.

    Raises `NotFoundError` where there is no such link, `InputError` where a file cannot be kept.
    """
    with transaction.atomic():
        link = lock_link(token_hash(token))
        if link is None:
            raise NotFoundError("no such link")
        digest = digest_of(answer, tuple(sha256(upload.data).hexdigest() for upload in uploads))
        known = CaseAnswer.objects.filter(link=link, digest=digest).first()
        if known is not None and link.case.ref == case_ref.upper():
            return _receipt(known, is_new=False)
        reasons = _why_not(link, answer, case_ref, uploads, at)
        if reasons:
            return Refusal(tuple(reasons))
        event = event_of(answer.kind, link.role, link.case.state)
        reasons = _advance(home, link, answer, event, at)
        if reasons and event not in {ANSWERED, EVENT_OF_KIND["appealed"]}:
            event = ANSWERED  # a guard stands against the step: the words are kept all the same, and the desk decides
            reasons = _advance(home, link, answer, event, at)
        if reasons:
            return Refusal(tuple(reasons))
        row = _keep(home, link, answer, event, digest, uploads, at)
        if answer.kind == "appealed":
            _acknowledge_appeal(home, link, row, at)
    return _receipt(row, is_new=True)


def _why_not(link: AnswerLink, answer: Answer, case_ref: str, uploads: Sequence[Upload], at: datetime) -> list[Reason]:
    if link.case.ref != case_ref.upper():
        return [Reason("link-other-case", "this link is for another case; open it again")]
    state = state_of_link(link, at=at)
    if state != "open":
        return [_CLOSED[state]]
    if CaseAnswer.objects.filter(link=link).count() >= MOST_ANSWERS:
        return [Reason("link-full", f"{MOST_ANSWERS} messages came by this link; ask for a new one")]
    reasons = why_not_answer(answer, link.role, link.case.state)
    if len(uploads) > MOST_FILES:
        reasons.append(Reason("too-many-files", f"at most {MOST_FILES} files"))
    return reasons


def _advance(home: Home, link: AnswerLink, answer: Answer, event: str, at: datetime) -> list[Reason]:
    """Take the step; nothing of who answered goes into it, for entries are told to partners."""
    action = answer.action if event == EVENT_OF_KIND["acted"] else ""
    step = Step(event, Actor(BY_LINK, link.role, home.party), action=action, reason=f"answer-{answer.kind}")
    outcome = advance_cases(home, {link.case.ref: step}, at=at)
    return [reason for reasons in outcome.refused.values() for reason in reasons]


def _keep(
    home: Home, link: AnswerLink, answer: Answer, event: str, digest: str, uploads: Sequence[Upload], at: datetime
) -> CaseAnswer:
    actor = Actor(BY_LINK, link.role, home.party)
    files = [
        attach(
            home, upload.data, name=upload.name, kind=upload.kind, tlp=ANSWER_TLP, actor=actor, case_pk=link.case_id,
            at=at,
        )
        for upload in uploads
    ]  # fmt: skip
    if answer.kind in ENDING:
        link.spent_at = at
        link.save(update_fields=["spent_at"])
    return CaseAnswer.objects.create(
        link=link, case_id=link.case_id, role=link.role, kind=answer.kind, event=event,
        seq=get_case(link.case.ref).event_count, text=answer.text.strip(), contact=answer.contact.strip(),
        files=[file.uuid for file in files], digest=digest, at=at,
    )  # fmt: skip


def _acknowledge_appeal(home: Home, link: AnswerLink, row: CaseAnswer, at: datetime) -> None:
    if isinstance(parse_address(link.recipient), Problem):
        return  # somebody who is not reached by mail: the page was the receipt
    written = write_letter(
        "appeal-filed", link.language, name=link.case.registrable, reference=link.case.ref, registry=home.party
    )
    letter = Letter(
        key=f"appeal-filed:{row.pk}", to=link.recipient, subject=written.subject, text=written.text,
        language=link.language, case_pk=link.case_id,
    )  # fmt: skip
    queue_mail(home, letter, at=at)


def _receipt(row: CaseAnswer, *, is_new: bool) -> AnswerReceipt:
    return AnswerReceipt(row.kind, row.event, row.at, len(row.files), is_new)
