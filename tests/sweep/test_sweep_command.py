"""`comity sweep` from its first line to its last: real processes, real files, killed, without room, with a cut file."""

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import zstandard
from click.testing import CliRunner

from comity.cli.sweep import sweep
from comity.edges.processes import program

SOA = "ru.\t3600\tIN\tSOA\ta.dns.ru. h.nic.ru. {} 7200 3600 2419200 3600\n"
REAL = (sys.executable, "-c", "from comity.node.main import main; main()")  # a process that limits hold for
FILES = ("findings.parquet", "findings.csv", "changes.parquet", "rejects.ndjson")


def _zone(path: Path, names: Sequence[str], serial: int = 2026010201) -> Path:
    """A dump of .ru as a transfer writes it."""
    soa = SOA.format(serial)
    rows = (f"{name}.ru.\t3600\tIN\tNS\tns{number}.example.ru.\n" for name in names for number in (1, 2))
    path.write_text(soa + "".join(rows) + soa, encoding="utf-8")
    return path


NAMES = sorted(["demobank-login", *(f"demo-{number:05}" for number in range(3_000))])


def _inputs(tmp_path: Path) -> list[str]:
    feed, brands = tmp_path / "feed.txt", tmp_path / "brands.txt"
    feed.write_text("hxxp://demo-00007[.]ru/x\nwww.demo-02999.ru\ngarbage !\n", encoding="utf-8")
    brands.write_text("demobank\n", encoding="utf-8")
    return ["--indicators", str(feed), "--brands", str(brands)]


def _run(tmp_path: Path, *arguments: str, out: str = "out", most_bytes: int = 0) -> subprocess.CompletedProcess[str]:
    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.run(
        [*(REAL if most_bytes else program()), "sweep", *arguments, "--store",
         str(tmp_path / f"names-{out}"), "--out", str(tmp_path / out),
         "--workers", "1", "--memory", "1G"],
        capture_output=True, text=True, check=False, cwd=tmp_path, preexec_fn=bound if most_bytes else None,
    )  # fmt: skip


