"""Answers by one-time links, appeals by them and their decision: once, by the right one, with nothing lost or told."""

import json
from datetime import timedelta

import pytest

from comity.core.answers import Answer
from comity.core.case_steps import Refusal
from comity.core.errors import InputError, NotFoundError
from comity.core.roles import Actor
from comity.edges.tokens import token_hash
from comity.flows.advance_cases import Grounds
from comity.flows.answer_case import AnswerReceipt, Upload, answer_case
from comity.flows.ask_answer import ask_answer, revoke_link
from comity.flows.decide_appeal import decide_appeal
from comity.flows.invite import LIVES, InvitedRole, invite
from comity.store.cases import timeline
from comity.store.models import AnswerLink, Attachment, CaseAnswer, CaseEvent, OutgoingMail
from flows.desk import ANNA, AT, BORIS, HOME, OLGA, OWN, case_of, state_of
from flows.test_case_verbs import brought_to
from flows.test_case_weighed import PNG

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


def link_for(ref: str, role: InvitedRole, recipient: str = "abuse@registrar.example", language: str = "be") -> str:
    """The token of a new link."""
    link = invite(HOME, case_of(ref).pk, role=role, recipient=recipient, language=language, at=AT)
    return link.rstrip("/").rpartition("/")[2]


def reasons_of(said: AnswerReceipt | Refusal) -> set[str]:
    assert isinstance(said, Refusal)
    return {reason.code for reason in said.reasons}


@pytest.mark.parametrize(
    ("role", "kind", "before", "event", "after"),
    [
        ("registrar", "acted", "notified", "registrar_acted", "mitigated"),
        ("registrar", "cured", "notified", "host_or_registrant_cured", "mitigated"),
        ("registrant", "cured", "notified", "host_or_registrant_cured", "mitigated"),
        ("registrar", "contested", "notified", "registrar_refused", "confirmed"),
        ("registrant", "contested", "notified", "answered", "notified"),
        ("host", "contested", "notified", "answered", "notified"),
        ("registrant", "cured", "on_hold", "answered", "on_hold"),
        ("registrar", "said", "notified", "answered", "notified"),
        ("registrant", "appealed", "on_hold", "appeal_filed", "appeal"),
        ("host", "appealed", "mitigated", "appeal_filed", "appeal"),
        ("registrar", "appealed", "closed", "appeal_filed", "appeal"),
    ],
)
def test_an_answer_is_the_transition_that_the_table_admits_or_a_note(
    role: InvitedRole, kind: str, before: str, event: str, after: str
) -> None:
    ref = brought_to(before)
    token = link_for(ref, role)
    said = answer_case(HOME, token, Answer(kind=kind, text="We looked."), case_ref=ref, at=LATER)

    assert isinstance(said, AnswerReceipt)
    assert said.event == event
    assert state_of(ref) == after
    entry = timeline(case_of(ref).pk)[-1]
    assert (entry.event, entry.role, entry.actor, entry.reason) == (event, role, "answer-link", f"answer-{kind}")
    assert entry.note == ""  # the words stay in the node's own table


def test_the_answer_that_ends_a_link_is_given_once() -> None:
    ref = brought_to("notified")
    token = link_for(ref, "registrar")
    answer = Answer(kind="acted", text="Delegation ended.", contact="duty@registrar.example")
    first = answer_case(HOME, token, answer, case_ref=ref, at=LATER)
    again = answer_case(HOME, token, answer, case_ref=ref, at=LATER + timedelta(minutes=1))

    assert isinstance(first, AnswerReceipt)
    assert isinstance(again, AnswerReceipt)
    assert (first.is_new, again.is_new, again.at) == (True, False, LATER)
    other = answer_case(HOME, token, Answer(kind="contested", text="No."), case_ref=ref, at=LATER)
    assert reasons_of(other) == {"link-spent"}
    assert CaseAnswer.objects.count() == 1
    assert [entry.event for entry in timeline(case_of(ref).pk)].count("registrar_acted") == 1


