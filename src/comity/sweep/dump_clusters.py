"""One dump of a zone, memory-mapped, read by delegations from any line on, without reading what stands before.

A delegation is a run of NS and DS lines of one owner, with every line of another type that follows: glue, signatures
and NSEC change no delegation, wherever a dump puts them.  The apex (SOA, its NS) is passed over, first and last.
Refused is what cannot be read from the middle: a line that begins with a blank, `$`, a parenthesis, another class than
IN (docs/spec/sweep-changes.md §2).  The caller then reads the file whole.
"""

import mmap
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from comity.core.errors import InputError
from comity.core.labels import MAX_HOST
from comity.sweep.zone_faults import BadLine
from comity.sweep.zone_types import DS_DATA

_LINE: Final = re.compile(  # owner; TTL and class in either order; type; the first field of the data
    rb'([^\s;$()"@\\]{1,1024}|@)[ \t]+(?:(?:[0-9][0-9a-z]*|IN)[ \t]+){0,2}'
    rb"(?!(?:IN|CH|HS|CS)[ \t])([A-Z][A-Z0-9-]{0,31})[ \t]+([^\s;$()]{1,1024})[^\n$()]*\n",
    re.IGNORECASE,
)
_IDLE: Final = re.compile(rb"[ \t\r]*(?:;[^\n]*)?\n")
_HOST: Final = re.compile(rb"(?:[a-z0-9_-]{1,63}\.)+")
_REMEMBERED: Final = 1 << 16
NAME_KINDS: Final = frozenset({b"NS", b"DS"})
_DS: Final = frozenset({b"DS", b"ds", b"Ds", b"dS"})
_IS_DS: Final = re.compile(DS_DATA.encode()).match
_NO_HOST: Final = "a name is no host"
_NO_DS: Final = "a DS has a tag, an algorithm, a digest's type and its hexadecimal digits"


class DumpUnlikeError(InputError):
    """Two dumps cannot be compared by their bytes: read the new one whole instead."""

    code = "dumps-not-comparable"


class Cluster(NamedTuple):
    """One delegation: its name, its servers (canonical, sorted), whether a DS was there, where the next begins."""

    name: bytes
    servers: tuple[bytes, ...]
    ds: bool
    end: int


