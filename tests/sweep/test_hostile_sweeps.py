"""Files that somebody made to hurt, or took for another: each ends in one clear line, soon, and in little memory."""

import gzip
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest
import zstandard

from comity.core.errors import InputError
from comity.edges.processes import program
from comity.sweep.plan import PlannedInput, Role, mark_file
from comity.sweep.run_errors import PlanChangedError, SweepBusyError
from comity.sweep.run_folder import lock_folder
from comity.sweep.run_tables import take_tables
from comity.sweep.tasks import TakeTables
from comity.sweep.zone_sources import find_zone, read_head
from comity.sweep.zone_text import BadLine, ZoneFileError, read_zone

SOA = "ru.\t3600\tIN\tSOA\ta.dns.ru. h.nic.ru. 7 7200 3600 2419200 3600\n"
PLAIN = f"{SOA}demo.ru.\t3600\tIN\tNS\tns1.example.ru.\n{SOA}".encode()


def read(path: Path, origin: str = "ru", **said: int) -> tuple[list[str], list[BadLine]]:
    bad: list[BadLine] = []
    frames = list(read_zone(path, origin=origin, bad=bad.append, **said))  # type: ignore[arg-type]
    return [name for frame in frames for name in frame["name"]], bad


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_on_a_disk_is_refused_before_it_is_opened(tmp_path: Path, kind: str) -> None:
    path = {"pipe": tmp_path / "pipe", "device": Path("/dev/zero"), "folder": tmp_path}[kind]
    if kind == "pipe":
        os.mkfifo(path)
    for look in (mark_file, find_zone):
        with pytest.raises(InputError, match="folder" if kind == "folder" else "a pipe or a device") as said:
            look(path)
        assert said.value.item == str(path)


def test_a_pipe_does_not_hold_the_command_up(tmp_path: Path) -> None:
    zone, pipe = tmp_path / "ru.zone", tmp_path / "pipe"
    zone.write_bytes(PLAIN)
    os.mkfifo(pipe)
    said = _sweep(tmp_path, str(zone), "--indicators", str(pipe))
    assert said.returncode == 1
    assert said.stderr.strip().splitlines()[-1] == (
        f"comity: {pipe}: is a pipe or a device: write it to a file first [bad-input]"
    )
    assert not (tmp_path / "out").exists()


def test_a_byte_order_mark_is_none_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "ru.zone"
    path.write_bytes(b"\xef\xbb\xbf" + PLAIN)
    assert read(path) == (["demo.ru"], [])
    path.write_bytes(PLAIN.decode().encode("utf-16"))
    with pytest.raises(ZoneFileError, match="UTF-16"):
        read(path)


def test_a_dump_of_another_zone_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "ru.zone"
    path.write_bytes(PLAIN)
    with pytest.raises(ZoneFileError, match=r"a name of \.by: it is empty, or of another zone"):
        read(path, "by")


def test_a_name_with_records_without_end_fills_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "flood.gz"
    same = "demo.ru.\t3600\tIN\tNS\tns1.example.ru.\n" * 60_000
    path.write_bytes(gzip.compress((SOA + same + SOA).encode(), 1))
    assert read(path, block_bytes=1 << 18) == (["demo.ru"], [])
    other = "".join(f"demo.ru.\t3600\tIN\tNS\tns{number}.example.ru.\n" for number in range(20_000))
    path.write_bytes(gzip.compress((SOA + other + SOA).encode(), 1))
    with pytest.raises(ZoneFileError, match=r"demo\.ru\. has more than 10,000 records"):
        read(path, block_bytes=1 << 18)


