"""The day's sweep that a node does by itself: begun once, one at a time, tried again with patience, told by an alarm.

What is started here instead of the program is a script that ends well or badly: the sweep itself is tested elsewhere.
"""

import os
import shlex
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from comity.edges.home import Home
from comity.edges.processes import PROGRAM
from comity.edges.sweep_process import SweepProcess, drop_old_runs
from comity.edges.sweep_settings import SweepSettings
from comity.flows.admit import Patient
from comity.flows.check_desk import check_sweeps
from comity.flows.file_reports import file_reports
from comity.flows.sweep_zones import last_due, stop_sweep, sweep_zones, write_indicators
from comity.store.models import ScheduledSweep
from comity.store.scheduled_sweeps import count_failures
from flows.desk import HOME

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 4, tzinfo=UTC)
WELL = """echo "$@" >> "$(dirname "$0")/asked"; echo '{"folder": "/somewhere/sweep-1"}'"""
BADLY = "echo 'comity: zones/by.zone: cannot be read [bad-input]' >&2; exit 1"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A node that sweeps one zone at four in the morning."""
    settings = msgspec.structs.replace(HOME.settings, sweep=SweepSettings(sources={"by": "zones/by.zone"}))
    home = Home(tmp_path, settings)
    yield home
    stop_sweep(home)


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What is started as the program from now on."""

    def choose(script: str) -> None:
        file = tmp_path / "program.sh"
        file.write_text(script + "\n", encoding="utf-8")
        monkeypatch.setenv(PROGRAM, shlex.join(["/bin/sh", str(file)]))

    return choose


def until_ended(home: Home, at: datetime) -> None:
    deadline = time.monotonic() + 20
    while not sweep_zones(home, at=at):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_day_is_swept_once_and_its_run_taken_in(home: Home, child: Callable[[str], None]) -> None:
    child(WELL)
    until_ended(home, NOON)
    row = ScheduledSweep.objects.get()
    assert (row.due_at, row.state, row.tries, row.run) == (DUE, "done", 1, "sweep-1")
    asked = (home.path / "asked").read_text(encoding="utf-8").splitlines()
    begun = f"sweep --json --dir {home.path} --daily --indicators {home.path}/sweeps/indicators/reported-"
    assert asked[0].startswith(begun)
    assert asked[1:] == [
        f"finding take /somewhere/sweep-1 --json --dir {home.path}",
        f"campaign find --all --by-node --json --dir {home.path}",
    ]
    assert sweep_zones(home, at=NOON + timedelta(hours=1)) == 0
    assert ScheduledSweep.objects.count() == 1
    until_ended(home, NOON + timedelta(days=1))
    assert ScheduledSweep.objects.filter(state="done").count() == 2
    assert check_sweeps(Patient(home), at=NOON + timedelta(days=1)) == []
    (old,) = check_sweeps(Patient(home), at=NOON + timedelta(days=3))
    assert (old.code, old.detail) == ("sweep-old", "2 d")


def test_a_failure_is_told_with_its_reason_and_tried_again_later_each_time(
    home: Home, child: Callable[[str], None]
) -> None:
    child(BADLY)
    until_ended(home, NOON)
    row = ScheduledSweep.objects.get()
    assert (row.state, row.error, row.next_at) == ("failed", "bad-input", NOON + timedelta(minutes=5))
    assert "cannot be read" in row.message
    (alarm,) = check_sweeps(Patient(home), at=NOON)
    assert (alarm.code, alarm.detail) == ("sweep-failed", "bad-input")
    assert sweep_zones(home, at=NOON + timedelta(minutes=4)) == 0
    again = NOON + timedelta(minutes=5)
    until_ended(home, again)
    row.refresh_from_db()
    assert (row.tries, row.next_at, count_failures()) == (2, again + timedelta(minutes=10), 2)
    child(WELL)
    until_ended(home, again + timedelta(minutes=10))
    row.refresh_from_db()
    assert (row.state, row.tries, count_failures()) == ("done", 3, 0)


