"""Lines of a zone file in any style of RFC 1035 §5.1: comments, groups in parentheses, relative names, blank owners.

This is the meaning of a zone file; `zone_dump` is only its speed, for blocks that are wholly in the form of a dump.
$ORIGIN and $TTL are followed, TTL and class stand in either order or not at all.  $INCLUDE and $GENERATE are refused
with the whole file: what they stand for would be missing.  A line that is broken is reported and skipped, and so are
the lines with a blank owner that follow an owner which could not be read.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.labels import MAX_HOST
from comity.sweep.packed_files import MAX_LINE_BYTES
from comity.sweep.zone_faults import ZoneFileError, ZoneTruncatedError
from comity.sweep.zone_names import why_odd
from comity.sweep.zone_state import ZoneState
from comity.sweep.zone_types import DS_DATA, KNOWN_TYPES, UNKNOWN_TYPE

MOST_GROUP_LINES: Final = 4_096  # of a group in parentheses: longer is a parenthesis that nobody closed
_NEEDS_CARE: Final = re.compile(r'[;()"\\]').search
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|;.*|(?:[^\s"();\\]|\\.)+|\S')
_NOT_TEXT: Final = re.compile(r"[^\t -~\r]").search
_TTL: Final = re.compile(r"(?:[0-9]{1,10}[smhdw]?)+").fullmatch
_CLASSES: Final = frozenset({"in", "ch", "hs", "cs", "any", "none"})
_IS_TYPE: Final = re.compile(UNKNOWN_TYPE).match
_IS_DS: Final = re.compile(DS_DATA).match
_HOST: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+").fullmatch
_NAMES_OF_SOA: Final = 2


class Record(msgspec.Struct, frozen=True, gc=False):
    """An NS record (`server`), or a DS record (`server` None), of a name below the zone's own; absolute names."""

    line: int
    owner: str
    server: str | None


class _Group(msgspec.Struct):
    """Tokens of a group in parentheses that goes on over lines."""

    line: int
    is_blank: bool
    depth: int = 0
    lines: int = 1
    tokens: list[str] = msgspec.field(default_factory=list)


