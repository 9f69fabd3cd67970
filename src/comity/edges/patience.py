"""How long to wait after trouble: at once at first, then longer with every failure, never longer than a bound."""

import time
from typing import Final

_DOUBLINGS: Final = 16  # a partner away for a day must not take the delay out of what a float can hold


class Patience:
    """The waiting of one line.  Steady time only: a clock that is set makes nobody wait."""

    def __init__(self, first_seconds: float, most_seconds: float) -> None:
        self._first, self._most = first_seconds, most_seconds
        self._failures = 0
        self._next = 0.0

    def delay(self) -> None:
        """Something failed: wait, longer each time."""
        self._next = time.monotonic() + min(self._most, self._first * 2 ** min(self._failures, _DOUBLINGS))
        self._failures += 1

    def rest(self, seconds: float) -> None:
        """Nothing failed, there is only nothing to do for so long."""
        self._failures = 0
        self._next = time.monotonic() + seconds

    def hope(self) -> None:
        """It went well: the next failure waits the shortest time."""
        self._failures = 0

    def is_over(self) -> bool:
        """Whether it is time to try again."""
        return time.monotonic() >= self._next
