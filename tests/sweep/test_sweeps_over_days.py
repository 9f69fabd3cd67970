"""Sweeps of several days, with the real plan and workers: what is compared with what, what is refused alone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from comity.edges.suffix_file import read_suffix_list
from comity.sweep.engines.local import Pool
from comity.sweep.plan import SweepPlan
from comity.sweep.plan_make import Request, make_plan
from comity.sweep.run import Known, run_sweep
from comity.sweep.run_returns import Held
from comity.sweep.run_tables import write_guard
from comity.sweep.snapshot_errors import SnapshotOrderError
from comity.sweep.zone_sources import Source
from sweep.names_made import numbered
from sweep.test_changes import dump
from sweep.zones_taken import put

DAY = date(2026, 11, 24)
NEXT = DAY + timedelta(1)
BEFORE = {**numbered(60), "demobank-login.ru": ("ns1.example.by", False)}
AFTER = {**BEFORE, "demobank-vhod.ru": ("ns1.example.by", False), "oldshop.ru": ("ns1.example.by", False)}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(workers=1, threads=1) as workers:
        yield workers


class Days:
    """A folder with a store, and sweeps of it day by day."""

    def __init__(self, place: Path, pool: Pool) -> None:
        self.place, self._pool = place, pool
        self.inputs: dict[str, tuple[Path, ...]] = {
            "indicators": (self.write("feed.txt", "www.demo-0007.ru", "oldshop.ru"),),
            "brands": (self.write("brands.txt", "demobank"),),
        }
        self.holds: tuple[Held, ...] | None = None

    def write(self, name: str, *lines: str) -> Path:
        file = self.place / name
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return file

    def plan(self, sources: Sequence[Path], as_of: date, **said: Any) -> SweepPlan:
        work = self.place / "work"
        write_guard(work, None, read_suffix_list())
        request = Request(
            sources=tuple(Source(zone=path.stem, path=str(path)) for path in sources), as_of=as_of,
            store=self.place / "names", workers=1, memory_bytes=1 << 30, **{"daily": True, **self.inputs, **said},
        )  # fmt: skip
        return make_plan(request, self._pool, work)

    def sweep(self, sources: Sequence[Path], as_of: date, **said: Any) -> dict[str, Any]:
        plan = self.plan(sources, as_of, **said)
        known = Known(None, read_suffix_list(), self.holds)
        summary = run_sweep(
            plan, self.place / f"run-{plan.hash[:8]}", self._pool, self._pool, known,
            progress=lambda *_: None, clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
        )  # fmt: skip
        return msgspec.json.decode(msgspec.json.encode({**summary, "folder": self.place / f"run-{plan.hash[:8]}"},
                                                       enc_hook=str))  # fmt: skip

    def findings(self, summary: dict[str, Any]) -> pl.DataFrame:
        return pl.read_parquet(Path(summary["folder"]) / "findings.parquet").sort("name", "kind", "subject")


@pytest.fixture
def days(tmp_path: Path, pool: Pool) -> Days:
    made = Days(tmp_path, pool)
    made.sweep([put(tmp_path / "ru.zone", dump(BEFORE))], DAY)
    put(tmp_path / "ru.zone", dump(AFTER, serial=2))
    return made


def test_a_day_finds_among_new_names_what_a_whole_sweep_finds_among_them(days: Days, pool: Pool) -> None:
    ru = days.place / "ru.zone"
    daily = days.sweep([ru], NEXT)
    zone = daily["zones"]["ru"]
    assert (zone["read"], zone["only_changed"], zone["changes"]) == ("compared", ["indicators", "brands"], {"new": 2})
    assert daily["indicators"]["accepted"] == 2  # the table of the run before, not read again
    other = Days(days.place / "work", pool)
    whole = other.sweep([ru], NEXT, daily=False)
    found = other.findings(whole)
    assert set(found["name"]) == {"demo-0007.ru", "demobank-login.ru", "demobank-vhod.ru", "oldshop.ru"}
    new = found.filter(pl.col("name").is_in(["demobank-vhod.ru", "oldshop.ru"]))
    assert_frame_equal(days.findings(daily), new)
    assert days.sweep([ru], NEXT) == daily  # the same command again is the same run


def test_what_is_another_than_last_time_is_compared_with_all_names(days: Days) -> None:
    days.write("brands.txt", "demobank", "demo-0011")
    swept = days.sweep([days.place / "ru.zone"], NEXT)
    assert swept["zones"]["ru"]["only_changed"] == ["indicators"]
    assert {"demobank-login.ru", "demo-0011.ru"} <= set(days.findings(swept)["name"])
    assert "demo-0007.ru" not in set(days.findings(swept)["name"])


def test_a_zone_out_of_order_is_refused_alone_and_nothing_is_swept_of_it(days: Days) -> None:
    ru, by = days.place / "ru.zone", days.place / "by.zone"
    put(ru, dump(AFTER, serial=0xFFFFFFFF))
    put(by, dump(numbered(5)).replace(b"ru.", b"by."))
    swept = days.sweep([ru, by], NEXT)
    assert list(swept["zones"]) == ["by"]
    refused = swept["refused_zones"]["ru"]
    assert refused["code"] == "snapshot-not-newer"
    assert "snapshots out of order: serial 4294967295" in refused["message"]
    assert (days.place / "names" / "ru" / "current").read_text() == "2026-11-24"
    with pytest.raises(SnapshotOrderError, match="out of order"):
        days.sweep([ru], NEXT)


def test_a_pattern_that_would_match_too_much_is_left_out_before_the_run_with_its_figure(days: Days) -> None:
    days.inputs = {"patterns": (days.write("patterns.txt", "demo-{digit:4}.ru", "demobank-{letter:4}.ru"),)}
    plan = days.plan([days.place / "ru.zone"], NEXT, daily=False)
    (left_out,) = plan.zones[0].left_out
    assert left_out.sentence.startswith("demo-{digit:4}.ru would find 60 of the 63 names of ru")
    swept = days.sweep([days.place / "ru.zone"], NEXT, daily=False)
    assert [(one["pattern"], one["known"]) for one in swept["refused_patterns"]] == [("demo-{digit:4}.ru", "counted")]
    assert days.findings(swept)["name"].to_list() == ["demobank-vhod.ru"]


def test_names_that_are_back_after_a_hold_are_told(days: Days) -> None:
    days.holds = (Held("oldshop.ru", date(2026, 3, 1)), Held("demo-0001.ru", date(2026, 3, 1)))
    swept = days.sweep([days.place / "ru.zone"], NEXT)
    zone = swept["zones"]["ru"]
    assert zone["changes"] == {"new": 1, "returned": 1}
    assert zone["returned_after_hold"] == {
        "found": 1, "first": [{"name": "oldshop.ru", "held_on": "2026-03-01", "away_since": "2026-03-01"}],
    }  # fmt: skip
    told = pl.read_parquet(Path(swept["folder"]) / "returns.parquet")
    assert told.select("zone", "name", "held_on").rows() == [("ru", "oldshop.ru", date(2026, 3, 1))]
    assert zone["bursts"] == {"found": 0, "first": [], "days_known": 0, "days_needed": 7}


def test_pieces_of_a_file_that_hold_all_names_of_a_pattern_do_not_leave_it_out(days: Days) -> None:
    many = {f"{chr(97 + at // 3_000)}x{at:06}.ru": ("ns1.example.by", False) for at in range(60_000)}
    many |= {f"fz{at:03}.ru": ("ns1.example.by", False) for at in range(40)}
    ru = put(days.place / "su.zone", dump(many).replace(b"ru.", b"su."))
    days.inputs = {"patterns": (days.write("patterns.txt", "fz{digit:3}.su", "{letter:1}x{digit:6}.su"),)}
    (zone,) = days.plan([ru], NEXT).zones
    assert [one.pattern for one in zone.left_out] == ["{letter:1}x{digit:6}.su"]
    assert abs(zone.names - 60_040) < 3_000