class LineReader:
    """Reads lines in lower case, in order.  Between calls it holds no more than one group in parentheses."""

    __slots__ = ("_group", "_records", "_state")

    def __init__(self, state: ZoneState) -> None:
        self._state = state
        self._group: _Group | None = None
        self._records: list[Record] = []

    @property
    def is_within_group(self) -> bool:
        """Whether a parenthesis is open: the lines that follow are not to be read by anything else."""
        return self._group is not None

    def read(self, lines: Sequence[bytes]) -> list[Record]:
        """Read the next lines: their NS and DS records.  Raises `ZoneFileError` for what costs the whole file."""
        self._records = []
        for number, octets in enumerate(lines, self._state.lines + 1):
            if len(octets) > MAX_LINE_BYTES:
                self._forget(number, "line-too-long", f"it has more than {MAX_LINE_BYTES} octets")
                continue
            line = octets.decode("latin-1")
            if self._group is None and not _NEEDS_CARE(line):
                if _NOT_TEXT(line):
                    self._forget(number, "not-ascii", "it holds an octet that is no printable ASCII character")
                elif tokens := line.split():
                    self._take(number, tokens, is_blank=line[0] in " \t")
            else:
                self._take_with_care(number, line)
        return self._records

    def finish(self) -> None:
        """At the end of the file.  Raises `ZoneTruncatedError` where a parenthesis is still open."""
        if self._group is not None:
            raise ZoneTruncatedError(
                f"a parenthesis of line {self._group.line} is never closed: it is cut", item=self._state.item
            )

    def _forget(self, line: int, code: str, reason: str) -> None:
        """Skip a line, and what it may have begun: nobody knows whose the lines are that follow."""
        self._state.reject(line, code, reason)
        self._group = None
        self._state.owner = None

    def _take_with_care(self, number: int, line: str) -> None:
        group = self._group or _Group(number, line[:1] in (" ", "\t"))
        if self._group is not None:
            group.lines += 1
            if group.lines > MOST_GROUP_LINES:
                raise ZoneFileError(
                    f"a parenthesis of line {group.line} is not closed within {MOST_GROUP_LINES} lines",
                    item=self._state.item,
                )
        for word in _TOKEN.findall(line):
            if word[0] == ";":
                break
            if word == "(":
                group.depth += 1
            elif word == ")":
                group.depth -= 1
            elif word in ('"', "\\"):
                return self._forget(number, "bad-quotation", "a quotation mark or an escape is never ended")
            elif _NOT_TEXT(word):
                return self._forget(number, "not-ascii", "it holds an octet that is no printable ASCII character")
            else:
                group.tokens.append(word)
            if group.depth not in (0, 1):
                return self._forget(number, "bad-parenthesis", "parentheses are closed twice or stand in each other")
        if group.depth:
            self._group = group
            return None
        self._group = None
        if group.tokens:
            self._take(group.line, group.tokens, is_blank=group.is_blank)
        return None

    def _take(self, line: int, tokens: list[str], *, is_blank: bool) -> None:
        """Take the tokens of one record or directive."""
        state = self._state
        at = 0
        if not is_blank:
            if tokens[0][0] == "$":
                return self._follow(line, tokens)
            at = 1
            state.owner = self._absolute(tokens[0])
            if state.owner is None:
                return state.reject(line, "no-origin", f"{tokens[0][:80]!r} is relative, and no $ORIGIN is known")
        elif state.owner is None:
            return state.reject(line, "no-owner", "its owner is that of a line before, which could not be read")
        owner = state.owner
        while at < len(tokens) and (tokens[at] in _CLASSES or _TTL(tokens[at])):
            if tokens[at] in _CLASSES and tokens[at] != "in":
                return state.reject(line, "other-class", f"class {tokens[at].upper()}; only IN is read")
            at += 1
        kind = tokens[at] if at < len(tokens) else ""
        if kind not in KNOWN_TYPES and not _IS_TYPE(kind):
            return state.reject(
                line, "unknown-type", f"{kind[:40]!r} is no type of a record" if kind else "no type stands there"
            )
        data = tokens[at + 1 :]
        if kind == "soa":
            names = [self._absolute(name) or name for name in data[:_NAMES_OF_SOA]]
            state.is_closed = False
            return state.take_soa(line, owner, " ".join(names + data[_NAMES_OF_SOA:]))
        state.is_closed = False
        if kind in ("ns", "ds"):
            self._take_delegation(line, owner, kind, data)
        return None

    def _take_delegation(self, line: int, owner: str, kind: str, data: Sequence[str]) -> None:
        state = self._state
        if not state.origin:
            raise ZoneFileError(
                f"line {line}: a record before the SOA, and nobody said which zone it is", item=state.item
            )
        apex = f"{state.origin}."
        if owner == apex:
            return None
        if not owner.endswith(f".{apex}"):
            return state.reject(line, "other-zone", f"{owner[:80]!r} is not below {state.origin!r}")
        if not _is_host(owner):
            return state.reject(line, *why_odd(owner))
        if kind == "ds":
            if not _IS_DS(" ".join(data)):
                return state.reject(
                    line, "bad-ds", "a DS has a tag, an algorithm, a digest's type and its hexadecimal digits"
                )
            self._records.append(Record(line, owner, None))
            return None
        server = self._absolute(data[0]) if len(data) == 1 else None
        if server is None:
            return state.reject(line, "bad-ns", "an NS record names one server")
        if not _is_host(server):
            return state.reject(line, *why_odd(server))
        self._records.append(Record(line, owner, server))
        return None

    def _follow(self, line: int, tokens: Sequence[str]) -> None:
        """Follow a directive.  Raises `ZoneFileError` for those that would leave names out."""
        state, what = self._state, tokens[0]
        if what in ("$include", "$generate"):
            raise ZoneFileError(
                f"line {line}: {what.upper()} stands for records that are not here; dump the zone whole",
                item=state.item,
            )
        if what == "$ttl":
            return None
        if what != "$origin":
            return state.reject(line, "unknown-directive", f"{what[:40]!r} is no directive")
        origin = self._absolute(tokens[1]) if len(tokens) > 1 else None
        if origin is None or not (_is_host(origin) or origin == "."):
            state.relative_to = None
            return state.reject(line, "bad-origin", "an $ORIGIN has one name")
        state.relative_to = origin
        return None

    def _absolute(self, name: str) -> str | None:
        """An absolute name; None where it is relative and nobody knows to what."""
        if name[-1] == ".":
            return name
        below = self._state.relative_to
        if below is None:
            return None
        if name == "@":
            return below
        return f"{name}.{below}" if below != "." else f"{name}."


def _is_host(absolute: str) -> bool:
    return len(absolute) <= MAX_HOST + 1 and _HOST(absolute) is not None
