"""What stands beside a snapshot in the store: of which file it is, how that was read, and which lines were skipped.

    STORE/<zone>/source-<day>.json      the mark of the file, how it was read, and what was noticed
    STORE/<zone>/refused-<day>.ndjson   the lines that were skipped

Both are put there before the snapshot becomes the newest, so a run that was interrupted afterwards knows all of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from comity.sweep.name_store import Snapshot, list_snapshots
from comity.sweep.plan import Mark
from comity.sweep.run_folder import telling_of_room, write_json
from comity.sweep.zone_text import BadLine

Way = Literal["whole", "compared", "unchanged"]


class KeptReading(msgspec.Struct, frozen=True):
    """How a snapshot came about.  `notes`: sentences for a person, where it went otherwise than it could."""

    mark: Mark
    way: Way = "whole"
    notes: tuple[str, ...] = ()


def find_reading(store: Path, snapshot: Snapshot) -> KeptReading | None:
    """Find how a snapshot came about."""
    file = _source_file(store, snapshot.zone, snapshot.as_of)
    return msgspec.json.decode(file.read_bytes(), type=KeptReading) if file.exists() else None


def keep_reading(store: Path, zone: str, as_of: date, reading: KeptReading) -> None:
    """Keep how the snapshot of a day comes about."""
    write_json(_source_file(store, zone, as_of), reading)


def refusals_file(store: Path, zone: str, as_of: date) -> Path:
    """Where the lines are that were skipped."""
    return store / zone / f"refused-{as_of}.ndjson"


class Refusals:
    """Lines that were skipped, in a file that is not yet kept."""

    def __init__(self, zone: str, part: Path, kept: Path) -> None:
        self._zone, self._kept, self._part = zone, kept, part
        self._file = part.open("wb")

    def add(self, bad: BadLine) -> None:
        """Write one."""
        said = {"zone": self._zone, "line": bad.line, "code": bad.code, "reason": bad.reason}
        self._file.write(msgspec.json.encode(said) + b"\n")

    def begin_again(self) -> None:
        """Forget what was written: the file is read anew."""
        self._file.seek(0)
        self._file.truncate()

    def keep(self) -> None:
        """Put them where they stay."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._part.replace(self._kept)

    def close(self) -> None:
        """Let go of the file; what was not kept is removed."""
        self._file.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def gather_refusals(store: Path, zone: str, as_of: date) -> Iterator[Refusals]:
    """Write refusals of a day, which are gone unless they are kept."""
    kept = refusals_file(store, zone, as_of)
    with telling_of_room(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = Refusals(zone, kept.with_name(f".{kept.name}.{os.getpid()}.part"), kept)
        try:
            yield made
        finally:
            made.close()


def drop_readings(store: Path, zone: str) -> None:
    """Remove what stands beside snapshots that are no longer there."""
    days = {snapshot.as_of.isoformat() for snapshot in list_snapshots(store, zone)}
    for file in (store / zone).glob("*-????-??-??.*json"):
        day = file.stem[-len("2026-11-24") :]
        if days and day not in days and day < max(days):
            file.unlink(missing_ok=True)


def _source_file(store: Path, zone: str, as_of: date) -> Path:
    return store / zone / f"source-{as_of}.json"
