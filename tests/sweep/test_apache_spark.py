"""With COMITY_SOAK=1: sweeps on Apache Spark itself, a master with two workers, over a shared folder and over S3.

The long form of test_spark_engine.py, which tries the same against a lighter engine that speaks the same protocol.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from comity.testing.clusters import Cluster, client_environment, start_apache_spark, start_object_storage
from sweep.zones_written import Delegation, dump

REAL = (sys.executable, "-c", "from comity.node.main import main; main()")  # a process that PYTHONPATH holds for
FILES = ("findings.parquet", "findings.csv", "changes.parquet", "rejects.ndjson")
DAYS = ("2026-01-02", "2026-01-03")
ZONES = ("by", "moscow", "ru", "su", "vn", "xn--p1ai")
SERVERS = frozenset({"ns1.example.net", "ns2.example.net"})


def _write(folder: Path) -> Path:
    """Two days of six zones, and enough protected names to keep a worker busy for a while."""
    for day, name in enumerate(DAYS):
        (folder / name).mkdir()
        for zone in ZONES:
            labels = [f"demo-{number:05}" for number in range(day * 200, 20_000 + day * 300)]
            labels += [f"demobank{number:03}-login" for number in range(100 + day)]
            held = {f"{label}.{zone}": Delegation(SERVERS, ds=False) for label in labels}
            (folder / name / f"{zone}.zone").write_text(dump(held, zone, serial=7 + day), encoding="utf-8")
    hosts = (f"http://www.demo-{number:05}.{zone}/x\n" for zone in ZONES for number in range(0, 20_000, 7))
    (folder / "feed.txt").write_text("".join(hosts) + "garbage !\n", encoding="utf-8")
    brands = (f"demobank{number:03}\n" for number in range(1_000))
    (folder / "brands.txt").write_text("".join(brands), encoding="utf-8")
    (folder / "patterns.txt").write_text("demobank00{digit:1}-{login|pay}.ru\n", encoding="utf-8")
    return folder


def _command(data: Path, out: Path, day: int, *words: str) -> list[str]:
    zones = sorted(map(str, (data / DAYS[day]).glob("*.zone")))
    lists = [f"--{kind}={data / file}.txt" for kind, file in
             (("indicators", "feed"), ("brands", "brands"), ("patterns", "patterns"))]  # fmt: skip
    return [*REAL, "sweep", *zones, *lists, "--as-of", DAYS[day], "--store", str(out / "names"), "--out",
            str(out / f"day-{day}"), "--workers", "1", "--memory", "1G", "--json", *words]  # fmt: skip


def _sweep(data: Path, out: Path, day: int, *words: str, also: dict[str, str] | None = None) -> None:
    subprocess.run(
        _command(data, out, day, *words), env={**client_environment(), **(also or {})}, stdout=subprocess.PIPE,
        check=True,
    )  # fmt: skip


def _assert_same(here: Path, there: Path, day: int = 0) -> None:
    for file in FILES:
        assert (there / f"day-{day}" / file).read_bytes() == (here / f"day-{day}" / file).read_bytes(), file


def _begin_until_a_part_is_done(data: Path, out: Path, cluster: Cluster) -> subprocess.Popen[str]:
    asked = subprocess.Popen(
        _command(data, out, 0, "--engine", "spark", "--cluster", cluster.address),
        env=client_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list((out / "day-0" / "findings").glob("*.parquet")):
        assert asked.poll() is None, asked.communicate()
        time.sleep(0.005)
    return asked


if os.environ.get("COMITY_SOAK"):

    @pytest.fixture(scope="module")
    def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
        return _write(tmp_path_factory.mktemp("zones"))

    @pytest.fixture(scope="module")
    def here(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The two days as this machine's workers sweep them."""
        out = tmp_path_factory.mktemp("here")
        _sweep(data, out, 0)
        _sweep(data, out, 1, "--since", str(out / "names"))
        return out

    @pytest.fixture
    def storage(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
        with start_object_storage(tmp_path, "registry") as running:
            yield running

    def test_two_workers_find_row_for_row_what_this_machine_finds_over_a_folder_and_over_s3(
        data: Path, here: Path, storage: tuple[str, dict[str, str]], tmp_path: Path
    ) -> None:
        place, keys = storage
        with start_apache_spark(tmp_path, also=keys) as cluster:
            on_cluster = ("--engine", "spark", "--cluster", cluster.address)
            _sweep(data, tmp_path, 0, *on_cluster)
            _assert_same(here, tmp_path)
            since = ("--since", str(tmp_path / "names"), "--files-at", place)
            _sweep(data, tmp_path, 1, *on_cluster, *since, also=keys)
            _assert_same(here, tmp_path, 1)
        found = pl.read_parquet(here / "day-0" / "findings.parquet")
        assert {"indicator", "combination", "pattern"} <= set(found["kind"])
        assert len(found) > 10_000

    def test_a_worker_that_is_killed_is_replaced_and_the_rows_are_the_same(
        data: Path, here: Path, tmp_path: Path
    ) -> None:
        with start_apache_spark(tmp_path) as cluster:
            asked = _begin_until_a_part_is_done(data, tmp_path, cluster)
            cluster.kill("worker-1")
            _out, told = asked.communicate(timeout=600)
        assert asked.returncode == 0, told
        _assert_same(here, tmp_path)

    def test_a_cluster_that_is_lost_midway_leaves_no_result_and_this_machine_ends_what_it_began(
        data: Path, here: Path, tmp_path: Path
    ) -> None:
        with start_apache_spark(tmp_path) as cluster:
            asked = _begin_until_a_part_is_done(data, tmp_path, cluster)
            cluster.kill("connect")
            _out, told = asked.communicate(timeout=600)
        assert asked.returncode != 0
        assert "engine-unavailable" in told.strip().splitlines()[-1]
        assert not (tmp_path / "day-0" / "summary.json").exists()
        kept = len(list((tmp_path / "day-0" / "findings").glob("*.parquet")))
        assert 0 < kept < len(ZONES)
        _sweep(data, tmp_path, 0)
        _assert_same(here, tmp_path)