class Dump:
    """A dump of a zone in memory."""

    def __init__(self, path: Path, octets: mmap.mmap, zone: str, bad: Callable[[BadLine], None] | None = None) -> None:
        self.path, self.octets, self.size, self._bad = path, octets, len(octets), bad
        if octets[-1:] != b"\n":
            raise self.refuse("does not end with a whole line")
        self.zone = zone.encode("ascii") + b"."
        self.soa, self.serial = self._read_soa()
        self._below = b"." + self.zone
        self._servers: dict[bytes, bytes] = {}
        self.begin_again()

    def begin_again(self) -> None:
        """Forget which lines were told, and how much was read."""
        self.reads = 0
        self._counted = (0, 1)
        self._told = -1

    def refuse(self, why: str) -> DumpUnlikeError:
        return DumpUnlikeError(f"{why}; the file is to be read whole", item=self.path.name)

    def read_cluster(self, at: int) -> Cluster | None:
        """Read the next delegation from the beginning of a line; None at the end of the zone."""
        self.reads += 1
        written = owner = b""
        fault, ds = "", False
        servers: list[bytes] = []
        octets, match = self.octets, _LINE.match
        while at < self.size:
            found = match(octets, at)
            if found is None:
                at = self._pass_idle(at)
                continue
            this, kind, data = found.groups()
            if kind in NAME_KINDS or kind.upper() in NAME_KINDS:
                if this != written:
                    absolute = self.absolute(this)
                    if owner and absolute != owner:
                        break
                    if absolute == self.zone:
                        at = found.end()
                        continue
                    written, owner, fault = this, absolute, self._find_fault(absolute)
                begun, end = found.end(3), found.end()
                if kind in _DS:
                    why = fault or ("" if _is_ds(data + octets[begun:end]) else _NO_DS)
                    ds = ds or not why
                else:
                    server = self._server(data)
                    why = fault or (
                        "" if server and (end - begun == 1 or _IDLE.fullmatch(octets, begun, end)) else _NO_HOST
                    )
                    if not why:
                        servers.append(server)
                if why:
                    self._tell(at, why)
            at = found.end()
        if not owner:
            return None
        return Cluster(owner[:-1], tuple(sorted(set(servers))), ds, at)

    def go_back(self, at: int, to: int) -> int:
        """Find where the last delegation before an octet begins, not before `to`, the beginning of a line."""
        start = self.octets.rfind(b"\n", to, at) + 1 or to
        owner, best = b"", to
        while start > to:
            above = self.octets.rfind(b"\n", to, start - 1) + 1 or to
            found = self._match(above)
            if found is not None and found[2].upper() in NAME_KINDS:
                this = self.absolute(found[1])
                if owner and this != owner:
                    return best
                owner, best = this, above
            start = above
        return best if owner else to

    def absolute(self, written: bytes) -> bytes:
        """Give a name as it was written in lower case, with its final dot."""
        known = written.lower()
        return self.zone if known == b"@" else known if known.endswith(b".") else known + self._below

    def _pass_idle(self, at: int) -> int:
        if not _IDLE.match(self.octets, at):
            raise self.refuse(f"the line at octet {at:,} is not one whole record")
        return self._next(at)

    def _match(self, at: int) -> re.Match[bytes] | None:
        found = _LINE.match(self.octets, at)
        if found is None:
            self._pass_idle(at)
        return found

    def _next(self, at: int) -> int:
        return self.octets.find(b"\n", at) + 1

    def _read_soa(self) -> tuple[bytes, int]:
        at = 0
        while at < self.size and _IDLE.match(self.octets, at):
            at = self._next(at)
        found = _LINE.match(self.octets, at)
        fields = found[0].split() if found is not None else []
        kinds = [field.upper() for field in fields]
        if found is None or found[2].upper() != b"SOA":
            raise self.refuse("does not begin with the SOA of its zone on one line")
        number = kinds.index(b"SOA") + 3
        if len(fields) <= number or not fields[number].isdigit():
            raise self.refuse("has an SOA without a serial")
        owner = found[1].lower()
        if self.zone == b".":
            if not owner.endswith(b"."):
                raise self.refuse("does not say of which zone it is")
            self.zone = owner
        if owner not in (b"@", self.zone):
            raise self.refuse("is the dump of another zone")
        return bytes(fields[number]), int(fields[number])

    def ends_with_soa(self) -> bool:
        """Whether the SOA stands at the end again, as where a dump is the record of a transfer."""
        last = self.octets.rfind(b"\n", 0, self.size - 1) + 1
        found = _LINE.match(self.octets, last)
        return found is not None and last > 0 and found[2].upper() == b"SOA"

    def _find_fault(self, owner: bytes) -> str:
        if not owner.endswith(self._below):
            return "the owner is outside the zone"
        return "" if _is_host(owner) else _NO_HOST

    def _server(self, written: bytes) -> bytes:
        """The host that a server is, without its final dot; empty: it is none."""
        known = self._servers.get(written)
        if known is None:
            if len(self._servers) > _REMEMBERED:
                self._servers.clear()
            absolute = self.absolute(written)
            known = self._servers[written] = absolute[:-1] if _is_host(absolute) else b""
        return known

    def _tell(self, at: int, reason: str) -> None:
        if self._bad is None or at <= self._told:
            return
        self._told = at
        offset, line = self._counted
        while offset < at:
            upto = min(at, offset + (1 << 20))
            line += self.octets[offset:upto].count(b"\n")
            offset = upto
        self._counted = (offset, line)
        self._bad(BadLine(line=line, code="bad-name", reason=reason))


def _is_host(name: bytes) -> bool:
    return len(name) <= MAX_HOST + 1 and _HOST.fullmatch(name) is not None


def _is_ds(data: bytes) -> bool:
    return _IS_DS(data.partition(b";")[0].strip().lower()) is not None
