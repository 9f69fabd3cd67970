"""kill -9 of the process that carries a plan out, and of the registry: the next one goes on, and each name is
changed once.

The process is a fork of this one, killed by itself at a durable step or from outside while it waits for an answer.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from comity.edges.home import Home
from comity.flows.carry_out import carry_on, carry_out
from comity.flows.hold import lift
from comity.store.holds import holds_of_case
from comity.store.plans import get_plan, steps_of
from comity.testing.crashing import Crashes, CrashPlan, watch_this_process
from comity.testing.registry import Fault
from comity.testing.registry_process import RegistryProcess
from flows.desk import ANNA, AT, case_of, state_of
from flows.plan_desk import approved, home_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

STEPS = [
    ("carry_out.begin_plan", "after"),
    ("carry_out.note_sent", "before"),
    ("carry_out.note_sent", "after"),  # before it is sent
    ("carry_out.confirm", "before"),  # its answer was read, and not written down
    ("carry_out.confirm", "after"),
    ("carry_out.finish_plan", "before"),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def home(registry: RegistryProcess, tmp_path: Path) -> Home:
    return home_at(registry, tmp_path / "node")


def in_a_child(work: Callable[[], object]) -> int:
    """Begin the work in a process of its own, with connections of its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def killed(child: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_our_process_dies_at_every_step(registry: RegistryProcess, home: Home, tmp_path: Path) -> None:
    crashes = Crashes(tmp_path / "crashes")
    for number, (step, when) in enumerate(STEPS):
        name = f"k{number}-demo.by"
        registry.put(name, "clientDeleteProhibited")
        refs, which = approved(home, name)
        crashes.arm(CrashPlan(step, "before" if when == "before" else "after"))

        def die(which: str = which) -> None:
            watch_this_process(crashes.directory)
            carry_out(home, which, ANNA, at=AT)

        assert killed(in_a_child(die)), (step, when)
        carry_on(home, at=AT)

        assert get_plan(which).state == "done", (step, when)
        assert registry.statuses(name) == ["clientDeleteProhibited", "serverHold"], (step, when)
        assert len([line for line in registry.journal() if f" update {name} " in line]) == 1, (step, when)
        (hold,) = holds_of_case(case_of(refs[0]).pk)
        assert (hold.former, hold.added) == (("clientDeleteProhibited",), ("serverHold",)), (step, when)


def test_our_process_dies_while_it_waits_for_an_answer(registry: RegistryProcess, home: Home) -> None:
    registry.put("w1-demo.by", "clientDeleteProhibited")
    refs, which = approved(home, "w1-demo.by")
    registry.arm(Fault("hang", seconds=0.3))
    child = in_a_child(lambda: carry_out(home, which, ANNA, at=AT))
    until = time.monotonic() + 10
    while not registry.has_struck and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    assert killed(child)

    assert [step.state for step in steps_of(get_plan(which).pk)] == ["sent"]
    assert carry_on(home, at=AT) == 1
    time.sleep(0.4)  # the first command is carried out after all: there is nothing left for it to do

    assert registry.statuses("w1-demo.by") == ["clientDeleteProhibited", "serverHold"]
    lift(home, refs, ANNA, at=AT)
    carry_on(home, at=AT)
    assert registry.statuses("w1-demo.by") == ["clientDeleteProhibited"]
    assert state_of(refs[0]) == "closed"
