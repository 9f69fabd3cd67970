"""Files of a sweep where the workers of a cluster can read them: put there for one stage, and taken away when it ends.

A place is a URL that Arrow knows: `file:///shared/comity`, `s3://bucket/comity`, `gs://…`, `abfs://…`, `hdfs://…`.  Who
may read and write there is said by the environment of each process (as `AWS_PROFILE`, `AWS_ACCESS_KEY_ID` or a role of
the machine say it): a URL that carries a password is refused, for it would travel with every task.

    PLACE/sweep-<random>/names/<path in the store>    parts and deltas, as the store has them
    PLACE/sweep-<random>/changes/<zone>-<n>.parquet   what changed, where brands and patterns want only that
    PLACE/sweep-<random>/tables/<file>                what the names are compared with

Arrow does the reading, not Polars, because it must write and remove as well.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem

from comity.core.errors import InputError
from comity.sweep.engines.spark_jobs import Job, Laid
from comity.sweep.name_store import bounds
from comity.sweep.run_errors import EngineError
from comity.sweep.run_tables import DEEPER, INDICATORS
from comity.sweep.tasks import SweepPart

_PIECE_BYTES: Final = 1 << 20
_KEYS: Final = {INDICATORS: "name", DEEPER: "key"}  # files of which a worker reads the rows of its range only


def check_place(url: str) -> None:
    """Refuse what is no place.  Raises `InputError`."""
    try:
        split = urlsplit(url)
    except ValueError as error:
        raise InputError(f"is no URL: {error}", item="--files-at") from error
    if not split.scheme or not (split.netloc or split.path.strip("/")):
        raise InputError("is no URL of a place, such as s3://bucket/comity or file:///shared/comity", item=url)
    if split.username or split.password:
        shown = f"{split.scheme}://{split.hostname}{split.path}"
        raise InputError("carries a key or a password; give it to the environment of the processes instead", item=shown)


@contextmanager
def laid_out(url: str, tasks: Sequence[SweepPart]) -> Iterator[list[Job]]:
    """Put there what tasks need, for as long as the context lasts.  Raises `EngineError` where that cannot be done."""
    with _telling(url):
        system, root = FileSystem.from_uri(url)
        within = f"{root.rstrip('/')}/sweep-{token_hex(8)}"
    try:
        with _telling(url):
            digests: dict[str, str] = {}
            jobs = [_lay(system, within, url, task, digests) for task in tasks]
        yield jobs
    finally:
        with suppress(OSError):  # what cannot be reached any more is left to the rule by which the place forgets
            system.delete_dir(within)


def fetch(task: SweepPart, laid: Laid, folder: Path) -> SweepPart:
    """Bring the files of a task into a folder, and give the task as it is there.  Raises `EngineError`."""
    with _telling(laid.place):
        system, root = FileSystem.from_uri(laid.place)
        for path, digest in laid.files.items():
            target = folder / path.partition("/")[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            source = f"{root.rstrip('/')}/{path}"
            if target.name in _KEYS and target.parent.name == "tables":
                _range(system, source, _KEYS[target.name], task).write_parquet(target)
            elif _copy(system.open_input_stream(source), target.open("wb")) != digest:
                raise EngineError("is not what was put there", item=f"{laid.place}: {path}")
    return msgspec.structs.replace(task, store=str(folder / "names"), tables=str(folder / "tables"))


def _lay(system: FileSystem, within: str, url: str, task: SweepPart, digests: dict[str, str]) -> Job:
    paths = [task.part.path, *(delta.path for delta in task.snapshot.deltas)]
    sources = {f"names/{path}": Path(task.store) / path for path in paths}
    sources |= {f"tables/{file.name}": file for file in sorted(Path(task.tables).iterdir()) if file.name[0] != "."}
    run = within.rpartition("/")[2]
    for path, source in sources.items():
        if path not in digests:
            system.create_dir(f"{within}/{path}".rpartition("/")[0], recursive=True)
            digests[path] = _copy(source.open("rb"), system.open_output_stream(f"{within}/{path}"))
    return Job(task, Laid(url, {f"{run}/{path}": digests[path] for path in sources}))


def _copy(source: Any, target: Any) -> str:
    """Copy a stream and say the SHA-256 of what went through."""
    digest = sha256()
    with source, target:
        while data := source.read(_PIECE_BYTES):
            digest.update(data)
            target.write(data)
    return digest.hexdigest()


def _range(system: FileSystem, path: str, key: str, task: SweepPart) -> pl.DataFrame:
    """The rows of a table that can name something in the range of a task."""
    from_name, to_name = bounds(task.snapshot, task.part)
    wanted = pc.field("zone") == task.snapshot.zone
    if from_name is not None:
        wanted &= pc.field(key) >= from_name
    if to_name is not None:
        wanted &= pc.field(key) < to_name
    rows = pl.from_arrow(pq.read_table(path, filesystem=system, filters=wanted))
    assert isinstance(rows, pl.DataFrame)  # noqa: S101 — of a table it is never a series
    return rows


@contextmanager
def _telling(place: str) -> Iterator[None]:
    """Say in words that a place cannot be used."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise EngineError(f"cannot be used from here: {' '.join(str(error).split())[:300]}", item=place) from error
