"""Day after day: what is compared is what a whole reading gives, and what cannot be compared is read whole and said."""

import gzip
import resource
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from comity.sweep.kept_dumps import find_dump
from comity.sweep.name_store import list_snapshots, read_changes, verify_snapshot
from comity.sweep.plan import Keeping
from comity.sweep.read_source import OUT_OF_ORDER
from comity.sweep.run_errors import NoRoomError, PlanChangedError
from comity.sweep.snapshot_errors import SnapshotOrderError, SnapshotUnwrittenError
from comity.sweep.take_zone import bursts_file, read_taken, take_zone
from sweep.names_made import Zone, numbered
from sweep.test_changes import ORDERS, dump
from sweep.zones_taken import FIRST, newest, put, rows_of, take, task

DAY = date(2026, 11, 24)
NEXT = DAY + timedelta(1)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LABELS = st.text("ab-0", min_size=1, max_size=3)
NAMES = st.lists(LABELS, min_size=1, max_size=2).map(lambda labels: ".".join([*labels, "ru"])).filter("ru".__ne__)
ZONES = st.dictionaries(
    NAMES, st.tuples(st.sampled_from(["", "ns1.example.by", "ns1.a.ru ns2.example.by"]), st.booleans()), max_size=12
)
ODD = [
    "",
    "z.ru.\t60\tIN\tNS\ta.example. more\n",
    "z.ru.\t60\tIN\tNS\ta.example.\t; more\nz.ru.\t60\tIN\tDS\tgarbage\n",
    "Z.RU.\tIN\t60\tNS\tA.example.\nz.ru.\t60\tIN\tDS\t1 13 2 AB ; x\n",
    "x!.ru.\t60\tIN\tNS\ta.example.\n",
    "z.ru.\t60\tIN\tNS\tb..example.\n",
    "xn--zz-.ru.\t60\tIN\tNS\ta.example.\n",
]


def dump_with(zone: Zone, order: str, serial: int, odd: str) -> bytes:
    """A dump with a line before its end that names no host."""
    body, soa, end = dump(zone, order, serial=serial).decode().rpartition("ru.\t3600\tIN\tSOA")
    return f"{body}{odd}{soa}{end}".encode()


@settings(max_examples=12, deadline=None)
@given(ZONES, ZONES, ZONES, st.sampled_from(sorted(ORDERS)), st.sampled_from(ODD))
def test_days_that_are_compared_are_row_for_row_those_that_are_read_whole(
    one: Zone, two: Zone, three: Zone, order: str, odd: str
) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        source, ways = place / "ru.zone", []
        for number, zone in enumerate((one, {**one, **two}, three)):
            put(source, dump_with(zone, order, 1 + number, odd if number else ""))
            for keep_dumps in ("link", "no"):
                day = take(place / keep_dumps, place / "run", source, DAY + timedelta(number), keep_dumps=keep_dumps)
                ways.append(day.way)
            for compared, whole in zip(rows_of(place / "link"), rows_of(place / "no"), strict=True):
                assert_frame_equal(compared, whole)
        assert ways[:2] == ["whole", "whole"]
        assert {*ways[2::2]} <= {"compared", "unchanged"}
        assert {*ways[3::2]} == {"whole"}


