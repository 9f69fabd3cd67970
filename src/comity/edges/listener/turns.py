"""Complete requests wait here for the one worker: partner after partner, so that one that asks much delays itself.

One thread, because the store has one writer: a second would only wait for the first.  The waiting line is short; who
finds it full is told so (`BusyError`) while its request is still cheap.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from comity.edges.listener.refusals import BusyError

Result = TypeVar("Result")


class Turns(Generic[Result]):
    """The waiting line and its worker."""

    def __init__(self, *, in_all: int, of_one: int) -> None:
        self._in_all, self._of_one = in_all, of_one
        self._lines: OrderedDict[str, deque[tuple[Callable[[], Result], asyncio.Future[Result]]]] = OrderedDict()
        self._count = 0
        self._more = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="links")

    async def take(self, owner: str, work: Callable[[], Result]) -> Result:
        """Wait for a turn and do the work in the worker's thread.  Raises `BusyError` at once when the line is full."""
        if self._count >= self._in_all or len(self._lines.get(owner, ())) >= self._of_one:
            raise BusyError("too many requests wait already; ask again in a moment", item=owner)
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(owner, deque()).append((work, done))
        self._count += 1
        self._more.set()
        return await done

    async def work(self) -> None:
        """Work until cancelled: the oldest request of the partner whose turn it is."""
        loop = asyncio.get_running_loop()
        while True:
            await self._more.wait()
            work, done = self._next()
            if done.done():
                continue  # its connection is gone
            finished, _ = await asyncio.wait([loop.run_in_executor(self._thread, work)])
            _settle(done, finished.pop())
            del work, done  # what they hold is not needed until the next turn

    def close(self) -> None:
        """Let the thread end when it has nothing to do."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> tuple[Callable[[], Result], "asyncio.Future[Result]"]:
        owner, line = self._lines.popitem(last=False)
        job = line.popleft()
        if line:
            self._lines[owner] = line  # at the end: the others come first
        self._count -= 1
        if not self._count:
            self._more.clear()
        return job


def _settle(done: "asyncio.Future[Result]", worked: "asyncio.Future[Result]") -> None:
    error = worked.exception()
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(worked.result())
