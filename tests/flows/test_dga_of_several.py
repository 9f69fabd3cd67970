"""A family in the zones of three registries: each gets its own names, and the counts of the others and no name."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction

from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.tls import own_authority
from comity.flows.apply_entry import apply_entries
from comity.flows.countersign import countersign
from comity.flows.join import join
from comity.flows.propose import propose
from comity.flows.take_dga_list import NewDgaList, take_dga_list
from comity.flows.tend_dga import share_family, tell_waiting
from comity.store.models import DgaCount, DgaList, DgaName, LedgerEntry
from comity.wire.dga_entries import AnswerPayload, SharePayload, StatusPayload, parse_share, parse_status, render_dga
from comity.wire.memorandum_document import render_document
from flows.test_dga import lines
from flows.test_several_parties import Three
from flows.two_parties import AT
from flows.whole_store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)

RU = Actor("ivan", "analyst", "cctld.ru")
LIST = "".join(f"2026-12-0{1 + number % 2},q{number}xkvjwzr.{zone}\n" for number in range(6) for zone in ("by", "vn"))


def told(partner: str, kind: str) -> list[bytes]:
    """The entries of a kind that were written for a partner."""
    rows = LedgerEntry.objects.filter(ledger__direction="out", ledger__link__partner=partner, kind=kind)
    return [bytes(payload) for payload in rows.order_by("position").values_list("payload", flat=True)]


def seat(three: Three) -> None:
    """The store of cctld.ru, with both links."""
    proposed = three.proposed()
    signed = [three.countersigned(home, proposed) for home in (three.by, three.vn)]
    empty_store()
    propose(three.ru, three.text(), actor="anna", at=AT)
    for document in signed:
        whole = countersign(three.ru, document, actor="anna", at=AT)
    assert whole.is_complete()
    for number, other in enumerate((three.by, three.vn)):
        join(three.ru, other.party, url=f"https://127.0.0.1:{9443 + number}/", ca_pem=own_authority(other), at=AT)
    three.signed = render_document(whole)


def answer(share: SharePayload, partner: str, runs: str) -> IncomingEntry:
    payload = AnswerPayload(
        list=share.list, tlp=share.tlp, clause="3", memorandum=share.memorandum, decided_at=AT, zone=share.zone,
        number=share.number, answers=runs,
    )  # fmt: skip
    return IncomingEntry(0, "dga-answer", str(share.list), render_dga(payload, sender=partner, salt="s"))


def test_each_gets_its_names_and_the_counts_of_the_others(tmp_path: Path) -> None:
    three = Three(tmp_path)
    seat(three)
    take_dga_list(three.ru, lines(LIST), NewDgaList(family="demo-family", tlp="TLP:GREEN"), RU, at=AT)
    decisions = share_family(three.ru, "demo-family", RU, at=AT)
    assert {partner: [one.verdict for one in some] for partner, some in decisions.items()} == {
        "oac.by": ["send"], "vnnic.vn": ["send"],
    }  # fmt: skip
    (by,), (vn,) = (list(map(parse_share, told(partner, "dga-share"))) for partner in ("oac.by", "vnnic.vn"))
    assert isinstance(by, SharePayload)
    assert isinstance(vn, SharePayload)
    assert (by.zone, vn.zone, by.parties) == ("by", "vn", ("cctld.ru", "oac.by", "vnnic.vn"))
    with transaction.atomic():
        stolen = answer(vn, "oac.by", "6b")
        assert apply_entries(three.ru, "oac.by", [stolen, answer(by, "oac.by", "3b3n")], at=AT) == ["no-such-part", ""]
        assert apply_entries(three.ru, "vnnic.vn", [answer(vn, "vnnic.vn", "2v4w")], at=AT) == [""]
    assert tell_waiting(three.ru, at=AT + timedelta(minutes=1)) == 2
    (to_by,), (to_vn,) = (list(map(parse_status, told(partner, "dga-status"))) for partner in ("oac.by", "vnnic.vn"))
    assert isinstance(to_by, StatusPayload)
    assert isinstance(to_vn, StatusPayload)
    assert {row.zone for row in to_by.rows} == {"vn"}
    assert {row.zone for row in to_vn.rows} == {"by"}
    for payload in told("oac.by", "dga-status") + told("vnnic.vn", "dga-status"):
        assert b"xkvjwzr" not in payload
    here = {(row.zone, row.day): row.counts for row in DgaCount.objects.all()}
    assert sum(sum(counts.values()) for counts in here.values()) == 12
    _sits_with_oac(three, told("oac.by", "dga-share"), told("oac.by", "dga-status"), by.list)
    there = {(row.zone, row.day): row.counts for row in DgaCount.objects.filter(zone="vn")}
    assert there == {key: counts for key, counts in here.items() if key[0] == "vn"}
    assert {name.name.rpartition(".")[2] for name in DgaName.objects.all()} == {"by"}


def _sits_with_oac(three: Three, shares: list[bytes], statuses: list[bytes], uuid: UUID) -> None:
    empty_store()
    countersign(three.by, three.signed, actor="vera", at=AT)
    join(three.by, "cctld.ru", url="https://127.0.0.1:9441/", ca_pem=own_authority(three.ru), at=AT)
    entries = [IncomingEntry(place, "dga-share", str(uuid), data) for place, data in enumerate(shares)]
    entries += [IncomingEntry(9, "dga-status", str(uuid), data) for data in statuses]
    with transaction.atomic():
        assert set(apply_entries(three.by, "cctld.ru", entries, at=AT)) == {""}
    assert DgaList.objects.get().origin == "cctld.ru"
