"""A writer of a snapshot, and a day, that are killed at any step leave the snapshot before, or the new one whole."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
from polars.testing import assert_frame_equal

from comity.sweep.name_store import find_snapshot, get_snapshot, verify_snapshot
from comity.sweep.snapshot_writing import write_snapshot
from comity.sweep.take_zone import read_taken
from sweep.names_made import frames, names_of, numbered
from sweep.test_changes import dump
from sweep.zones_taken import newest, put, rows_of, take, task

_WRITER = """
import os, signal, sys
from datetime import date
from pathlib import Path
from comity.sweep.snapshot_writing import write_snapshot
from sweep.names_made import frames, numbered
steps = 0
def count(event, told):
    global steps
    if event in ("open", "os.mkdir", "os.rename", "os.remove") and str(told[0]).startswith(sys.argv[1]):
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)
for step in map(int, sys.argv[2:]):
    if not os.fork():
        sys.addaudithook(count)
        write_snapshot(Path(sys.argv[1]), "ru", frames(numbered(11), 11), as_of=date(2026, 11, 24))
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.wait()[1])
    current = (Path(sys.argv[1]) / "ru/current").read_text()
    print(step, code, current, flush=True)
    if current == "2026-11-24":
        break
"""


def test_a_writer_killed_at_any_step_leaves_a_whole_snapshot(tmp_path: Path) -> None:
    kept = write_snapshot(tmp_path, "ru", frames(numbered(10), 10), as_of=date(2026, 11, 23))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", _WRITER, str(tmp_path), *map(str, range(1, 80))],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=60,
    )
    steps = [line.split() for line in done.stdout.splitlines()]
    assert len(steps) > 12
    assert {int(code) for _step, code, _current in steps} == {-signal.SIGKILL}
    assert {current for _step, _code, current in steps[:-1]} == {"2026-11-23"}
    assert steps[-1][2] == "2026-11-24"  # killed when only the sync of the folder was left
    newest = find_snapshot(tmp_path, "ru")
    assert newest is not None
    verify_snapshot(tmp_path, newest)
    assert (names_of(tmp_path, newest).height, newest.before) == (11, kept.folder)


_TAKER = """
import os, signal, sys
from pathlib import Path
import msgspec
from comity.sweep.take_zone import take_zone
from comity.sweep.tasks import TakeZone
task = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=TakeZone)
steps = 0
def count(event, told):
    global steps
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.link") and str(told[0]).startswith(task.run[:-3]):
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)
for step in range(1, 300, 2):
    if not os.fork():
        sys.addaudithook(count)
        take_zone(task)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.wait()[1])
    current = (Path(task.store) / "ru/current").read_text()
    print(step, code, current, flush=True)
    if not code:
        break
"""


def test_a_day_killed_at_any_step_is_taken_when_it_is_done_again(tmp_path: Path) -> None:
    source, store, run = tmp_path / "ru.zone", tmp_path / "store", tmp_path / "run"
    put(source, dump(numbered(30)))
    take(store, run, source, date(2026, 11, 23))
    kept = rows_of(store)
    after = {**numbered(29), "new.ru": ("ns1.example.by", True)}
    asked = task(store, run, put(source, dump(after, serial=2)), date(2026, 11, 24))
    (run / "zones" / "ru.json").unlink()
    (tmp_path / "task.json").write_bytes(msgspec.json.encode(asked))
    done = subprocess.run(
        [sys.executable, "-c", _TAKER, str(tmp_path / "task.json")], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, timeout=60,
    )  # fmt: skip
    steps = [line.split() for line in done.stdout.splitlines()]
    assert len(steps) > 20
    assert {int(code) for _step, code, _current in steps[:-1]} == {-signal.SIGKILL}
    assert [current for _step, _code, current in steps] == sorted(current for _step, _code, current in steps)
    assert (steps[0][2], steps[-1][1:]) == ("2026-11-23", ["0", "2026-11-24"])
    verify_snapshot(store, newest(store))
    assert read_taken(run, "ru").way == "compared"
    straight = tmp_path / "straight"
    put(tmp_path / "other.zone", dump(numbered(30)))
    take(straight, tmp_path / "other", tmp_path / "other.zone", date(2026, 11, 23))
    take(straight, tmp_path / "other", put(tmp_path / "other.zone", dump(after, serial=2)), date(2026, 11, 24))
    for one, other in zip(rows_of(store), rows_of(straight), strict=True):
        assert_frame_equal(one, other)
    before = get_snapshot(store, newest(store).before)
    verify_snapshot(store, before)
    assert names_of(store, before).equals(kept[0])