def test_a_line_without_an_end_is_read_to_its_end_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(SOA.encode())
        for _ in range(40):
            file.write(b"a" * (1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ZoneFileError, match="ends in the middle of a line"):
        read(path, block_bytes=1 << 18)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 << 10  # KiB


def test_a_cut_frame_of_zstd_is_said_to_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "cut.zst"
    path.write_bytes(zstandard.compress(PLAIN)[:-20])
    with pytest.raises(InputError, match="it is cut"):
        read_head(path, 1 << 18)


def test_a_pattern_that_is_none_is_named_by_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "patterns.txt"
    file.write_text("# ours\ndemo-{digit:3}.ru\n(((.ru\n")
    with pytest.raises(InputError, match="is no part of a pattern") as said:
        take_tables(_tables(tmp_path, file, "patterns"))
    assert said.value.item == f"{file}, line 3"


@pytest.mark.parametrize("role", ["patterns", "brands"])
def test_a_file_that_was_written_to_since_it_was_planned_is_refused(tmp_path: Path, role: Role) -> None:
    file = tmp_path / "list.txt"
    file.write_text("demobank\n" if role == "brands" else "demo-{digit:3}.ru\n")
    task = _tables(tmp_path, file, role)
    assert take_tables(task).rows == (role == "brands")
    (tmp_path / "tables" / "whole.json").unlink()
    file.write_text("demoshop\n" if role == "brands" else "demo-{digit:4}.ru\n")
    with pytest.raises(PlanChangedError, match="since it was planned"):
        take_tables(task)
    assert not (tmp_path / "tables" / "whole.json").exists()


def _tables(tmp_path: Path, file: Path, role: Role) -> TakeTables:
    planned = PlannedInput(role=role, path=str(file), mark=mark_file(file))
    tables, refused = tmp_path / "tables", tmp_path / "refused"
    return TakeTables(inputs=(planned,), tables=str(tables), refused=str(refused), memory_bytes=1 << 30)


OWNERS = {
    "İstanbul": "not-ascii", "straße": "not-ascii", "ς": "not-ascii", "\u202eevil": "not-ascii",
    "nul\0nul": "not-ascii",
    "xn--zzzzzzzz": "bad-a-label", "xn--": "bad-a-label", "xn--a": "bad-character", "a..b": "empty-label",
    "b" * 64: "too-long", "c." * 130 + "c": "too-long", "esc\\097": "bad-character", "*": "bad-character",
    "a" * 63: "", "xn--80ak6aa92e": "", ".".join(["d" * 62] * 3 + ["d" * 60]): "",
}  # fmt: skip


def test_every_trap_of_a_label_costs_its_own_line_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "ru.zone"
    owners = sorted(OWNERS, key=str.encode)
    lines = "".join(f"{owner}.ru.\t3600\tIN\tNS\tns1.example.ru.\n" for owner in owners)
    path.write_text(SOA + lines + SOA, encoding="utf-8")
    found, bad = read(path)
    assert {owners[one.line - 2]: one.code for one in bad} == {name: code for name, code in OWNERS.items() if code}
    assert set(found) == {f"{name}.ru" for name, code in OWNERS.items() if not code}


def test_a_second_sweep_of_a_folder_is_told_of_the_first(tmp_path: Path) -> None:
    with lock_folder(tmp_path / "out"), pytest.raises(SweepBusyError), lock_folder(tmp_path / "out"):
        raise AssertionError("two at a time")


def test_ctrl_c_ends_in_one_line_and_the_same_command_ends_what_was_begun(tmp_path: Path) -> None:
    zone = tmp_path / "ru.zone"
    rows = "".join(f"demo-{number:06}.ru.\t3600\tIN\tNS\tns1.example.ru.\n" for number in range(20_000))
    zone.write_text(SOA + rows + SOA, encoding="ascii")
    child = subprocess.Popen(
        _command(tmp_path, str(zone)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    while child.poll() is None and not (tmp_path / "out" / "plan.json").exists():
        time.sleep(0.005)
    os.killpg(child.pid, signal.SIGINT)
    _, told = child.communicate()
    assert child.returncode == 130, told
    assert told.strip().splitlines()[-1] == "comity: interrupted; run the same command again, nothing is done twice"
    assert "Traceback" not in told
    assert not (tmp_path / "out" / "summary.json").exists()
    assert _sweep(tmp_path, str(zone)).returncode == 0
    assert (tmp_path / "out" / "summary.json").exists()


def _sweep(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(tmp_path, *arguments), capture_output=True, text=True, check=False, timeout=60)


def _command(tmp_path: Path, *arguments: str) -> list[str]:
    return [
        *program(), "sweep", *arguments, "--as-of", "2026-01-02", "--store", str(tmp_path / "names"),
        "--out", str(tmp_path / "out"), "--workers", "1", "--memory", "1G",
    ]  # fmt: skip
