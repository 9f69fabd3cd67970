"""How many calls a token has: never more than its minute's worth at once, evenly gained, shared by all workers."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from comity.edges.allowance import Allowance

WHO = 0x1234_5678_9ABC_DEF0


@given(st.integers(1, 300), st.lists(st.floats(0, 30, allow_nan=False), max_size=100))
def test_in_no_stretch_of_time_there_are_more_than_the_pace_allows(per_minute: int, pauses: list[float]) -> None:
    table, now, allowed = Allowance(), 1_000.0, list[float]()
    for pause in pauses:
        now += pause
        if table.take(WHO, per_minute=per_minute, now=now).allowed:
            allowed.append(now)
    for first in range(len(allowed)):
        for last in range(first, len(allowed)):
            stretch = allowed[last] - allowed[first]
            assert last - first + 1 <= per_minute * (1 + stretch / 60) + 1e-6


@given(st.integers(1, 100))
def test_a_minutes_worth_may_be_taken_at_once_and_then_one_by_one(per_minute: int) -> None:
    table = Allowance()
    taken = [table.take(WHO, per_minute=per_minute, now=5.0) for _ in range(per_minute + 1)]
    assert [one.allowed for one in taken] == [True] * per_minute + [False]
    assert [one.left for one in taken] == [*range(per_minute - 1, -1, -1), 0]
    wait = taken[-1].wait_seconds
    assert abs(wait - 60 / per_minute) < 1e-6
    assert not table.take(WHO, per_minute=per_minute, now=5.0 + wait * 0.99).allowed
    assert table.take(WHO, per_minute=per_minute, now=5.0 + wait * 1.001).allowed


def test_a_clock_that_is_set_back_holds_nobody_up_for_longer_than_a_minute() -> None:
    table = Allowance()
    assert table.take(WHO, per_minute=1, now=1e9).allowed
    assert table.take(WHO, per_minute=1, now=5.0).wait_seconds <= 60


def test_whoever_is_idle_longest_gives_way_in_a_full_table() -> None:
    table = Allowance()
    for number in range(8):
        assert table.take(7 + number * 4096, per_minute=1, now=5.0 + number).allowed
    assert not table.take(7 + 8 * 4096, per_minute=1, now=14.0).allowed
    assert table.take(7 + 8 * 4096, per_minute=1, now=66.0).allowed
    assert not table.take(7 + 7 * 4096, per_minute=1, now=66.0).allowed


def test_workers_share_one_table(tmp_path: Path) -> None:
    file = tmp_path / "allowance.bin"
    program = (
        "import sys; from pathlib import Path; from comity.edges.allowance import Allowance\n"
        "table = Allowance(Path(sys.argv[1]))\n"
        f"print(sum(table.take({WHO}, per_minute=1000, now=5.0).allowed for _ in range(600)))"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert sum(int(worker.communicate()[0]) for worker in workers) == 1000
    assert file.stat().st_mode & 0o777 == 0o600
