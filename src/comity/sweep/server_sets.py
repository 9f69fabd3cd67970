"""One number for a set of name servers: equal sets, equal numbers, on every machine and in every run.

The number is the first eight octets, big-endian, of the SHA-256 of the servers: canonical hosts, each once, sorted by
octets, one blank between two (docs/spec/sweep-names.md §3).  Zero says that nothing is known of the servers: names
that came as a bare list.  Nobody makes a second set for a number with less work than 2^64 hashes.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

UNKNOWN_SERVERS: Final = 0
_REMEMBERED: Final = 1 << 18


def sign_servers(servers: str) -> int:
    """Give the number of a set in its one form, as in SERVERS: sorted hosts, one blank between two."""
    return int.from_bytes(hashlib.sha256(servers.encode("ascii")).digest()[:8]) or 1 if servers else UNKNOWN_SERVERS


def join_servers(servers: Iterable[str]) -> str:
    """Give a set its one form."""
    return " ".join(sorted(set(servers)))


class ServerSigner:
    """Signs sets, remembering those it has seen: zones use few sets often."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def sign(self, sets: list[str]) -> list[int]:
        """Sign sets in their one form."""
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        seen = self._seen
        found: list[int] = []
        for servers in sets:
            number = seen.get(servers)
            if number is None:
                number = seen[servers] = sign_servers(servers)
            found.append(number)
        return found
