"""What a worker of a cluster does: each part that it is given, by the function that every engine runs, and the answer.

Runs in a Python process of the cluster, which has this package and its dependencies and no node.  A part's findings go
back as the bytes of the Parquet file that a worker on the asking machine would have written, in rows of a mebibyte at
most; an error goes back as a value in the same way, so that the asking process can say it as its own.

A worker with another version of this program, or of Polars, is refused: it might find something else.
"""

import os
import platform
import resource
import tempfile
import threading
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from comity.core.errors import ComityError
from comity.sweep.engines.spark_jobs import Job, Said, versions
from comity.sweep.engines.spark_places import fetch
from comity.sweep.engines.worker import answer
from comity.sweep.run_errors import EngineError
from comity.sweep.tasks import Done, Failed, SweepPart

_ONE_AT_A_TIME: Final = threading.Lock()  # where a cluster's workers are threads, memory is still that of one part
PIECE_BYTES: Final = 1 << 20
ANSWERS: Final = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("piece", pa.int32(), nullable=False),
        pa.field("pieces", pa.int32(), nullable=False),
        pa.field("said", pa.string(), nullable=False),
        pa.field("data", pa.binary(), nullable=False),
    ]
)


def sweep_parts(jobs: tuple[bytes, ...], wanted: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Do the jobs whose numbers come in; what goes out are ANSWERS.  For `mapInArrow`."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            with _ONE_AT_A_TIME:
                said, data = _answer(jobs[number], wanted)
            pieces = max(1, -(-len(data) // PIECE_BYTES))
            for piece in range(pieces):
                some = data[piece * PIECE_BYTES : (piece + 1) * PIECE_BYTES]
                row = {"number": number, "piece": piece, "pieces": pieces, "said": said, "data": some}
                yield pa.RecordBatch.from_pylist([row], schema=ANSWERS)


def _answer(line: bytes, wanted: str) -> tuple[str, bytes]:
    process, before, data = f"{platform.node()}:{os.getpid()}", _cpu_seconds(), b""
    try:
        if versions() != wanted:
            raise EngineError(f"has {versions()}, and this sweep is made with {wanted}", item=f"worker {process}")
        job = msgspec.json.decode(line, type=Job)
        with tempfile.TemporaryDirectory(prefix="comity-sweep-") as folder:
            output = Path(folder) / "findings.parquet"
            task = _seen(job.task) if job.laid is None else fetch(job.task, job.laid, Path(folder))
            found: Done | Failed = answer(msgspec.structs.replace(task, output=str(output)))
            if isinstance(found, Done):
                data = output.read_bytes()
    except ComityError as error:
        found = Failed(code=error.code, message=error.message, item=error.item)
    said = Said(found, process, before, sha256(data).hexdigest())
    return msgspec.json.encode(said).decode(), data


def _seen(task: SweepPart) -> SweepPart:
    """A task whose files this worker sees under the paths of the asking machine.  Raises `EngineError`."""
    for path in (Path(task.store) / task.part.path, Path(task.tables)):
        if not path.exists():
            raise EngineError(
                f"a worker on {platform.node()} does not see it: keep names and runs in a folder that all workers see "
                "under the same path (--store, --out), or name a place for files with --files-at",
                item=str(path),
            )
    return task


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
