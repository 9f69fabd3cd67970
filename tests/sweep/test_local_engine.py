"""The local engine: real worker processes, killed while they work; and a run's folder, which is whole or refused."""

import os
import signal
from datetime import date
from pathlib import Path

import msgspec
import polars as pl
import pytest

from comity.edges.suffix_file import read_suffix_list
from comity.sweep.columns import FINDINGS
from comity.sweep.engines.local import Pool
from comity.sweep.plan import Place, PlannedInput, PlannedZone, SweepPlan, mark_file
from comity.sweep.run_errors import NoResultError, PlanChangedError, WorkerLostError
from comity.sweep.run_folder import begin_folder, read_summary, write_json
from comity.sweep.run_results import join_findings
from comity.sweep.run_tables import write_guard
from comity.sweep.snapshot_limits import StoreLimits
from comity.sweep.snapshot_writing import write_snapshot
from comity.sweep.tasks import SweepPart, TakeTables
from comity.sweep.zone_sources import find_zone

NAMES = [f"demo-{number:03}.ru" for number in range(40)]


def _parts(tmp_path: Path, out: str, at_a_time: int) -> list[SweepPart]:
    """Four parts of a zone, and the tables to sweep them with."""
    store, tables = tmp_path / "names", tmp_path / f"tables-{out}"
    frame = pl.DataFrame(
        {"name": NAMES, "ns": range(40), "ds": [False] * 40, "servers": ["ns.example.ru"] * 40},
        schema={"name": pl.String, "ns": pl.UInt64, "ds": pl.Boolean, "servers": pl.String},
    )
    snapshot = write_snapshot(
        tmp_path / f"names-{out}", "ru", [frame], as_of=date(2026, 1, 2), limits=StoreLimits(part_names=10)
    )
    store = tmp_path / f"names-{out}"
    feed = tmp_path / "feed.txt"
    feed.write_text("http://demo-003.ru/x\nwww.demo-017.ru\nhttps://a.b.demo-039.ru/\ndemo.by\n", encoding="utf-8")
    write_guard(tables, None, read_suffix_list())
    planned = PlannedInput(role="indicators", path=str(feed), mark=mark_file(feed))
    with Pool(workers=1, threads=1) as pool:
        pool.run([TakeTables(inputs=(planned,), tables=str(tables), refused=str(tmp_path), memory_bytes=0)], _ignore)
    return [
        SweepPart(
            store=str(store), snapshot=snapshot, part=part, tables=str(tables), kinds=("indicators",),
            names_at_a_time=at_a_time, output=str(tmp_path / out / f"ru-{number:05}.parquet"),
        )
        for number, part in enumerate(snapshot.parts)
    ]  # fmt: skip


def _ignore(_number: int, _done: object) -> None:
    return


def _joined(tmp_path: Path, out: str, parts: list[SweepPart]) -> bytes:
    join_findings([Path(part.output) for part in parts], tmp_path / out, {"ru": 40})
    return (tmp_path / out / "findings.parquet").read_bytes()


def test_a_worker_that_is_killed_is_replaced_and_the_result_is_the_same_bytes(tmp_path: Path) -> None:
    calm, struck = _parts(tmp_path, "calm", 1_000), _parts(tmp_path, "struck", 3)
    assert len(calm) == 4
    with Pool(workers=2, threads=1) as pool:
        pool.run(calm, _ignore)
    with Pool(workers=1, threads=1) as pool:
        killed = []

        def strike(number: int, _done: object) -> None:
            if not killed:
                killed.append(number)
                os.kill(pool.worker_pids()[0], signal.SIGKILL)

        pool.run(struck, strike)
        assert pool.lost == 1
    found = pl.concat([pl.read_parquet(part.output) for part in calm])
    assert found.schema == FINDINGS
    assert sorted(found["name"]) == ["demo-003.ru", "demo-017.ru", "demo-039.ru"]
    assert _joined(tmp_path, "calm", calm) == _joined(tmp_path, "struck", struck)


def test_a_part_that_cannot_be_done_ends_the_sweep_in_words_and_leaves_no_file(tmp_path: Path) -> None:
    part = _parts(tmp_path, "lost", 10)[0]
    broken = msgspec.structs.replace(part, tables=str(tmp_path / "nowhere"))
    with pytest.raises(WorkerLostError), Pool(workers=1, threads=1) as pool:
        pool.run([broken], _ignore)
    assert not Path(part.output).exists()


def _plan(source: Path) -> SweepPlan:
    zone = PlannedZone(zone="ru", source=str(source), mark=mark_file(source), as_of=date(2026, 1, 2))
    place = Place(engine="local", workers=1, threads=1, memory_bytes=1 << 30, names_at_a_time=1_000)
    return SweepPlan(
        program="0", zones=(zone,), inputs=(), only_changes=False, accept_loss=False, store="names", place=place
    )


def test_a_folder_takes_one_plan_wherever_it_runs_and_refuses_another(tmp_path: Path) -> None:
    source = tmp_path / "ru.txt"
    source.write_text("demo.ru\n", encoding="utf-8")
    plan, folder = _plan(source), tmp_path / "run"
    begin_folder(folder, plan)
    begin_folder(folder, msgspec.structs.replace(plan, place=msgspec.structs.replace(plan.place, workers=7)))
    source.write_text("demo.ru\nother.ru\n", encoding="utf-8")
    with pytest.raises(PlanChangedError, match=r"the file of \.ru is another one"):
        begin_folder(folder, _plan(source))


def test_a_folder_without_a_summary_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(NoResultError):
        read_summary(tmp_path)
    write_json(tmp_path / "summary.json", {"findings": 0})
    assert read_summary(tmp_path) == {"findings": 0}


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("ru.\t3600\tIN\tSOA\ta.dns.ru. h.nic.ru. 1 2 3 4 5\n", "ru"),
        ("$ORIGIN by.\n@ 3600 IN SOA a b 1 2 3 4 5\n", "by"),
        ("# names\ndemo.xn--p1ai\n", "xn--p1ai"),
    ],
)
def test_a_file_says_of_which_zone_it_is(tmp_path: Path, text: str, zone: str) -> None:
    file = tmp_path / "any.txt"
    file.write_text(text, encoding="utf-8")
    assert find_zone(file) == zone
