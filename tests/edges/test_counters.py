"""The counts of several processes: one that is just starting disturbs nobody, and what a killed run left is removed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from comity.edges import counters
from comity.edges.counters import VARIABLE, counted, make_counters

COUNT = "from prometheus_client import Counter; Counter('demo_seen', 'Seen').inc(3)"


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    return tmp_path


def test_a_file_that_is_just_being_made_does_not_hide_the_others(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_counters()
    monkeypatch.setenv(VARIABLE, str(made))
    subprocess.run([sys.executable, "-c", COUNT], check=True)
    (made / "counter_1.db").touch()

    assert b"demo_seen_total 3.0" in generate_latest(counted())


def test_what_a_killed_run_left_is_removed_once_nobody_can_be_starting_in_it(directory: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    fresh, old = (directory / f"comity-counters-{dead.pid}-{name}" for name in ("fresh", "old"))
    living = directory / f"comity-counters-{os.getpid()}-living"
    for each in (fresh, old, living):
        each.mkdir()
    long_ago = time.time() - counters._LEFT_SECONDS - 1
    for each in (old, living):
        os.utime(each, (long_ago, long_ago))

    make_counters()

    assert fresh.exists()
    assert living.exists()
    assert not old.exists()
