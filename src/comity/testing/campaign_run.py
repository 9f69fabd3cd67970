"""Carry out a campaign: nodes that file, exchange and work cases all the time, while one fault after another strikes.

A fault counts when it has struck: a message met it, a process died of it, a disk was full.  Whatever dies is started
again, as a supervisor would; whatever a person or a feed was in the middle of is done again.  At the end everything is
healed, the nodes come to rest, and what they hold is compared.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from random import Random
from typing import Final, Self

import msgspec

from comity.testing.campaign_plan import Fault, Plan
from comity.testing.campaign_stage import Stage
from comity.testing.census import Comparison, compare
from comity.testing.command_forks import Forked
from comity.testing.crashing import CrashPlan
from comity.testing.machine import read_only_database
from comity.testing.message_line import LINE_FAULTS, LineFault
from comity.testing.parts import PARTS, CampaignNode
from comity.testing.settling import settle

_TICK_SECONDS: Final = 0.01
_FEED_CLAIMS: Final = 10
_FILING_AT_ONCE: Final = 2
_WRITERS: Final = 8
_PATIENCE_SECONDS: Final = 15.0
_SETTLE_SECONDS: Final = 300.0
_TIMED_AT_MOST_SECONDS: Final = 600.0
_BACKED_UP_AHEAD: Final = 3  # so many faults before a node is restored its backup is made


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign came to."""

    struck: dict[str, int]
    missed: dict[str, int]
    restarts: int
    found: Comparison
    messages: int
    seconds: float


class _Backup(msgspec.Struct):
    """One that is made or being made; of what is filed, what comes after `filed` feeds is not in it for sure."""

    file: Path
    made_by: Forked
    filed: int


class _Timed(msgspec.Struct):
    """Something that lasts until its end."""

    ends: float
    targets: set[str]
    undo: Callable[[], None]


