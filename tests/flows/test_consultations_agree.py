"""Whatever both sides say, erase, suspend and lose: once all is carried both nodes hold the same consultations."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.errors import ConflictError
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.add_expert import NewExpert, add_expert
from comity.flows.apply_entry import apply_entries
from comity.flows.catch_up import catch_up
from comity.flows.consult import Question, consult
from comity.flows.erase_consultation import erase_consultation
from comity.flows.recover import begin_recovery, take_part
from comity.flows.reply import reply
from comity.flows.say import File, Words, say
from comity.flows.withdraw_expert import withdraw_expert
from comity.store import models
from comity.store.consultations import messages_of, refold_partner, standing_of
from comity.store.experts import list_experts, told_of
from flows.test_recovery import parts, receipted
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, outgoing

pytestmark = pytest.mark.django_db

PEOPLE = {"cctld.ru": Actor("ivan", "supervisor", "cctld.ru"), "oac.by": Actor("alena", "supervisor", "oac.by")}
MARKER = "Иванова-демо"
_EXAMPLES = 200 if os.environ.get("COMITY_SOAK") else 8

sides = st.sampled_from(("ru", "by"))
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ("ask", "replied", "replied", "closed", "reopened", "erase", "carry", "carry-one", "suspend", "resume")
        ),
        sides,
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=14,
)


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


class Both:
    """Two desks whose clocks differ by some minutes."""

    def __init__(self, parties: Parties) -> None:
        self.desks = Desks(parties)
        self.minute = 0

    def sit(self, side: str) -> Home:
        (self.desks.ru if side == "ru" else self.desks.by)()
        return self.desks.home

    def now(self, side: str) -> Any:
        self.minute += 1
        return AT + timedelta(minutes=self.minute + (7 if side == "by" else 0))

    def take(self, step: str, side: str, number: int) -> None:
        home = self.sit(side)
        at = self.now(side)
        if step == "ask":
            self.ask(home, at)
        elif step == "erase":
            self.erase(home, number, at)
        elif step in {"suspend", "resume"}:
            models.Memorandum.objects.update(status="suspended" if step == "suspend" else "in-force")
            if step == "resume":
                catch_up(home, self.desks.partner, at=at)
        elif step.startswith("carry"):
            for sender in (self.desks.parties.ru, self.desks.parties.by)[: 1 if step == "carry-one" else 2]:
                self.carry(sender, at)
        else:
            self.say(home, step, number, at)

    def ask(self, home: Home, at: Any) -> None:
        words = Words(
            text=f"{MARKER} {self.minute}", files=(File(f"{MARKER}.txt", f"{MARKER} {self.minute}".encode()),)
        )
        question = Question(partners=(self.desks.partner,), subject=f"{MARKER} {self.minute}", words=words)
        consult(home, question, PEOPLE[home.party], at=at)

    def say(self, home: Home, event: Any, number: int, at: Any) -> None:
        rows = list(models.ConsultationThread.objects.order_by("pk"))
        if rows:
            try:
                say(home, rows[number % len(rows)].uuid, event, Words(text=f"{MARKER} says {self.minute}"),
                    PEOPLE[home.party], at=at)  # fmt: skip
            except ConflictError:
                return  # closed already, or withheld

    def erase(self, home: Home, number: int, at: Any) -> None:
        rows = list(models.ConsultationMessage.objects.filter(party=home.party, erased_at=None).order_by("pk"))
        if rows:
            uuid = rows[number % len(rows)].uuid
            erase_consultation(home, uuid, PEOPLE[home.party], reason="legal-order", at=at)

    def carry(self, sender: Home, at: Any) -> None:
        for seat in (self.desks.parties.ru, self.desks.parties.by):
            self.desks.sit(seat)
            if models.Memorandum.objects.filter(status="suspended").exists():
                return
        self.desks.carry(sender, at=at)

    def settle(self) -> None:
        for side in ("ru", "by"):
            self.take("resume", side, 0)
        self.desks.at = AT + timedelta(minutes=self.minute + 10)
        self.desks.exchange()

    def known(self, side: str) -> dict[str, Any]:
        """Every thread that both know: its standing, subject, files and texts."""
        home = self.sit(side)
        found = {}
        for row in models.ConsultationThread.objects.select_related("consultation"):
            messages = messages_of(row)
            standing = standing_of(row, messages, home.party)
            if standing.state != "unknown":
                texts = {one.uuid: (one.text, one.party, one.tlp) for one in messages if one.uuid in standing.order}
                found[row.uuid] = (standing, row.state, row.due_at, row.due_rule, row.consultation.subject, texts)
        return found


@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_both_nodes_come_to_hold_the_same(parties: Parties, all_of: list[tuple[str, str, int]]) -> None:
    both = Both(parties)
    for step in (("ask", "ru", 0), *all_of):
        both.take(*step)
    both.settle()
    ours, theirs = both.known("ru"), both.known("by")
    assert ours == theirs
    assert both.desks.differences() == []
    for side in ("ru", "by"):
        home = both.sit(side)
        erased = models.ConsultationMessage.objects.exclude(erased_at=None)
        assert all(row.text == "" for row in erased)
        whole = models.ConsultationFile.objects.filter(message__erased_at=None)
        assert all(file.attachment.body_id for file in whole.select_related("attachment")), home.party
        refold_partner(both.desks.partner, home.party, at=both.desks.at)
    assert both.known("ru") == ours


def test_a_restored_node_knows_again_what_it_had_said_and_erased(parties: Parties) -> None:
    """Of a backup from before all of it, and from between."""
    desks = Desks(parties)
    ru, by = parties.ru, parties.by
    desks.ru()
    empty = desks.snapshot()
    words = Words(text=f"{MARKER} fragt.", files=(File("log.txt", MARKER.encode()),))
    asked = consult(ru, Question(partners=("oac.by",), subject="Frage", words=words), PEOPLE["cctld.ru"], at=AT)
    desks.exchange()
    desks.by()
    answered = reply(by, models.ConsultationThread.objects.get().uuid, Words(text="Antwort."), PEOPLE["oac.by"], at=AT)
    desks.exchange()
    desks.ru()
    between = desks.snapshot()
    later = reply(ru, asked.uuid, Words(text="Danke."), PEOPLE["cctld.ru"], at=AT + timedelta(minutes=5))
    erase_consultation(
        ru, asked.said[0].message, PEOPLE["cctld.ru"], reason="legal-order", at=AT + timedelta(minutes=9)
    )
    desks.exchange()
    desks.ru()
    told, heard = outgoing_with_erased(), desks.incoming()
    receipt = receipted(ru, by, told)
    whole = known_of(ru, "oac.by")

    for backup, start in ((empty, 0), (between, 2)):
        desks.restore(backup)
        begin_recovery("oac.by")
        for part in parts(receipt, told, start=start):
            take_part(ru, "oac.by", part, at=AT + timedelta(hours=1))
        kept = models.ConsultationMessage.objects.get(uuid=later.message)
        assert kept.text == "Danke."
        size = models.Ledger.objects.get(direction="in").size
        assert apply_entries(ru, "oac.by", heard[size:], at=AT + timedelta(hours=1))
        refold_partner("oac.by", "cctld.ru", at=AT)
        assert desks.holds(MARKER.encode()) == [], "what was erased since is erased again"
        order, texts = known_of(ru, "oac.by")
        if backup is between:
            assert (order, texts) == whole
        assert texts[later.message] == "Danke."
        assert answered.message in texts


def test_an_answer_to_a_question_that_has_not_come_again_waits_for_it(parties: Parties) -> None:
    desks = Desks(parties)
    ru, by = parties.ru, parties.by
    desks.by()
    empty = desks.snapshot()
    desks.ru()
    consult(ru, Question(partners=("oac.by",), subject="Frage", words=Words(text="?")), PEOPLE["cctld.ru"], at=AT)
    (question,) = desks.outgoing()
    desks.exchange()
    desks.by()
    reply(by, models.ConsultationThread.objects.get().uuid, Words(text="Antwort."), PEOPLE["oac.by"], at=AT)
    desks.exchange()
    desks.by()
    told = outgoing()
    receipt = receipted(by, ru, told)
    before = known_of(by, "cctld.ru")

    desks.restore(empty)
    begin_recovery("cctld.ru")
    for part in parts(receipt, told):
        take_part(by, "cctld.ru", part, at=AT)
    row = models.ConsultationThread.objects.get()
    assert (row.state, row.consultation.asker) == ("unknown", "")
    assert apply_entries(by, "cctld.ru", [question], at=AT) == [""]
    row = models.ConsultationThread.objects.get()
    assert (row.state, row.consultation.subject, row.waiting_for) == ("open", "Frage", "cctld.ru")
    assert known_of(by, "cctld.ru") == before


ROLE = NewExpert(role="Дежурный юрист", topics=("law", "appeals"), languages=("ru", "en"), contact="law@example.ru")
PERSON = NewExpert(
    role="Аналитик DNS", topics=("dns",), languages=("be",), name="Ивановский-демо И.", contact="iv-demo@example.ru",
    consent="in writing, 2026-11-20",
)  # fmt: skip


def test_experts_are_told_by_role_and_named_only_where_a_clause_allows_it(parties: Parties) -> None:
    desks = Desks(parties)
    desks.ru()
    ivan = PEOPLE["cctld.ru"]
    _, told = add_expert(parties.ru, ROLE, ivan, at=AT)
    person, redacted = add_expert(parties.ru, PERSON, ivan, at=AT)
    assert [one.verdict for one in (*told.values(), *redacted.values())] == ["send", "send-redacted"]
    assert [one.redacted for one in told_of([person])[person.pk]] == [["expert_contact"]]
    desks.exchange()
    desks.by()
    assert [(row.role, row.name, row.contact) for row in list_experts(party="cctld.ru")] == [
        ("Аналитик DNS", "", ""), ("Дежурный юрист", "", "law@example.ru"),
    ]  # fmt: skip
    assert [row.role for row in list_experts(topic="law", language="ru")] == ["Дежурный юрист"]
    assert list_experts(topic="law", language="vi") == []

    desks.ru()
    withdraw_expert(parties.ru, person.uuid, ivan, at=AT + timedelta(minutes=1))
    assert [one.kind for one in desks.outgoing()] == ["expert", "expert", "expert", "erasure"]
    desks.exchange()
    assert desks.holds("Ивановский-демо".encode()) == []
    desks.by()
    assert [row.role for row in list_experts()] == ["Дежурный юрист"]
    desks.ru()
    catch_up(parties.ru, "oac.by", at=AT + timedelta(minutes=2))
    assert desks.waiting("ru") == [], "nothing is told twice"


def test_a_person_is_named_to_a_partner_whose_clause_allows_it(parties: Parties) -> None:
    desks = Desks(parties)
    for sit in (desks.by, desks.ru):
        sit()
        body = bytes(models.Memorandum.objects.get().body)
        allowed = body.replace(b'"credentials_captured"', b'"expert_contact":"allow","credentials_captured"')
        models.Memorandum.objects.update(body=allowed, digest="sha256:" + "de" * 32)
    add_expert(parties.ru, PERSON, PEOPLE["cctld.ru"], at=AT)
    desks.exchange()
    desks.by()
    (row,) = list_experts()
    assert (row.party, row.name, row.contact) == ("cctld.ru", "Ивановский-демо И.", "iv-demo@example.ru")


def outgoing_with_erased() -> list[IncomingEntry]:
    rows = models.LedgerEntry.objects.filter(ledger__direction="out").order_by("position")
    return [IncomingEntry(row.position, row.kind, row.subject, row.payload, row.erased_at is not None) for row in rows]


def known_of(home: Home, partner: str) -> tuple[tuple[str, ...], dict[str, str]]:
    thread = models.ConsultationThread.objects.select_related("consultation").get(partner=partner)
    messages = messages_of(thread)
    return standing_of(thread, messages, home.party).order, {row.uuid: row.text for row in messages}
