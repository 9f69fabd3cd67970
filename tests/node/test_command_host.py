"""The host of commands: what it has read before it forks."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from comity.edges.processes import program
from comity.testing.command_host import SCRIPT


def test_a_host_of_commands_has_the_program_but_no_library_with_threads_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text(
        "import os, sys\n"
        "NAMES = ('comity.cli.main', 'comity.flows.annotate', 'polars', 'numpy')\n"
        "print([name for name in NAMES if name in sys.modules])\n"
        "print(len(os.listdir('/proc/self/task')))\n",
        encoding="utf-8",
    )
    said = subprocess.run([*program(), SCRIPT, str(script)], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["['comity.cli.main', 'comity.flows.annotate']", "1"]


def test_a_store_that_is_a_copy_is_what_the_migrations_make(tmp_path: Path) -> None:
    fresh = (sys.executable, "-m", "comity")
    made = []
    for number, command in enumerate((program(), program(), fresh)):
        directory = tmp_path / f"node-{number}"
        subprocess.run([*command, "init", str(directory), "--party", "cctld.ru"], capture_output=True, check=True)
        with closing(sqlite3.connect(directory / "comity.sqlite3")) as store:
            tables = store.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
            rows = {
                name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone() for kind, name, *_ in tables
                if kind == "table"
            }  # fmt: skip
            made.append((tables, rows, store.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()))
    assert made[0] == made[1] == made[2]
    assert len(made[0][0]) > 100
