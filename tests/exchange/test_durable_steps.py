"""kill -9 at every durable step, before and after it, on either side: whatever was committed arrives once and in order.

The steps are not listed by hand: a run of the main job with every commit watched finds them
(`comity.testing.durable_steps`), and the table must name exactly those.  Then the same job is done again and every
process dies at every step that it passes.
"""

import ast
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.testing.crashing import CrashPlan
from comity.testing.durable_steps import When
from comity.testing.load import Load
from comity.testing.main_job import MainJob
from comity.testing.parts import CampaignNode
from comity.testing.settling import settle
from exchange.campaign_pair import RU, assert_all_is_well, nodes_on, on_postgresql
from exchange.durable_steps_table import NOT_OF_THE_EXCHANGE, PROVOKED_BY, STEPS

ROOT = Path(__file__).resolve().parent.parent.parent
ALWAYS_RUNNING = ("courier.", "receive.", "sent.")
SOAK = bool(os.environ.get("COMITY_SOAK"))


@pytest.fixture
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[CampaignNode]]:
    server = request.getfixturevalue("postgres_server") if on_postgresql() else None
    with nodes_on(server, tmp_path) as nodes:
        yield nodes


def moments(node: CampaignNode, step: str) -> tuple[When, ...]:
    """Both in the soak; in the normal run one at each node, and the other way round on PostgreSQL."""
    if step.startswith("sent."):
        return ("after",)
    if SOAK:
        return ("before", "after")
    return ("before",) if (node.party == RU) != on_postgresql() else ("after",)


def runs_always(step: str) -> bool:
    return step.startswith(ALWAYS_RUNNING)


class Tracer:
    """Runs commands and writes down which steps each kind of command passes, and the nodes' parts meanwhile."""

    def __init__(self) -> None:
        self.of_command: dict[str, list[str]] = {}
        self.of_parts: dict[str, set[str]] = {}

    def __call__(self, node: CampaignNode, words: Sequence[str]) -> None:
        self.gather(node)
        assert node.wait(node.begin(*words)) in {0, 1}, node.tell()
        steps = self.of_command.setdefault(kind_of(words), [])
        steps += [step for step in dict.fromkeys(self.gather(node)) if step not in steps]

    def gather(self, node: CampaignNode) -> list[str]:
        passed = [step for step, _ in node.crashes.traced()]
        self.of_parts.setdefault(node.party, set()).update(filter(runs_always, passed))
        return [step for step in passed if not runs_always(step)]


class Killer:
    """Runs commands as somebody whose machine dies at each step of each: the same command again until it is through."""

    def __init__(self, of_command: dict[str, list[str]]) -> None:
        self._of_command = of_command
        self.killed: set[tuple[str, str, When]] = set()

    def __call__(self, node: CampaignNode, words: Sequence[str]) -> None:
        for step in self._of_command[kind_of(words)]:
            for moment in moments(node, step):
                node.crashes.arm(CrashPlan(step, moment))
                assert node.wait(node.begin(*words)) == -9, f"{words}: did not pass {moment} {step}"
                assert node.crashes.disarm()
                self.killed.add((node.party, step, moment))
        assert node.wait(node.begin(*words)) in {0, 1}, node.tell()  # 1: it was done already, and says so


def kind_of(words: Sequence[str]) -> str:
    return words[0] if words[0] == "intake" else " ".join(words[:2])


def trace(pair: Sequence[CampaignNode], directory: Path) -> Tracer:
    tracer = Tracer()
    for node in pair:
        node.crashes.trace()
    for number, (ours, theirs) in enumerate((pair, pair[::-1])):
        MainJob(directory, ours, theirs, tracer, seed=number + 1).run()
    for provoked in sorted(set(PROVOKED_BY.values())):
        provoke(provoked, *pair, directory)
        provoke(provoked, *pair[::-1], directory)
    settle(*pair)
    for node in pair:
        tracer.gather(node)
    return tracer


