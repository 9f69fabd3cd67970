"""Tell secondaries at once that a zone has a new version (RFC 1996), again and again until they say that they heard.

A secondary that does not answer is told five times, with growing waits, and then left to its own refresh; a newer
version begins anew.  An answer counts when it comes from the address that was told, with the number it was told under.
"""

import secrets
import socket
from collections.abc import Callable
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.wire.dns_message import parse_notify_answer

_WAITS: Final = (2.0, 5.0, 15.0, 45.0, 60.0)
_MOST_BYTES: Final = 4097

Address = tuple[str, int]


class _Told(msgspec.Struct):
    """One secondary that has not said that it heard."""

    ident: int
    render: Callable[[int], bytes]
    tries: int
    due: float


class Notifier:
    """Whom to tell, of which zone, and when again."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._waiting: dict[tuple[str, Address], _Told] = {}

    def announce(self, origin: str, address: Address, render: Callable[[int], bytes], *, now: float) -> None:
        """Tell an address of a new version; `render` gives the message of a number."""
        self._waiting[(origin, address)] = _Told(secrets.randbelow(65_536), render, 0, now)

    def turn(self, *, now: float) -> None:
        """Hear who answered, and tell again who did not."""
        for opened in self._sockets.values():
            self._hear(opened)
        for key, told in list(self._waiting.items()):
            if now < told.due:
                continue
            if told.tries >= len(_WAITS):
                del self._waiting[key]
                continue
            told.due, told.tries = now + _WAITS[told.tries], told.tries + 1
            self._send(told.render(told.ident), key[1])

    def waiting(self) -> int:
        """How many have not said that they heard."""
        return len(self._waiting)

    def close(self) -> None:
        """Close the sockets."""
        for opened in self._sockets.values():
            opened.close()

    def _send(self, message: bytes, address: Address) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        if family not in self._sockets:
            self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
            self._sockets[family].setblocking(False)
        try:
            self._sockets[family].sendto(message, address)
        except OSError:
            return  # told again when it is due

    def _hear(self, opened: socket.socket) -> None:
        while True:
            try:
                data, address = opened.recvfrom(_MOST_BYTES)
                ident, _rcode = parse_notify_answer(data)
            except BlockingIOError:
                return
            except (OSError, InputError):  # a port that is closed, or what is no answer
                continue
            heard = [
                key for key, told in self._waiting.items() if key[1] == (address[0], address[1]) and told.ident == ident
            ]
            for key in heard:
                del self._waiting[key]
