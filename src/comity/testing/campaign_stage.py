"""The stage of a campaign: nodes that serve, a line for every way between two, a disk and a clock for each.

Everything is made below one temporary directory, and is gone when the stage is left: no process, no mount, no file.
"""

import shutil
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Final, Self

from comity.testing.campaign_plan import Plan
from comity.testing.load import Load
from comity.testing.machine import Clock, SmallDisk, can_mount
from comity.testing.message_line import MessageLine
from comity.testing.parts import PARTS, CampaignNode, assemble_nodes
from comity.testing.postgres import PostgresCluster, drop_databases, make_databases

# A restored node waits longer than any message of a campaign is on its way (`campaign_plan`).
_SETTINGS: Final = (
    "batch_entries = 25\npoll_seconds = 0.03\nanswer_seconds = 2.0\nback_off_seconds = 0.3\n"
    "fetch_seconds = 0.1\nask_seconds = 2.0\nsettle_seconds = 3.5\n"
)


class Stage:
    """Nodes, lines, clocks, disks and loads, by party; use as a context."""

    def __init__(self, plan: Plan, database_server: str = "") -> None:
        self._plan = plan
        self._server = database_server
        self._stack = ExitStack()
        self.nodes: dict[str, CampaignNode] = {}
        self.clocks: dict[str, Clock] = {}
        self.databases: dict[str, str] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._set_up(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _set_up(self, stack: ExitStack) -> None:
        parties = self._plan.parties
        directory = Path(tempfile.mkdtemp(prefix="comity-campaign-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        directory.chmod(0o711)  # PostgreSQL's user must reach its disk below
        on_postgresql = self._plan.store == "postgresql"
        owner = "postgres" if on_postgresql and can_mount() else None
        self.disks = {
            party: stack.enter_context(SmallDisk(directory / f"disk-{party}", owner=owner)) for party in parties
        }
        if on_postgresql:
            if not self._server:
                cluster = PostgresCluster()
                stack.callback(cluster.stop)
                self._server = cluster.start()
            spaces = {party: disk.path for party, disk in self.disks.items()} if owner else None
            self.databases = make_databases(self._server, parties, tablespaces=spaces)
            stack.callback(drop_databases, self._server, self.databases)
        self.lines = {pair: MessageLine() for pair in permutations(parties, 2)}
        for line in self.lines.values():
            stack.callback(line.close)
        plans = assemble_nodes(
            directory, parties, databases=self.databases, settings=_SETTINGS,
            line_ports={" ".join(pair): line.port for pair, line in self.lines.items()},
            fetched=self._plan.fetched,
            paths={} if on_postgresql else {party: disk.path / "node" for party, disk in self.disks.items()},
        )  # fmt: skip
        for plan in plans:
            scratch = directory / f"scratch-{plan.party}"
            scratch.mkdir()
            clock = self.clocks[plan.party] = Clock(scratch)
            node = self.nodes[plan.party] = CampaignNode(plan, scratch, clock.environment())
            stack.callback(node.close)
        by_party = {plan.party: plan for plan in plans}
        for (caller, partner), line in self.lines.items():
            line.join(by_party[caller], by_party[partner])
        self.feeds, self.backups = directory / "feeds", directory / "backups"
        self.feeds.mkdir()
        self.backups.mkdir()
        start = datetime.now(UTC)
        self.loads = {
            party: Load(party, [other for other in parties if other != party], seed=self._plan.seed, start=start)
            for party in parties
        }
        for node in self.nodes.values():
            node.start(*PARTS)
        for node in self.nodes.values():
            node.wait_until_reachable()
