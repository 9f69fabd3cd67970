"""With which brands, patterns and indicators has a snapshot been swept, all its names?

    STORE/<zone>/swept-<day>.json      what each kind was known by: files, guard lists, program, Public Suffix List

A day on which one of them is the same needs it for new names only: what the others were found by is known from before.
Written when a run is whole.  Of a sweep of new names it is written only where the snapshot before had the same.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from comity.sweep.plan import PlannedInput, Role
from comity.sweep.run_folder import write_json

KINDS: Final[tuple[Role, ...]] = ("indicators", "brands", "patterns")


class SweptMarks(msgspec.Struct, frozen=True):
    """What each kind was known by, and the folder of the run that last read it."""

    kinds: dict[Role, str]
    run: str = ""


def mark_inputs(inputs: Sequence[PlannedInput], program: str, suffixes: Path) -> dict[Role, str]:
    """What each kind of a sweep is known by: all that decides what it finds in a name."""
    marks: dict[Role, str] = {}
    guard = [one.mark for one in inputs if one.role == "guard"]
    for kind in KINDS:
        files = [one.mark for one in inputs if one.role == kind]
        if files:
            beside = sha256(suffixes.read_bytes()).hexdigest() if kind == "indicators" else guard
            marks[kind] = sha256(msgspec.json.encode([program, files, beside])).hexdigest()
    return marks


def find_swept(store: Path, snapshot: str, marks: Mapping[Role, str]) -> tuple[Role, ...]:
    """Which kinds a snapshot (its folder) has been swept with as they are now."""
    known = read_swept(store, snapshot)
    return tuple(kind for kind in KINDS if kind in marks and known.kinds.get(kind) == marks[kind])


def read_swept(store: Path, snapshot: str) -> SweptMarks:
    """With what a snapshot has been swept."""
    file = _file(store, snapshot)
    return msgspec.json.decode(file.read_bytes(), type=SweptMarks) if file.exists() else SweptMarks({})


def keep_swept(store: Path, snapshot: str, kinds: Mapping[Role, str], run: Path) -> None:
    """Keep with what a snapshot has been swept, beside what was kept of it before."""
    known = read_swept(store, snapshot).kinds
    write_json(_file(store, snapshot), SweptMarks({**known, **kinds}, str(run.absolute())))


def _file(store: Path, snapshot: str) -> Path:
    zone, _, day = snapshot.partition("/")
    return store / zone / f"swept-{day}.json"
