"""What travels between the asking process and the workers of a cluster: jobs one way, answers the other.

An answer comes in pieces of a mebibyte at most, as rows (number, piece, pieces, said, data).  Whole is: each job has an
answer, and one only, its pieces are in order, and its bytes are those that the worker had.  Anything else is an error,
never a smaller result.
"""

import io
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import msgspec
import polars as pl

from comity.sweep.columns import FINDINGS, ColumnsError, conform
from comity.sweep.name_store import Part, Snapshot
from comity.sweep.plan import program_version
from comity.sweep.run_errors import EngineError
from comity.sweep.run_folder import write_file
from comity.sweep.tasks import Done, Failed, SweepPart


class Laid(msgspec.Struct, frozen=True):
    """What one task needs of a place for files: each by its path there, with its SHA-256."""

    place: str
    files: dict[str, str]


class Job(msgspec.Struct, frozen=True):
    """One part as it travels; `laid`: where its files are, None where the workers see the paths of the task."""

    task: SweepPart
    laid: Laid | None = None


class Said(msgspec.Struct, frozen=True):
    """A worker's answer; `process`: which one, on which machine; `cpu_before`: what it had used until then."""

    answer: Done | Failed
    process: str
    cpu_before: float
    sha256: str


class Row(Protocol):
    """One piece of an answer."""

    number: int
    piece: int
    pieces: int
    said: str
    data: bytes


def versions() -> str:
    """What must be the same in all processes, or they might find something else."""
    return f"comity {program_version()} with polars {pl.__version__}"


def for_elsewhere(task: SweepPart) -> SweepPart:
    """A task with no more than its part needs, and paths that do not depend on where a process stands."""
    return msgspec.structs.replace(
        task, snapshot=_trim(task.snapshot, task.part), store=str(Path(task.store).absolute()),
        tables=str(Path(task.tables).absolute()),
    )  # fmt: skip


def assemble(rows: Iterable[Row], jobs: int) -> Iterator[tuple[int, Said, bytes]]:
    """Give each answer as it is whole, and end when all jobs are answered.  Raises `EngineError`."""
    pieces: dict[int, list[bytes]] = {number: [] for number in range(jobs)}
    for row in rows:
        came = pieces.get(row.number)
        if came is None or row.piece != len(came):
            raise EngineError(
                "an answer came twice, not in order, or to nothing that was asked", item=f"job {row.number}"
            )
        came.append(bytes(row.data))
        if len(came) == row.pieces:
            data = b"".join(pieces.pop(row.number))
            said = msgspec.json.decode(row.said, type=Said)
            if sha256(data).hexdigest() != said.sha256:
                raise EngineError("what came is not what the worker sent", item=f"worker {said.process}")
            yield row.number, said, data
    if pieces:
        raise EngineError(
            f"the cluster ended without an answer for {len(pieces)} of {jobs} parts; what came is kept, run the same "
            "command again",
            item=f"job {min(pieces)}",
        )


def keep_part(task: SweepPart, done: Done, data: bytes) -> None:
    """Write the findings of a part as its file, if they are what was promised.  Raises `EngineError`."""
    try:
        rows = len(conform(pl.read_parquet(io.BytesIO(data)), FINDINGS))
    except (ColumnsError, pl.exceptions.PolarsError) as error:
        raise EngineError(f"the answer of a worker cannot be used: {error}", item=task.output) from error
    if rows != done.rows:
        raise EngineError(f"the answer of a worker has {rows} rows, and {done.rows} were told", item=task.output)
    write_file(Path(task.output), lambda part: part.write_bytes(data))


def _trim(snapshot: Snapshot, part: Part) -> Snapshot:
    """A snapshot with no more than one of its parts needs: its neighbours say where its range ends."""
    at = snapshot.parts.index(part)
    near = snapshot.parts[max(at - 1, 0) : at + 2]
    return msgspec.structs.replace(snapshot, parts=near, servers=(), gone=(), changes=())