def test_words_leave_the_link_open_until_there_are_too_many() -> None:
    ref = brought_to("notified")
    token = link_for(ref, "host")
    for number in range(20):
        said = answer_case(HOME, token, Answer(kind="said", text=f"Day {number}"), case_ref=ref, at=LATER)
        assert isinstance(said, AnswerReceipt)
    assert reasons_of(answer_case(HOME, token, Answer(kind="cured", text="Done"), case_ref=ref, at=LATER)) == {
        "link-full"
    }


def test_a_link_is_for_one_case_and_one_role() -> None:
    mine, another = brought_to("notified", "mine-demo.by"), brought_to("notified", "another-demo.by")
    token = link_for(mine, "registrant")

    said = answer_case(HOME, token, Answer(kind="cured", text="Cleaned"), case_ref=another, at=LATER)
    assert reasons_of(said) == {"link-other-case"}
    said = answer_case(HOME, token, Answer(kind="acted"), case_ref=mine, at=LATER)
    assert reasons_of(said) == {"answer-not-for-role"}
    assert (state_of(mine), state_of(another)) == ("notified", "notified")
    with pytest.raises(NotFoundError):
        answer_case(HOME, token[:-1], Answer(kind="cured", text="x"), case_ref=mine, at=LATER)


def test_a_link_expires_is_revoked_and_is_replaced() -> None:
    ref = brought_to("notified")
    answer = Answer(kind="said", text="Looking.")
    old = link_for(ref, "registrar")
    assert reasons_of(answer_case(HOME, old, answer, case_ref=ref, at=AT + LIVES)) == {"link-expired"}

    asked = ask_answer(HOME, ref, ANNA, role="registrar", recipient="abuse@registrar.example", language="ru", at=LATER)
    assert asked.done == (ref,)
    assert reasons_of(answer_case(HOME, old, answer, case_ref=ref, at=LATER)) == {"link-revoked"}

    letter = json.loads(bytes(OutgoingMail.objects.get().letter))["text"]
    token = next(line for line in letter.splitlines() if line.startswith("https://")).rstrip("/").rpartition("/")[2]
    link = AnswerLink.objects.get(token_hash=token_hash(token))
    assert revoke_link(HOME, ref, link.pk, BORIS, at=LATER).done == (ref,)
    assert reasons_of(answer_case(HOME, token, answer, case_ref=ref, at=LATER)) == {"link-revoked"}
    assert {r.code for r in revoke_link(HOME, ref, link.pk, BORIS, at=LATER).refused[ref]} == {"link-revoked"}
    entries = timeline(case_of(ref).pk)[-2:]
    assert [(entry.reason, entry.actor) for entry in entries] == [
        ("answer-asked", "anna"), ("answer-link-revoked", "boris"),
    ]  # fmt: skip
    assert not any(token in entry.note or "registrar.example" in entry.note for entry in entries)


