"""How a part that runs all the time is brought to pass a durable step: what is done at a node (`here`) and its partner.

The step decides in which mode the link must be: both push; `here` fetches the partner's ledger; or `here` is awaited
by it, that is, the partner fetches.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from comity.testing.load import Load
from comity.testing.parts import CampaignNode
from comity.testing.rare_job import back_up, file_feed, put_back
from comity.testing.settling import settle

Mode = Literal["pushed", "here fetches", "here is awaited"]
How = Literal[
    "file here", "file there", "courier starts here", "courier starts there", "partner unreachable",
    "here restored", "here restored, nothing to get back", "there restored",
]  # fmt: skip
_SEED = 2_000
MODES: tuple[Mode, ...] = ("pushed", "here fetches", "here is awaited")


class Provoker:
    """Does it on two nodes; `at_risk`: what a restored node had filed after its backup."""

    def __init__(self, directory: Path, nodes: list[CampaignNode]) -> None:
        self._directory = directory
        self._nodes = nodes
        # One load for each: the names of two may meet.
        self._loads = {
            node.party: Load(node.party, [other.party], seed=_SEED, start=datetime.now(UTC))
            for node, other in (nodes, nodes[::-1])
        }
        self.filed: dict[str, list[Path]] = {node.party: [] for node in nodes}
        self.at_risk: dict[str, list[Path]] = {node.party: [] for node in nodes}

    @contextmanager
    def mode(self, mode: Mode, here: CampaignNode, there: CampaignNode) -> Iterator[None]:
        """Let the link be so meanwhile."""
        if mode == "pushed":
            yield
            return
        fetching, awaited = (here, there) if mode == "here fetches" else (there, here)
        fetching.run(*self._link_add(awaited), "--fetch")
        awaited.run("link", "add", fetching.party, "--awaited", "--ca", self._authority(fetching))
        yield
        fetching.run(*self._link_add(awaited))
        awaited.run(*self._link_add(fetching))
        settle(*self._nodes)

    def provoke(
        self, how: How, here: CampaignNode, there: CampaignNode, *, until: Callable[[], bool] = lambda: True
    ) -> None:
        """Do it, and wait until it had its effect."""
        match how:
            case "file here":
                self._file(here)
            case "file there":
                self._file(there)
            case "courier starts here":
                here.restart("courier")
            case "courier starts there":
                there.restart("courier")
            case "partner unreachable":
                there.kill("links")
                self._file(here)
            case "here restored":
                self._restore(here)
            case "here restored, nothing to get back":
                backup = back_up(self._directory, here)
                put_back(here, lambda: here.run("restore", str(backup), "--replace"))
            case "there restored":
                self._restore(there)
        end = time.monotonic() + 60
        while not until():
            assert time.monotonic() < end, f"{here.party}: {how}\n{here.tell()}\n{there.tell()}"
            time.sleep(0.01)
        for node in self._nodes:
            node.start("links", "courier")
        there.wait_until_reachable()

    def _file(self, node: CampaignNode) -> Path:
        load = self._loads[node.party]
        feed = file_feed(self._directory, node, load, f"provoked-{load.filed}")
        self.filed[node.party].append(feed)
        return feed

    def _restore(self, node: CampaignNode) -> None:
        settle(*self._nodes)
        backup = back_up(self._directory, node)
        self.at_risk[node.party].append(self._file(node))
        settle(*self._nodes)
        put_back(node, lambda: node.run("restore", str(backup), "--replace"))

    def _link_add(self, partner: CampaignNode) -> tuple[str, ...]:
        url = f"https://127.0.0.1:{partner.plan.link_port}"
        return ("link", "add", partner.party, "--url", url, "--ca", self._authority(partner))

    def _authority(self, node: CampaignNode) -> str:
        return str(node.plan.path / "tls" / "ca.pem")
