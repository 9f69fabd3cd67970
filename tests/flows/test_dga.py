"""A list of an algorithm's names: split, shared before the day, checked, answered; both nodes know the same counts."""

import gzip
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from comity.core.errors import ConflictError, ForbiddenError, InputError, TooLargeError
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home, open_home
from comity.edges.report_source import Block, Limits, Source
from comity.flows.answer_dga import answer_dga
from comity.flows.apply_dga import recall_dga
from comity.flows.apply_entry import apply_entries
from comity.flows.check_dga import check_against
from comity.flows.take_dga_list import NewDgaList, TakenList, take_dga_list
from comity.flows.tend_dga import share_family, tell_waiting
from comity.store import models
from comity.store.dga import counts_of, find_names, lists_of, read_part
from comity.wire.notices import ErasurePayload, render_notice
from flows.two_desks import Desks
from flows.two_parties import AT, Parties
from flows.whole_store import TABLES

pytestmark = pytest.mark.django_db

RU = Actor("ivan", "analyst", "cctld.ru")
BY = Actor("alena", "analyst", "oac.by")
BY_BOSS = Actor("oksana", "supervisor", "oac.by")
HOUR = timedelta(hours=1)
LIST = """# an invented family
date,domain
2026-12-01,qxkvjwzr.ru
2026-12-01,qxkvjwzr.by
2026-12-01,zvqwkxjh.by
2026-12-02,hjwqzkxv.by
2026-12-02,hjwqzkxv.su
2026-12-02,hjwqzkxv.com
"""


def lines(text: str, first: int = 1) -> list[Block]:
    data = text.encode()
    return [Block(first, data, data.count(b"\n") + 1)]


def take(home: Home, text: str = LIST, family: str = "demo-family", **said: str) -> TakenList:
    new = NewDgaList(family=family, source="Demo Research", terms="between registries", **said)
    return take_dga_list(home, lines(text), new, RU, at=AT)


def take_file(home: Home, path: Path, family: str = "demo-family") -> TakenList:
    with Source(str(path), Limits()) as source:
        return take_dga_list(home, source.blocks(), NewDgaList(family=family), RU, at=AT)


def nobody_has(home: Home, zone: str, family: str = "demo-family", actor: Actor = BY) -> None:
    """Check a zone in which none of the names is registered."""
    check_against(home, family, zone, lines(f"other-demo.{zone}"), actor, at=AT)


def status() -> dict[tuple[str, str], dict[str, int]]:
    """How the family stands in the zones of those who take part."""
    counts = counts_of(lists_of("demo-family"), zones=("ru", "by", "su"))
    return {key: {answer: number for answer, number in counter.items() if number} for key, counter in counts.items()}


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(Parties(tmp_path))


@pytest.fixture
def shared(desks: Desks) -> Desks:
    """.ru has a list and .by its share of it; .by sits."""
    desks.ru()
    take(desks.home)
    share_family(desks.home, "demo-family", RU, at=AT)
    desks.exchange()
    desks.by()
    return desks


def test_a_list_is_split_and_each_line_is_counted_once(desks: Desks) -> None:
    desks.ru()
    more = LIST + (
        "2026-12-01,QXKVJWZR.by\n2026-12-01,www.qxkvjwzr.by\n2026-11-01,vxzqjkwh.by\n2026-12-01,-bad-.by\n"
        "2026-13-01,wjxzqvkh.by\n2026-12-03,yandex.by\nnothing\n"
    )
    taken = take(desks.home, more)
    assert taken.by_zone == {"ru": 1, "by": 3, "su": 1, "com": 1}
    counts = Counter(taken.counts)
    assert (counts["kept"], counts["duplicate"], counts["not-registrable"], counts["past"]) == (6, 1, 1, 1)
    assert (counts["bad-date"], counts["held"], counts["too-few-columns"], counts["foreign"]) == (1, 1, 1, 1)
    row = models.DgaList.objects.get()
    assert row.held == {"yandex.by": "media"}
    assert {one["line"] for one in row.left_out} >= {10, 12, 13}
    assert row.parties == ["cctld.ru", "fid.su", "oac.by"]
    assert sum(number for code, number in counts.items() if code != "foreign") == 13


