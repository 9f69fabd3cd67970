"""Names to block follow the stream of what was told: they come, go, cool down, and pass the last door."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from comity.core.blocking import net_changes
from comity.edges.home import Home, ZoneSettings
from comity.flows.block import block
from comity.store.block_outputs import iterate_pieces, list_outputs, read_changes
from comity.store.blocking import count_withheld, iterate_blocked
from comity.store.models import BlockChange, BlockedName, BlockOutput, BlockReader
from comity.store.subscribers import SubscriberRow, end_subscriber
from comity.store.whole import table_heads
from comity.wire.gzip_parts import Part, unpack_part
from comity.wire.rpz import render_records
from flows.blocked import AT, home_at, subscribe, tell, told_case, withdrawn

pytestmark = pytest.mark.django_db

ZONE = "rpz.example.by"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path, rpz_example_by=ZoneSettings(subscriber="resolver-1"))


@pytest.fixture
def subscriber(db: None) -> SubscriberRow:
    return subscribe()


def output(origin: str = ZONE) -> BlockOutput:
    return BlockOutput.objects.get(origin=origin)


def wire_of(origin: str = ZONE) -> bytes:
    return b"".join(piece.body for _serial, _count, piece in iterate_pieces(output(origin).pk, "wire"))


def plain() -> list[str]:
    pieces = [piece for _serial, _count, piece in iterate_pieces(output("").pk, "plain")]
    return b"".join(unpack_part(Part(one.body, one.crc, one.size)) for one in pieces).decode().split()


def test_a_name_comes_and_a_withdrawal_takes_it_out_of_everything(home: Home, subscriber: SubscriberRow) -> None:
    one, other = told_case("demo-bank.by"), told_case("shop-demo.ru", category="malware")
    tell(subscriber, [one, other])
    assert block(home, at=AT) == 6  # two names in the lists, in the zone, and in the small zone beside it

    assert plain() == ["demo-bank.by", "shop-demo.ru"]
    assert wire_of() == wire_of(f"hot.{ZONE}") == render_records(["demo-bank.by", "shop-demo.ru"], "nxdomain")
    before = output().serial

    tell(subscriber, [withdrawn(one)])
    later = AT + timedelta(seconds=2)
    assert block(home, at=later) == 3
    assert plain() == ["shop-demo.ru"]
    assert wire_of() == wire_of(f"hot.{ZONE}") == render_records(["shop-demo.ru"], "nxdomain")
    assert output().serial > before
    assert net_changes(read_changes(output(), before) or []) == (["demo-bank.by"], [])
    assert block(home, at=later) == 0


def test_a_name_of_two_cases_stays_until_both_are_withdrawn(home: Home, subscriber: SubscriberRow) -> None:
    one, other = told_case("demo-bank.by"), told_case("demo-bank.by", number=1, category="malware")
    tell(subscriber, [one, other])
    block(home, at=AT)
    tell(subscriber, [withdrawn(one)])
    block(home, at=AT + timedelta(hours=1))
    assert plain() == ["demo-bank.by"]
    tell(subscriber, [withdrawn(other)])
    block(home, at=AT + timedelta(hours=2))
    assert (plain(), wire_of()) == ([], b"")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("com.ru", "suffix"), ("msk.ru", "suffix"), ("ru", "suffix"), ("by", "suffix"), ("com.vn", "suffix"),
        ("github.io", "suffix"), ("www.demo-bank.by", "not-registrable"), ("vk.com", "media"),
        ("пример.рф", "not-a-name"),
        ("Demo-Bank.by", "not-a-name"), ("demo..by", "not-a-name"), ("demo bank.by", "not-a-name"),
        ("xn--a-ecp.ru", "not-a-name"),
    ],
)  # fmt: skip
def test_the_last_door_lets_no_suffix_and_no_protected_name_through(
    home: Home, subscriber: SubscriberRow, name: str, why: str
) -> None:
    tell(subscriber, [told_case(name), told_case("demo-bank.com.ru"), told_case("xn--e1afmkfd.xn--p1ai")])
    block(home, at=AT)
    assert plain() == ["demo-bank.com.ru", "xn--e1afmkfd.xn--p1ai"]
    assert count_withheld(subscriber.pk) == {why: 1}


def test_a_name_that_becomes_protected_leaves(home: Home, subscriber: SubscriberRow, tmp_path: Path) -> None:
    tell(subscriber, [told_case("demo-bank.by"), told_case("shop-demo.ru")])
    block(home, at=AT)
    (tmp_path / "ours.txt").write_text("demo-bank.by\n")
    guard = msgspec.structs.replace(home.settings.guard, lists={"ours": "ours.txt"})
    guarded = Home(home.path, msgspec.structs.replace(home.settings, guard=guard))
    block(guarded, at=AT)
    assert (plain(), count_withheld(subscriber.pk)) == (["shop-demo.ru"], {"ours": 1})
    assert wire_of() == render_records(["shop-demo.ru"], "nxdomain")


def test_new_names_leave_the_small_zone_when_they_are_old(home: Home, subscriber: SubscriberRow) -> None:
    tell(subscriber, [told_case("demo-bank.by"), told_case("old-demo.by", at=AT - timedelta(days=30))])
    block(home, at=AT)
    assert (output().names, output(f"hot.{ZONE}").names) == (2, 1)
    block(home, at=AT + timedelta(hours=24, seconds=1))
    assert (output().names, output(f"hot.{ZONE}").names, wire_of(f"hot.{ZONE}")) == (2, 0, b"")


def test_the_large_zone_waits_for_names_that_come_and_never_for_one_that_goes(
    home: Home, subscriber: SubscriberRow
) -> None:
    first, second = told_case("demo-bank.by"), told_case("shop-demo.ru")
    tell(subscriber, [first])
    block(home, at=AT)
    tell(subscriber, [second])
    soon = AT + timedelta(seconds=10)
    block(home, at=soon)
    assert (output().names, output(f"hot.{ZONE}").names) == (1, 2)
    block(home, at=AT + timedelta(seconds=900))
    assert output().names == 2
    tell(subscriber, [withdrawn(first)])
    block(home, at=AT + timedelta(seconds=902))
    assert (output().names, output(f"hot.{ZONE}").names) == (1, 1)


def test_a_zone_holds_its_categories_and_a_change_of_them_builds_it_anew(
    home: Home, subscriber: SubscriberRow, tmp_path: Path
) -> None:
    tell(subscriber, [told_case("demo-bank.by"), told_case("shop-demo.ru", category="malware")])
    phishing = home_at(tmp_path, rpz_example_by=ZoneSettings(subscriber="resolver-1", categories=("phishing",)))
    block(phishing, at=AT)
    assert wire_of() == render_records(["demo-bank.by"], "nxdomain")
    before = output().serial
    block(home, at=AT)
    assert wire_of() == render_records(["demo-bank.by", "shop-demo.ru"], "nxdomain")
    assert output().serial > before
    assert read_changes(output(), before) is None  # whoever has the old one gets it whole


def test_an_ended_subscription_empties_its_zones(home: Home, subscriber: SubscriberRow) -> None:
    tell(subscriber, [told_case("demo-bank.by")])
    block(home, at=AT)
    end_subscriber("resolver-1", at=AT)
    block(home, at=AT)
    assert [(row.names, row.changed_at) for row in list_outputs()] == [(0, AT)] * 3
    assert list(iterate_blocked(subscriber.pk)) == []


def test_a_zone_that_is_declared_no_more_goes_and_comes_back_with_a_higher_serial(
    home: Home, subscriber: SubscriberRow, tmp_path: Path
) -> None:
    tell(subscriber, [told_case("demo-bank.by")])
    block(home, at=AT)
    before = output().serial
    block(home_at(tmp_path), at=AT)
    assert [row.origin for row in list_outputs()] == [""]
    block(home, at=AT + timedelta(seconds=2))
    assert output().serial > before


def test_a_long_stream_is_followed_in_several_rounds_and_built_at_its_end(
    home: Home, subscriber: SubscriberRow
) -> None:
    block(home, at=AT)
    names = [f"demo-{number:05}.by" for number in range(4100)]
    tell(subscriber, [told_case(name, at=AT - timedelta(days=9)) for name in names])
    BlockOutput.objects.update(changed_at=None)  # as more than twenty thousand versions at once make it
    assert block(home, at=AT, most_pages=1) == 0
    assert wire_of() == b""
    assert block(home, at=AT + timedelta(seconds=2)) == 2 * len(names)
    assert plain() == names


def test_a_restored_node_lists_anew_and_with_a_higher_serial(home: Home, subscriber: SubscriberRow) -> None:
    """A backup holds nothing of the outputs; whoever had a version gets the zone whole."""
    assert {table.table for table in table_heads()} & {"blocked_name", "block_output", "block_chunk"} == set()
    tell(subscriber, [told_case("demo-bank.by")])
    block(home, at=AT)
    before = output().serial
    for model in (BlockOutput, BlockedName, BlockReader):
        model.objects.all().delete()
    block(home, at=AT + timedelta(seconds=1))
    assert (plain(), wire_of()) == (["demo-bank.by"], render_records(["demo-bank.by"], "nxdomain"))
    assert output().serial > before
    assert read_changes(output(), before) is None


def test_many_names_are_kept_in_parts_and_one_change_writes_one_part(home: Home, subscriber: SubscriberRow) -> None:
    names = [f"demo-{number:04}.by" for number in range(1200)]
    tell(subscriber, [told_case(name, at=AT - timedelta(days=9)) for name in names])
    block(home, at=AT)
    pieces = {piece.body for _serial, _count, piece in iterate_pieces(output().pk, "wire")}
    assert len(pieces) > 4
    tell(subscriber, [withdrawn(told_case("demo-0600.by")), told_case("aaa-demo.by"), told_case("zzz-demo.by")])
    block(home, at=AT)
    now = {piece.body for _serial, _count, piece in iterate_pieces(output().pk, "wire")}
    assert len(now - pieces) <= 3
    left = sorted({*names, "aaa-demo.by", "zzz-demo.by"} - {"demo-0600.by"})
    assert (plain(), wire_of()) == (left, render_records(left, "nxdomain"))
    assert output().names == len(left)
    assert not BlockChange.objects.filter(serial=0).exclude(output__origin="").exists()
