"""Readings become snapshots: what a store then says of each name, whatever order, cut and day the names came in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.sweep.columns import NAMES
from comity.sweep.name_store import find_snapshot, list_snapshots, read_changes, read_servers, verify_snapshot
from comity.sweep.names_apart import set_apart
from comity.sweep.snapshot_day import Day, write_day
from comity.sweep.snapshot_errors import (
    NameTwiceError,
    SnapshotBusyError,
    SnapshotDamagedError,
    SnapshotLossError,
    SnapshotOrderError,
    SnapshotZoneError,
)
from comity.sweep.snapshot_folder import hold_zone
from comity.sweep.snapshot_limits import StoreLimits, check_order, is_later_serial, limits_for
from comity.sweep.snapshot_pruning import prune_snapshots
from comity.sweep.snapshot_writing import write_snapshot
from sweep.names_made import Zone, frame, frames, names_of, numbered, told

DAY = date(2026, 11, 23)
SMALL = StoreLimits(part_names=4, lost_share=1.0)


def day_of(before: Zone, after: Zone, serial: int = 0) -> Day:
    """What `compare_dumps` would give for two zones."""
    now = frame(sorted(after.items()))
    apart = set_apart(frame(sorted(before.items())), now)
    servers = now.join(apart.filter("is"), on="name", how="semi").select("ns", "servers").unique()
    return Day(apart, servers, serial)


def test_a_first_snapshot_has_every_name_once_ascending(tmp_path: Path) -> None:
    zone = numbered(10)
    snapshot = write_snapshot(tmp_path, "ru", frames(zone), as_of=DAY, serial=7, limits=SMALL)
    names = names_of(tmp_path, snapshot)
    assert names.schema == NAMES
    assert names["name"].to_list() == sorted(zone)
    assert names.select("ds", "first_seen", "last_seen").rows() == [(at % 3 == 0, DAY, DAY) for at in range(10)]
    assert [part.names for part in snapshot.parts] == [4, 4, 2]
    assert read_servers(tmp_path, snapshot)["servers"].to_list() == ["ns1.example.ru ns2.example.ru"]
    assert (told(tmp_path, snapshot), snapshot.serial) == ([], 7)
    assert find_snapshot(tmp_path, "ru") == snapshot
    assert find_snapshot(tmp_path, "su") is None
    verify_snapshot(tmp_path, snapshot)


def test_a_reading_in_any_order_is_the_same_snapshot(tmp_path: Path) -> None:
    zone = numbered(40)
    one = write_snapshot(tmp_path / "one", "ru", frames(zone), as_of=DAY, limits=SMALL)
    for size in (1, 3, 7):
        where = tmp_path / f"other-{size}"
        other = write_snapshot(where, "ru", frames(zone, size, ascending=False), as_of=DAY, limits=SMALL)
        assert names_of(where, other).equals(names_of(tmp_path / "one", one))
        assert {path.suffix for path in (where / other.folder).iterdir()} == {".parquet", ".json"}  # no runs are left


def test_an_empty_zone_is_a_snapshot_and_can_grow(tmp_path: Path) -> None:
    empty = write_snapshot(tmp_path, "ru", [], as_of=DAY)
    assert names_of(tmp_path, empty).height == 0
    grown = write_day(tmp_path, empty, day_of({}, numbered(3)), as_of=DAY + timedelta(1))
    assert names_of(tmp_path, grown)["name"].to_list() == sorted(numbered(3))


@given(
    st.lists(
        st.dictionaries(st.integers(0, 11), st.tuples(st.sampled_from("abc"), st.booleans())), min_size=2, max_size=6
    ),
    st.data(),
)
@settings(max_examples=12, deadline=None)
def test_days_and_whole_readings_say_the_same_as_dictionaries(
    tmp_path_factory: pytest.TempPathFactory, days: list[dict[int, tuple[str, bool]]], data: st.DataObject
) -> None:
    store = tmp_path_factory.mktemp("store")
    first_seen: dict[str, date] = {}
    away: dict[str, tuple[date, str]] = {}
    before: Zone | None = None
    for number, drawn in enumerate(days):
        zone = {f"demo{at}.ru": (f"ns.{servers}.ru", ds) for at, (servers, ds) in drawn.items()}
        as_of = DAY + timedelta(number)
        newest = find_snapshot(store, "ru")
        share = data.draw(st.sampled_from([0.05, 5.0]))
        limits = StoreLimits(part_names=3, lost_share=1.0, delta_share=share)
        if before is not None and newest is not None and data.draw(st.booleans()):
            snapshot = write_day(store, newest, day_of(before, zone), as_of=as_of, limits=limits)
        else:
            snapshot = write_snapshot(
                store, "ru", frames(zone, ascending=data.draw(st.booleans())), as_of=as_of, limits=limits
            )
        expected = set()
        for name in set(zone) | set(before or {}):
            if before is None:
                continue
            if name not in zone:
                expected.add((name, "dropped", None))
            elif name not in before:
                expected.add((name, "returned" if name in away else "new", away[name][0] if name in away else None))
            else:
                expected |= {(name, "servers-changed", None)} if zone[name][0] != before[name][0] else set()
                expected |= {(name, "ds-changed", None)} if zone[name][1] != before[name][1] else set()
        changes = read_changes(store, snapshot)
        assert changes.height == len(expected)
        assert set(changes.select("name", "change", "away_since").iter_rows()) == expected
        for name in set(before or {}) - set(zone):
            away[name] = (as_of, "")
            del first_seen[name]
        for name in zone:
            first_seen.setdefault(name, as_of)
        want = (
            frame(sorted(zone.items()))
            .select("name", "ns", "ds")
            .with_columns(
                first_seen=pl.Series([first_seen[name] for name in sorted(zone)], dtype=pl.Date),
                last_seen=pl.lit(as_of, pl.Date),
            )
        )
        assert names_of(store, snapshot).equals(want)
        assert snapshot.names == len(zone)
        used = {servers for servers, _ds in zone.values()}
        assert used <= set(read_servers(store, snapshot)["servers"])
        verify_snapshot(store, snapshot)
        before = zone
    prune_snapshots(store, "ru", keep=1)
    (left,) = list_snapshots(store, "ru")
    verify_snapshot(store, left)
    assert names_of(store, left).height == len(before or {})


def test_a_day_writes_what_changed_and_not_the_zone(tmp_path: Path) -> None:
    zone = numbered(2_000)
    newest = write_snapshot(tmp_path, "ru", frames(zone, 500), as_of=DAY)
    base = newest.parts
    for number in range(1, 9):
        after = {**zone, f"new-{number}.ru": ("ns.example.by", False)}
        newest = write_day(tmp_path, newest, day_of(zone, after), as_of=DAY + timedelta(number))
        zone = after
    assert newest.parts == base
    assert [rows.rows for rows in newest.deltas] == [8]  # eight equal days, folded as they came
    assert not list((tmp_path / newest.folder).glob("names-*"))
    assert names_of(tmp_path, newest)["name"].to_list() == sorted(zone)
    after = dict.fromkeys(list(zone)[:200], ("ns.other.ru", True)) | dict(list(zone.items())[200:])
    newest = write_day(tmp_path, newest, day_of(zone, after), as_of=DAY + timedelta(9))
    assert (newest.deltas, newest.parts[0].path[:13]) == ((), "ru/2026-12-02")
    assert prune_snapshots(tmp_path, "ru", keep=1) == 9
    assert sorted(path.name for path in (tmp_path / "ru").iterdir() if path.is_dir()) == ["2026-12-02"]


def test_a_name_that_is_not_remembered_is_new_again(tmp_path: Path) -> None:
    zone, less = numbered(20), numbered(19)
    limits = StoreLimits(remember_days=3)
    write_snapshot(tmp_path, "ru", frames(zone), as_of=DAY, limits=limits)
    newest = write_snapshot(tmp_path, "ru", frames(less), as_of=DAY + timedelta(1), limits=limits)
    again = write_day(tmp_path, newest, day_of(less, zone), as_of=DAY + timedelta(4), limits=limits)
    assert told(tmp_path, again) == [("demo-0019.ru", "returned")]
    newest = write_day(tmp_path, again, day_of(zone, less), as_of=DAY + timedelta(5), limits=limits)
    late = write_day(tmp_path, newest, day_of(less, zone), as_of=DAY + timedelta(9), limits=limits)
    assert told(tmp_path, late) == [("demo-0019.ru", "new")]
    assert late.gone == ()


def test_a_list_of_names_says_nothing_of_servers(tmp_path: Path) -> None:
    zone = numbered(5)
    write_snapshot(tmp_path, "ru", frames(zone), as_of=DAY)
    bare = pl.concat(frames(zone)).with_columns(ns=pl.lit(0, pl.UInt64), ds=pl.lit(value=False), servers=pl.lit(""))
    assert told(tmp_path, write_snapshot(tmp_path, "ru", [bare], as_of=DAY + timedelta(1))) == []


@pytest.mark.parametrize(
    ("serial", "before", "later"),
    [
        (2, 1, True),
        (1, 1, False),
        (1, 2, False),
        (0, 0xFFFFFFFF, True),
        (0xFFFFFFFF, 0, False),
        (1 << 31, 0, False),
        ((1 << 31) - 1, 0, True),
    ],
)
def test_serials_are_compared_as_rfc_1982_says(serial: int, before: int, later: bool) -> None:
    assert is_later_serial(serial, before) is later


def test_what_is_not_newer_is_refused(tmp_path: Path) -> None:
    kept = write_snapshot(tmp_path, "ru", frames(numbered(5)), as_of=DAY, serial=100)
    check_order(kept, DAY + timedelta(1), 0)  # a source without serial is held to its date
    for as_of, serial in ((DAY, 101), (DAY - timedelta(1), 101), (DAY + timedelta(1), 100), (DAY + timedelta(1), 99)):
        with pytest.raises(SnapshotOrderError):
            write_snapshot(tmp_path, "ru", frames(numbered(6)), as_of=as_of, serial=serial)
        with pytest.raises(SnapshotOrderError):
            write_snapshot(tmp_path, "ru", frames(numbered(6)), as_of=as_of, serial=lambda told=serial: told)
        with pytest.raises(SnapshotOrderError):
            write_day(tmp_path, kept, day_of(numbered(5), numbered(6), serial), as_of=as_of)
    newer = write_snapshot(tmp_path, "ru", frames(numbered(6)), as_of=DAY + timedelta(1), serial=101)
    with pytest.raises(SnapshotOrderError, match="does not follow the newest"):
        write_day(tmp_path, kept, day_of(numbered(5), numbered(6)), as_of=DAY + timedelta(2))
    assert find_snapshot(tmp_path, "ru") == newer


def test_a_mass_of_dropped_names_waits_for_a_word(tmp_path: Path) -> None:
    kept = write_snapshot(tmp_path, "ru", frames(numbered(100)), as_of=DAY)
    cut, next_day = numbered(89), DAY + timedelta(1)
    with pytest.raises(SnapshotLossError, match="11 of 100 names are missing, more than 10%"):
        write_snapshot(tmp_path, "ru", frames(cut), as_of=next_day)
    with pytest.raises(SnapshotLossError):
        write_day(tmp_path, kept, day_of(numbered(100), cut), as_of=next_day)
    assert find_snapshot(tmp_path, "ru") == kept
    assert not (tmp_path / "ru" / next_day.isoformat()).exists()
    assert write_snapshot(tmp_path, "ru", frames(numbered(90)), as_of=next_day).names == 90  # just the share
    assert write_snapshot(tmp_path, "ru", frames(numbered(9)), as_of=DAY + timedelta(2), accept_loss=True).names == 9


def test_another_zone_a_name_twice_and_a_reader_that_fails_leave_nothing(tmp_path: Path) -> None:
    def cut_short() -> Iterator[pl.DataFrame]:
        yield from frames(numbered(9))
        raise SnapshotZoneError("is cut short", item="a file")

    twice = [*frames(numbered(9)), *frames({"demo-0001.ru": ("ns.other.ru", False)})]
    for reading, error in (
        (frames(numbered(3) | {"example.su": ("ns.example.ru", False)}), SnapshotZoneError),
        (frames({"notru": ("ns.example.ru", False)}), SnapshotZoneError),
        (twice, NameTwiceError),
        (cut_short(), SnapshotZoneError),
    ):
        with pytest.raises(error):
            write_snapshot(tmp_path, "ru", reading, as_of=DAY, limits=SMALL)
        assert [path.name for path in (tmp_path / "ru").iterdir()] == [".lock"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with hold_zone(tmp_path, "ru"), pytest.raises(SnapshotBusyError):
        write_snapshot(tmp_path, "ru", frames(numbered(3)), as_of=DAY)
    write_snapshot(tmp_path, "ru", frames(numbered(3)), as_of=DAY)


def test_damage_is_said_and_not_read_over(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path, "ru", frames(numbered(50)), as_of=DAY)
    part = tmp_path / snapshot.parts[0].path
    whole = part.read_bytes()
    part.write_bytes(whole[:-30])
    for look in (verify_snapshot, names_of):
        with pytest.raises(SnapshotDamagedError):
            look(tmp_path, snapshot)
    part.unlink()
    for look in (verify_snapshot, names_of):
        with pytest.raises(SnapshotDamagedError):
            look(tmp_path, snapshot)
    (tmp_path / snapshot.folder / "snapshot.json").write_text("{")
    with pytest.raises(SnapshotDamagedError):
        find_snapshot(tmp_path, "ru")


def test_limits_follow_the_memory() -> None:
    assert [limits_for(size).part_names for size in (1, 500_000_000, 1 << 40)] == [10_000, 500_000, 1_000_000]


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_CROWDED = """
import resource, sys
from datetime import date
from pathlib import Path
from comity.sweep.snapshot_errors import SnapshotUnwrittenError
from comity.sweep.snapshot_writing import write_snapshot
from sweep.names_made import frames, numbered
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
try:
    write_snapshot(Path(sys.argv[1]), "ru", frames(numbered(9_000), 9_000), as_of=date(2026, 11, 24))
except SnapshotUnwrittenError as error:
    sys.exit(str(error))
"""


def test_a_full_disk_is_a_clear_error_and_the_old_snapshot_stays(tmp_path: Path) -> None:
    kept = write_snapshot(tmp_path, "ru", frames(numbered(9_000), 9_000), as_of=DAY)
    done = subprocess.run(
        [sys.executable, "-c", _CROWDED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == 1
    assert "the disk did not take it" in done.stderr
    assert "the snapshot before is still the newest" in done.stderr
    assert find_snapshot(tmp_path, "ru") == kept
    assert sorted(path.name for path in (tmp_path / "ru").iterdir()) == [".lock", "2026-11-23", "current"]
