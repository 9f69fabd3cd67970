"""A partner that lies about algorithmic names: each entry is refused by its code, the others go on, nothing is kept."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.apply_entry import apply_entries
from comity.flows.take_dga_list import take_dga_list
from comity.flows.tend_dga import share_family
from comity.store import dga as stored
from comity.store import models
from comity.wire.dga_entries import (
    AnswerPayload,
    CountsOfDay,
    DgaPayload,
    NamesOfDay,
    SharePayload,
    StatusPayload,
    kind_of,
    parse_share,
    render_dga,
)
from flows.test_dga import LIST, NewDgaList, lines
from flows.two_parties import AT, Parties, outgoing

pytestmark = pytest.mark.django_db

RU = Actor("ivan", "analyst", "cctld.ru")
DAY = "2026-12-01"


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


def from_ru(parties: Parties) -> SharePayload:
    """What .ru shares with .by of its list; the store is .ru's."""
    parties.sit(parties.ru)
    take_dga_list(parties.ru, lines(LIST), NewDgaList(family="demo-family"), RU, at=AT)
    share_family(parties.ru, "demo-family", RU, at=AT)
    (entry,) = outgoing()
    payload = parse_share(entry.payload)
    assert isinstance(payload, SharePayload)
    return payload


def apply(home: Home, partner: str, *payloads: DgaPayload) -> list[str]:
    entries = [
        IncomingEntry(position, kind_of(one), str(one.list), render_dga(one, sender=partner, salt="s"))
        for position, one in enumerate(payloads)
    ]
    return apply_entries(home, partner, entries, at=AT)


def days(*names: str, day: str = DAY) -> tuple[NamesOfDay, ...]:
    return (NamesOfDay(day, " ".join(names)),)


WRONG: dict[str, Callable[[SharePayload], SharePayload]] = {
    "not-our-zone": lambda one: msgspec.structs.replace(one, zone="su"),
    "payload:not-in-order": lambda one: msgspec.structs.replace(one, days=days("b", "a")),
    "payload:bad-name": lambda one: msgspec.structs.replace(one, days=days("-a")),
    "payload:malformed": lambda one: msgspec.structs.replace(one, number=1_000_000, of=1_000_001),
    "payload:bad-value": lambda one: msgspec.structs.replace(one, number=7, of=7),
    "not-registrable": lambda one: msgspec.structs.replace(one, days=days("login.bank-demo")),
    "decided-in-the-future": lambda one: msgspec.structs.replace(one, decided_at=AT + timedelta(days=3)),
    "day-has-passed": lambda one: msgspec.structs.replace(one, days=days("qxkvjwzr", day="2026-11-01")),
    "not-a-party": lambda one: msgspec.structs.replace(one, parties=("cctld.ru", "fid.su")),
    "5:tlp-red-never-leaves": lambda one: msgspec.structs.replace(one, tlp="TLP:RED"),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_share_that_lies_is_refused_and_the_next_is_taken(parties: Parties, code: str) -> None:
    good = from_ru(parties)
    parties.sit(parties.by)
    assert apply(parties.by, "cctld.ru", WRONG[code](good), good) == [code, ""]
    assert {row.name for row in models.DgaName.objects.all()} == {"qxkvjwzr.by", "zvqwkxjh.by", "hjwqzkxv.by"}


def test_a_suffix_under_which_others_have_names_is_refused(parties: Parties) -> None:
    good = from_ru(parties)
    parties.sit(parties.by)
    assert apply(parties.by, "cctld.ru", msgspec.structs.replace(good, days=days("com"))) == ["not-registrable"]


def test_a_part_comes_once_and_does_not_change(parties: Parties) -> None:
    good = from_ru(parties)
    parties.sit(parties.by)
    other = msgspec.structs.replace(good, days=days("kzjqvhwx"))
    assert apply(parties.by, "cctld.ru", good, good, other) == ["", "", "differs"]
    mine = msgspec.structs.replace(good, parties=("fid.su", "oac.by"))
    assert apply(parties.by, "fid.su", mine) == ["not-the-origin"]


def test_a_partner_keeps_within_what_may_be_kept(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    good = from_ru(parties)
    parties.sit(parties.by)
    monkeypatch.setattr("comity.flows.apply_dga.MOST_PARTS_OF_A_PARTNER", 2)
    many = [msgspec.structs.replace(good, number=number, of=4) for number in range(4)]
    assert apply(parties.by, "cctld.ru", *many) == ["", "", "too-many-parts", "too-many-parts"]
    assert stored.count_parts_from("cctld.ru", today="2026-12-03") == 0
    assert stored.count_parts_from("cctld.ru", today="2026-12-02") == 2


def test_nobody_answers_for_another_or_about_what_it_was_not_given(parties: Parties) -> None:
    share = from_ru(parties)
    said = AnswerPayload(
        list=share.list, tlp=share.tlp, clause="3", memorandum=share.memorandum, decided_at=AT, zone="by", number=0,
        answers="3b",
    )  # fmt: skip
    wrong = [
        msgspec.structs.replace(said, answers="2b"),
        msgspec.structs.replace(said, answers="3x"),
        msgspec.structs.replace(said, answers="3000000b"),
        msgspec.structs.replace(said, zone="ru", answers="b"),
        msgspec.structs.replace(said, number=1),
        msgspec.structs.replace(said, list=uuid4()),
    ]
    assert apply(parties.ru, "oac.by", *wrong, said) == [*["counts-differ"] * 3, *["no-such-part"] * 3, ""]
    late = msgspec.structs.replace(said, answers="3d", decided_at=AT - timedelta(hours=1))
    assert apply(parties.ru, "oac.by", late) == [""]
    (count,) = {tuple(row.counts) for row in models.DgaCount.objects.filter(zone="by")}
    assert count == ("blocked",)


def test_how_a_list_stands_is_its_origins_to_say_and_never_of_our_own_zones(parties: Parties) -> None:
    share = from_ru(parties)
    parties.sit(parties.by)
    said = StatusPayload(
        list=share.list, tlp=share.tlp, clause="3", memorandum=share.memorandum, decided_at=AT, family="demo-family",
        rows=(CountsOfDay("su", DAY, {"blocked": 2}),),
    )  # fmt: skip
    rows = {
        "by": (CountsOfDay("by", DAY, {"blocked": 2}),), "cn": (CountsOfDay("cn", DAY, {"blocked": 2}),),
        "com": (CountsOfDay("com", DAY, {"blocked": 2}),),
    }  # fmt: skip
    assert apply(parties.by, "cctld.ru", said, share) == ["no-such-list", ""]
    wrong = [msgspec.structs.replace(said, rows=row) for row in rows.values()]
    assert apply(parties.by, "cctld.ru", *wrong, said) == [*["not-its-zone"] * 3, ""]
    assert models.DgaCount.objects.get(zone="su").counts == {"blocked": 2}
    assert apply(parties.by, "cctld.ru", msgspec.structs.replace(said, list=UUID(int=4))) == ["no-such-list"]
