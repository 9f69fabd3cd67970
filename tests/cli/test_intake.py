"""`comity intake` as its user meets it: a real process, a real store, bad input of every kind, kill -9 half-way."""

import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.edges.processes import program

SOURCES = Path(__file__).parent.parent.parent / "src"
SAMPLES = Path(__file__).parent.parent / "samples"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCES)}
MEGABYTE = 1 << 20
# Python, Django, the suffix list and the guard lists alone take about 130 MB; 1 GB of input must stay under 300.
MOST_MEMORY = 300 * MEGABYTE

pytestmark = pytest.mark.processes


def comity(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "comity", *map(str, arguments)]


def run(*arguments: object, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*program(), *map(str, arguments)], input=stdin, capture_output=True, env=ENVIRONMENT, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def empty_node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("empty") / "node"
    made = run("init", directory, "--party", "cctld.ru", "--zone", "ru", "--zone", "рф")
    assert made.returncode == 0, made.stderr.decode()
    return directory


@pytest.fixture
def node(empty_node: Path, tmp_path: Path) -> Path:
    """A new node: the empty one, copied."""
    return shutil.copytree(empty_node, tmp_path / "node")


def summary(done: subprocess.CompletedProcess[bytes]) -> dict[str, object]:
    assert b"Traceback" not in done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    assert found["read"] == found["accepted"] + found["duplicate"] + found["rejected"] + found["foreign"]
    return found