def test_only_the_partners_share_crosses(shared: Desks) -> None:
    names = {name.name for name in models.DgaName.objects.all()}
    assert names == {"qxkvjwzr.by", "zvqwkxjh.by", "hjwqzkxv.by"}
    for foreign in (b"qxkvjwzr.ru", b"hjwqzkxv.su", b"hjwqzkxv.com"):
        assert shared.holds(foreign) == []
    assert shared.refusals("in") == [""]
    assert {part.zone for part in models.DgaPart.objects.all()} == {"by"}
    row = models.DgaList.objects.get()
    assert (row.origin, row.source, row.terms, row.tlp) == (
        "cctld.ru", "Demo Research", "between registries", "TLP:AMBER",
    )  # fmt: skip


def test_answers_come_back_and_both_know_the_same(shared: Desks) -> None:
    early = answer_dga(shared.home, "demo-family", {"zone": "by", "day": "2026-12-01"}, "blocked", BY, at=AT)
    assert (early.answered, early.left_out, early.told) == (0, {"not-checked": 2}, ())
    nobody_has(shared.home, "by")
    done = answer_dga(shared.home, "demo-family", {"zone": "by", "day": "2026-12-01"}, "blocked", BY, at=AT + HOUR)
    assert (done.answered, done.left_out, [one.verdict for one in done.told]) == (2, {}, ["send"])
    answer_dga(shared.home, "demo-family", {"name": "hjwqzkxv.by"}, "registered-by-victim", BY, at=AT + HOUR)
    shared.exchange()
    shared.ru()
    nobody_has(shared.home, "ru", actor=RU)
    answer_dga(shared.home, "demo-family", {"zone": "ru"}, "sinkholed", RU, at=AT + HOUR)
    tell_waiting(shared.home, at=AT + 2 * HOUR)
    here = status()
    assert here == {
        ("ru", "2026-12-01"): {"sinkholed": 1},
        ("by", "2026-12-01"): {"blocked": 2},
        ("by", "2026-12-02"): {"registered-by-victim": 1},
        ("su", "2026-12-02"): {"waiting": 1},
    }
    shared.exchange()
    shared.by()
    assert status() == here
    assert shared.holds(b"hjwqzkxv.su") == []
    shared.ru()
    assert tell_waiting(shared.home, at=AT + 5 * HOUR) == 0
    assert set(shared.refusals("in")) == {""}


def test_a_list_taken_twice_is_one_and_a_later_one_says_only_what_is_new(desks: Desks) -> None:
    desks.ru()
    first, again = take(desks.home), take(desks.home)
    assert (first.uuid, first.is_new, again.is_new) == (again.uuid, True, False)
    assert models.DgaName.objects.count() == 1
    later = take(desks.home, LIST + "2026-12-02,kzjqvhwx.ru\n")
    assert later.uuid != first.uuid
    assert (later.counts["kept"], later.counts["known"], later.by_zone) == (1, 6, {"ru": 1})
    assert status()["ru", "2026-12-02"] == {"waiting": 1}


