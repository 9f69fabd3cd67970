"""Sweeps on a cluster: real servers that speak Spark Connect, killed while they are asked; the rows are the same."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import msgspec
import polars as pl
import pytest

from comity.cli.sweep_engine import open_engine
from comity.cli.sweep_request import Asked
from comity.core.errors import InputError
from comity.edges.home import Home, NodeSettings
from comity.edges.sweep_settings import SweepSettings
from comity.sweep.engines.spark_jobs import Said, assemble
from comity.sweep.run_errors import EngineError
from comity.sweep.tasks import Done
from comity.testing.clusters import Cluster, client_environment, start_sail
from sweep.zones_written import Delegation, dump

REAL = (sys.executable, "-c", "from comity.node.main import main; main()")  # a process that PYTHONPATH holds for
FILES = ("findings.parquet", "findings.csv", "changes.parquet", "rejects.ndjson")
DAYS = ("2026-01-02", "2026-01-03")
SERVERS = frozenset({"ns1.example.net", "ns2.example.net"})


def _names(zone: str, day: int) -> list[str]:
    """Names of a day: the second has lost some, has some new ones, and among these what is looked for."""
    plain = [f"demo-{number:04}.{zone}" for number in range(day * 20, 1_100 + day * 30)]
    looking_alike = [f"{label}.{zone}" for label in ("demobank-login", "dem0bank", "xn--dmobank-dya")]
    return plain + looking_alike + [f"{label}.{zone}" for label in ("demobnk", "promo-secure-77")] * day


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of four zones, and all kinds of things to look for in them."""
    folder = tmp_path_factory.mktemp("zones")
    for day, name in enumerate(DAYS):
        (folder / name).mkdir()
        for zone in ("ru", "su", "by", "xn--p1ai"):
            held = {one: Delegation(SERVERS, ds=False) for one in _names(zone, day)}
            (folder / name / f"{zone}.zone").write_text(dump(held, zone, serial=7 + day), encoding="utf-8")
    feed = "hxxp://demo-0007[.]ru/x\nwww.a.demo-0099.by\nhttps://demo-0500.рф/вход\nzz.demo-1050.su\ngarbage !\n"
    (folder / "feed.txt").write_text(feed, encoding="utf-8")
    (folder / "brands.txt").write_text("demobank\n", encoding="utf-8")
    (folder / "patterns.txt").write_text("{promo|offer}-secure-{digit:2}.ru\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with start_sail(tmp_path_factory.mktemp("cluster")) as running:
        yield running


def _command(data: Path, out: Path, day: int, *words: str) -> list[str]:
    zones = sorted(map(str, (data / DAYS[day]).glob("*.zone")))
    lists = [f"--{kind}={data / file}.txt" for kind, file in
             (("indicators", "feed"), ("brands", "brands"), ("patterns", "patterns"))]  # fmt: skip
    return [*REAL, "sweep", *zones, *lists, "--as-of", DAYS[day], "--store", str(out / "names"), "--out",
            str(out / f"day-{day}"), "--workers", "1", "--memory", "1G", "--json", *words]  # fmt: skip


def _sweep(data: Path, out: Path, day: int, *words: str) -> dict[str, object]:
    done = subprocess.run(
        _command(data, out, day, *words), env=client_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    summary: dict[str, object] = json.loads(done.stdout)
    return {name: said for name, said in summary.items() if name not in ("folder", "store", "run", "taken")}


@pytest.fixture(scope="module")
def here(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, object]]]:
    """The two days as this machine's workers sweep them."""
    out = tmp_path_factory.mktemp("here")
    return out, [_sweep(data, out, 0), _sweep(data, out, 1, "--since", str(out / "names"))]


def _assert_same(here: Path, there: Path, day: int) -> None:
    for file in FILES:
        assert (there / f"day-{day}" / file).read_bytes() == (here / f"day-{day}" / file).read_bytes(), file


