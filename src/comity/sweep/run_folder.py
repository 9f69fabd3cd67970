"""The folder of one sweep: what stands where, written whole by rename, the summary last (docs/spec/sweep-run.md).

A folder without a summary is no result: `read_summary` refuses it.  One process at a time works in a folder.  What is
half written carries `.part` in its name, belongs to nobody, and is removed when the next one begins.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from comity.sweep.plan import SweepPlan, plan_document
from comity.sweep.run_errors import NoResultError, NoRoomError, PlanChangedError, SweepBusyError

PLAN: Final = "plan.json"
SUMMARY: Final = "summary.json"
FINDINGS: Final = "findings.parquet"
FINDINGS_TABLE: Final = "findings.csv"
CHANGES: Final = "changes.parquet"
BURSTS: Final = "bursts.parquet"
BURSTS_TABLE: Final = "bursts.csv"
RETURNS: Final = "returns.parquet"
RETURNS_TABLE: Final = "returns.csv"
REJECTS: Final = "rejects.ndjson"
PARTS: Final = "findings"
TABLES: Final = "tables"
ZONES: Final = "zones"
REFUSED: Final = "refused"
_LOCK: Final = ".lock"
_WITHOUT_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all: `write` fills a part beside it, which is synced and renamed.

    Raises `NoRoomError` where the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with telling_of_room(path):
        try:
            write(part)
            descriptor = os.open(part, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            part.replace(path)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()


@contextmanager
def telling_of_room(path: Path) -> Iterator[None]:
    """Tell of a full disk in words, however the library that met it says so."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in _WITHOUT_ROOM or "o space left on device" in str(error) or "File too large" in str(error):
            raise NoRoomError(
                "there is no room left on this disk; make some and run the same command again: what is done is kept",
                item=str(path),
            ) from error
        raise


def write_json(path: Path, document: Any) -> None:
    """Write one JSON document whole."""
    data = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    write_file(path, lambda part: part.write_bytes(data))


def read_plan(folder: Path) -> SweepPlan | None:
    """The plan that a folder was begun with; None where there is none.  Raises `PlanChangedError` if it is damaged."""
    try:
        data = (folder / PLAN).read_bytes()
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(data, type=SweepPlan)
    except msgspec.DecodeError as error:
        raise PlanChangedError(f"is no plan of this program's: {error}", item=str(folder / PLAN)) from error


def begin_folder(folder: Path, plan: SweepPlan) -> None:
    """Make a folder ready for a plan, or for going on with it.  Raises `PlanChangedError` if it holds another one."""
    known = read_plan(folder)
    if known is not None and known.hash != plan.hash:
        raise PlanChangedError(
            f"holds a sweep of another plan ({known.hash[:12]}, now {plan.hash[:12]}: {_difference(known, plan)}); "
            "it is not mixed with this one: name another folder with --out, or remove this one",
            item=str(folder),
        )
    if known is None and folder.is_dir() and any(one.name != _LOCK for one in folder.iterdir()):
        raise PlanChangedError("is not empty and holds no sweep; name another folder with --out", item=str(folder))
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)
    if known is None:
        write_json(folder / PLAN, plan_document(plan))


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Keep others out while one works in a folder.  Raises `SweepBusyError`."""
    with telling_of_room(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SweepBusyError("another process works on this sweep now", item=str(folder)) from error
        yield
    finally:
        os.close(descriptor)


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a whole sweep.  Raises `NoResultError` where there is none: what stands beside is no result."""
    try:
        found: dict[str, Any] = msgspec.json.decode((folder / SUMMARY).read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        raise NoResultError(
            "this sweep did not end, or is no sweep: it has no summary.json; run the same command again to end it",
            item=str(folder),
        ) from None
    except msgspec.DecodeError as error:
        raise NoResultError(f"its summary cannot be read: {error}", item=str(folder)) from error
    return found


def _difference(known: SweepPlan, plan: SweepPlan) -> str:
    """Say in a few words why two plans are not the same."""
    if known.program != plan.program:
        return f"it was made by version {known.program} of this program"
    before, now = ({one.zone: one for one in each.zones} for each in (known, plan))
    if before.keys() != now.keys():
        return f"it was of the zones {', '.join(sorted(before))}"
    for zone, one in before.items():
        if one.mark != now[zone].mark:
            return f"the file of .{zone} is another one"
        if (one.before, one.before_mark) != (now[zone].before, now[zone].before_mark):
            return f"what came before in .{zone} is something else"
        if one.only_changed != now[zone].only_changed:
            return f"more or less of .{zone} is compared with new names only"
    if [(one.role, one.mark) for one in known.inputs] != [(one.role, one.mark) for one in plan.inputs]:
        return "the indicators, brands or patterns are others"
    return "it was asked for something else"