def test_what_is_registered_or_dangerous_is_answered_alone(desks: Desks) -> None:
    desks.ru()
    text = "2026-12-01,qxkvjwzr.by\n2026-12-01,abc.by\n2026-12-01,zvqwkxjh.by\n2026-12-01,xn--80ak6aa92e.by\n"
    take(desks.home, text)
    share_family(desks.home, "demo-family", RU, at=AT)
    desks.exchange()
    desks.by()
    found = check_against(desks.home, "demo-family", "by", lines("# zone by\nzvqwkxjh.by\nother.by\nx.ru"), BY, at=AT)
    assert (found.listed, found.registered, found.unregistered, found.not_names) == (2, 1, 3, 1)
    done = answer_dga(desks.home, "demo-family", {"zone": "by"}, "blocked", BY, at=AT)
    assert (done.answered, done.left_out) == (1, {"dangerous": 2, "registered": 1})
    with pytest.raises(ConflictError, match="needs-supervisor"):
        answer_dga(desks.home, "demo-family", {"name": "abc.by"}, "blocked", BY, at=AT)
    assert answer_dga(desks.home, "demo-family", {"name": "abc.by"}, "blocked", BY_BOSS, at=AT).answered == 1
    with pytest.raises(ConflictError, match="registered"):
        answer_dga(desks.home, "demo-family", {"name": "zvqwkxjh.by"}, "not-registered", BY, at=AT)
    with pytest.raises(InputError, match="names nothing"):
        check_against(desks.home, "demo-family", "by", lines("x.ru"), BY, at=AT)
    with pytest.raises(ForbiddenError):
        answer_dga(desks.home, "demo-family", {"zone": "by"}, "blocked", Actor("eva", "auditor", "oac.by"), at=AT)


def test_a_receiver_protects_its_own_names(desks: Desks) -> None:
    (desks.parties.by.path / "own.txt").write_text("zvqwkxjh.by\n")
    desks.ru()
    take(desks.home)
    share_family(desks.home, "demo-family", RU, at=AT)
    path = desks.parties.by.path / "node.toml"
    path.write_text(path.read_text() + '\n[guard.lists]\nown = "own.txt"\n')
    desks.parties.by = open_home(path.parent)
    desks.exchange()
    desks.by()
    row = models.DgaName.objects.get(name="zvqwkxjh.by")
    assert (row.dangers, row.check_state, row.next_at) == ("protected", "protected", None)
    with pytest.raises(ConflictError, match="protected"):
        answer_dga(desks.home, "demo-family", {"name": "zvqwkxjh.by"}, "blocked", BY_BOSS, at=AT)
    assert answer_dga(desks.home, "demo-family", {"name": "zvqwkxjh.by"}, "declined", BY, at=AT).answered == 1


def test_a_cap_counts_parts_and_what_is_over_it_goes_another_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.core.dga.PART_BYTES", 800)
    desks = Desks(Parties(tmp_path, reports_a_day=2))
    desks.ru()
    text = "".join(f"2026-12-{1 + number % 20:02},q{number:05}zxvkwjhq.by\n" for number in range(120))
    take(desks.home, text)
    parts = models.DgaPart.objects.filter(zone="by").count()
    assert parts == 4
    told = share_family(desks.home, "demo-family", RU, at=AT)
    assert [one.verdict for one in told["oac.by"]] == ["send", "send", "refuse", "refuse"]
    assert tell_waiting(desks.home, at=AT + timedelta(minutes=5)) == 0
    tell_waiting(desks.home, at=AT + timedelta(days=1))
    desks.at = AT + timedelta(days=1)
    desks.exchange()
    desks.by()
    assert models.DgaName.objects.count() == 120


def test_what_its_sender_erases_is_forgotten(shared: Desks) -> None:
    erasure = ErasurePayload(
        position=0, reason="sent-by-mistake", clause="3", memorandum="sha256:" + "0" * 64, decided_at=AT
    )
    subject = models.DgaList.objects.get().uuid
    data = render_notice(erasure, sender="cctld.ru", about="note--x", tlp="TLP:AMBER", salt="s")
    assert shared.holds(b"qxkvjwzr") != []
    with transaction.atomic():
        entry = IncomingEntry(1, "erasure", subject, data)
        assert apply_entries(shared.home, "cctld.ru", [entry], at=AT) == [""]
    assert shared.holds(b"qxkvjwzr") == []
    assert (models.DgaName.objects.count(), models.DgaPart.objects.count(), status()) == (0, 0, {})


def test_a_restored_partner_gets_its_answers_back(shared: Desks) -> None:
    nobody_has(shared.home, "by")
    backup = shared.snapshot()
    answer_dga(shared.home, "demo-family", {"day": "2026-12-01"}, "blocked", BY, at=AT + HOUR)
    given_back = shared.outgoing()
    after = status()
    shared.restore(backup)
    assert status() != after
    recall_dga(shared.home, "cctld.ru", given_back)
    assert status() == after
    assert find_names(lists_of("demo-family"), {"answer": "blocked"}).count() == 2