@pytest.mark.parametrize("odd", ODD)
def test_a_line_that_is_odd_is_odd_in_either_way(tmp_path: Path, odd: str) -> None:
    for keep_dumps in ("link", "no"):
        take(tmp_path / keep_dumps, tmp_path / "run", put(tmp_path / "ru.zone", dump(numbered(3))), DAY,
             keep_dumps=keep_dumps)  # fmt: skip
        put(tmp_path / "ru.zone", dump_with(numbered(3), "octets", 2, odd))
        take(tmp_path / keep_dumps, tmp_path / "run", tmp_path / "ru.zone", NEXT, keep_dumps=keep_dumps)
    for compared, whole in zip(rows_of(tmp_path / "link"), rows_of(tmp_path / "no"), strict=True):
        assert_frame_equal(compared, whole)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A dump that was taken on the first day, with its store beside."""
    path = put(tmp_path / "ru.zone", dump(numbered(20)))
    take(tmp_path / "store", tmp_path / "run", path, DAY)
    return path


def next_day(source: Path, octets: bytes, as_of: date = NEXT) -> tuple[str, str]:
    taken = take(source.parent / "store", source.parent / "run", put(source, octets), as_of)
    return taken.way, " ".join(taken.notes)


CHANGED = {**numbered(20), "new.ru": ("ns1.example.by", True)}


def test_only_the_newest_dump_is_kept_and_it_costs_no_room(source: Path) -> None:
    store = source.parent / "store" / "ru"
    assert next_day(source, dump(CHANGED, serial=2)) == ("compared", "")
    (kept,) = store.glob("dump-*")
    assert kept.name == "dump-2026-11-25"
    assert kept.read_bytes() == source.read_bytes()
    assert newest(store.parent).names == 21


def test_a_dump_that_was_written_to_in_place_is_not_compared_with(source: Path) -> None:
    source.write_bytes(dump(numbered(19)))  # the kept dump is a link to it, unless the file system made a clone
    store = source.parent / "store"
    kept = find_dump(store, newest(store))
    way, notes = next_day(source, dump(CHANGED, serial=2))
    assert (way, "was written to" in notes) == (("whole", True) if kept is None else ("compared", False))
    assert newest(store).names == 21


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (gzip.compress(dump(CHANGED, serial=2)), "packed"),
        (b"".join(name.encode() + b"\n" for name in CHANGED), "SOA"),
        (dump(CHANGED, "canonical", serial=2).replace(b"ru.\t3600\tIN\tNS", b"(\nru. 3600 IN NS", 1), "whole"),
    ],
)
def test_what_cannot_be_compared_is_read_whole_and_said(source: Path, octets: bytes, why: str) -> None:
    if octets.startswith(b"ru.\t3600\tIN\tSOA") and b"(" in octets:
        octets = octets.replace(b"(\nru. 3600 IN NS\ta.dns.example.", b"ru. 3600 IN NS ( a.dns.example. )")
    way, notes = next_day(source, octets)
    assert way == "whole"
    assert "read whole" in notes
    assert why in notes
    assert newest(source.parent / "store").names == 21


@pytest.mark.parametrize("odd", ["$ORIGIN a.ru.\n", "z.ru. 60 IN NS ( a.example. )\n", " 60 IN NS a.example.\n"])
def test_what_is_not_one_record_a_line_is_seen_on_a_third_day_too(source: Path, odd: str) -> None:
    assert next_day(source, dump(CHANGED, serial=2))[0] == "compared"
    way, notes = next_day(source, dump_with(CHANGED, "octets", 3, odd), NEXT + timedelta(1))
    assert way == "whole"
    assert "is not one whole record" in notes


def test_names_in_no_order_are_read_by_way_of_files(tmp_path: Path) -> None:
    lines = dump(CHANGED).splitlines(keepends=True)
    soa, body = lines[0], lines[1:-1]
    path = put(tmp_path / "ru.zone", b"".join([soa, *body[::-1], soa]))
    taken = take(tmp_path / "store", tmp_path / "run", path, DAY)
    assert (taken.way, taken.notes, taken.names) == ("whole", (OUT_OF_ORDER,), 21)
    straight = put(tmp_path / "other.zone", dump(CHANGED))
    take(tmp_path / "other", tmp_path / "run", straight, DAY)
    for one, other in zip(rows_of(tmp_path / "store"), rows_of(tmp_path / "other"), strict=True):
        assert_frame_equal(one, other)
    assert not list((tmp_path / "run").rglob("*spills*"))


@pytest.mark.parametrize("packed", [False, True])
def test_the_same_zone_on_a_later_day_is_unchanged(source: Path, packed: bool) -> None:
    octets = dump(numbered(20))
    if packed:
        assert next_day(source, gzip.compress(octets, mtime=0), NEXT)[0] == "whole"
        octets = gzip.compress(octets, mtime=0)
    assert next_day(source, octets, NEXT + timedelta(1)) == ("unchanged", "")
    after = newest(source.parent / "store")
    assert (after.names, after.serial, after.changes, after.as_of) == (20, 1, (), NEXT + timedelta(1))


@pytest.mark.parametrize(
    ("serial", "as_of", "why"),
    [
        (1, NEXT, "serial 1 is that of"),
        (0xFFFFFFFF, NEXT, "is not later than 1"),
        (2, DAY - timedelta(1), "cannot follow"),
    ],
)
def test_what_is_older_or_other_under_the_same_serial_is_out_of_order(
    source: Path, serial: int, as_of: date, why: str
) -> None:
    before = newest(source.parent / "store")
    with pytest.raises(SnapshotOrderError, match=f"snapshots out of order: .*{why}"):
        next_day(source, dump(CHANGED, serial=serial), as_of)
    assert newest(source.parent / "store") == before
    assert find_dump(source.parent / "store", before) is not None


def test_a_file_that_is_another_one_than_when_the_plan_was_made_is_refused(source: Path) -> None:
    asked = task(source.parent / "store", source.parent / "run", put(source, dump(CHANGED, serial=2)), NEXT)
    put(source, dump(numbered(30), serial=2))
    with pytest.raises(PlanChangedError, match="was written to since the plan was made"):
        take_zone(asked)
    assert newest(source.parent / "store").as_of == DAY


@pytest.mark.parametrize("keep_dumps", ["link", "no"])
def test_an_earlier_dump_of_an_unknown_zone_is_read_first_and_compared_with(
    tmp_path: Path, keep_dumps: Keeping
) -> None:
    before = put(tmp_path / "before.zone", dump(numbered(20)))
    after = put(tmp_path / "ru.zone", dump(CHANGED, serial=2))
    take_zone(task(tmp_path / "store", tmp_path / "run", after, NEXT, before=before, keep_dumps=keep_dumps))
    snapshot = newest(tmp_path / "store")
    assert read_changes(tmp_path / "store", snapshot).select("name", "change").rows() == [("new.ru", "new")]
    assert read_taken(tmp_path / "run", "ru").way == "compared"
    assert snapshot.before == f"ru/{FIRST}"


@pytest.mark.parametrize("most_bytes", [100, 700, 1_500])
def test_a_full_disk_leaves_yesterday_whole_and_the_same_day_is_taken_when_there_is_room(
    source: Path, most_bytes: int
) -> None:
    store, before = source.parent / "store", newest(source.parent / "store")
    kept = rows_of(store)
    asked = task(store, source.parent / "run", put(source, dump(CHANGED, serial=2)), NEXT)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        with pytest.raises((SnapshotUnwrittenError, NoRoomError)):
            take_zone(asked)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    if newest(store) == before:
        verify_snapshot(store, before)
        for was, now in zip(kept, rows_of(store), strict=True):
            assert_frame_equal(was, now)
    take_zone(asked)
    assert (newest(store).names, read_taken(source.parent / "run", "ru").way) == (21, "compared")
    verify_snapshot(store, newest(store))


def test_bursts_are_told_once_a_week_is_known_and_old_days_are_removed(source: Path) -> None:
    zone = dict(numbered(20))
    for day in range(1, 20):
        zone |= {f"{LETTERS[day]}{LETTERS[at]}.ru": ("ns1.example.by", False) for at in range(26)}
        if day == 18:
            zone |= {f"oplata{at}-demobank.ru": ("ns9.example.vn", False) for at in range(10)}
        put(source, dump(zone, serial=1 + day))
        taken = take(source.parent / "store", source.parent / "run", source, DAY + timedelta(day))
        assert taken.burst_days == (None if day >= 10 else max(0, day - 3))
    told = pl.read_parquet(bursts_file(source.parent / "run", "ru"))
    assert {"ns9.example.vn"} == set(told.filter(pl.col("reason") == "burst-of-servers")["servers"])
    assert told["names"].max() == 10
    store = source.parent / "store"
    assert len(list_snapshots(store, "ru")) == len(list((store / "ru").glob("source-*.json"))) == 15
