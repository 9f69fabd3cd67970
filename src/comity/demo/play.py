"""The demo's script: the main job of Comity, from two empty directories to outcomes that came back.

    make two nodes → a memorandum proposed, countersigned, in force → links both ways → both nodes serve
    → a feed is taken in at each → the couriers exchange → the desks work → outcomes return → both sides compared

Each step is one that the operator of a node would take, by the same commands, in processes of their own.
"""

import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import orjson

from comity.demo.agreement import link_both_ways, sign_memorandum
from comity.demo.display import RECORDS as DISPLAY_RECORDS
from comity.demo.memorandum import COUNTERSIGNER, PROPOSER
from comity.demo.memory import Memory
from comity.demo.nodes import CommandError, Node, finish, finish_all, make_nodes, serving
from comity.demo.tally import Exchanged, Progress, read_exchanged, read_progress, read_status_token
from comity.demo.zones import ACCUSED, DAYS, PROTECTED, write_zones

REPORTER: Final = "demo-competent-organization"
PERSON: Final = "demo"
FEED: Final = "feed.ndjson"
ZONES: Final = Path("sweeps") / "demo"

_OUTCOME: Final = re.compile(r'data-label="Outcome">\s*[^\s—<]')  # a cell of the table that is not a dash
_LOOK_SECONDS: Final = 0.2
_STILL_SECONDS: Final = 30.0


class Audience(Protocol):
    """Whoever watches: told of every step, and of how far the work is."""

    def step(self, sentence: str) -> None: ...
    def show(self, bars: Mapping[str, tuple[int, int]]) -> None: ...


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What one node did, and where to look at it."""

    party: str
    url: str
    intake: dict[str, Any]
    exchanged: Exchanged
    desk: dict[str, int]
    status_url: str
    person: str
    password: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The whole demo."""

    nodes: tuple[Played, Played]
    ledgers_equal: bool
    seconds: float
    peak_bytes: dict[str, int]

    @property
    def lost(self) -> int:
        """Everything that should be on the other side and is not."""
        return sum(sum(node.exchanged.lost.values()) for node in self.nodes)

    @property
    def doubled(self) -> int:
        """Everything that is there more than once."""
        return sum(sum(node.exchanged.doubled.values()) for node in self.nodes)


@contextmanager
def play(
    directory: Path, *, records: int, seed: int, audience: Audience, database_urls: Sequence[str] = ()
) -> Iterator[Outcome]:
    """Play the demo in an empty directory; the nodes serve until the context ends.

    `database_urls`: two empty databases for the two nodes; without them each has an SQLite file.
    """
    with ExitStack() as stack:
        yield _Script(directory, records, seed, audience, stack, database_urls).run()


