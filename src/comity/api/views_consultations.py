"""Consultations and experts over HTTP: the same flows as the pages; what a clause withholds is said by its number."""

from collections.abc import Iterable, Mapping

import msgspec

from comity.api.route import Call
from comity.api.views_cases import verdict_of
from comity.core.disclosure import Decision
from comity.core.errors import NotFoundError
from comity.core.roles import may_read
from comity.flows.add_expert import NewExpert, add_expert
from comity.flows.approve_consultation import approve_consultation
from comity.flows.close_consultation import close_consultation
from comity.flows.consult import Question, consult
from comity.flows.erase_consultation import erase_consultation
from comity.flows.reopen_consultation import reopen_consultation
from comity.flows.reply import reply
from comity.flows.say import File, Said, Words
from comity.flows.withdraw_expert import withdraw_expert
from comity.store.consultation_files import files_of
from comity.store.consultation_search import search_threads
from comity.store.consultations import get_consultation, list_threads, messages_of, standing_of, threads_of
from comity.store.experts import list_experts
from comity.store.models import ConsultationFile, ConsultationMessage, ConsultationThread
from comity.wire.api.consultations import (
    ConsultationDocument,
    ConsultationFileDocument,
    ConsultationsDocument,
    ConsultationsQuery,
    ConsultBody,
    ConsultedDocument,
    ErasedEntry,
    EraseMessageBody,
    ExpertBody,
    ExpertDocument,
    ExpertsDocument,
    ExpertsQuery,
    ExpertToldDocument,
    MessageDocument,
    MessageErasedDocument,
    SaidDocument,
    SayBody,
    ThreadDocument,
    ThreadInShort,
)
from comity.wire.api.parts import Octets


def show_consultations(call: Call) -> ConsultationsDocument:
    """List consultations, a row for each partner that takes part."""
    query: ConsultationsQuery = call.query
    found = search_threads(query.words) if query.words.strip() else None
    rows = list_threads(query.box, call.home.party, words=found)[: query.limit]
    return ConsultationsDocument(tuple(_in_short(row, call) for row in rows))


def show_consultation(call: Call) -> ConsultationDocument:
    """Show a consultation: what was said, what was withheld and why, by when an answer is due."""
    found = get_consultation(call.path["consultation"])
    return ConsultationDocument(
        consultation=found.uuid, asker=found.asker, subject=found.subject, category=found.category,
        topic=found.topic, language=found.language, tlp=found.tlp, registrable=found.registrable,
        case=found.case.ref if found.case else "", threads=tuple(_thread(row, call) for row in threads_of(found)),
    )  # fmt: skip


def post_consultation(call: Call) -> ConsultedDocument:
    """Put a question to one or more partners."""
    body: ConsultBody = call.body
    question = Question(
        partners=body.partners, subject=body.subject, words=_words(body), category=body.category, topic=body.topic,
        case_ref=body.case, due_at=body.due_at, names_others=body.names_others,
    )  # fmt: skip
    asked = consult(call.home, question, call.actor, at=call.at)
    return ConsultedDocument(asked.uuid, _said(asked.said))


def post_reply(call: Call) -> ConsultedDocument:
    """Say something in a consultation."""
    body: SayBody = call.body
    uuid = call.path["consultation"]
    return ConsultedDocument(
        uuid, _said((reply(call.home, uuid, _words(body), call.actor, partner=body.partner, at=call.at),))
    )


def post_close_consultation(call: Call) -> ConsultedDocument:
    """Close a consultation."""
    body: SayBody = call.body
    uuid = call.path["consultation"]
    return ConsultedDocument(
        uuid, _said(close_consultation(call.home, uuid, _words(body), call.actor, partner=body.partner, at=call.at))
    )


def post_reopen_consultation(call: Call) -> ConsultedDocument:
    """Open a closed consultation again."""
    body: SayBody = call.body
    uuid = call.path["consultation"]
    return ConsultedDocument(
        uuid, _said(reopen_consultation(call.home, uuid, _words(body), call.actor, partner=body.partner, at=call.at))
    )


def post_approve_message(call: Call) -> ConsultedDocument:
    """Let a message go that a clause holds for a second person."""
    message = call.path["message"]
    decided = approve_consultation(call.home, message, call.actor, at=call.at)
    uuid = ConsultationMessage.objects.filter(uuid=message).values_list("thread__consultation__uuid", flat=True).first()
    return ConsultedDocument(
        uuid or "", tuple(SaidDocument(partner, message, verdict_of(decision)) for partner, decision in decided)
    )


def post_erase_message(call: Call) -> MessageErasedDocument:
    """Erase a message of ours, its words and files, here and at every partner."""
    body: EraseMessageBody = call.body
    erased = erase_consultation(
        call.home, call.path["message"], call.actor, reason=body.reason, again=body.again, at=call.at
    )
    return erased_of(erased.asked, erased.withheld, overwritten=erased.wiped)


