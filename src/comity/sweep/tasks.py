"""The pieces of a sweep that are given to workers, as values: each is done in one go, and writes whole files or none.

A task names files, never memory, so that whoever sees the same files can do it: a process beside this one, or one on
another machine.  Done twice it writes the same bytes.
"""

from typing import Literal

import msgspec

from comity.core.blast import Refusal
from comity.sweep.name_store import Part, Snapshot
from comity.sweep.plan import Keeping, PlannedInput, PlannedZone

Kind = Literal["indicators", "brands", "patterns"]


class SampleZone(msgspec.Struct, frozen=True, kw_only=True, tag="sample-zone"):
    """Read a sample of a zone and sweep it, to learn how many names there are and how long they take.

    `kinds`: what all names will be compared with; patterns are estimated wherever there are any.
    """

    source: str
    zone: str
    tables: str
    kinds: tuple[Kind, ...]
    work: str
    patterns: bool = False


class SampleIndicators(msgspec.Struct, frozen=True, kw_only=True, tag="sample-indicators"):
    """Read the beginning of a file of indicators, to learn how long all of it takes."""

    path: str
    work: str


class TakeZone(msgspec.Struct, frozen=True, kw_only=True, tag="take-zone"):
    """Read a zone into the store of names, and find what changed."""

    zone: PlannedZone
    store: str
    run: str
    accept_loss: bool
    open_ended: bool = False
    memory_bytes: int
    keep_dumps: Keeping = "link"


class TakeTables(msgspec.Struct, frozen=True, kw_only=True, tag="take-tables"):
    """Read indicators, brands and patterns into the folder of tables.

    `left_out`: patterns that are not swept for.  `known`: the folder of a run that had the same files of indicators.
    """

    inputs: tuple[PlannedInput, ...]
    tables: str
    refused: str
    memory_bytes: int
    left_out: tuple[str, ...] = ()
    known: str = ""


class SweepPart(msgspec.Struct, frozen=True, kw_only=True, tag="sweep-part"):
    """Sweep one range of one zone's names."""

    store: str
    snapshot: Snapshot
    part: Part
    tables: str
    kinds: tuple[Kind, ...]
    names_at_a_time: int
    output: str


class SweepNew(msgspec.Struct, frozen=True, kw_only=True, tag="sweep-new"):
    """Sweep those names of one zone that are new or back since the snapshot before."""

    store: str
    snapshot: Snapshot
    tables: str
    kinds: tuple[Kind, ...]
    names_at_a_time: int
    output: str


Task = SampleZone | SampleIndicators | TakeZone | TakeTables | SweepPart | SweepNew


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """What a worker says when a task is done.  `cpu_seconds` and `peak_bytes` are of its process."""

    rows: int = 0
    names: int = 0
    seconds: float = 0.0
    read_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    left_out: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """What a worker says when a task cannot be done, in the code and words of the error."""

    code: str
    message: str
    item: str = ""


Answer = Done | Failed
