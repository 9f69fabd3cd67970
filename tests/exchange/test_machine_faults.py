"""A full disk, a read-only store, clocks that jump and disagree, a frozen partner, eight writers at once: each by
itself.
"""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.testing.load import Load
from comity.testing.machine import Clock, SmallDisk, can_mount, read_only_database
from comity.testing.parts import PARTS, CampaignNode
from comity.testing.postgres import drop_databases, make_databases
from comity.testing.settling import settle
from exchange.campaign_pair import BY, RU, SOAK, assert_all_is_well, nodes_on, on_postgresql, shown_on_sqlite

pytestmark = pytest.mark.processes

DAY_SECONDS = 86_400
CLOCKS = ((0, 0), (DAY_SECONDS, 0), (-DAY_SECONDS, DAY_SECONDS), (3_600, -3_600), (0, 0))


class Stage:
    """Two nodes that serve, feeds for them, and what was filed."""

    def __init__(self, nodes: list[CampaignNode], directory: Path) -> None:
        self.nodes = self.ru, self.by = nodes
        self.directory = directory
        self.filed: dict[str, list[Path]] = {node.party: [] for node in nodes}
        self.loads = {
            node.party: Load(node.party, [other.party], seed=9, start=datetime.now(UTC))
            for node, other in (nodes, nodes[::-1])
        }

    def feed(self, node: CampaignNode, claims: int = 30) -> Path:
        load = self.loads[node.party]
        feed = self.directory / f"{node.party}-{load.filed}.ndjson"
        feed.write_bytes(load.feed(claims))
        self.filed[node.party].append(feed)
        return feed

    def file(self, node: CampaignNode, claims: int = 30) -> Path:
        feed = self.feed(node, claims)
        node.run(*node.file(feed))
        return feed

    def all_is_well(self) -> None:
        settle(*self.nodes)
        assert_all_is_well(self.nodes, self.filed)


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_server") if on_postgresql() else None


@pytest.fixture(scope="module")
def stage(server: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    directory = tmp_path_factory.mktemp("stage")
    with nodes_on(server, directory) as nodes:
        yield Stage(nodes, directory)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that PostgreSQL's user can reach, for disks."""
    with tempfile.TemporaryDirectory(prefix="comity-disks-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.stores
def test_a_full_disk(server: str | None, place: Path, tmp_path: Path) -> None:
    """The store has no room: what is filed is refused with a clear line, and all goes on afterwards."""
    if server and not can_mount():
        pytest.fail("a full disk under PostgreSQL needs a file system of its own: run the tests as root")
    with ExitStack() as stack:
        disk = stack.enter_context(SmallDisk(place / "disk", owner="postgres" if server else None))
        more = {}
        if server:
            own = make_databases(server, [BY], tablespaces={BY: disk.path})
            stack.callback(drop_databases, server, own)
            more["databases"] = own
        else:
            more["paths"] = {BY: disk.path / "node"}
        stage = Stage(stack.enter_context(nodes_on(server, tmp_path, **more)), tmp_path)
        stage.file(stage.ru)
        settle(*stage.nodes)
        disk.fill(*stage.by.pids())
        refused = [stage.by.begin(*stage.by.file(stage.feed(stage.by, 400))) for _ in range(2)]
        assert [stage.by.wait(one) for one in refused] == [1, 1]
        assert "space left" in stage.by.tell() or "full" in stage.by.tell() or "I/O" in stage.by.tell()
        stage.file(stage.ru, 400)  # the partner's disk is full: what we file waits here
        time.sleep(1)
        waiting = stage.ru.census(brief=True).links[BY].sent
        assert waiting.receipted < waiting.size
        disk.empty(*stage.by.pids())
        for feed in stage.filed[BY]:
            stage.by.run(*stage.by.file(feed))
        stage.all_is_well()


@pytest.mark.stores
def test_a_store_that_turns_read_only(server: str | None, place: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        disk = stack.enter_context(SmallDisk(place / "disk"))
        more = {} if server else {"paths": {BY: disk.path / "node"}}
        own = make_databases(server, [BY]) if server else {}
        if server:
            stack.callback(drop_databases, server, own)
            more["databases"] = own
        stage = Stage(stack.enter_context(nodes_on(server, tmp_path, **more)), tmp_path)
        stage.file(stage.ru)
        settle(*stage.nodes)
        if not server:
            stage.by.kill(*PARTS)  # a file system with files open for writing cannot be turned
        with read_only_database(own[BY]) if server else disk.read_only():
            stage.by.start("links", "courier")
            stage.by.wait_until_reachable()
            feed = stage.feed(stage.by)
            assert stage.by.wait(stage.by.begin(*stage.by.file(feed))) == 1
            assert "read" in stage.by.tell()
            stage.file(stage.ru)
            time.sleep(1)
            waiting = stage.ru.census(brief=True).links[BY].sent
            assert waiting.receipted < waiting.size
        stage.by.run(*stage.by.file(feed))
        stage.all_is_well()


@shown_on_sqlite
def test_clocks_that_jump_and_disagree(server: str | None, tmp_path: Path) -> None:
    """Positions follow commits, never a clock: a day ahead here, a day behind there, and back."""
    clocks = {}
    for party in (RU, BY):
        (tmp_path / f"clock-{party}").mkdir()
        clocks[party] = Clock(tmp_path / f"clock-{party}")
    environment = {party: clock.environment() for party, clock in clocks.items()}
    with nodes_on(server, tmp_path, environment=environment) as nodes:
        stage = Stage(nodes, tmp_path)
        for ru_ahead, by_ahead in CLOCKS if SOAK else CLOCKS[1:3]:
            clocks[RU].set(ru_ahead)
            clocks[BY].set(by_ahead)
            time.sleep(1.2)  # a process looks at its clock's file once a second
            for node in nodes:
                stage.file(node)
            settle(*nodes)
        times = [node.json("link", "status")[0]["last_receipt_at"] for node in nodes]
        assert all(times)
        stage.all_is_well()


@shown_on_sqlite
def test_a_frozen_partner_and_a_frozen_courier(stage: Stage) -> None:
    for part in ("links", "courier"):
        stage.by.send_signal(part, signal.SIGSTOP)
        for node in stage.nodes:
            stage.file(node)
        time.sleep(0.8)
        waiting = [node.census(brief=True) for node in stage.nodes]
        assert any(link.sent.receipted < link.sent.size for one in waiting for link in one.links.values())
        stage.by.send_signal(part, signal.SIGCONT)
        settle(*stage.nodes)
    stage.all_is_well()


@pytest.mark.stores
def test_eight_processes_file_at_once_at_either_node(stage: Stage) -> None:
    claims = 400 if SOAK else 60
    begun = [(node, node.begin(*node.file(stage.feed(node, claims)))) for _ in range(8) for node in stage.nodes]
    assert [node.wait(one, 300) for node, one in begun] == [0] * 16
    stage.all_is_well()
