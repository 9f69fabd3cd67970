"""A question crosses, is answered, closed and erased; both nodes come to the same standing over real signed batches."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec
import pytest

from comity.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError, PersonalDataError
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.apply_entry import apply_entries
from comity.flows.approve_consultation import approve_consultation
from comity.flows.catch_up import catch_up
from comity.flows.close_consultation import close_consultation
from comity.flows.consult import Asked, Question, consult
from comity.flows.erase_consultation import erase_consultation
from comity.flows.reopen_consultation import reopen_consultation
from comity.flows.reply import reply
from comity.flows.say import File, Words
from comity.flows.tend import tend_once
from comity.flows.tend_consultations import tend_consultations
from comity.store import models
from comity.store.consultation_draft import Draft, find_draft
from comity.store.consultation_search import search_threads
from comity.store.consultations import count_boxes, find_thread, list_threads, messages_of, standing_of
from comity.wire.consultation import parse_consultation, render_consultation
from flows.test_case_weighed import PNG
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db

RU = Actor("ivan", "analyst", "cctld.ru")
RU_HEAD = Actor("olga", "supervisor", "cctld.ru")
BY = Actor("alena", "analyst", "oac.by")
_WORDS = bytes(range(256)) * 400
PICTURE = PNG[:-12] + len(_WORDS).to_bytes(4) + b"tEXt" + _WORDS + crc32(b"tEXt" + _WORDS).to_bytes(4) + PNG[-12:]


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(Parties(tmp_path))


def ask(home: Home, *, at: datetime = AT, **changed: Any) -> Asked:
    words = Words(text=changed.pop("text", "Мы видим серию имён одной бот-сети.\n\nКак вы действуете?"), **{
        name: changed.pop(name) for name in ("tlp", "files", "confirmed", "language") if name in changed
    })  # fmt: skip
    question = Question(partners=("oac.by",), subject="Имена DGA до регистрации", words=words)
    return consult(home, msgspec.structs.replace(question, **changed), RU, at=at)


def thread(partner: str) -> models.ConsultationThread:
    return models.ConsultationThread.objects.select_related("consultation").get(partner=partner)


def standing(home: Home, partner: str) -> Any:
    found = thread(partner)
    return standing_of(found, messages_of(found), home.party)


def both_stand(desks: Desks) -> Any:
    """The standing at both nodes, which must be one; seated at .by afterwards."""
    desks.exchange()
    desks.ru()
    ours = standing(desks.parties.ru, "oac.by")
    row = thread("oac.by")
    assert (row.state, row.waiting_for, row.answered_at) == (ours.state, ours.waiting_for, ours.answered_at)
    desks.by()
    assert standing(desks.parties.by, "cctld.ru") == ours
    return ours


def test_a_question_is_asked_answered_and_closed(desks: Desks) -> None:
    ru, by = desks.parties.ru, desks.parties.by
    desks.ru()
    asked = ask(ru, category="botnet-c2", topic="techniques", language="ru")
    assert [(one.partner, one.decision.verdict, one.decision.clause) for one in asked.said] == [("oac.by", "send", "3")]
    decision = models.Decision.objects.get()
    assert (decision.kind, decision.verdict, decision.direction) == ("consultation", "send", "out")
    first = both_stand(desks)
    assert (first.state, first.asker, first.waiting_for) == ("open", "cctld.ru", "oac.by")

    got = thread("cctld.ru")
    assert (got.consultation.subject, got.due_rule, got.due_clause) == ("Имена DGA до регистрации", "working-days", "7")
    assert got.due_at is not None
    assert got.due_at == first.due_at
    assert count_boxes("oac.by")["waiting-for-us"] == 1
    reply(by, got.uuid, Words(text="Мы ставим их на удержание."), BY, at=AT + timedelta(hours=1))
    answered = both_stand(desks)
    assert (answered.waiting_for, answered.answered_at) == ("cctld.ru", AT + timedelta(hours=1))

    desks.ru()
    close_consultation(ru, asked.uuid, Words(text="Спасибо."), RU, at=AT + timedelta(hours=2))
    assert both_stand(desks).state == "closed"
    texts = {row.uuid: row.text for row in messages_of(thread("cctld.ru"))}
    assert [texts[uuid] for uuid in standing(by, "cctld.ru").order][1:] == ["Мы ставим их на удержание.", "Спасибо."]
    assert find_draft(thread("cctld.ru").consultation.uuid, "oac.by") == Draft(
        "Имена DGA до регистрации", "ru", "TLP:AMBER",
        "## cctld.ru\n\nМы видим серию имён одной бот-сети.\n\nКак вы действуете?\n\n"
        "## oac.by\n\nМы ставим их на удержание.\n\n## cctld.ru\n\nСпасибо.",
    )  # fmt: skip
    assert find_draft("none", "oac.by") is None
    assert desks.refusals("in") == ["", ""]
    assert {row.actor for row in models.ConsultationMessage.objects.filter(party="cctld.ru")} == {""}, "no name crosses"


def test_an_answer_that_crosses_the_close_is_kept_and_shown(desks: Desks) -> None:
    ru, by = desks.parties.ru, desks.parties.by
    desks.ru()
    asked = ask(ru)
    desks.exchange()
    desks.ru()
    close_consultation(ru, asked.uuid, Words(), RU, at=AT + timedelta(hours=1))
    desks.by()
    late = reply(by, thread("cctld.ru").uuid, Words(text="Наш ответ."), BY, at=AT + timedelta(hours=2))
    after = both_stand(desks)
    assert (after.state, after.after_close) == ("closed", {late.message})
    with pytest.raises(ConflictError, match="closed"):
        close_consultation(by, thread("cctld.ru").uuid, Words(), BY, at=AT + timedelta(hours=3))
    desks.ru()
    reopen_consultation(ru, asked.uuid, Words(text="Ещё вопрос."), RU, at=AT + timedelta(hours=23))
    again = both_stand(desks)
    assert (again.state, again.waiting_for, again.answered_at) == ("open", "oac.by", None)
    assert again.due_at > after.due_at


def test_what_must_not_be_written_is_refused_before_anything_is_kept(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    with pytest.raises(InputError, match="leaves no node"):
        ask(ru, tlp="TLP:RED")
    with pytest.raises(InputError, match="subject"):
        ask(ru, subject="a\nb")
    with pytest.raises(InputError, match="past"):
        ask(ru, due_at=AT - timedelta(days=1))
    with pytest.raises(InputError, match="GREEN"):
        ask(ru, names_others=True)
    with pytest.raises(NotFoundError, match="link"):
        ask(ru, partners=("vnnic.vn",))
    with pytest.raises(NotFoundError, match="case"):
        ask(ru, case_ref="0000-0000-0000")
    with pytest.raises(ForbiddenError):
        consult(
            ru,
            Question(partners=("oac.by",), subject="x", words=Words(text="y")),
            Actor("a", "auditor", "cctld.ru"),
            at=AT,
        )
    for name, data in (("x.svg", b"<svg/>"), ("big.txt", b"x" * 2_000_001)):
        with pytest.raises(InputError, match=name):
            ask(ru, files=(File(name, data),))
    assert models.Consultation.objects.count() == models.Decision.objects.count() == 0


def test_an_address_goes_only_when_somebody_saw_that_it_is_taken_out(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    text = "Жертва: ivanova-demo@example.com писала нам."
    with pytest.raises(PersonalDataError, match="clause 6"):
        ask(ru, text=text)
    assert models.Consultation.objects.count() == 0
    with pytest.raises(PersonalDataError, match=r"log\.txt"):
        ask(ru, text="Смотрите журнал.", files=(File("log.txt", text.encode()),), confirmed=True)
    asked = ask(ru, text=text, subject="О ivanova-demo@example.com", confirmed=True)
    assert [one.decision.verdict for one in asked.said] == ["send-redacted"]
    assert all(b"ivanova-demo" not in entry.payload for entry in desks.outgoing())
    assert desks.holds(b"ivanova-demo") == []
    assert models.ConsultationMessage.objects.get().redacted == ["victim_contact"]
    desks.exchange()
    desks.by()
    assert desks.refusals("in") == [""]
    assert "redacted" in models.ConsultationMessage.objects.get().text


def test_what_a_clause_withholds_stands_here_with_its_clause_and_is_told_when_it_may(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    models.Memorandum.objects.update(status="suspended")
    asked = ask(ru)
    assert [(one.decision.verdict, one.decision.reason) for one in asked.said] == [("refuse", "suspended")]
    assert thread("oac.by").state == "withheld"
    with pytest.raises(ConflictError, match="withheld"):
        reply(ru, asked.uuid, Words(text="more"), RU, at=AT)
    assert desks.outgoing() == []
    models.Memorandum.objects.update(status="in-force")
    for minute in (1, 2):
        catch_up(ru, "oac.by", at=AT + timedelta(minutes=minute))
    assert [entry.kind for entry in desks.outgoing()] == ["consultation"]
    assert both_stand(desks).opened_at == AT + timedelta(minutes=1)


def test_a_protected_name_waits_for_a_second_person(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    desks.file(phishing("http://bank-demo-a1.by/login"))
    models.Case.objects.update(protected="banks")
    ref = models.Case.objects.get().ref
    asked = ask(ru, case_ref=ref)
    (said,) = asked.said
    assert (said.decision.verdict, said.decision.reason) == ("hold", "protected-name")
    assert thread("oac.by").state == "withheld"
    with pytest.raises(ForbiddenError):
        approve_consultation(ru, said.message, RU, at=AT)
    ((partner, decision),) = approve_consultation(ru, said.message, RU_HEAD, at=AT + timedelta(days=1))
    assert (partner, decision.verdict) == ("oac.by", "send")
    with pytest.raises(ConflictError):
        approve_consultation(ru, said.message, RU_HEAD, at=AT)
    desks.at = AT + timedelta(days=1)
    asked_late = both_stand(desks)
    assert asked_late.opened_at == AT + timedelta(days=1)
    assert asked_late.due_at > AT + timedelta(days=7), "five working days since it left"
    got = thread("cctld.ru").consultation
    assert (got.registrable, got.category) == ("bank-demo-a1.by", "phishing")
    assert got.case is not None


def test_files_come_in_parts_and_are_believed_when_whole(desks: Desks) -> None:
    ru, by = desks.parties.ru, desks.parties.by
    desks.ru()
    ask(ru, files=(File("снимок.png", PICTURE), File("log.txt", b"Nov 23 demo sshd: invented\n")))
    sent = desks.outgoing()
    assert [entry.kind for entry in sent] == ["consultation", *["attachment-part"] * 4]
    desks.by()
    assert apply_entries(by, "cctld.ru", sent[:3], at=AT) == [""] * 3
    arriving = models.Attachment.objects.get(name="снимок.png")
    assert arriving.body is None
    assert models.ConsultationPiece.objects.count() == 2
    assert apply_entries(by, "cctld.ru", [sent[2], *sent[1:]], at=AT) == [""] * 5
    assert {bytes(one.body.body) for one in models.Attachment.objects.select_related("body")} == {
        PICTURE,
        b"Nov 23 demo sshd: invented\n",
    }
    assert models.ConsultationPiece.objects.count() == 0


@pytest.mark.parametrize(
    ("announced", "answer"),
    [
        ({"sha256": "0" * 64}, "no-such-attachment"),
        ({"size": 26}, "wrong-part"),
        ({"media_type": "image/png"}, "media-type"),
    ],
)
def test_a_file_that_is_not_what_was_announced_is_refused(
    desks: Desks, announced: dict[str, object], answer: str
) -> None:
    desks.ru()
    ask(desks.parties.ru, files=(File("log.txt", b"Nov 23 demo sshd: invented\n"),))
    message, part = desks.outgoing()
    payload: Any = parse_consultation(message.payload)
    (file,) = payload.attachments
    lie = msgspec.structs.replace(payload, attachments=(msgspec.structs.replace(file, **announced),))
    desks.by()
    told = message._replace(payload=render_consultation(lie, sender="cctld.ru", salt="0" * 32))
    assert apply_entries(desks.parties.by, "cctld.ru", [told, part], at=AT) == ["", answer]
    assert models.AttachmentBody.objects.count() == models.ConsultationPiece.objects.count() == 0


def test_other_octets_under_the_announced_hash_are_refused(desks: Desks) -> None:
    desks.ru()
    ask(desks.parties.ru, files=(File("log.txt", b"Nov 23 demo sshd: invented\n"),))
    message, part = desks.outgoing()
    desks.by()
    other = part._replace(payload=part.payload.replace(b"Tm92IDIz", b"Tm92IDI0"))
    assert other.payload != part.payload
    assert apply_entries(desks.parties.by, "cctld.ru", [message, other, part], at=AT) == [
        "",
        "wrong-hash",
        "wrong-hash",
    ]
    assert models.ConsultationFile.objects.get().problem == "wrong-hash"


def test_a_partner_writes_only_into_its_own_threads_and_its_own_messages(desks: Desks) -> None:
    by = desks.parties.by
    desks.ru()
    ask(desks.parties.ru)
    (sent,) = desks.outgoing()
    desks.exchange()
    desks.by()
    payload: Any = parse_consultation(sent.payload)
    before = [(row.uuid, row.text) for row in models.ConsultationMessage.objects.all()]

    def told(**changed: object) -> list[str]:
        forged = msgspec.structs.replace(payload, **changed)
        entry = IncomingEntry(9, "consultation", str(forged.message), render_consultation(forged, sender="x", salt=""))
        return apply_entries(by, "cctld.ru", [entry], at=AT)

    stranger, another = UUID(int=7), UUID(int=8)
    assert told(thread=stranger, message=another, event="replied") == ["no-such-thread"]
    assert told(message=another) == ["thread-taken"]
    assert told(text="Другое") == [""], "a message that is known stays what it was"
    assert told(message=another, event="refused", about=payload.message) == ["no-such-message"]
    assert told(message=another, event="replied", tlp="TLP:RED") == ["5:tlp-red-never-leaves"]
    assert told(message=another, event="replied", decided_at=AT + timedelta(days=3)) == ["decided-in-the-future"]
    assert told(message=another, thread=stranger, registrable="-") == ["name:public-suffix"]
    assert [(row.uuid, row.text) for row in models.ConsultationMessage.objects.all()] == before
    entry = IncomingEntry(9, "consultation", "other", sent.payload)
    assert apply_entries(by, "cctld.ru", [entry], at=AT) == ["subject-mismatch"]
    assert apply_entries(by, "cctld.ru", [entry._replace(payload=b"{}")], at=AT) == ["payload:malformed"]


def test_a_message_that_is_not_taken_there_counts_for_neither(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    asked = ask(ru)
    desks.exchange()
    desks.ru()
    reply(ru, asked.uuid, Words(text="Дополнение.", tlp="TLP:AMBER+STRICT"), RU, at=AT + timedelta(minutes=1))
    desks.by()
    body = bytes(models.Memorandum.objects.get().body)
    stricter = body.replace(b'"tlp_max_accepted":"TLP:AMBER+STRICT"', b'"tlp_max_accepted":"TLP:AMBER"')
    assert stricter != body
    models.Memorandum.objects.update(body=stricter, digest="sha256:" + "cd" * 32)
    both_stand(desks)
    assert desks.refusals("in") == ["", "5:marking-above-limit"]
    desks.ru()
    row = models.ConsultationMessage.objects.get(text="Дополнение.")
    assert (row.verdict, row.clause, row.reason) == ("refused-there", "5", "marking-above-limit")


def test_an_erased_message_is_forgotten_everywhere_and_found_no_more(desks: Desks) -> None:
    ru, by = desks.parties.ru, desks.parties.by
    marker = "Иванова-демо".encode()
    desks.ru()
    asked = ask(ru, text="Пострадала Иванова-демо.", files=(File("Иванова-демо.txt", marker),))
    both_stand(desks)
    assert search_threads("иванова") == {thread("cctld.ru").pk}
    desks.ru()
    erased = erase_consultation(
        ru, asked.said[0].message, RU, reason="data-subject-request", at=AT + timedelta(hours=1)
    )
    assert erased.asked == (("oac.by", 0), ("oac.by", 1))
    assert desks.holds(marker) == []
    after = both_stand(desks)
    assert after.state == "open"
    assert desks.holds(marker) == []
    assert search_threads("иванова") == set()
    assert models.AttachmentBody.objects.count() == 0
    with pytest.raises(ForbiddenError):
        erase_consultation(by, asked.said[0].message, BY, reason="legal-order", at=AT)
    desks.ru()
    assert set(models.Erasure.objects.values_list("confirmed_at", flat=True)) == {desks.at}
    assert desks.differences() == []


def test_what_was_erased_before_it_left_counts_for_neither(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    asked = ask(ru)
    both_stand(desks)
    desks.ru()
    said = reply(ru, asked.uuid, Words(text="Лишнее."), RU, at=AT + timedelta(minutes=1))
    erase_consultation(ru, said.message, RU, reason="sent-by-mistake", at=AT + timedelta(minutes=2))
    assert both_stand(desks).order == (asked.said[0].message,)
    assert models.ConsultationMessage.objects.count() == 1


def test_reminders_come_once_each_and_stop_with_the_answer(desks: Desks) -> None:
    ru, by = desks.parties.ru, desks.parties.by
    desks.ru()
    asked = ask(ru, due_at=AT + timedelta(days=4))
    desks.exchange()
    for sit, home in ((desks.ru, ru), (desks.by, by)):
        sit()
        assert tend_consultations(home, at=AT + timedelta(days=2)) == 0
        for _ in range(2):
            tend_consultations(home, at=AT + timedelta(days=3))
        assert models.OutgoingMail.objects.count() == 1
    letter = models.OutgoingMail.objects.get()
    assert letter.recipient == "duty@example.by"
    assert b"DGA" not in bytes(letter.letter)
    assert "DGA" not in letter.subject
    assert f"/consultations/{thread('cctld.ru').consultation.uuid}/".encode() in bytes(letter.letter)
    assert tend_consultations(by, at=AT + timedelta(days=9)) == 1, "of those that were missed only the newest is told"
    assert tend_consultations(by, at=AT + timedelta(days=30)) == 0
    reminders = models.ConsultationMessage.objects.filter(event="reminded").order_by("pk")
    assert [row.reason for row in reminders] == ["stage-0", "stage-2"]
    desks.ru()
    assert tend_once(ru, at=AT + timedelta(days=4))["consultations"] == 1
    desks.by()
    reply(by, thread("cctld.ru").uuid, Words(text="Поздно, но вот."), BY, at=AT + timedelta(days=10))
    desks.at = AT + timedelta(days=10)
    assert both_stand(desks).answered_late
    desks.ru()
    assert tend_consultations(ru, at=AT + timedelta(days=40)) == 0
    assert asked.uuid


def test_search_finds_words_in_every_script_and_boxes_say_who_waits(desks: Desks) -> None:
    ru = desks.parties.ru
    desks.ru()
    for subject, text in (("Ёлка и фишинг", "Réunion à Hà Nội"), ("Домен-двойник", "域名注册服务机构的磋商")):
        ask(ru, subject=subject, text=text)
    first, second = models.ConsultationThread.objects.order_by("pk").values_list("pk", flat=True)
    for question, found in (
        ("елка", {first}), ("ФИШ", {first}), ("reunion hà", {first}), ("注册服务", {second}), ("двойник", {second}),
        ("фишинг двойник", set()), ("", set()), ("%", set()), ("нет", set()),
    ):  # fmt: skip
        assert search_threads(question) == found, question
    assert [row.pk for row in list_threads("waiting-for-them", "cctld.ru", words={second})] == [second]
    assert count_boxes("cctld.ru") == {
        "waiting-for-us": 0, "waiting-for-them": 2, "ours": 2, "closed": 0, "withheld": 0, "all": 2,
    }  # fmt: skip


def test_a_cap_is_kept_by_both(desks: Desks) -> None:
    ru = desks.parties.ru
    for seat in (desks.by, desks.ru):
        seat()
        row = models.Memorandum.objects.get()
        capped = bytes(row.body).replace(
            b'"consultation":{"both":true}', b'"consultation":{"both":true,"max_per_day":2}'
        )
        assert capped != bytes(row.body)
        models.Memorandum.objects.update(body=capped, digest="sha256:" + "ef" * 32)
    asked = ask(ru)
    said = [reply(ru, asked.uuid, Words(text=f"{number}"), RU, at=AT + timedelta(minutes=number)) for number in (1, 2)]
    assert [one.decision.verdict for one in said] == ["send", "refuse"]
    assert said[1].decision.reason == "over-daily-cap"
    assert len(both_stand(desks).order) == 2
    assert desks.refusals("in") == ["", ""]


def test_the_thread_of_another_is_no_thread(desks: Desks) -> None:
    desks.ru()
    ask(desks.parties.ru)
    assert find_thread("vnnic.vn", thread("oac.by").uuid) is None
    with pytest.raises(NotFoundError):
        reply(desks.parties.ru, thread("oac.by").uuid, Words(text="x"), RU, partner="vnnic.vn", at=AT)