def provoke(
    how: str, here: CampaignNode, there: CampaignNode, directory: Path, *, until: Callable[[], bool] = lambda: True
) -> None:
    """Bring a node to pass a step of a part that runs all the time."""
    match how:
        case "file here":
            file(here, there, directory)
        case "file there":
            file(there, here, directory)
        case "courier starts here":
            here.restart("courier")
        case "courier starts there":
            there.restart("courier")
        case "partner unreachable":
            there.kill("links")
            file(here, there, directory)
    wait(until, f"{here.party}: {how}")
    for node in (here, there):
        node.start("links", "courier")
    there.wait_until_reachable()


def file(node: CampaignNode, partner: CampaignNode, directory: Path) -> None:
    feed = directory / f"provoke-{time.monotonic_ns()}.ndjson"
    feed.write_bytes(Load(node.party, [partner.party], seed=time.monotonic_ns(), start=datetime.now(UTC)).feed(6))
    node.run(*node.file(feed))


def wait(until: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.mark.processes
@pytest.mark.postgres
def test_kill_9_before_and_after_every_durable_step_on_either_side(pair: list[CampaignNode], tmp_path: Path) -> None:
    tracer = trace(pair, tmp_path)
    passed = {step for steps in tracer.of_command.values() for step in steps}.union(*tracer.of_parts.values())
    assert sorted(passed - set(STEPS)) == [], "steps that are in no row of tests/exchange/durable_steps_table.py"
    assert sorted(set(STEPS) - passed) == [], "rows of the table that the main job does not pass any more"
    assert sorted(filter(runs_always, passed)) == sorted(PROVOKED_BY)
    killer = Killer(tracer.of_command)
    jobs = [MainJob(tmp_path, *nodes, killer, seed=number + 11) for number, nodes in enumerate((pair, pair[::-1]))]
    for job in jobs:
        job.run()
    killed = killer.killed
    for here, there in (pair, pair[::-1]):
        for step, how in PROVOKED_BY.items():
            for moment in moments(here, step):
                here.crashes.arm(CrashPlan(step, moment))
                provoke(how, here, there, tmp_path, until=lambda here=here: here.crashes.has_struck)
                assert here.crashes.disarm(), f"{here.party} did not pass {moment} {step}"
                here.restart("links" if step.startswith("receive.") else "courier")
                settle(*pair)
                killed.add((here.party, step, moment))
    assert killed == {(node.party, step, moment) for node in pair for step in STEPS for moment in moments(node, step)}
    assert_all_is_well(pair, {node.party: job.filed for node, job in zip(pair, jobs, strict=True)})


def test_the_page_lists_every_step() -> None:
    page = (ROOT / "docs" / "spec" / "durable-steps.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"(?m)^\| `([^`]+)` \| ([^|]+ \| [^|]+) \|$", page))
    assert rows == {step: f"{row.passed_by} | {row.durable}" for step, row in STEPS.items()}


def test_every_transaction_in_the_source_is_a_step_or_says_why_not() -> None:
    """A flow that the main job does not run yet has no step to be killed at: it must not go unnoticed."""
    known = {step.partition(".")[2].partition(":")[0] for step in STEPS}
    found = {}
    for file in sorted((ROOT / "src" / "comity").rglob("*.py")):
        where = file.relative_to(ROOT / "src" / "comity").with_suffix("").as_posix().replace("/", ".")
        if where.startswith(("testing.", "demo.")):
            continue
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(
                isinstance(call, ast.Call) and ast.unparse(call.func) == "transaction.atomic"
                for call in ast.walk(function)
            ):
                found[f"{where}.{function.name}"] = function.name.lstrip("_")
    unknown = [where for where, name in found.items() if name not in known and where not in NOT_OF_THE_EXCHANGE]
    assert unknown == []
    assert [where for where in NOT_OF_THE_EXCHANGE if where not in found] == []
