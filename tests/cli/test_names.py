"""`comity names` as a person runs it: every line answered, nothing stops it, no traceback."""

import gzip
import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

MEMORY_BYTES = 200 * 1024 * 1024
RUN = [sys.executable, "-m", "comity", "names"]
LIMITED = (
    f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES}, {MEMORY_BYTES})); "
    "from comity.node.main import main; main()"
)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def _names(data: bytes, *options: str) -> list[dict[str, Any]]:
    done = subprocess.run([*RUN, "-", *options], input=data, capture_output=True, check=False, env=_environment())
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_is_answered_in_order() -> None:
    lines = b"\xef\xbb\xbfBAD.by\r\n\n\xff\xfe.ru\nbad\x00.by\nhxxp://bad[.]example.by/x\nru\n\xd0\xb1\xd0\xb0\xd0\xbd\xd0\xba.\xd1\x80\xd1\x84"
    records = _names(lines)
    assert [record["name"] for record in records] == [
        "bad.by", None, None, None, "bad.example.by", "ru", "xn--80ab2al.xn--p1ai",
    ]  # fmt: skip
    codes = [record["error"] and record["error"]["code"] for record in records]
    assert codes == [None, "empty", "bad-utf-8", "bad-character", None, "public-suffix", None]
    assert records[0] == {
        "input": "BAD.by", "name": "bad.by", "unicode": "bad.by", "registrable": "bad.by", "suffix": "by", "zone": "by",
        "party": "oac.by", "error": None, "registrable_private": "bad.by", "suffix_private": "by",
        "psl_version": records[0]["psl_version"],
    }  # fmt: skip
    assert records[6]["unicode"] == "банк.рф"
    assert records[6]["party"] == "cctld.ru"
    assert records[5]["registrable"] is None
    assert all(record["psl_version"] for record in records)


def test_formats() -> None:
    assert [record["name"] for record in _names(b"# x\n0.0.0.0 bad.by www.bad.by\n", "--format", "hosts")] == [
        "bad.by",
        "www.bad.by",
    ]
    assert [record["name"] for record in _names(b"! x\n||bad.by^\n@@||good.by^\n", "--format", "adblock")] == ["bad.by"]


def test_own_suffix_list(tmp_path: Path) -> None:
    own = tmp_path / "own.dat"
    own.write_text("// VERSION: mine\n// ===BEGIN ICANN DOMAINS===\nby\nbad.by\n", encoding="utf-8")
    (record,) = _names(b"a.b.bad.by\n", "--suffix-list", str(own))
    assert (record["registrable"], record["suffix"], record["psl_version"]) == ("b.bad.by", "bad.by", "mine")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.txt"], b"missing.txt"),
        (["-", "--suffix-list", "missing.dat"], b"missing.dat"),
        (["-", "--suffix-list", sys.executable], b"not UTF-8"),
        (["-", "--format", "bogus"], b"bogus"),
    ],
)
def test_errors_are_one_clear_line(arguments: list[str], said: bytes) -> None:
    done = subprocess.run([*RUN, *arguments], input=b"", capture_output=True, check=False, env=_environment())
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert said in done.stderr or said in done.stdout


@pytest.mark.processes
def test_a_line_of_any_length_is_one_record_in_bounded_memory() -> None:
    """240 MB without a line end, under a limit of 200 MB of address space: the line cannot have been held."""
    process = subprocess.Popen(
        [sys.executable, "-c", LIMITED, "names", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    assert process.stdin is not None
    process.stdin.write(b"one.by\n")
    for _ in range(240):
        process.stdin.write(b"a" * (1 << 20))
    output, errors = process.communicate(b"\ntwo.by\n")
    assert errors == b""
    records = [json.loads(line) for line in output.splitlines()]
    assert [record["name"] for record in records] == ["one.by", None, "two.by"]
    assert records[1]["error"]["code"] == "too-long"
    assert len(records[1]["input"]) <= 256


def test_it_starts_without_a_web_framework() -> None:
    code = "import sys, comity.cli.names; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=_environment()).returncode == 0


def test_gzip_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    packed = gzip.compress(b"bad.by\r\n") + gzip.compress("банк.рф\n".encode())
    assert [record["name"] for record in _names(packed)] == ["bad.by", "xn--80ab2al.xn--p1ai"]
    (tmp_path / "list.txt").write_bytes(packed)
    done = subprocess.run([*RUN, str(tmp_path / "list.txt")], capture_output=True, check=True, env=_environment())
    assert len(done.stdout.splitlines()) == 2


def test_damaged_gzip_gives_what_came_whole_and_one_clear_line() -> None:
    packed = gzip.compress(b"bad.by\n" * 100_000)
    done = subprocess.run([*RUN, "-"], input=packed[:-20], capture_output=True, check=False, env=_environment())
    assert done.returncode != 0
    assert b"cut off" in done.stderr
    assert b"Traceback" not in done.stderr
    assert all(json.loads(line)["name"] == "bad.by" for line in done.stdout.splitlines())


@pytest.mark.processes
@pytest.mark.parametrize("line", [b"", b"bad.by\n"])
def test_a_decompression_bomb_ends_in_bounded_memory(line: bytes) -> None:
    """It would unpack to 300 MB: the run ends where the ratio is passed, under a limit of 200 MB of address space."""
    whole = (line * (1 << 20) if line else b"a" * (1 << 20))[: 1 << 20]
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(whole) for _ in range(300)) + packer.flush()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "names", "-"], input=bomb, capture_output=True, check=False, env=_environment()
    )
    assert done.returncode != 0
    assert b"times its size" in done.stderr
    assert b"Traceback" not in done.stderr
