"""Consult: put a question to one or more partners.

One consultation here, one thread with each partner; none of them learns of another, unless the question is marked
TLP:GREEN or TLP:CLEAR and its author wants them named.  Each is asked about by the memorandum with that partner, so the
same question may go to one and be withheld from another; what was withheld stands here with its clause and reason.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from comity.core.categories import CATEGORIES
from comity.core.consultations import LANGUAGES, SUBJECT_LETTERS, TOPICS
from comity.core.errors import InputError, NotFoundError
from comity.core.markings import is_within
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.say import Said, Words, check_words, keep_files, new_message, new_uuid, plan, send
from comity.store.consultations import lock_consultations
from comity.store.links import get_link
from comity.store.models import Case, Consultation, ConsultationThread
from comity.wire.consultation import thread_of

DEFAULT_TLP = "TLP:AMBER"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and of whom.  `case_ref`: the case it is about; `due_at`: another due moment than the clause's."""

    partners: tuple[str, ...]
    subject: str
    words: Words
    category: str = ""
    topic: str = ""
    case_ref: str = ""
    due_at: datetime | None = None
    names_others: bool = False


class Asked(msgspec.Struct, frozen=True):
    """The consultation, and what became of the question with each partner."""

    uuid: str
    said: tuple[Said, ...]


def consult(home: Home, question: Question, actor: Actor, *, at: datetime) -> Asked:
    """Put the question.  Raises what `flows.say` does, and `InputError` naming what of the question cannot be."""
    words = question.words
    check_words(words, actor)
    _check(home, question, at)
    tlp = words.tlp or DEFAULT_TLP
    partners = sorted(set(question.partners))  # two that lock ledgers in another order would wait for each other
    with transaction.atomic():
        lock_consultations()
        for partner in partners:
            get_link(partner)
        case = Case.objects.filter(ref=question.case_ref.upper()).first() if question.case_ref else None
        if question.case_ref and case is None:
            raise NotFoundError("no such case", item=question.case_ref)
        consultation = Consultation.objects.create(
            uuid=new_uuid(), asker=home.party, subject=question.subject.strip(),
            category=question.category or (case.category if case else ""), topic=question.topic,
            language=words.language, tlp=tlp, registrable=case.registrable if case else "", case=case,
            actor=actor.name, opened_at=at,
        )  # fmt: skip
        said = []
        for partner in partners:
            others = [other for other in partners if other != partner] if question.names_others else []
            due = plan(partner, at=at, chosen=question.due_at)
            thread = ConsultationThread.objects.create(
                consultation=consultation, partner=partner, uuid=str(thread_of(UUID(consultation.uuid), partner)),
                state="withheld", others=others, due_at=due.at if due else None, due_clause=due.clause if due else "",
                due_rule=due.rule if due else "", changed_at=at,
            )  # fmt: skip
            row = new_message(home, thread, "opened", words, actor, due=due, at=at)
            decision = send(home, row, keep_files(home, row, words, actor, at=at), confirmed=words.confirmed, at=at)
            said.append(Said(row.uuid, partner, decision))
    return Asked(consultation.uuid, tuple(said))


def _check(home: Home, question: Question, at: datetime) -> None:
    if not question.partners or home.party in question.partners:
        raise InputError("name at least one partner, and not this node itself", item="partner")
    if not question.subject.strip() or len(question.subject) > SUBJECT_LETTERS or not question.subject.isprintable():
        raise InputError(f"is one line of at most {SUBJECT_LETTERS} characters", item="subject")
    if not question.words.text.strip():
        raise InputError("say what is asked", item="text")
    if question.category and question.category not in CATEGORIES:
        raise InputError(f"is one of {', '.join(CATEGORIES)}", item="category")
    if question.topic and question.topic not in TOPICS:
        raise InputError(f"is one of {', '.join(TOPICS)}", item="topic")
    if question.words.language and question.words.language not in LANGUAGES:
        raise InputError(f"is one of {', '.join(LANGUAGES)}", item="language")
    if question.due_at is not None and question.due_at <= at:
        raise InputError("lies in the past", item="due")
    tlp = question.words.tlp or DEFAULT_TLP
    if question.names_others and not is_within(tlp, "TLP:GREEN"):  # type: ignore[arg-type]  # checked to be a TLP
        raise InputError("partners may be named to one another at TLP:GREEN or TLP:CLEAR only", item="tlp")
