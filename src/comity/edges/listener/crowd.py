"""Who is connected, and who must make room.

A connection is unknown until its certificate was seen.  When a partner (or all the unknown together) has as many as it
may, the one from which nothing was heard longest makes room for the new one; one whose request is being worked on never
does.  So who holds many connections open and says nothing on them loses them first, and keeps nobody out.
"""

import asyncio
from typing import Final

UNKNOWN: Final = ""


class Seat:
    """One connection's place: whose it is, when it was heard last, and what is being done for it."""

    def __init__(self, *, heard_at: float) -> None:
        self.heard_at = heard_at
        self.task: asyncio.Task[None] | None = None
        self.owner = UNKNOWN
        self.working = self.answering = False

    def end(self) -> None:
        """End the connection."""
        if self.task is not None:
            self.task.cancel()


class Crowd:
    """All seats."""

    def __init__(self, *, in_all: int, unknown: int, of_one: int) -> None:
        self._in_all, self._unknown, self._of_one = in_all, unknown, of_one
        self._seats: dict[str, set[Seat]] = {}
        self._count = 0

    def enter(self, seat: Seat) -> bool:
        """Give a new connection a seat, if there is one."""
        if self._count >= self._in_all or not self._room(UNKNOWN, self._unknown):
            return False
        self._count += 1
        self._seats.setdefault(UNKNOWN, set()).add(seat)
        return True

    def move(self, seat: Seat, owner: str) -> bool:
        """Seat a connection among its partner's, now that it is known."""
        if not self._room(owner, self._of_one):
            return False
        self._drop(seat)
        seat.owner = owner
        self._seats.setdefault(owner, set()).add(seat)
        return True

    def leave(self, seat: Seat) -> None:
        """Give a seat up."""
        if self._drop(seat):
            self._count -= 1

    def seats(self) -> list[Seat]:
        """Everybody who is here."""
        return [seat for seats in self._seats.values() for seat in seats]

    def _drop(self, seat: Seat) -> bool:
        seats = self._seats.get(seat.owner, set())
        if seat not in seats:
            return False
        seats.discard(seat)
        if not seats:
            self._seats.pop(seat.owner, None)
        return True

    def _room(self, owner: str, most: int) -> bool:
        seats = self._seats.get(owner, set())
        if len(seats) < most:
            return True
        silent = min((seat for seat in seats if not seat.working), key=lambda seat: seat.heard_at, default=None)
        if silent is None:
            return False
        self.leave(silent)
        silent.end()
        return True