def test_a_restored_origin_gets_its_shares_back_and_its_own_names_by_taking_the_list_again(shared: Desks) -> None:
    shared.ru()
    given_back, before = shared.outgoing(), status()
    for table in (models.DgaName, models.DgaCount, models.DgaPart, models.DgaTold, models.DgaEvent, models.DgaList):
        table.objects.all().delete()
    recall_dga(shared.home, "oac.by", given_back)
    assert {part.zone for part in models.DgaPart.objects.all()} == {"by"}
    assert share_family(shared.home, "demo-family", RU, at=AT)["oac.by"] == []
    take(shared.home)
    assert status() == before
    assert models.DgaPart.objects.filter(zone="by").count() == 1


def test_a_real_list_crosses_and_nothing_of_other_zones_does(desks: Desks, shared_data: Path) -> None:
    """.by has a list of three zones of others; .ru gets its third, and no byte of a name of .su or .cn."""
    desks.by()
    take_file(desks.home, shared_data / "abuse/dga_flubot_germany_v3.7.txt.gz")
    assert {one.verdict for one in share_family(desks.home, "demo-family", BY, at=AT)["cctld.ru"]} == {"send"}
    others = [
        host.encode()
        for part in models.DgaPart.objects.filter(zone__in=("su", "cn"))
        for _day, host in read_part(part).hosts()
    ]
    assert len(others) == 1_623 + 1_699
    desks.exchange()
    desks.ru()
    assert desks.refusals("in") == [""]
    assert models.DgaName.objects.count() == 1_662
    rows = [value for table in TABLES for row in table.objects.values_list() for value in row]
    held = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in rows)
    assert b"dga_share" in held
    labels = set(re.findall(rb"[a-z0-9-]+", held))
    assert [name for name in others if name.partition(b".")[0] in labels] == []
    nobody_has(desks.home, "ru", actor=RU)
    done = answer_dga(desks.home, "demo-family", {"zone": "ru"}, "blocked", RU, at=AT)
    assert (done.answered, done.left_out) == (1_662, {})
    desks.exchange()
    desks.by()
    assert status()["ru", ""] == {"blocked": 1_662}


def test_the_real_lists_are_split_as_they_are(desks: Desks, shared_data: Path) -> None:
    desks.ru()
    expected = {
        "pushdo": {"ru": 45_798},
        "flubot_germany_v3.7": {"ru": 1_662, "su": 1_623, "cn": 1_699},
    }
    for file, zones in expected.items():
        path = shared_data / f"abuse/dga_{file}.txt.gz"
        assert take_file(desks.home, path, family=file.partition("_")[0]).by_zone == zones
    assert models.DgaName.objects.count() == 45_798 + 1_662
    assert models.DgaPart.objects.filter(zone="ru").count() == 8 + 1  # entries, if they were a partner's


def test_a_list_that_is_cut_off_or_says_nothing_is_refused_whole(desks: Desks, tmp_path: Path) -> None:
    desks.ru()
    packed = gzip.compress(LIST.encode() * 50)
    path = tmp_path / "list.gz"
    for length in range(20, len(packed), 7):
        path.write_bytes(packed[:length])
        with pytest.raises(InputError):
            take_file(desks.home, path)
    path.write_bytes(gzip.compress(b"qxkvjwzr.by\n" * 2_000_000))
    with pytest.raises(TooLargeError):
        take_file(desks.home, path)
    for text in ("", "# nothing\n", "2026-11-01,qxkvjwzr.by\n", "a,b,c\n1,2,3\n"):
        with pytest.raises(InputError):
            take(desks.home, text)
    with pytest.raises(InputError, match="family"):
        take(desks.home, family="../x")
    with pytest.raises(InputError, match="tlp"):
        take(desks.home, tlp="TLP:RED")
    assert models.DgaList.objects.count() == 0
    assert models.DgaPart.objects.count() == 0