def test_a_cluster_finds_row_for_row_what_this_machine_finds(
    data: Path, here: tuple[Path, list[dict[str, object]]], cluster: Cluster, tmp_path: Path
) -> None:
    out, said = here
    on_cluster = ("--engine", "spark", "--cluster", cluster.address)
    assert _sweep(data, tmp_path, 0, *on_cluster) == said[0]
    _assert_same(out, tmp_path, 0)
    place = tmp_path / "place"
    place.mkdir()
    since = ("--since", str(tmp_path / "names"), "--files-at", place.as_uri())
    assert _sweep(data, tmp_path, 1, *on_cluster, *since) == said[1]
    _assert_same(out, tmp_path, 1)
    assert list(place.iterdir()) == []
    found = pl.concat([pl.read_parquet(out / f"day-{day}" / "findings.parquet") for day in (0, 1)])
    assert {"indicator", "combination", "edit", "confusable", "pattern"} <= set(found["kind"])
    assert found["zone"].n_unique() == 4


def _begin_and_freeze(data: Path, out: Path, cluster: Cluster) -> subprocess.Popen[str]:
    """A sweep whose cluster stands still once it was greeted, before it is asked for any part."""
    asked = subprocess.Popen(
        _command(data, out, 0, "--engine", "spark", "--cluster", cluster.address),
        env=client_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (out / "day-0" / "plan.json").exists():
        assert asked.poll() is None
        time.sleep(0.01)
    os.kill(cluster.pids("sail")[0], signal.SIGSTOP)
    while len(list((out / "day-0" / "zones").glob("*.json"))) < 4:
        assert asked.poll() is None
        time.sleep(0.01)
    return asked


def test_a_cluster_that_is_lost_ends_the_sweep_in_words_and_another_goes_on(
    data: Path, here: tuple[Path, list[dict[str, object]]], cluster: Cluster, tmp_path: Path
) -> None:
    with start_sail(tmp_path) as lost:
        asked = _begin_and_freeze(data, tmp_path, lost)
        lost.kill("sail")
        _out, told = asked.communicate(timeout=400)
    assert asked.returncode != 0
    last = told.strip().splitlines()[-1]
    assert last.startswith(f"comity: {lost.address}: ")
    assert "engine-unavailable" in last
    assert not (tmp_path / "day-0" / "summary.json").exists()
    assert not (tmp_path / "day-0" / "findings.parquet").exists()
    _sweep(data, tmp_path, 0, "--engine", "spark", "--cluster", cluster.address)
    _assert_same(here[0], tmp_path, 0)


CHECKS = """
import json, sys
import msgspec, pyarrow as pa
from comity.core.errors import ComityError
from comity.sweep.engines.spark_jobs import Job, assemble, for_elsewhere, versions
from comity.sweep.engines.spark_places import laid_out
from comity.sweep.engines.spark_worker import sweep_parts
from comity.sweep.name_store import find_snapshot
from comity.sweep.tasks import SweepPart
from pathlib import Path
from types import SimpleNamespace

store, tables, place = map(Path, sys.argv[1:])
snapshot = find_snapshot(store, "ru")
task = for_elsewhere(SweepPart(store=str(store), snapshot=snapshot, part=snapshot.parts[0], tables=str(tables),
                               kinds=("indicators", "brands", "patterns"), names_at_a_time=300, output="nowhere"))

def ask(job, wanted=versions()):
    numbers = pa.RecordBatch.from_pydict({"id": pa.array([0])})
    rows = [SimpleNamespace(**row) for batch in sweep_parts((msgspec.json.encode(job),), wanted, [numbers])
            for row in batch.to_pylist()]
    [(_, said, _data)] = assemble(rows, 1)
    return msgspec.to_builtins(said.answer)

print(json.dumps(ask(Job(task), "comity 9 with polars 9")))
print(json.dumps(ask(Job(msgspec.structs.replace(task, tables="/nowhere/tables")))))
with laid_out(place.as_uri(), [task]) as [job]:
    print(json.dumps(ask(job)))
    [file] = place.glob("sweep-*/tables/brands.json")
    file.write_bytes(b"[]")
    print(json.dumps(ask(job)))
print(json.dumps(ask(job)))
try:
    with laid_out("file:///proc/nowhere", [task]):
        pass
except ComityError as error:
    print(json.dumps({"code": error.code}))
"""


def test_a_worker_that_is_another_version_or_does_not_see_the_files_says_so(
    here: tuple[Path, list[dict[str, object]]], tmp_path: Path
) -> None:
    out = here[0]
    done = subprocess.run(
        [sys.executable, "-c", CHECKS, str(out / "names"), str(out / "day-1" / "tables"), str(tmp_path)],
        env=client_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    other, blind, well, changed, gone, nowhere = map(json.loads, done.stdout.splitlines())
    assert other["code"] == blind["code"] == changed["code"] == gone["code"] == nowhere["code"] == "engine-unavailable"
    assert "comity 9 with polars 9" in other["message"]
    assert blind["item"] == "/nowhere/tables"
    assert "--files-at" in blind["message"]
    assert well["rows"] > 0
    assert changed["message"] == "is not what was put there"


def _row(number: int, piece: int, pieces: int, data: bytes, whole: bytes) -> SimpleNamespace:
    said = Said(Done(rows=1), "host:1", 0.0, sha256(whole).hexdigest())
    return SimpleNamespace(
        number=number, piece=piece, pieces=pieces, said=msgspec.json.encode(said).decode(), data=data
    )


WHOLE = [_row(0, 0, 2, b"ab", b"abc"), _row(1, 0, 1, b"x", b"x"), _row(0, 1, 2, b"c", b"abc")]


@pytest.mark.parametrize(
    "rows",
    [
        WHOLE[:2],
        [WHOLE[2], *WHOLE[:2]],
        [*WHOLE, WHOLE[1]],
        [*WHOLE, _row(2, 0, 1, b"x", b"x")],
        [*WHOLE[:2], _row(0, 1, 2, b"d", b"abc")],
        [],
    ],
    ids=["not whole", "out of order", "twice", "never asked", "other bytes", "nothing"],
)
def test_answers_are_whole_or_refused(rows: Sequence[SimpleNamespace]) -> None:
    assert [(number, data) for number, _said, data in assemble(WHOLE, 2)] == [(1, b"x"), (0, b"abc")]
    with pytest.raises(EngineError):
        list(assemble(rows, 2))


def test_a_client_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "comity.sweep.engines.spark", raising=False)
    with pytest.raises(EngineError, match=r"pip install 'comity\[spark\]'"):
        open_engine(Asked(cluster="sc://host"), None, "spark")
    said = SweepSettings(engine="spark", cluster="sc://spark.example.ru", files_at="s3://bucket/comity")
    home = Home(tmp_path, NodeSettings(party="cctld.ru", zones=("ru",), secret_key="s" * 50, sweep=said))
    with pytest.raises(EngineError, match="is not installed"):
        open_engine(Asked(), home, "spark")
    with pytest.raises(InputError, match="name the cluster"):
        open_engine(Asked(), None, "spark")
    assert open_engine(Asked(), None, "local") is None


REFUSED = """
import sys
from comity.core.errors import InputError
from comity.sweep.engines.spark import SparkCluster

for line in sys.stdin:
    try:
        SparkCluster(*line.split())
        print("taken")
    except InputError as error:
        print(error)
"""
ADDRESSES = {
    "spark://host:7077": "is no address of Spark Connect",
    "sc://[": "is no address of Spark Connect",
    "sc://;token=secret": "is no address of Spark Connect",
    "sc://host s3://key:secret@bucket/x": "s3://bucket/x: carries a key",
    "sc://host relative": "is no URL of a place",
    "sc://host s3://[": "is no URL",
    "sc://host:15002/;use_ssl=true;token=secret s3://bucket/x?region=eu-north-1": "taken",
    "sc://[::1]:15002": "taken",
}


def test_what_cannot_be_a_cluster_or_a_place_is_refused_and_no_secret_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REFUSED], input="\n".join(ADDRESSES), env=client_environment(),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = done.stdout.splitlines()
    assert [wanted for wanted, said in zip(ADDRESSES.values(), told, strict=True) if wanted not in said] == []
    assert "secret" not in done.stdout
