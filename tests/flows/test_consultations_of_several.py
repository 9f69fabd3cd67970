"""One question to two partners: two threads, and neither learns of the other unless the author says so at TLP:GREEN."""

from pathlib import Path

import pytest

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.tls import own_authority
from comity.flows.close_consultation import close_consultation
from comity.flows.consult import Asked, Question, consult
from comity.flows.countersign import countersign
from comity.flows.erase_consultation import erase_consultation
from comity.flows.join import join
from comity.flows.reply import reply
from comity.flows.say import Words
from comity.store import models
from comity.store.consultations import get_consultation, threads_of
from flows.test_several_parties import Three
from flows.two_parties import AT
from flows.whole_store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)
RU = Actor("ivan", "analyst", "cctld.ru")


@pytest.fixture
def three(tmp_path: Path) -> Three:
    """Seated at .ru, with a link to each of the others."""
    three = Three(tmp_path)
    whole = three.countersigned(three.vn, three.countersigned(three.by, three.proposed()))
    empty_store()
    countersign(three.ru, whole, actor="anna", at=AT)
    for other in (three.by, three.vn):
        join(three.ru, other.party, url="https://127.0.0.1:9443/", ca_pem=own_authority(other), at=AT)
    return three


def ask(three: Three, **changed: object) -> Asked:
    words = Words(text="Как вы действуете?", tlp=str(changed.pop("tlp", "TLP:GREEN")))
    partners = ("vnnic.vn", "oac.by")
    return consult(
        three.ru,
        Question(partners=partners, subject="Вопрос", words=words, **changed),
        RU,
        at=AT,  # type: ignore[arg-type]  # a test's own words
    )


def told(partner: str) -> bytes:
    rows = models.LedgerEntry.objects.filter(ledger__direction="out", ledger__link__partner=partner)
    return b"\n".join(bytes(row.payload) for row in rows)


def test_nobody_learns_of_another_unless_it_is_said(three: Three) -> None:
    asked = ask(three)
    assert [one.partner for one in asked.said] == ["oac.by", "vnnic.vn"]
    assert b"vnnic" not in told("oac.by")
    assert b"oac.by" not in told("vnnic.vn").replace(b"oac.by/ledger", b"")
    names = {row.uuid for row in threads_of(get_consultation(asked.uuid))}
    assert len(names) == 2
    assert asked.uuid.encode() not in told("oac.by") + told("vnnic.vn"), "what joins the threads stays here"
    ask(three, names_others=True)
    assert b'"others":["vnnic.vn"]' in told("oac.by")
    with pytest.raises(InputError, match="GREEN"):
        ask(three, names_others=True, tlp="TLP:AMBER")


def test_each_thread_goes_its_way_and_what_is_said_to_all_is_said_to_all(three: Three) -> None:
    asked = ask(three)
    with pytest.raises(InputError, match="which of them"):
        reply(three.ru, asked.uuid, Words(text="Ещё."), RU, at=AT)
    reply(three.ru, asked.uuid, Words(text="Только вам."), RU, partner="vnnic.vn", at=AT)
    assert "Только вам.".encode() not in told("oac.by")
    (closed,) = close_consultation(three.ru, asked.uuid, Words(), RU, partner="oac.by", at=AT)
    assert closed.partner == "oac.by"
    states = {row.partner: row.state for row in threads_of(get_consultation(asked.uuid))}
    assert states == {"oac.by": "closed", "vnnic.vn": "open"}
    erased = erase_consultation(three.ru, asked.said[0].message, RU, reason="sent-by-mistake", at=AT)
    assert {partner for partner, _ in erased.asked} == {"oac.by", "vnnic.vn"}, "a question goes from every thread"
    assert "Как вы действуете".encode() not in told("oac.by") + told("vnnic.vn")
