"""The distributed engine: the parts of a sweep on a cluster that speaks Spark Connect, by Spark's `mapInArrow`.

The asking process needs the client only (`comity[spark]`); the cluster may be Apache Spark 4 or another engine with its
protocol.  One Spark task does one part.  What comes back is written here, each part whole, as it comes; a part that did
not come, came in pieces that do not fit together, or is not what was promised ends the sweep with an `EngineError`, and
the same command goes on with the parts that are missing.  Retrying a lost worker is the cluster's business.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import grpc
import msgspec
from pyspark.errors import PySparkException
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.types import BinaryType, IntegerType, LongType, StringType, StructField, StructType

from comity.core.errors import InputError
from comity.sweep.engines.local import Tell
from comity.sweep.engines.spark_jobs import Job, Said, assemble, for_elsewhere, keep_part, versions
from comity.sweep.engines.spark_places import check_place, laid_out
from comity.sweep.engines.spark_worker import sweep_parts
from comity.sweep.run_errors import EngineError, find_error
from comity.sweep.tasks import Done, Failed, SweepPart

_ADDRESS: Final = re.compile(r"sc://(\[[0-9a-fA-F:.]+\]|[^\s/:;@\[\]]+)(:[0-9]{1,5})?(/?|/?(;[^;=\s]+=[^;\s]*)+)")
_MOST_AT_A_TIME: Final = 512  # parts of one job: what a task carries grows with it
_ANSWERS: Final = StructType(
    [
        StructField("number", LongType(), nullable=False),
        StructField("piece", IntegerType(), nullable=False),
        StructField("pieces", IntegerType(), nullable=False),
        StructField("said", StringType(), nullable=False),
        StructField("data", BinaryType(), nullable=False),
    ]
)


class SparkCluster:
    """A cluster by its address, `sc://host:port/;key=value`, and the place where its workers find files; see `run`."""

    def __init__(self, address: str, files_at: str = "") -> None:
        if _ADDRESS.fullmatch(address) is None:
            raise InputError(
                "is no address of Spark Connect, such as sc://spark.example.ru:15002", item=_shown(address)
            )
        if files_at:
            check_place(files_at)
        self._address, self._files_at = address, files_at
        self._processes: dict[str, tuple[float, float, int]] = {}
        self.lost = 0  # which workers a cluster loses and replaces is not told here

    @property
    def cpu_seconds(self) -> float:
        """Of the Python processes that answered, for the parts that they answered."""
        return sum(used - before for before, used, _peak in self._processes.values())

    @property
    def peak_bytes(self) -> int:
        """The sum of what each of those processes held at most."""
        return sum(peak for _before, _used, peak in self._processes.values())

    def greet(self) -> str:
        """Ask the cluster for its version, before hours are spent on what it is to be given.  Raises `EngineError`."""
        with self._session() as session:
            return str(session.version)

    def run(self, tasks: Sequence[SweepPart], tell: Tell) -> None:
        """Have all parts done on the cluster, each as its own file here; `tell` hears of each as it comes.

        Raises `EngineError`, and what a worker raised.
        """
        tasks = [for_elsewhere(one) for one in tasks]
        with self._session() as session:
            if not self._files_at:
                self._run(session, [Job(one) for one in tasks], tell)
                return
            with laid_out(self._files_at, tasks) as jobs:
                self._run(session, jobs, tell)

    def _run(self, session: Any, jobs: Sequence[Job], tell: Tell) -> None:
        for start in range(0, len(jobs), _MOST_AT_A_TIME):
            some = jobs[start : start + _MOST_AT_A_TIME]
            work = partial(sweep_parts, tuple(msgspec.json.encode(job) for job in some), versions())
            rows = session.range(0, len(some), 1, len(some)).mapInArrow(work, _ANSWERS).toLocalIterator()
            for number, said, data in assemble(rows, len(some)):
                if isinstance(said.answer, Failed):
                    raise find_error(said.answer.code)(said.answer.message, item=said.answer.item)
                keep_part(some[number].task, said.answer, data)
                self._count(said, said.answer)
                tell(start + number, said.answer)

    def _count(self, said: Said, done: Done) -> None:
        before, used, peak = self._processes.get(said.process, (said.cpu_before, 0.0, 0))
        self._processes[said.process] = (
            min(before, said.cpu_before), max(used, done.cpu_seconds), max(peak, done.peak_bytes)
        )  # fmt: skip

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """A session of our own, ended with whatever still runs in it; what goes wrong in it is told in words."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of retries: the error that follows says it
            session: Any = None
            try:
                session = SparkSession.builder.remote(self._address).create()
                session.client.set_retry_policies([DefaultPolicy(max_retries=5, max_backoff=4_000)])
                yield session
            except (PySparkException, grpc.RpcError) as error:
                raise EngineError(_in_words(error), item=_shown(self._address)) from error
            finally:
                if session is not None:
                    session.client.set_retry_policies([])  # a cluster that is gone is not waited for
                    session.stop()


def _shown(address: str) -> str:
    """An address without what may be secret in it."""
    return address.partition(";")[0].rstrip("/")


def _in_words(error: Exception) -> str:
    """One line of what a cluster said: the last line of a worker's traceback, or the reason of a lost connection."""
    text = str(error)
    if "No module named 'comity" in text:
        return (
            "its workers do not have this program: install the same version for their Python (docs/how-to/cluster.md)"
        )
    if "UNAVAILABLE" in text:
        return "cannot be reached, or was lost; what is done is kept, and the same command goes on from there"
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith((" ", "\t"))]
    telling = [line for line in lines if "Error" in line or "Exception" in line] or lines or [type(error).__name__]
    return f"stopped working: {telling[-1][:400]}"