def read_consultation_file(call: Call) -> Octets:
    """Read a file of a consultation."""
    uuid = call.path["file"]
    row = ConsultationFile.objects.select_related("attachment__body").filter(attachment__uuid=uuid).first()
    body = row.attachment.body if row is not None else None
    if row is None or body is None or not may_read(call.actor.role, row.attachment.tlp):  # type: ignore[arg-type]  # a TLP, as it was stored
        raise NotFoundError("no such file", item=uuid)
    return Octets(bytes(body.body), row.attachment.name)


def show_experts(call: Call) -> ExpertsDocument:
    """List whom one may ask, here and at partners."""
    query: ExpertsQuery = call.query
    return ExpertsDocument(
        tuple(
            ExpertDocument(
                row.uuid, row.party, row.role, row.name, row.contact, tuple(row.languages), tuple(row.topics), row.tlp
            )
            for row in list_experts(party=query.party, topic=query.topic, language=query.language)
        )
    )


def post_expert(call: Call) -> ExpertToldDocument:
    """Add an expert of ours to the directory, and tell partners whom a clause lets know."""
    body: ExpertBody = call.body
    new = NewExpert(**msgspec.structs.asdict(body))
    row, told = add_expert(call.home, new, call.actor, at=call.at)
    return ExpertToldDocument(row.uuid, {partner: verdict_of(one) for partner, one in told.items()})


def post_withdraw_expert(call: Call) -> ExpertToldDocument:
    """Take an expert of ours out of the directory; name and address are forgotten here and at partners."""
    uuid = call.path["expert"]
    told = withdraw_expert(call.home, uuid, call.actor, at=call.at)
    return ExpertToldDocument(uuid, {partner: verdict_of(one) for partner, one in told.items()})


def erased_of(
    asked: Iterable[tuple[str, int]], withheld: Mapping[str, Decision], *, overwritten: bool
) -> MessageErasedDocument:
    """What came of an erasure that partners were asked for."""
    return MessageErasedDocument(
        tuple(ErasedEntry(partner, position) for partner, position in asked),
        {partner: verdict_of(decision) for partner, decision in withheld.items()},
        overwritten,
    )


def _words(body: SayBody | ConsultBody) -> Words:
    return Words(
        text=body.text, tlp=body.tlp, language=body.language,
        files=tuple(File(file.name, file.data) for file in body.files), confirmed=body.redact,
    )  # fmt: skip


def _said(said: tuple[Said, ...]) -> tuple[SaidDocument, ...]:
    return tuple(SaidDocument(one.partner, one.message, verdict_of(one.decision)) for one in said)


def _in_short(row: ConsultationThread, call: Call) -> ThreadInShort:
    is_late = row.state == "open" and row.answered_at is None and row.due_at is not None and row.due_at < call.at
    return ThreadInShort(
        consultation=row.consultation.uuid, thread=row.uuid, partner=row.partner, asker=row.consultation.asker,
        subject=row.consultation.subject, state=row.state, waiting_for=row.waiting_for, due_at=row.due_at,
        due_rule=row.due_rule, due_clause=row.due_clause, answered_at=row.answered_at, overdue=is_late,
        changed_at=row.changed_at,
    )  # fmt: skip


def _thread(row: ConsultationThread, call: Call) -> ThreadDocument:
    messages = messages_of(row)
    standing = standing_of(row, messages, call.home.party)
    files = files_of(messages)
    place = {uuid: number for number, uuid in enumerate(standing.order)}
    ordered = [one for _, _, one in sorted((place.get(one.uuid, len(place)), one.pk, one) for one in messages)]
    return ThreadDocument(
        _in_short(row, call),
        tuple(row.others),
        tuple(
            _message(one, files.get(one.pk, []), call, after_close=one.uuid in standing.after_close) for one in ordered
        ),
    )


def _message(
    row: ConsultationMessage, files: list[ConsultationFile], call: Call, *, after_close: bool
) -> MessageDocument:
    readable = may_read(call.actor.role, row.tlp)  # type: ignore[arg-type]  # a TLP, as it was stored
    return MessageDocument(
        message=row.uuid, readable=readable, event=row.event, party=row.party, actor=row.actor, at=row.at, tlp=row.tlp,
        text=row.text if readable else "", verdict=row.verdict, clause=row.clause, reason=row.reason,
        redacted=tuple(row.redacted), after_close=after_close, erased_at=row.erased_at,
        files=tuple(_file(file) for file in files if readable and row.erased_at is None),
    )  # fmt: skip


def _file(file: ConsultationFile) -> ConsultationFileDocument:
    kept = file.attachment
    state = file.problem or ("whole" if kept.body_id else "arriving")
    return ConsultationFileDocument(kept.uuid, kept.name, kept.sha256, kept.size, kept.media_type, state)
