"""`comity-rejects/1`: what intake refused, so that a person can mend it and feed it again.

NDJSON.  A header record says how the refused records were read (format, header line, reporter); each further record is
one refusal: `{line, reason, message, raw}`.  Whoever mends it changes `raw` and gives the whole file to `comity
intake`; every `raw` is then read in its original format.  Bytes that are no text stand in `raw_base64`; where neither
stands, the record was too long or must not be kept, and only its line number and where to go are told.
"""

import base64
from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.reports import Problem
from comity.wire.formats import Format, check_format

FORMAT: Final = "comity-rejects/1"


class RejectsHeader(msgspec.Struct, frozen=True, kw_only=True):
    """How the records after it were read."""

    format: str
    source: str
    reporter: str
    declared: Format
    header: str = ""


class Reject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One refused record."""

    line: int
    reason: str
    message: str
    raw: str | None = None
    raw_base64: str | None = None
    begins: str = ""

    @classmethod
    def of_bytes(cls, line: int, reason: str, message: str, raw: bytes) -> "Reject":
        """A refused line whose bytes are no text."""
        return cls(line=line, reason=reason, message=message, raw_base64=base64.b64encode(raw).decode("ascii"))


_encode: Final = msgspec.json.Encoder().encode_lines
_decode_header: Final = msgspec.json.Decoder(RejectsHeader).decode
_decode_reject: Final = msgspec.json.Decoder(Reject).decode


def render_header(source: str, reporter: str, declared: Format, header: str) -> bytes:
    """Write the header record."""
    return _encode([RejectsHeader(format=FORMAT, source=source, reporter=reporter, declared=declared, header=header)])


def render_rejects(rejects: Sequence[Reject]) -> bytes:
    """Write refusals, a line each."""
    return _encode(rejects)


def is_header(line: str) -> bool:
    """Answer whether a line begins a rejects file."""
    return line.startswith("{") and f'"{FORMAT}"' in line[:200]


def parse_header(line: str) -> RejectsHeader:
    """Read the header record.  Raises `InputError`."""
    try:
        header = _decode_header(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the rejects file's header cannot be read: {error}", item="line 1") from error
    if header.declared.kind == "csv":
        check_format(header.declared, item="line 1")
    return header


def parse_reject(line: str) -> str | Problem:
    """Read one refusal: the record to be read again, or why there is none."""
    try:
        reject = _decode_reject(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Problem("bad-json", f"not a record of a rejects file: {error}")
    if reject.raw is not None:
        if "\n" in reject.raw or "\r" in reject.raw:
            return Problem("bad-field", "raw must be one line")
        return reject.raw
    if reject.raw_base64 is None:
        return Problem(reject.reason, reject.message)
    try:
        return base64.b64decode(reject.raw_base64, validate=True).decode("utf-8")
    except ValueError:  # no base64, letters that are not ASCII, or no UTF-8
        return Problem(reject.reason, reject.message)
