"""A feed through a pipe that stays open: each record is stored soon, not when the pipe ends."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from comity.demo.nodes import make_nodes

pytestmark = pytest.mark.processes

RECORD = b'{"name":"https://shop-demo-%d.ru/login","category":"phishing"}\n'


def test_records_of_an_open_pipe_are_stored_before_it_ends(tmp_path: Path) -> None:
    (node,) = make_nodes(tmp_path, ["cctld.ru"])
    node.work("case", "list", "--json")  # the store is there
    command = (
        sys.executable,
        "-m",
        "comity",
        "intake",
        "-",
        "--format",
        "ndjson",
        "--json",
        "--dir",
        str(node.place.path),
    )
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as intake:
        assert intake.stdin is not None
        assert intake.stdout is not None
        for number in range(2_000):  # the first bytes are looked at before anything is stored
            intake.stdin.write(RECORD % number)
        intake.stdin.flush()
        for number in range(2_000, 2_003):
            intake.stdin.write(RECORD % number)
            intake.stdin.flush()
            end = time.monotonic() + 60
            while _reports(node.place.path / "comity.sqlite3") < number + 1:
                assert time.monotonic() < end, "a record waits for the end of the pipe"
                time.sleep(0.02)
        intake.stdin.close()
        summary = orjson.loads(intake.stdout.read())
    assert summary["read"] == summary["accepted"] == 2_003


def _reports(database: Path) -> int:
    with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10) as db:
        return int(db.execute("SELECT count(*) FROM report").fetchone()[0])