def stored(node: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(node / "comity.sqlite3") as store:
        rows = store.execute(
            "SELECT hex(r.key), r.uuid, r.standing, r.host, c.ref, c.episode, c.report_count, c.event_count, r.body "
            "FROM report r LEFT JOIN abuse_case c ON c.id = r.case_id ORDER BY 1"
        ).fetchall()
    store.close()
    return rows


def test_every_sample_in_one_run_gives_one_document(node: Path) -> None:
    files = [*sorted(SAMPLES.glob("*-csv.csv")), SAMPLES / "csv.csv", SAMPLES / "ndjson.ndjson"]
    done = run("intake", *files, "--dir", node, "--json")
    assert done.returncode == 0, done.stderr.decode()
    found = summary(done)
    assert set(found) == {
        "read", "accepted", "duplicate", "rejected", "foreign", "cases_opened", "by_zone", "by_category",
        "rejects_file", "held", "joined", "by_reason",
    }  # fmt: skip
    assert found["read"] == 21
    assert found["by_reason"] == {"ip-address": 4, "category-out-of-scope": 2}
    assert Path(str(found["rejects_file"])).stat().st_mode & 0o777 == 0o600
    again = run("intake", str(found["rejects_file"]), "--dir", node, "--json")
    assert summary(again)["rejected"] == 6


def test_standard_input_and_words_for_a_person(node: Path) -> None:
    done = run("intake", "-", "--category", "malware", "--dir", node, stdin=b"a-demo.ru\nb-demo.ru\na-demo.ru\n")
    assert done.returncode == 0, done.stderr.decode()
    assert b"read 3: accepted 2, duplicate 1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (["none.csv"], b"", 1, "no such file"),
        (["."], b"", 1, "is a directory"),
        (["-"], b"a-demo.ru\nb-demo.ru\n", 1, "--category"),
        (["-"], b"a,b\n1,2\n", 1, "--mapping"),
        (["-"], b"", 1, "nothing in it"),
        (["-"], "a-demo.ru".encode("utf-16"), 1, "UTF-16"),
        (["-", "--category", "politics", "--format", "names"], b"a-demo.ru\n", 1, "is not a category"),
        (["-", "--format", "surprise"], b"", 2, "surprise"),
        (["-", "--mapping", "none.toml"], b"", 1, "none.toml"),
        ([], b"", 2, "FILE"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(
    node: Path, arguments: list[str], stdin: bytes, code: int, said: str
) -> None:
    done = run("intake", *arguments, "--dir", node, stdin=stdin)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_one_bad_source_does_not_stop_the_others(node: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(b"bomb-demo.ru\n" * 150_000))
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(os.urandom(40_000).hex().encode())[:-100])
    good = tmp_path / "good.txt"
    good.write_text("good-demo.ru\n", encoding="utf-8")
    done = run(
        "intake",
        bomb,
        tmp_path,
        cut,
        good,
        "--format",
        "names",
        "--category",
        "phishing",
        "--dir",
        node,
        "--json",
        "--max-unpacked-bytes",
        1_500_000,
    )
    assert done.returncode == 1
    found = summary(done)
    assert [one["code"] for one in found["errors"]] == ["too-large", "bad-input", "bad-input"]  # type: ignore[attr-defined]
    with sqlite3.connect(node / "comity.sqlite3") as store:
        hosts = {host for (host,) in store.execute("SELECT host FROM report")}
    store.close()
    assert hosts == {"bomb-demo.ru", "good-demo.ru"}


def test_a_rejects_file_that_is_a_source_is_not_overwritten(node: Path, tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("a-demo.ru\n", encoding="utf-8")
    done = run("intake", file, "--category", "phishing", "--rejects", file, "--dir", node)
    assert done.returncode == 1
    assert file.read_text(encoding="utf-8") == "a-demo.ru\n"


def _lines(count: int) -> Iterator[str]:
    for number in range(count):
        yield f"http://{'sub.' * (number % 2)}kill-{number // 3}-demo.{'ru' if number % 5 else 'com'}/{number % 7}\n"


def test_a_run_that_was_killed_and_is_repeated_ends_as_one_run(node: Path, empty_node: Path, tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_text("".join(_lines(25_000)) + "http://192.0.2.1/\n", encoding="utf-8")
    command = comity("intake", file, "--category", "phishing", "--dir", node, "--json")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    while process.poll() is None and len_stored(node) == 0:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run was over before it could be killed"
    assert 0 < len_stored(node) < 25_000
    assert run(*command[3:]).returncode == 0
    other = shutil.copytree(empty_node, tmp_path / "other")
    assert run("intake", file, "--category", "phishing", "--dir", other, "--json").returncode == 0
    assert stored(node) == stored(other)


def len_stored(node: Path) -> int:
    store = sqlite3.connect(node / "comity.sqlite3", timeout=30)
    try:
        return int(store.execute("SELECT count(*) FROM report").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        store.close()


def test_memory_stays_flat_under_a_line_without_end(node: Path) -> None:
    """200 MB in one line, then a good line: the line is refused with its length, the rest goes on."""
    command = _watched(node, "intake", "-", "--format", "names", "--category", "phishing", "--dir", node, "--json")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"first-demo.ru\n")
        chunk = b"x" * MEGABYTE
        for _ in range(200):
            process.stdin.write(chunk)
        process.stdin.write(b"\nlast-demo.ru\n")
        process.stdin.close()
        found = json.loads(process.stdout.read())
        peak = _peak_memory(process, node)
    assert (found["read"], found["accepted"], found["by_reason"]) == (3, 2, {"line-too-long": 1})
    assert peak < MOST_MEMORY


def test_memory_stays_flat_under_many_lines(node: Path) -> None:
    """23 MB of lines, all of them refused: neither claims nor refusals gather."""
    command = _watched(node, "intake", "-", "--format", "names", "--category", "phishing", "--dir", node, "--json")
    block = b"".join(b"192.0.2.%d %s\n" % (number % 256, b"y" * 900) for number in range(1_000))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(25):
            process.stdin.write(block)
        process.stdin.close()
        found = json.loads(process.stdout.read())
        peak = _peak_memory(process, node)
    assert (found["read"], found["rejected"]) == (25_000, 25_000)
    assert peak < MOST_MEMORY


# A small process between: the kernel counts what a process was before it became another program, and this one is large.
_WATCH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as told:
    told.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def _watched(node: Path, *arguments: object) -> list[str]:
    """The command, with its peak memory written beside the node."""
    return [sys.executable, "-c", _WATCH, str(node.parent / "peak"), *comity(*arguments)]


def _peak_memory(process: subprocess.Popen[bytes], node: Path) -> int:
    """Peak resident memory in bytes of a watched command."""
    assert process.wait() == 0
    return int((node.parent / "peak").read_text()) * 1024


def test_two_intakes_at_once_end_as_one_after_the_other(empty_node: Path, tmp_path: Path) -> None:
    rows = [f"http://n{number % 3_000}.ru/{number % 7}\n" for number in range(24_000)]
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    files[0].write_text("".join(rows[:16_000]), encoding="utf-8")
    files[1].write_text("".join(rows[8_000:]), encoding="utf-8")
    options = ("--format", "urls", "--category", "phishing", "--reporter", "r", "--json")
    at_once, one_by_one = (shutil.copytree(empty_node, tmp_path / name) for name in ("at-once", "one-by-one"))
    running = [
        subprocess.Popen(
            comity("intake", file, *options, "--dir", at_once), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
        for file in files
    ]  # fmt: skip
    accepted = 0
    for process in running:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
        accepted += json.loads(out)["accepted"]
    for file in files:
        assert run("intake", file, *options, "--dir", one_by_one).returncode == 0
    # How many entries say that further reports came depends on who came first; everything else does not.
    assert [row[:7] + row[8:] for row in stored(at_once)] == [row[:7] + row[8:] for row in stored(one_by_one)]
    assert accepted == len(stored(at_once)) == 21_000
