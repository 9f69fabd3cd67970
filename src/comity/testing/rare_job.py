"""What happens seldom on a link, in commands, for a test that crashes every one of them: reports that change after they
were told, a link that is stopped, a node that is restored from a backup.

`RareJob` follows a `MainJob` of the same two nodes and runs its commands in the same way (`Do`).  What the restored
node had filed after its backup is in `at_risk`: of that, what reached nobody is gone (`comity.testing.census`).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from comity.testing.load import Load
from comity.testing.main_job import Do
from comity.testing.parts import PARTS, CampaignNode
from comity.testing.settling import settle

_CLAIMS: Final = 8
_CHANGED: Final = 4
_CLAIMS_TO_CHANGE: Final = 16
_OTHER_CLAIMS: Final = 1_000  # than those of the main job with the same seed


class RareJob:
    """One run of it; files it needs are made below a directory."""

    def __init__(self, directory: Path, ours: CampaignNode, theirs: CampaignNode, do: Do, *, seed: int) -> None:
        self._directory = directory
        self._ours, self._theirs = ours, theirs
        self.party = ours.party
        self._do = do
        self._seed = seed
        self._load = Load(ours.party, [theirs.party], seed=_OTHER_CLAIMS + seed, start=datetime.now(UTC))
        self.filed: list[Path] = []
        self.at_risk: list[Path] = []

    def run(self) -> None:
        """Do all of it."""
        self.change()
        self.stop()
        self.restore()

    def change(self) -> None:
        """Of reports that the partner has one is corrected, one marked, one erased, one withdrawn."""
        # Not among `filed`: an erased claim is known by its name no more.
        feed = file_feed(self._directory, self._ours, self._load, f"changed-{self._seed}", claims=_CLAIMS_TO_CHANGE)
        settle(self._ours, self._theirs)
        corrected, marked, erased, withdrawn = self._reports(feed)
        change = self._directory / f"change-{self._seed}.json"
        change.write_bytes(orjson.dumps({"narrative": "The page has moved."}))
        self._do(self._ours, ("report", "correct", corrected, str(change)))
        self._do(self._ours, ("report", "mark", marked, "TLP:AMBER+STRICT"))
        self._do(self._ours, ("report", "erase", erased, "--reason", "data-subject-request"))
        self._do(self._ours, ("report", "withdraw", withdrawn))
        settle(self._ours, self._theirs)

    def stop(self) -> None:
        """The link is stopped by a person, entries wait, and it is opened again."""
        self._do(self._ours, ("link", "stop", self._theirs.party, "--reason", "a test"))
        self.filed.append(file_feed(self._directory, self._ours, self._load, f"stopped-{self._seed}"))
        self._do(self._ours, ("link", "resume", self._theirs.party))
        settle(self._ours, self._theirs)

    def restore(self) -> None:
        """A node comes back from a backup that lacks what it told since."""
        backup = back_up(self._directory, self._ours)
        feed = file_feed(self._directory, self._ours, self._load, f"restored-{self._seed}")
        self.filed.append(feed)
        self.at_risk.append(feed)
        settle(self._ours, self._theirs)
        put_back(self._ours, lambda: self._do(self._ours, ("restore", str(backup), "--replace")))
        settle(self._ours, self._theirs)

    def _reports(self, feed: Path) -> list[str]:
        """Reports of the feed that the partner has, each alone in its case."""
        names = {orjson.loads(line)["name"] for line in feed.read_bytes().splitlines()}
        cases = self._ours.json("case", "list", "--state", "referred", "--party", self._theirs.party, "--limit", "1000")
        found: list[str] = []
        for case in reversed(cases["cases"]):
            shown = self._ours.json("case", "show", case["ref"])["reports"]
            if len(shown) == 1 and shown[0]["report"]["name"] in names:
                found.append(shown[0]["uuid"])
            if len(found) == _CHANGED:
                return found
        raise AssertionError(f"too few reports reached the partner: {found}")


def file_feed(directory: Path, node: CampaignNode, load: Load, name: str, claims: int = _CLAIMS) -> Path:
    """File some claims by a reporter that is new; answer their feed."""
    feed = directory / f"feed-{node.party}-{name}.ndjson"
    feed.write_bytes(load.feed(claims))
    node.run(*node.file(feed, f"reporter-{name}"))
    return feed


def back_up(directory: Path, node: CampaignNode) -> Path:
    """Back a node up; answer the file, which is new."""
    taken = len(list(directory.glob(f"{node.party}-*.backup")))
    file = directory / f"{node.party}-{taken}.backup"
    node.run("backup", str(file))
    return file


def put_back(node: CampaignNode, restore: Callable[[], object]) -> None:
    """Stop a node, restore it, and let it serve again."""
    node.kill(*PARTS)
    restore()
    node.start("links", "courier")
    node.wait_until_reachable()
