"""kill -9 at every durable step, before and after it, on either side: whatever was committed arrives once and in order.

The table says which steps there are and who passes them; every process dies at every one of its steps while the jobs
are done.  All the while each commit of every process is written down (`comity.testing.durable_steps`), and the table
must name exactly those.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from comity.testing.crashing import CrashPlan
from comity.testing.durable_steps import When
from comity.testing.main_job import Do, MainJob
from comity.testing.parts import CampaignNode
from comity.testing.rare_job import RareJob
from comity.testing.settling import settle
from exchange.campaign_pair import RU, SOAK, assert_all_is_well, nodes_on, on_postgresql
from exchange.durable_steps_table import NOT_OF_THE_EXCHANGE, PROVOKED_BY, STEPS
from exchange.provoke import MODES, How, Mode, Provoker

ROOT = Path(__file__).resolve().parent.parent.parent
LISTENER = ("answer.", "give.", "receive.")


@pytest.fixture
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[CampaignNode]]:
    server = request.getfixturevalue("postgres_server") if on_postgresql() else None
    with nodes_on(server, tmp_path) as nodes:
        yield nodes


def moments(node: CampaignNode, step: str) -> tuple[When, ...]:
    """Both in the soak; in the normal run one at each node, and the other way round on PostgreSQL.

    Where a node must be restored, in the normal run only at one node.
    """
    _mode, how = PROVOKED_BY.get(step, ("pushed", ""))
    if not SOAK and "restored" in how and node.party != RU:
        return ()
    if step.startswith("sent."):
        return ("after",)
    if SOAK:
        return ("before", "after")
    return ("before",) if (node.party == RU) != on_postgresql() else ("after",)


class Killer:
    """Runs commands as somebody whose machine dies at each step of each: the same command again until it is through.

    Which steps a command passes says the table; what was passed in truth, by commands and by parts, is written down.
    """

    def __init__(self) -> None:
        self.killed: set[tuple[str, str, When]] = set()
        self.by_commands: set[str] = set()
        self.by_parts: set[str] = set()

    def __call__(self, node: CampaignNode, words: Sequence[str]) -> None:
        command = " ".join(("comity", *kind_of(words)))
        for step in [step for step, row in STEPS.items() if command in row.commands()]:
            for moment in moments(node, step):
                node.crashes.arm(CrashPlan(step, moment))
                assert self._run(node, words) == -9, f"{words}: did not pass {moment} {step}"
                assert node.crashes.disarm()
                self.killed.add((node.party, step, moment))
        assert self._run(node, words) in {0, 1}, node.tell()  # 1: it was done already, and says so

    def _run(self, node: CampaignNode, words: Sequence[str]) -> int:
        command = node.begin(*words)
        ended = node.wait(command)
        self.gather(node, command.pid)
        return ended

    def gather(self, node: CampaignNode, command: int = 0) -> None:
        """Read what was passed, by a command and by all others."""
        for pid, step in node.crashes.traced():
            (self.by_commands if pid == command else self.by_parts).add(step)


def kind_of(words: Sequence[str]) -> Sequence[str]:
    return words[:1] if words[0] in {"intake", "restore"} else words[:2]


def jobs_of(pair: list[CampaignNode], directory: Path, do: Do, seed: int) -> list[MainJob | RareJob]:
    """Both jobs, in either direction."""
    ways = list(enumerate((pair, pair[::-1])))
    return [kind(directory, *nodes, do, seed=seed + number) for kind in (MainJob, RareJob) for number, nodes in ways]


def provocations(pair: list[CampaignNode]) -> Iterator[tuple[Mode, CampaignNode, CampaignNode, dict[str, How]]]:
    """Mode by mode, at either node: the steps of the parts that are passed there, and how."""
    for mode in MODES:
        for here, there in (pair, pair[::-1]):
            steps = {step: how for step, (wanted, how) in PROVOKED_BY.items() if wanted == mode and moments(here, step)}
            if steps:
                yield mode, here, there, steps


@pytest.mark.processes
@pytest.mark.stores
def test_kill_9_before_and_after_every_durable_step_on_either_side(pair: list[CampaignNode], tmp_path: Path) -> None:
    killer, provoker = Killer(), Provoker(tmp_path, pair)
    for node in pair:
        node.crashes.trace()
    jobs = jobs_of(pair, tmp_path, killer, 11)
    for job in jobs:
        job.run()
    killed = killer.killed
    for mode, here, there, steps in provocations(pair):
        with provoker.mode(mode, here, there):
            for step, how in steps.items():
                for moment in moments(here, step):
                    here.crashes.arm(CrashPlan(step, moment))
                    provoker.provoke(how, here, there, until=lambda here=here: here.crashes.has_struck)
                    assert here.crashes.disarm(), f"{here.party} did not pass {moment} {step}"
                    here.restart("links" if step.startswith(LISTENER) else "courier")
                    settle(*pair)
                    killed.add((here.party, step, moment))
    for node in pair:
        killer.gather(node)
    passed = killer.by_commands | killer.by_parts
    assert sorted(passed - set(STEPS)) == [], "steps that are in no row of tests/exchange/durable_steps_table.py"
    assert sorted(set(STEPS) - passed) == [], "rows of the table that nothing passes any more"
    assert sorted(killer.by_parts - killer.by_commands) == sorted(PROVOKED_BY), "steps of parts that run all the time"
    assert killed == {(node.party, step, moment) for node in pair for step in STEPS for moment in moments(node, step)}
    filed, at_risk = provoker.filed, provoker.at_risk
    for job in jobs:
        filed[job.party] += job.filed
        at_risk[job.party] += job.at_risk
    assert_all_is_well(pair, filed, at_risk)


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