def test_a_search_for_siblings_that_failed_is_told_and_the_three_are_done_again(
    home: Home, child: Callable[[str], None]
) -> None:
    child(f"""case "$1" in campaign) {BADLY.replace("bad-input", "disk-full")};; esac; {WELL}""")
    until_ended(home, NOON)
    row = ScheduledSweep.objects.get()
    assert (row.state, row.error) == ("failed", "disk-full")
    child(WELL)
    until_ended(home, NOON + timedelta(minutes=5))
    row.refresh_from_db()
    assert (row.state, row.run) == ("done", "sweep-1")


def test_a_child_that_does_not_say_where_its_run_is_has_failed(home: Home, child: Callable[[str], None]) -> None:
    child("echo '{}'")
    until_ended(home, NOON)
    assert ScheduledSweep.objects.get().error == "no-answer"


def test_one_sweep_at_a_time_and_none_where_nothing_is_declared(home: Home, child: Callable[[str], None]) -> None:
    child(WELL)
    other = SweepProcess(home.path)
    assert other.take()
    assert sweep_zones(home, at=NOON) == 0
    assert not ScheduledSweep.objects.exists()
    other.release()
    until_ended(home, NOON)
    assert sweep_zones(HOME, at=NOON) == 0
    assert check_sweeps(Patient(HOME), at=NOON) == []


def test_what_was_cut_off_begins_again(home: Home, child: Callable[[str], None]) -> None:
    child("sleep 60")
    assert sweep_zones(home, at=NOON) == 0
    stop_sweep(home)
    assert ScheduledSweep.objects.get().state == "running"
    (alarm,) = check_sweeps(Patient(home), at=NOON + timedelta(hours=37))  # it never ended, and none before it did
    assert (alarm.code, alarm.detail) == ("sweep-old", "1 d 13 h")
    child(WELL)
    until_ended(home, NOON)
    assert (ScheduledSweep.objects.get().state, ScheduledSweep.objects.get().tries) == ("done", 2)


def test_the_day_is_that_of_the_node_s_time_zone(home: Home) -> None:
    assert last_due(home, at=NOON) == DUE
    assert last_due(home, at=DUE) == DUE
    assert last_due(home, at=DUE - timedelta(minutes=1)) == DUE - timedelta(days=1)
    minsk = msgspec.structs.replace(home.settings, time_zone="Europe/Minsk")
    assert last_due(Home(home.path, minsk), at=NOON) == DUE - timedelta(hours=3)


def test_indicators_are_the_hosts_of_our_zones_that_reports_named_and_stay_the_same_for_a_day(home: Home) -> None:
    lines = [b'{"name":"www.demo-a.by","category":"phishing"}', b'{"name":"demo-b.ru","category":"phishing"}']
    file_reports(home, lines, reporter="r", name="R", kind="trusted-notifier", at=NOON - timedelta(days=1))
    old = b'{"name":"demo-old.by","category":"phishing"}'
    file_reports(home, [old], reporter="r", name="R", kind="trusted-notifier", at=NOON - timedelta(days=91))
    file = write_indicators(home, DUE, at=NOON)
    assert file.read_text(encoding="utf-8") == "www.demo-a.by\n"
    assert file.stat().st_mode & 0o777 == 0o600
    file_reports(home, [b'{"name":"demo-c.by","category":"phishing"}'], reporter="r", name="R",
                 kind="trusted-notifier", at=NOON)  # fmt: skip
    assert write_indicators(home, DUE, at=NOON).read_text(encoding="utf-8") == "www.demo-a.by\n"
    later = write_indicators(home, DUE + timedelta(days=1), at=NOON)
    assert later.read_text(encoding="utf-8") == "demo-c.by\nwww.demo-a.by\n"
    assert not file.exists()


def test_old_runs_are_removed_and_what_never_ended_before_them(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "middle", "oldest", "half", "at-work")):
        run = tmp_path / "sweeps" / "runs" / name
        run.mkdir(parents=True)
        if name not in {"half", "at-work"}:
            (run / "summary.json").write_text("{}", encoding="utf-8")
            os.utime(run / "summary.json", (1_000_000 - age, 1_000_000 - age))
        os.utime(run, (2_000_000, 2_000_000) if name == "at-work" else (900_000, 900_000))
    assert drop_old_runs(tmp_path, keep=2) == ["half", "oldest"]
    assert sorted(one.name for one in (tmp_path / "sweeps" / "runs").iterdir()) == ["at-work", "middle", "newest"]
