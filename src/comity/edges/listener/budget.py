"""How much memory bodies may take: so many octets in all, and so many for one partner.

What does not fit waits, first come first served.  Who waits because of its own share holds nobody up; who waits because
all of it is taken is not overtaken, so that small requests cannot starve a large one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from comity.edges.listener.refusals import BusyError


class _Waiting(NamedTuple):
    owner: str
    octets: int
    granted: "asyncio.Future[None]"


class Budget:
    """Octets that are lent and given back."""

    def __init__(self, *, in_all: int, to_one: int) -> None:
        self._free, self._to_one = in_all, to_one
        self._held: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []

    @asynccontextmanager
    async def lend(self, owner: str, octets: int, *, by: float) -> AsyncIterator[None]:
        """Hold so many octets.  Raises `BusyError` when there was no room in time."""
        if not octets:
            yield
            return
        waiting = _Waiting(owner, octets, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._grant()
        try:
            try:
                async with asyncio.timeout_at(by):
                    await waiting.granted
            except TimeoutError:
                raise BusyError("no memory is free for a body of this length; ask again later", item="body") from None
            yield
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            else:
                self._free += octets
                self._held[owner] -= octets
                self._held += Counter()  # forgets who holds nothing
            self._grant()

    def _grant(self) -> None:
        for waiting in list(self._waiting):
            if self._held[waiting.owner] + waiting.octets > self._to_one:
                continue
            if waiting.octets > self._free:
                break
            self._waiting.remove(waiting)
            self._free -= waiting.octets
            self._held[waiting.owner] += waiting.octets
            if not waiting.granted.done():
                waiting.granted.set_result(None)
