"""The embedded engine: tasks in worker processes on this machine, as many at a time as memory allows.

Each worker is a fresh process (never a fork: Polars has threads) and is given a task at a time.  One that dies, killed
by a person or by the kernel for want of memory, is replaced, and its task is done again: tasks write whole files or
none.  A task that loses two workers ends the sweep with a `WorkerLostError`; what other tasks did is kept.
"""

import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

import comity
from comity.core.errors import ComityError
from comity.sweep.run_errors import WorkerLostError, find_error
from comity.sweep.tasks import Answer, Done, Failed, Task

_MOST_LOST: Final = 2
_TAIL_BYTES: Final = 16_000
_TELLING: Final = re.compile(r"[\w.]*(Error|Exception)\b|memory allocation|thread .* panicked")

Tell = Callable[[int, Done], None]
Spare = Callable[[int, ComityError], bool]


class _Worker:
    """One process, and the task that it has."""

    def __init__(self, threads: int) -> None:
        source = str(Path(comity.__file__).resolve().parents[1])
        paths = [source, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 — it lives as long as the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "comity.sweep.engines.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env={**os.environ, "POLARS_MAX_THREADS": str(threads), "PYTHONPATH": os.pathsep.join(paths)},
        )  # fmt: skip
        self.task = -1
        self.last = Done()

    @property
    def tasks(self) -> IO[bytes]:
        assert self.process.stdin is not None  # noqa: S101 — it was asked for
        return self.process.stdin

    @property
    def answers(self) -> IO[bytes]:
        assert self.process.stdout is not None  # noqa: S101 — it was asked for
        return self.process.stdout

    def give(self, number: int, line: bytes) -> None:
        """Give it a task; if it is gone already, its end will be read like any other."""
        self.task = number
        try:
            self.tasks.write(line + b"\n")
            self.tasks.flush()
        except BrokenPipeError:
            return

    def how_it_ended(self) -> str:
        """In words: by which signal or code, and the last thing that it said."""
        code = self.process.wait()
        end = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        self.errors.seek(max(self.errors.seek(0, os.SEEK_END) - _TAIL_BYTES, 0))
        said = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        telling = [line for line in said if _TELLING.match(line)] or said
        return f"{end}: {telling[-1]}" if telling else end

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:  # a task that it never read
                    continue


class Pool:
    """Workers for as long as the context lasts."""

    def __init__(self, *, workers: int, threads: int) -> None:
        self.most, self._threads = workers, threads
        self._workers: list[_Worker] = []
        self._ended: list[Done] = []
        self.lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for worker in self._workers:
            self._ended.append(worker.last)
            worker.end()
        self._workers.clear()

    @property
    def cpu_seconds(self) -> float:
        """Of all workers that answered, until their last answers."""
        return sum(one.cpu_seconds for one in self._known())

    @property
    def peak_bytes(self) -> int:
        """The sum of what each worker held at most: they never held more together."""
        living = [one.last.peak_bytes for one in self._workers] or [one.peak_bytes for one in self._ended[-self.most :]]
        return sum(living)

    def worker_pids(self) -> list[int]:
        """The processes that work now, for who watches them."""
        return [worker.process.pid for worker in self._workers]

    def run(self, tasks: Sequence[Task], tell: Tell, *, spare: Spare | None = None, at_a_time: int = 0) -> None:
        """Have all tasks done; `tell` is called with each one's number and answer, as they end.

        The first that cannot be done ends the run with its error, unless `spare` says that the others go on.
        `at_a_time`: how many workers have a task at a time, where fewer shall make what each of them makes once.
        """
        lines = [msgspec.json.encode(task) for task in tasks]
        waiting = deque(range(len(tasks)))
        lost = dict.fromkeys(waiting, 0)
        for number, answer, worker in self._answers(lines, waiting, at_a_time or self.most):
            match answer:
                case Done():
                    tell(number, answer)
                case Failed(code=code, message=message, item=item):
                    error = find_error(code)(message, item=item)
                    if spare is None or not spare(number, error):
                        raise error
                case None:
                    self.lost += 1
                    lost[number] += 1
                    if lost[number] >= _MOST_LOST:
                        raise WorkerLostError(
                            f"the worker ended ({worker.how_it_ended()}), and so did the one before it: see whether "
                            "the machine has the memory that --memory says; what is done is kept",
                            item=_named(tasks[number]),
                        )
                    waiting.appendleft(number)

    def _answers(
        self, lines: Sequence[bytes], waiting: deque[int], at_a_time: int
    ) -> Iterator[tuple[int, Answer | None, _Worker]]:
        """Each answer as it comes; None for a worker that is gone."""
        decoder = msgspec.json.Decoder(Answer)
        with selectors.DefaultSelector() as selector:
            for worker in self._workers:
                selector.register(worker.answers, selectors.EVENT_READ, worker)
            while waiting or any(worker.task >= 0 for worker in self._workers):
                idle = sum(worker.task < 0 for worker in self._workers)
                for _ in range(min(min(self.most, at_a_time) - len(self._workers), len(waiting) - idle)):
                    self._workers.append(worker := _Worker(self._threads))
                    selector.register(worker.answers, selectors.EVENT_READ, worker)
                for worker in self._workers[:at_a_time]:
                    if worker.task < 0 and waiting:
                        worker.give(number := waiting.popleft(), lines[number])
                for key, _ in selector.select():
                    worker = key.data
                    line = worker.answers.readline()
                    number, worker.task = worker.task, -1
                    if line.endswith(b"\n"):
                        answer = decoder.decode(line)
                        worker.last = answer if isinstance(answer, Done) else worker.last
                        yield number, answer, worker
                        continue
                    selector.unregister(worker.answers)
                    self._workers.remove(worker)
                    self._ended.append(worker.last)
                    if number >= 0:
                        yield number, None, worker
                    worker.end()

    def _known(self) -> list[Done]:
        return [*self._ended, *(worker.last for worker in self._workers)]


def _named(task: Task) -> str:
    return str(getattr(task, "output", "") or getattr(task, "zone", "") or type(task).__name__)
