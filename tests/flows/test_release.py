"""Subscribers are told what their clause lets them read, hear every change, and lose what they may read no more."""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.core.markings import Tlp
from comity.core.roles import Actor
from comity.core.told_items import SubscriberKind
from comity.flows.advance_cases import advance_cases, same_step, step_of
from comity.flows.confirm import confirm
from comity.flows.keep_subscribers import add_subscriber
from comity.flows.release import release
from comity.store import models
from comity.store.subscribers import SubscriberRow
from comity.store.told_items import ToldRow, iterate_holding, read_told
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db

POLICY = Actor("olga", "policy-officer", "cctld.ru")
RU = Actor("ivan", "analyst", "cctld.ru")


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    desks = Desks(Parties(tmp_path))
    desks.ru()
    return desks


def subscribe(kind: SubscriberKind, ceiling: Tlp = "TLP:AMBER", *, party: str = "", key: str = "") -> SubscriberRow:
    return add_subscriber(
        key or f"demo-{kind}", POLICY, name=f"Demo {kind}", kind=kind, ceiling=ceiling, clause="MoU 4.2", party=party,
        at=AT,
    )  # fmt: skip


def held(reader: SubscriberRow) -> list[str]:
    """What a subscriber has now, in words."""
    rows = [row for kind in ("report", "case", "sighting") for row in iterate_holding(reader.pk, kind)]
    return sorted(f"{row.kind} {row.registrable}" for row in rows)


def told(desks: Desks, reader: SubscriberRow, hours: int = 0) -> list[ToldRow]:
    """What is new to a subscriber after a round."""
    after = models.Subscriber.objects.get(pk=reader.pk).told
    release(desks.home, at=AT + timedelta(hours=hours))
    return read_told(reader.pk, after=after)


def confirmed(desks: Desks, disposition: str = "malicious") -> str:
    ref = models.Case.objects.order_by("-pk").values_list("ref", flat=True)[0]
    advance_cases(desks.home, same_step([ref], step_of("start_triage", RU)), at=AT)
    done = confirm(desks.home, [ref], RU, disposition=disposition, at=AT)
    assert not done.refused, done.refused
    return ref


def test_a_party_is_told_by_its_memorandum(desks: Desks) -> None:
    by = subscribe("party", party="oac.by")
    desks.file(phishing("http://bank-demo-a1.by/login"), phishing("http://bank-demo-b2.ru/login"))
    rows = told(desks, by)
    assert [(row.kind, row.registrable, row.clause) for row in rows] == [
        ("report", "bank-demo-a1.by", "3"),
        ("case", "bank-demo-a1.by", "3"),
    ]
    asked = models.Decision.objects.filter(direction="sub").order_by("pk").values_list("kind", "verdict", "reason")
    assert list(asked) == [("report", "send", "allowed"), ("outcome", "send", "allowed"),
                           ("report", "refuse", "not-the-recipients-zone")]  # fmt: skip
    assert told(desks, by) == []
    assert models.Decision.objects.filter(direction="sub").count() == 3