class _Script:
    def __init__(
        self,
        directory: Path,
        records: int,
        seed: int,
        audience: Audience,
        stack: ExitStack,
        database_urls: Sequence[str],
    ) -> None:
        self._directory = directory
        self._database_urls = database_urls
        self._records = records
        self._seed = str(seed)
        self._audience = audience
        self._stack = stack
        self._began = time.monotonic()
        self._memory = Memory()

    def run(self) -> Outcome:
        tell = self._audience.step
        tell("two nodes are made, each with its own directory, keys, certificates and store")
        nodes = ru, by = make_nodes(self._directory, (PROPOSER, COUNTERSIGNER), database_urls=self._database_urls)
        feeds = [self._start(node, "feed", "demo", "--only", "feed", "--records", str(self._records)) for node in nodes]
        tell("the memorandum is proposed by cctld.ru, countersigned by oac.by, adopted by cctld.ru")
        sign_memorandum(self._directory, ru, by, reports_a_day=max(2 * self._records, 5_000), at=datetime.now(UTC))
        tell("the nodes are linked both ways, and one person at each can sign in")
        link_both_ways(ru, by)
        passwords = self._admit(nodes)
        tell(f"both nodes serve: {ru.place.url} {by.place.url}")
        self._stack.enter_context(serving(*nodes))
        for node in nodes:
            node.wait_until_ready()
            self._memory.watch(f"{node.party} serve", node.pid)
        while any(feed.poll() is None for feed in feeds):
            self._memory.look()
            time.sleep(_LOOK_SECONDS)
        claims = [int(orjson.loads(said)["stored"]) for said in finish_all(feeds, "the demo's feed")]
        tell(f"{self._records:,} records are taken in at each node; couriers and desks work meanwhile")
        desks = [self._start(node, "desk", "demo", "--only", "desk") for node in nodes]
        intakes = [
            self._start(node, "intake", "intake", str(node.place.path / FEED), "--reporter", REPORTER, "--json")
            for node in nodes
        ]
        self._watch(nodes, intakes, claims)
        summaries = [orjson.loads(said) for said in finish_all(intakes, "comity intake")]
        for desk in desks:
            desk.terminate()
        worked = [orjson.loads(said) for said in finish_all(desks, "the demo's desk")]
        tell("both sides are compared, entry by entry")
        checks = [node.start_work("link", "verify", "--json") for node in nodes]
        verified = [orjson.loads(said)["equal"] for said in finish_all(checks, "comity link verify")]
        exchanged = [read_exchanged(ru.place, by.place), read_exchanged(by.place, ru.place)]
        tell("a second, small feed comes in; its cases are left half-way, to be looked at")
        self._lay_out(nodes, passwords)
        tell("an invented zone of two days is swept at each node; what it found waits as enquiries")
        self._sweep(nodes)
        played = [
            Played(
                party=node.party, url=node.place.url, intake=summaries[side], exchanged=exchanged[side],
                desk=worked[side], status_url=_check_status_page(node, exchanged[side]),
                person=PERSON, password=passwords[side],
            )
            for side, node in enumerate(nodes)
        ]  # fmt: skip
        return Outcome(
            nodes=(played[0], played[1]),
            ledgers_equal=all(verified) and not any(_ledger_gaps(one) for one in exchanged),
            seconds=round(time.monotonic() - self._began, 1),
            peak_bytes=self._memory.peaks(),
        )

    def _start(self, node: Node, label: str, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command on a node in a process of its own; it ends with the demo at the latest."""
        seed = ("--seed", self._seed) if arguments[0] == "demo" else ()
        process = self._stack.enter_context(node.start_comity(*arguments, *seed, "--dir", str(node.place.path)))
        self._stack.callback(process.terminate)
        self._memory.watch(f"{node.party} {label}", process.pid)
        return process

    def _admit(self, nodes: Sequence[Node]) -> list[str]:
        """Give the person of the demo an account at each node; the passwords are made now and told at the end."""
        passwords = [secrets.token_urlsafe(12) for _ in nodes]
        commands = [
            node.start_work("person", "add", PERSON, "--role", "supervisor", "--password-stdin") for node in nodes
        ]
        for command, password in zip(commands, passwords, strict=True):
            finish(command, "comity person add", text=password)
        return passwords

    def _lay_out(self, nodes: Sequence[Node], passwords: Sequence[str]) -> None:
        """Let another small feed in at each node, and leave its cases where a visitor finds them."""
        seed = str(int(self._seed) + 1)  # other names than those of the first feed
        size = ("--records", str(DISPLAY_RECORDS), "--seed", seed)
        finish_all([node.start_work("demo", "--only", "feed", *size) for node in nodes], "the demo's second feed")
        finish_all(
            [
                node.start_work("intake", str(node.place.path / FEED), "--reporter", REPORTER, "--json")
                for node in nodes
            ],
            "comity intake",
        )
        displays = [node.start_work("demo", "--only", "display") for node in nodes]
        for display, password in zip(displays, passwords, strict=True):
            finish(display, "the demo's display", text=password)

    def _sweep(self, nodes: Sequence[Node]) -> None:
        """Sweep the first zone of each node as it was yesterday and as it is today."""
        today = datetime.now(UTC).date()
        for node in nodes:
            write_zones(node.place.path / ZONES, node.place.zones[0], seed=int(self._seed))
        for day, as_of in zip(DAYS, (today - timedelta(days=1), today), strict=True):
            finish_all(
                [node.start_work("sweep", *_swept(node, day), "--as-of", str(as_of)) for node in nodes], "comity sweep"
            )

    def _watch(
        self, nodes: Sequence[Node], intakes: Sequence["subprocess.Popen[bytes]"], claims: Sequence[int]
    ) -> None:
        """Look on until everything has come back, or until nothing has moved for half a minute."""
        last: list[Progress] = []
        moved = time.monotonic()
        while True:
            looked = time.monotonic()
            now = [read_progress(node.place) for node in nodes]
            self._memory.look()
            for node, progress, expected in zip(nodes, now, claims, strict=True):
                self._audience.show(_bars(node.party, progress, expected))
            taking = any(intake.poll() is None for intake in intakes)
            if now != last:
                last, moved = now, looked
            if not taking and all(map(_is_done, now)):
                return
            if not taking and looked - moved > _STILL_SECONDS:
                return  # what is still open is counted and said
            time.sleep(max(_LOOK_SECONDS, 5 * (time.monotonic() - looked)))


def _swept(node: Node, day: str) -> tuple[str, ...]:
    folder = node.place.path / ZONES
    zone = f"{node.place.zones[0]}={folder / day}.zone"
    return (zone, "--brands", str(folder / PROTECTED), "--indicators", str(folder / ACCUSED))


def _is_done(progress: Progress) -> bool:
    return (
        progress.receipted == progress.entries
        and progress.own_closed == progress.own_cases
        and progress.returned == progress.referred
    )


def _bars(party: str, progress: Progress, expected: int) -> dict[str, tuple[int, int]]:
    return {
        f"{party} reports taken in": (min(progress.reports, expected), expected),
        f"{party} entries receipted": (progress.receipted, progress.entries),
        f"{party} cases closed": (progress.own_closed, progress.own_cases),
        f"{party} outcomes back": (progress.returned, progress.referred),
    }


def _ledger_gaps(exchanged: Exchanged) -> int:
    return exchanged.lost["entries that the partner's copy of the ledger has not, or has otherwise"]


def _check_status_page(node: Node, exchanged: Exchanged) -> str:
    """Fetch the reporter's own page as the reporter would; it must answer, and show outcomes when there are any."""
    token = read_status_token(node.place, REPORTER)
    path = f"status/{token}/"
    status, page = node.get(f"/{path}")
    if status != 200:
        raise CommandError(f"answers {status}", item=f"{node.place.url}{path}")
    if exchanged.outcomes_returned and not _OUTCOME.search(page):
        raise CommandError("shows no outcome", item=f"{node.place.url}{path}")
    return f"{node.place.url}{path}"
