"""What can be wrong with a zone file: a line that is skipped and reported, or a whole that is refused.

A broken line costs that line.  A file that is cut, or that would leave names out without saying so ($INCLUDE), costs
the whole: nothing is replaced by half a zone.  docs/spec/sweep-names.md lists the codes.
"""

import msgspec

from comity.core.errors import InputError


class BadLine(msgspec.Struct, frozen=True):
    """A line that was skipped: its number from 1, a stable code, a reason for a person."""

    line: int
    code: str
    reason: str


class ZoneFileError(InputError):
    """A zone file cannot be read as the whole zone that it should be; nothing was taken from it."""

    code = "bad-zone-file"


class ZoneTruncatedError(ZoneFileError):
    """A zone file is cut: in a line, in a parenthesis, in its packing, or before its closing SOA."""

    code = "zone-truncated"


class ZoneOrderError(ZoneFileError):
    """A zone file's names are not in ascending order after all; read it again with `in_order=False`."""

    code = "zone-order"
