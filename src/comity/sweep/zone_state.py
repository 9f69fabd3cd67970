"""What is known of a zone file while it is read: where it stands, whose zone it is, whether it has come to its end."""

from collections.abc import Callable
from typing import Final

import msgspec

from comity.core.labels import HostProblem, fold_host
from comity.sweep.zone_faults import BadLine, ZoneFileError, ZoneTruncatedError

_SOA_FIELDS: Final = 7
_SERIAL: Final = 2
_MAX_SERIAL: Final = 0xFFFFFFFF


class ZoneFacts(msgspec.Struct, frozen=True):
    """What a whole zone file said beside its names."""

    origin: str
    serial: int = 0  # of its SOA; 0 where it had none
    is_closed: bool = False  # its SOA stood again at its end, as a transfer ends
    is_list: bool = False  # a list of names: nothing is known of servers and DS
    lines: int = 0
    bad_lines: int = 0
    names: int = 0


class ZoneState:
    """Where a reading stands: set by the lines, asked by the lines that follow."""

    __slots__ = (
        "_report",
        "bad_lines",
        "is_closed",
        "is_dump",
        "item",
        "lines",
        "origin",
        "owner",
        "relative_to",
        "soa",
    )

    def __init__(self, item: str, origin: str, report: Callable[[BadLine], None]) -> None:
        self.item = item
        self.origin = origin  # of the zone, without its final dot; empty until it is known
        self.relative_to: str | None = f"{origin}." if origin else None  # what $ORIGIN says; None: nobody knows
        self.owner: str | None = None  # of the line before, absolute; None: nobody knows
        self.soa: tuple[str, ...] = ()
        self.is_closed = False
        self.is_dump = False  # its first record is an SOA as transfers are dumped: absolute, with TTL and class
        self.lines = 0
        self.bad_lines = 0
        self._report = report

    def reject(self, line: int, code: str, reason: str) -> None:
        """Report a line that is skipped."""
        self.bad_lines += 1
        self._report(BadLine(line, code, reason))

    def set_origin(self, origin: str) -> None:
        """Say whose zone it is.  Raises `ZoneFileError` where that is no name."""
        name = origin.removesuffix(".")
        host = fold_host(name)
        if isinstance(host, HostProblem) or host.ascii != name:
            raise ZoneFileError(f"{origin[:80]!r} is no zone's name", item=self.item)
        self.origin = name
        self.relative_to = self.relative_to or f"{name}."

    def take_soa(self, line: int, owner: str, data: str) -> None:
        """Take an SOA: the first says whose zone it is, the same again that it is whole.

        Raises `ZoneFileError` where a second one is of another version of the zone.
        """
        fields = tuple(data.split())
        serial = fields[_SERIAL] if len(fields) == _SOA_FIELDS else ""
        if not serial.isdecimal() or int(serial) > _MAX_SERIAL:
            self.reject(line, "bad-soa", "an SOA has two names, a serial of 32 bits and four times")
            return
        if not self.origin:
            self.set_origin(owner)
        if owner != f"{self.origin}.":
            self.reject(line, "other-zone", f"the SOA of {owner[:80]!r} in the zone {self.origin!r}")
        elif not self.soa:
            self.soa = fields
        elif self.soa[_SERIAL] != serial:
            raise ZoneFileError(
                f"line {line}: began with serial {self.soa[_SERIAL]}, ends with {serial}: no one version of the zone",
                item=self.item,
            )
        else:
            self.is_closed = True

    def check_end(self, *, closing: bool | None) -> None:
        """At the end of the file: is it whole?  Raises `ZoneTruncatedError`."""
        if not self.is_closed and (self.is_dump if closing is None else closing):
            raise ZoneTruncatedError(
                "does not end with its SOA as a dump of a transfer does: it is cut; where dumps never do, say "
                "--open-ended, or open_ended in [sweep]",
                item=self.item,
            )

    @property
    def serial(self) -> int:
        """The serial of the SOA, or 0."""
        return int(self.soa[_SERIAL]) if self.soa else 0