def test_a_dump_that_never_ends_with_its_soa_is_read_where_that_is_said(tmp_path: Path) -> None:
    zone = _zone(tmp_path / "ru.zone", NAMES[:100])
    zone.write_text("".join(zone.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    plain = _run(tmp_path, str(zone), "--as-of", "2026-01-02")
    assert (plain.returncode, plain.stderr.splitlines()[-1].endswith("[zone-truncated]")) == (1, True), plain.stderr
    assert "--open-ended" in plain.stderr
    said = _run(tmp_path, str(zone), "--as-of", "2026-01-02", "--open-ended", "--json", out="open")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["names"] == 100


def test_a_sweep_is_whole_the_same_from_every_packing_and_the_next_day_tells_what_changed(tmp_path: Path) -> None:
    zone, inputs = _zone(tmp_path / "ru.zone", NAMES), _inputs(tmp_path)
    said = _run(tmp_path, str(zone), *inputs, "--as-of", "2026-01-02", "--json")
    assert said.returncode == 0, said.stderr
    summary = json.loads(said.stdout)
    assert summary["names"] == len(NAMES)
    assert summary["zones"]["ru"]["serial"] == 2026010201
    found = pl.read_parquet(tmp_path / "out" / "findings.parquet")
    by_kind = dict(found.select("name", "kind").iter_rows())
    assert {name for name, kind in by_kind.items() if kind == "indicator"} == {"demo-00007.ru", "demo-02999.ru"}
    assert by_kind["demobank-login.ru"] == "combination"
    packed = tmp_path / "packed.any"
    packed.write_bytes(zstandard.compress(gzip.decompress(gzip.compress(zone.read_bytes()))))
    assert _run(tmp_path, str(packed), *inputs, "--as-of", "2026-01-02", out="zst").returncode == 0
    assert [(tmp_path / "zst" / file).read_bytes() for file in FILES] == [
        (tmp_path / "out" / file).read_bytes() for file in FILES
    ]
    _zone(zone, sorted([*NAMES[1:], "demo-new"]), 2026010301)
    said = subprocess.run(
        [*program(), "sweep", str(zone), *inputs, "--since", str(tmp_path / "out"), "--as-of", "2026-01-03", "--json",
         "--out", str(tmp_path / "next"), "--workers", "1", "--memory", "1G"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(said.stdout)["zones"]["ru"]["changes"] == {"dropped": 1, "new": 1}


def test_a_file_that_is_cut_is_refused_and_what_was_there_stays(tmp_path: Path) -> None:
    zone = _zone(tmp_path / "ru.zone", NAMES)
    assert _run(tmp_path, str(zone), "--as-of", "2026-01-02", out="names").returncode == 0
    store = tmp_path / "names-names" / "ru"
    before = (store / "current").read_text(encoding="utf-8")
    _zone(zone, NAMES, 2026010301)
    for cut in (zone.read_bytes()[:-40], zone.read_bytes()[: zone.read_bytes().rfind(b"ru.\t3600\tIN\tSOA")]):
        short = tmp_path / "short.zone"
        short.write_bytes(cut)
        said = subprocess.run(
            [*program(), "sweep", str(short), "--as-of", "2026-01-03", "--store", str(store.parent), "--out",
             str(tmp_path / "refused"), "--workers", "1", "--memory", "1G"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode != 0
        assert "it is cut" in said.stderr
        assert (store / "current").read_text(encoding="utf-8") == before
        assert not (tmp_path / "refused" / "summary.json").exists()
        subprocess.run(["rm", "-rf", str(tmp_path / "refused")], check=True)


def test_a_sweep_that_was_killed_or_had_no_room_ends_with_the_same_bytes_when_it_is_repeated(tmp_path: Path) -> None:
    zone, inputs = _zone(tmp_path / "ru.zone", NAMES), _inputs(tmp_path)
    asked = [str(zone), *inputs, "--as-of", "2026-01-02"]
    assert _run(tmp_path, *asked, out="calm").returncode == 0
    said = _run(tmp_path, *asked, out="struck", most_bytes=100_000)
    assert "[disk-full]" in said.stderr, said.stderr
    assert not (tmp_path / "struck" / "summary.json").exists()
    child = subprocess.Popen(
        [*program(), "sweep", *asked, "--store", str(tmp_path / "names-struck"), "--out", str(tmp_path / "struck"),
         "--workers", "1", "--memory", "1G"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    tables = tmp_path / "struck" / "tables" / "whole.json"
    while child.poll() is None and not tables.exists():
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    said = _run(tmp_path, *asked, out="struck")
    assert said.returncode == 0, said.stderr
    for file in FILES:
        assert (tmp_path / "struck" / file).read_bytes() == (tmp_path / "calm" / file).read_bytes()


def test_a_zone_that_is_refused_is_told_and_makes_the_command_fail_while_the_others_are_whole(tmp_path: Path) -> None:
    ru, by = _zone(tmp_path / "ru.zone", NAMES[:9]), tmp_path / "by.txt"
    by.write_text("demo.by\n", encoding="utf-8")
    place = ["--store", str(tmp_path / "names"), "--workers", "1", "--memory", "1G"]
    asked = [str(ru), f"by={by}", *place]
    first = CliRunner().invoke(sweep, [*asked, "--as-of", "2026-01-02", "--out", str(tmp_path / "first")])
    assert first.exit_code == 0, first.output
    _zone(ru, NAMES[:8], 2026010101)
    by.write_text("demo.by\nother.by\n", encoding="utf-8")
    second = CliRunner().invoke(
        sweep, [*asked, "--as-of", "2026-01-03", "--out", str(tmp_path / "next")], standalone_mode=False
    )
    assert second.return_value == 1
    assert second.stderr.splitlines()[-1].endswith("[snapshot-not-newer]")
    assert ".RU: not swept: ru: snapshots out of order: serial 2026010101 is not later" in second.stdout
    assert "  read whole: " in second.stdout  # a list, in a file that was written to in place
    summary = json.loads((tmp_path / "next" / "summary.json").read_bytes())
    assert (list(summary["zones"]), summary["zones"]["by"]["changes"]) == (["by"], {"new": 1})
    assert list(summary["refused_zones"]) == ["ru"]


@pytest.mark.parametrize("size", ["300M", "nothing"])
def test_memory_that_is_too_little_or_no_size_is_refused_before_anything_begins(tmp_path: Path, size: str) -> None:
    zone = _zone(tmp_path / "ru.zone", ["demo"])
    said = subprocess.run(
        [*program(), "sweep", str(zone), "--memory", size, "--workers", "2", "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert size in said.stderr or "too little" in said.stderr
    assert not (tmp_path / "out").exists()