class Campaign:
    """One campaign; use as a context, everything is put back at its end."""

    def __init__(
        self, plan: Plan, *, database_server: str = "", say: Callable[[str], None] = lambda _line: None
    ) -> None:
        self._plan = plan
        self._stage = Stage(plan, database_server)
        self._say = say
        self._chance = Random(f"load/{plan.seed}")
        self._struck: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()
        self._restarts = 0
        self._timed: list[_Timed] = []
        self._filing: dict[Forked, tuple[CampaignNode, Path]] = {}
        self._filed: dict[str, list[Path]] = {party: [] for party in plan.parties}
        self._at_risk: dict[str, list[Path]] = {party: [] for party in plan.parties}
        self._backups: dict[str, _Backup] = {}
        self._down: set[str] = set()

    def __enter__(self) -> Self:
        self._stage.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stage.__exit__()

    def run(self) -> Outcome:
        """Let the faults strike, heal, come to rest, compare."""
        began = time.monotonic()
        for number, fault in enumerate(self._plan.faults):
            if number % 100 == 0:
                self._say(f"{number} faults of {len(self._plan.faults)} after {time.monotonic() - began:.0f} s")
            for later in self._plan.faults[number : number + _BACKED_UP_AHEAD]:
                if later.kind == "restored" and later.node not in self._backups:
                    self._back_up(self._stage.nodes[later.node])
            self._strike(fault)
        self._heal()
        self._say("healed; the nodes come to rest")
        nodes = list(self._stage.nodes.values())
        settle(*nodes, within_seconds=_SETTLE_SECONDS)
        found = compare([node.census(*self._filed[node.party], at_risk=self._at_risk[node.party]) for node in nodes])
        return Outcome(
            struck={kind: self._struck[kind] for kind in sorted(self._struck)},
            missed=dict(self._missed),
            restarts=self._restarts,
            found=found,
            messages=sum(line.messages for line in self._stage.lines.values()),
            seconds=time.monotonic() - began,
        )

    # ---- one fault ---------------------------------------------------------------------------------------------------

    def _strike(self, fault: Fault) -> None:
        self._tick_until(lambda: not self._is_busy(fault), within_seconds=_TIMED_AT_MOST_SECONDS)
        node = self._stage.nodes[fault.node]
        if fault.kind in LINE_FAULTS:
            self._trouble_line(node, fault)
        else:
            strike = {
                "kill": self._kill, "kill-at-step": self._kill_at_step, "kill-intake": self._kill_intake,
                "freeze": self._freeze, "partition": self._part, "clock": self._move_clock,
                "writers": self._write_at_once, "full-disk": self._fill_disk, "read-only": self._turn_read_only,
                "restored": self._restore,
            }[fault.kind]  # fmt: skip
            strike(node, fault)
        self._tick()

    def _trouble_line(self, node: CampaignNode, fault: Fault) -> None:
        line = self._stage.lines[fault.node, fault.partner]
        before = line.struck.get(fault.kind, 0)
        line.arm(LineFault(fault.kind, fault.seconds, fault.share))  # type: ignore[arg-type]  # one of LINE_FAULTS
        self._file(node)  # so that there is a message to meet it
        self._count(fault, self._tick_until(lambda: line.struck.get(fault.kind, 0) > before))
        line.heal()

    def _kill(self, node: CampaignNode, fault: Fault) -> None:
        self._count(fault, struck=node.runs(fault.part))
        node.kill(fault.part)

    def _freeze(self, node: CampaignNode, fault: Fault) -> None:
        self._count(fault, struck=node.runs(fault.part))
        node.send_signal(fault.part, signal.SIGSTOP)
        self._later(fault, lambda: node.send_signal(fault.part, signal.SIGCONT))

    def _part(self, _node: CampaignNode, fault: Fault) -> None:
        lines = [self._stage.lines[fault.node, fault.partner], self._stage.lines[fault.partner, fault.node]]
        for line in lines:
            line.part()
        self._count(fault, struck=True)
        for line in lines:
            self._later(fault, line.heal)

    def _move_clock(self, _node: CampaignNode, fault: Fault) -> None:
        self._stage.clocks[fault.node].set(fault.ahead_seconds)
        self._count(fault, struck=True)
        self._later(fault, lambda: self._stage.clocks[fault.node].set(0))

    def _write_at_once(self, node: CampaignNode, fault: Fault) -> None:
        for _ in range(_WRITERS):
            self._file(node)
        self._count(fault, struck=True)

    def _kill_at_step(self, node: CampaignNode, fault: Fault) -> None:
        node.crashes.arm(CrashPlan(fault.step, "after" if fault.when == "after" else "before", fault.nth))
        if fault.step in {"sent.status", "answer.answer"}:  # asked only after a start or after trouble
            for other in self._stage.nodes.values():
                if (other is node) == (fault.step == "sent.status"):
                    other.kill("courier")
        self._tick_until(lambda: node.crashes.has_struck)
        self._count(fault, struck=node.crashes.disarm())
        if fault.step.startswith(("receive.", "answer.", "give.")):
            node.kill("links")  # what is left of the listener's processes

    def _kill_intake(self, node: CampaignNode, fault: Fault) -> None:
        self._file(node)
        time.sleep(self._chance.uniform(0.0, 0.1))
        running = [one for one, (whose, _feed) in self._filing.items() if whose is node and one.code is None]
        hits = [node.signal_command(one, signal.SIGKILL) for one in running]
        self._count(fault, struck=any(hits))

    def _fill_disk(self, node: CampaignNode, fault: Fault) -> None:
        disk = self._stage.disks[fault.node]
        if self._stage.databases and not disk.is_mounted:
            self._count(fault, struck=False)  # what the node's processes may write does not bind PostgreSQL
            return
        disk.fill(*node.pids())
        self._count(fault, struck=True)
        self._later(fault, lambda: disk.empty(*node.pids()))

    def _turn_read_only(self, node: CampaignNode, fault: Fault) -> None:
        guard: AbstractContextManager[None]
        if self._stage.databases:
            guard = read_only_database(self._stage.databases[fault.node])
        else:
            # A file system with files open for writing cannot be turned: the node stops and starts anew upon it.
            self._stop(node)
            guard = self._stage.disks[fault.node].read_only()
        guard.__enter__()
        self._down.discard(fault.node)
        self._count(fault, struck=True)
        turned = ExitStack()
        turned.push(guard)
        self._later(fault, turned.close)

    def _stop(self, node: CampaignNode) -> None:
        """Kill everything that works on a node; it is not started again while it is in `_down`."""
        self._down.add(node.party)
        node.kill(*PARTS)
        for one, (whose, _feed) in list(self._filing.items()):
            if whose is node:
                node.signal_command(one, signal.SIGKILL)
                node.wait(one)

    def _back_up(self, node: CampaignNode) -> None:
        """Begin to make a backup, while everything goes on."""
        self._note_filed()
        file = self._stage.backups / f"{node.party}-{time.monotonic_ns()}"
        filed = len(self._filed[node.party])
        self._backups[node.party] = _Backup(file, node.begin("backup", str(file)), filed)

    def _restore(self, node: CampaignNode, fault: Fault) -> None:
        """Put the newest backup back, which is some faults old by now."""
        backup = self._backups.pop(node.party)
        if node.wait(backup.made_by):  # it met a fault itself; nothing is wrong with the node now
            self._back_up(node)
            backup = self._backups.pop(node.party)
            assert node.wait(backup.made_by) == 0, node.tell()
        self._stop(node)
        self._note_filed()  # what ended at the last moment is at risk like the rest
        for pair, line in self._stage.lines.items():
            if node.party in pair:
                line.forget()
        node.run("restore", str(backup.file), "--replace")
        backup.file.unlink()
        self._at_risk[node.party] += self._filed[node.party][backup.filed :]
        self._down.discard(node.party)
        self._count(fault, struck=True)

    def _count(self, fault: Fault, struck: bool) -> None:
        (self._struck if struck else self._missed)[fault.kind] += 1

    def _later(self, fault: Fault, undo: Callable[[], None]) -> None:
        self._timed.append(_Timed(time.monotonic() + fault.seconds, {fault.node, fault.partner}, undo))

    def _is_busy(self, fault: Fault) -> bool:
        """One trouble of a machine at a time; and a line is not asked for a message while its ends cannot speak.

        A node is restored when nothing is frozen that might hold a message for longer than it then waits.
        """
        if fault.kind == "restored":
            return bool(self._timed)
        return any(one.targets & {fault.node, fault.partner or fault.node} for one in self._timed)

    # ---- what goes on all the time -----------------------------------------------------------------------------------

    def _tick_until(self, ready: Callable[[], bool], within_seconds: float = _PATIENCE_SECONDS) -> bool:
        end = time.monotonic() + within_seconds
        while not ready():
            if time.monotonic() > end:
                return False
            self._tick()
        return True

    def _tick(self) -> None:
        """File something, start again what died, end what is over."""
        now = time.monotonic()
        for one in [one for one in self._timed if one.ends <= now]:
            self._timed.remove(one)
            one.undo()
        self._note_filed()
        for forked in [forked for forked in self._filing if forked.code]:
            node, feed = self._filing.pop(forked)
            self._filing[node.begin(*node.file(feed))] = node, feed  # the same feed again, as its owner would
        if len(self._filing) < _FILING_AT_ONCE:
            self._file(self._chance.choice(list(self._stage.nodes.values())))
        for node in self._stage.nodes.values():
            if node.party not in self._down:
                self._restarts += node.tend()
        time.sleep(_TICK_SECONDS)

    def _note_filed(self) -> None:
        for forked in [forked for forked in self._filing if forked.code == 0]:
            node, feed = self._filing.pop(forked)
            self._filed[node.party].append(feed)

    def _file(self, node: CampaignNode) -> None:
        load = self._stage.loads[node.party]
        feed = self._stage.feeds / f"{node.party}-{load.filed}.ndjson"
        feed.write_bytes(load.feed(_FEED_CLAIMS))
        self._filing[node.begin(*node.file(feed))] = node, feed

    def _heal(self) -> None:
        """Put everything right and finish what was begun."""
        for one in self._timed:
            one.undo()
        self._timed.clear()
        for line in self._stage.lines.values():
            line.heal()
        for clock in self._stage.clocks.values():
            clock.set(0)
        for node in self._stage.nodes.values():
            node.crashes.disarm()
            node.tend()
        while self._filing:
            for forked, (node, feed) in list(self._filing.items()):
                del self._filing[forked]
                while node.wait(forked):
                    forked = node.begin(*node.file(feed))  # noqa: PLW2901 — the same feed again
                self._filed[node.party].append(feed)


def totals(outcome: Outcome) -> Sequence[tuple[str, int]]:
    """The sums that matter, in words."""
    found = outcome.found
    return (
        ("claims filed", found.filed),
        ("entries sent", found.sent),
        ("entries received", found.received),
        ("refused by a clause, and told", found.refused),
        ("gone: only a restored node knew", found.gone),
        ("messages on the lines", outcome.messages),
        ("processes started again", outcome.restarts),
        ("lost", sum(found.lost.values())),
        ("doubled", sum(found.doubled.values())),
        ("differences", len(found.differences)),
    )