@pytest.mark.parametrize("recipient", ["no address", "a@b.example\r\nBcc: c@d.example", "a@b.example,c@d.example", ""])
def test_a_link_is_sent_to_one_address(recipient: str) -> None:
    ref = brought_to("notified")
    with pytest.raises(InputError):
        ask_answer(HOME, ref, ANNA, role="host", recipient=recipient, language="en", at=LATER)
    assert not AnswerLink.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_whoever_only_reads_asks_nobody() -> None:
    ref = brought_to("notified")
    auditor = Actor("ada", "auditor", OWN)
    outcome = ask_answer(HOME, ref, auditor, role="host", recipient="a@b.example", language="en", at=LATER)
    assert {reason.code for reason in outcome.refused[ref]} == {"wrong-role"}
    assert not AnswerLink.objects.exists()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(kind="cured"), "answer-text-missing"),
        (Answer(kind="said", text="x" * 4001), "text-too-long"),
        (Answer(kind="said", text="a\x00b"), "text-not-storable"),
        (Answer(kind="said", text="\ud800"), "text-not-storable"),
        (Answer(kind="said", text="x", contact="y" * 255), "text-too-long"),
        (Answer(kind="acted", action="server-hold"), "action-not-for-event"),
        (Answer(kind="appealed", text="Unfair"), "wrong-state"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_is_kept(answer: Answer, code: str) -> None:
    ref = brought_to("notified")
    token = link_for(ref, "registrar")
    before = CaseEvent.objects.count()
    assert code in reasons_of(answer_case(HOME, token, answer, case_ref=ref, at=LATER))
    assert not CaseAnswer.objects.exists()
    assert CaseEvent.objects.count() == before


def test_files_are_kept_with_the_answer_or_nothing_is() -> None:
    ref = brought_to("notified")
    token = link_for(ref, "registrant")
    good, bad = Upload("../../shot.png", "screenshot", PNG), Upload("x.svg", "other", b"<svg onload='x'/>")
    answer = Answer(kind="cured", text="Cleaned.")

    with pytest.raises(InputError):
        answer_case(HOME, token, answer, case_ref=ref, uploads=[good, bad], at=LATER)
    assert (state_of(ref), Attachment.objects.count(), CaseAnswer.objects.count()) == ("notified", 0, 0)
    assert reasons_of(answer_case(HOME, token, answer, case_ref=ref, uploads=[good] * 6, at=LATER)) == {
        "too-many-files"
    }
    said = answer_case(HOME, token, answer, case_ref=ref, uploads=[good], at=LATER)
    assert isinstance(said, AnswerReceipt)
    assert said.files == 1
    file = Attachment.objects.get()
    assert (file.case_id, file.name, file.role) == (case_of(ref).pk, "shot.png", "registrant")
    assert CaseAnswer.objects.get().files == [file.uuid]


def test_an_appeal_comes_within_its_time() -> None:
    ref = brought_to("closed")
    late = AT + timedelta(days=30, hours=1)
    link = invite(
        HOME, case_of(ref).pk, role="registrant", recipient="holder@mail.example", language="vi", at=AT + LIVES
    )
    token = link.rstrip("/").rpartition("/")[2]
    said = answer_case(HOME, token, Answer(kind="appealed", text="Unfair"), case_ref=ref, at=late)
    assert reasons_of(said) == {"too-late"}
    assert state_of(ref) == "closed"


@pytest.mark.parametrize(
    ("decision", "after", "words"),
    [
        ("granted", "restoring", "Скарга задаволена: shop-demo-1[.]by"),
        ("upheld", "closed", "Рашэнне па скарзе: shop-demo-1[.]by"),
        ("interim_restore", "appeal", "Адноўлена да рашэння па скарзе: shop-demo-1[.]by"),
    ],
)
def test_the_appellant_hears_receipt_and_decision_in_their_language(decision: str, after: str, words: str) -> None:
    ref = brought_to("on_hold")
    token = link_for(ref, "registrant", "holder@mail.example", "be")
    answer_case(HOME, token, Answer(kind="appealed", text="It was hacked; cleaned."), case_ref=ref, at=LATER)
    grounds = Grounds(reason="looked-again", note="We looked again.\nIt is clean.")
    assert decide_appeal(HOME, [ref], OLGA, decision, at=LATER, grounds=grounds).done == (ref,)

    assert state_of(ref) == after
    received, decided = OutgoingMail.objects.order_by("pk")
    assert received.subject.startswith("Скарга атрымана")
    assert (decided.subject, decided.recipient) == (words, "holder@mail.example")
    assert "We looked again.\nIt is clean." in json.loads(bytes(decided.letter))["text"]


@pytest.mark.parametrize("name", ["anna", "boris"])
def test_nobody_decides_an_appeal_against_their_own_work(name: str) -> None:
    ref = brought_to("on_hold")  # anna was the analyst, boris the approver
    answer_case(HOME, link_for(ref, "registrant"), Answer(kind="appealed", text="No."), case_ref=ref, at=LATER)
    outcome = decide_appeal(HOME, [ref], Actor(name, "policy-officer", OWN), "upheld", at=LATER)

    assert {reason.code for reason in outcome.refused[ref]} == {"same-person"}
    assert state_of(ref) == "appeal"
    assert OutgoingMail.objects.count() == 1  # the receipt alone
    assert decide_appeal(HOME, [ref], OLGA, "upheld", at=LATER).done == (ref,)
