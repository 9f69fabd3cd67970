"""A sweep before it runs: what, where, how long; a value that can be shown, compared and refused by its hash.

The hash covers what decides the result (the sources, the indicators, brands and patterns, what came before, this
program's version) and nothing of where it runs: a sweep that one engine began another may end.  A source is known by
its name, its size, when it was written, and a digest of its bytes (of a large one, of blocks spread over it).
"""

from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

import msgspec

from comity.core.blast import Refusal
from comity.core.errors import InputError
from comity.sweep.plain_files import check_plain

FORMAT: Final = "comity-sweep-plan-1"
_BLOCK_BYTES: Final = 1 << 16
_BLOCKS: Final = 256

Role = Literal["indicators", "brands", "patterns", "guard"]
Keeping = Literal["link", "copy", "no"]  # of dumps, for the next day
Engine = Literal["local", "spark"]
ENGINES: Final[tuple[Engine, ...]] = ("local", "spark")


class Mark(msgspec.Struct, frozen=True):
    """What a file is known by, so that another one in its place is noticed."""

    name: str
    size: int
    written_ns: int
    digest: str


class PlannedZone(msgspec.Struct, frozen=True, kw_only=True):
    """One zone: where it is read, and from when its changes are counted.

    `as_of`: the day whose state it is.  `before`: the snapshot of the store that is the previous one (its folder);
    `before_dump`: an earlier dump to compare with, of the day `before_as_of`.  `only_changed`: what is compared with
    new names only.  `compared_with`: the dump of before, where the source is to be read beside it.  `names`: how many
    it has by the sample; `left_out`: patterns that would find too much of it, by the sample; `notes`: what it showed.
    """

    zone: str
    source: str
    mark: Mark
    as_of: date
    before: str = ""
    before_dump: str = ""
    before_as_of: date | None = None
    before_mark: Mark | None = None
    only_changed: tuple[Role, ...] = ()
    compared_with: str = ""
    names: int = -1
    left_out: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    read_seconds: float = 0.0
    sweep_seconds: float = 0.0


class PlannedInput(msgspec.Struct, frozen=True, kw_only=True):
    """One file that the names are compared with.  `lines` and `seconds` by the sample."""

    role: Role
    path: str
    mark: Mark
    lines: int = -1
    seconds: float = 0.0


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sweep runs.  `threads`: of each worker; `names_at_a_time`: how many a worker holds at once."""

    engine: Engine
    workers: int
    threads: int
    memory_bytes: int
    names_at_a_time: int


class SweepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan, as `plan.json` keeps it."""

    format: str = FORMAT
    program: str
    zones: tuple[PlannedZone, ...]
    inputs: tuple[PlannedInput, ...]
    only_changes: bool
    accept_loss: bool
    open_ended: bool = False
    keep_dumps: Keeping = "link"
    store: str
    place: Place
    seconds: float = 0.0

    @property
    def hash(self) -> str:
        """SHA-256 of what decides the result."""
        said = [
            self.format, self.program, self.only_changes, self.accept_loss, self.open_ended,
            [
                [one.zone, one.mark, one.as_of, one.before, one.before_as_of, one.before_mark, one.only_changed]
                for one in self.zones
            ],
            [[one.role, one.mark] for one in self.inputs],
        ]  # fmt: skip
        return sha256(msgspec.json.encode(said)).hexdigest()

    def files_of(self, role: Role) -> tuple[Path, ...]:
        """The files of one role, in the order in which they were given."""
        return tuple(Path(one.path) for one in self.inputs if one.role == role)


def program_version() -> str:
    """The version whose rules decide what is found."""
    return version("comity")


def mark_file(path: Path) -> Mark:
    """Look at a file: all of a small one, blocks spread over a large one.  Raises `InputError`."""
    check_plain(path)
    try:
        with path.open("rb") as file:
            status = path.stat()
            digest = sha256()
            if status.st_size <= _BLOCK_BYTES * _BLOCKS:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
            else:
                for number in range(_BLOCKS):
                    file.seek((status.st_size - _BLOCK_BYTES) * number // (_BLOCKS - 1))
                    digest.update(file.read(_BLOCK_BYTES))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", item=str(path)) from error
    return Mark(path.name, status.st_size, status.st_mtime_ns, digest.hexdigest())


def plan_document(plan: SweepPlan) -> dict[str, object]:
    """The plan as JSON has it: all of it, and its hash."""
    return {"hash": plan.hash, **msgspec.to_builtins(plan)}
