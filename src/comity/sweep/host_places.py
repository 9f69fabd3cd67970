"""Where does the host stand in each line of a block?  Answered for all lines at once, by the places of their marks.

A mark is an octet that no label holds.  Between two marks stands a label; so a line's host, bare or in a URL, ends at
the line's first mark that is no dot, and where its labels are cut needs no look at its letters.  Only lines are `plain`
of which that is the whole truth: ASCII, a scheme of the usual ones or none, labels of letters, digits and single inner
hyphens, one dot at the end at most, a port that is one.  `hxxp://` and `[.]` are undone, which changes no line that is
plain but by what `comity.core.defang` undoes.  What is not plain is for others to read (`comity.sweep.fold_lines`).
"""

from typing import Final

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from comity.core.labels import MAX_LABEL
from comity.core.targets import MAX_INPUT, MAX_PORT

Places = NDArray[np.int64]
Words = NDArray[np.uint64]

ROOM: Final = 16
LOWER: Final = np.uint64(0x2020_2020_2020_2020)
"""What makes letters lower case in a word, leaves digits, hyphens and dots, and makes no two letters of labels one."""
_LETTER, _HYPHEN, _DOT, _OTHER, _LINE_END, _ODD = range(6)
_LETTERS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_KIND_OF: Final = {ord("-"): _HYPHEN, ord("."): _DOT, ord("\n"): _LINE_END}
_KINDS: Final = bytes(
    _LETTER if octet in _LETTERS else _KIND_OF.get(octet, _OTHER if 0x20 <= octet < 0x7F else _ODD)
    for octet in range(256)
)
_SCHEMES: Final = (b"http://", b"https://", b"hxxp://", b"hxxps://", b"ftp://")
_MARKS_OF_SCHEME: Final = 3
_PORT_DIGITS: Final = 5
_LONGEST_LINE: Final = MAX_INPUT // len("[.]")  # before `[.]` was undone it was at most so much longer


class HostPlaces(msgspec.Struct, frozen=True):
    """A block with `ROOM` octets before and after, and a row for each plain line.

    A place counts octets from the beginning of the block; a dot that is not there stands just before the host.
    """

    text: bytes
    lines: Places  # which line, from 0
    begins: Places
    ends: Places
    dots: Places  # how many
    last: Places
    second: Places
    third: Places
    count: int  # of all lines, plain or not


def find_hosts(data: bytes) -> HostPlaces:
    """Find the hosts of the plain lines of a block, which has no line end at its end."""
    data = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    text = b"".join((bytes(ROOM), data.replace(b"[.]", b"."), b"\n", bytes(ROOM)))
    kinds = np.frombuffer(text.translate(_KINDS), np.uint8)[ROOM:-ROOM]
    marks = np.flatnonzero(kinds > _HYPHEN)
    kind = kinds[marks]
    stops = np.flatnonzero(kind != _DOT)  # marks that are no dots; like all that follows, by number
    line_stops = np.flatnonzero(kind[stops] == _LINE_END)
    line_ends = marks[stops[line_stops]]
    line_begins = _after(line_ends)
    scheme = _length_of_scheme(words_of(text), line_begins)
    stop = _after(line_stops) + np.where(scheme > 0, _MARKS_OF_SCHEME, 0)
    begins = line_begins + scheme
    at = stops[stop]
    first = np.where(stop > 0, stops[stop - 1] + 1, 0)
    ends = marks[at]
    is_plain = (line_ends - line_begins <= _LONGEST_LINE) & _closes(text, marks, stops, stop)
    final_dot = (at > first) & (marks[at - 1] == ends - 1)
    at, ends = at - final_dot, ends - final_dot
    dots = at - first
    last = marks[at - 1]
    is_plain &= (dots > 0) & (ends - begins <= MAX_LABEL) & (marks[first] > begins)
    _rule_out(is_plain, stops[line_stops], np.flatnonzero(kind == _ODD))
    doubled = np.flatnonzero((marks[1:] - marks[:-1] == 1) & (kind[1:] == _DOT) & (kind[:-1] == _DOT))
    _rule_out(is_plain, stops[line_stops], doubled, first, at)
    _rule_out(is_plain, line_ends, _odd_hyphens(kinds), begins, last)
    rows = np.flatnonzero(is_plain)
    at, dots, begins = at[rows], dots[rows], begins[rows]
    return HostPlaces(
        text=text,
        lines=rows,
        begins=begins,
        ends=ends[rows],
        dots=dots,
        last=marks[at - 1],
        second=np.where(dots > 1, marks[at - 2], begins - 1),
        third=np.where(dots > 2, marks[at - 3], begins - 1),
        count=len(line_ends),
    )


def words_of(text: bytes) -> Words:
    """The eight octets from each place of a text on, little-endian, as they are."""
    return np.lib.stride_tricks.as_strided(np.frombuffer(text, "<u8", 1), (len(text) - 7,), (1,), writeable=False)


def take_texts(data: bytes, begins: Places, ends: Places, *, lower: bool = False) -> pl.Series:
    """The pieces of a text between places as a column.  Polars raises `ComputeError` where one is no UTF-8."""
    if not len(begins):
        return pl.Series(dtype=pl.String)
    lengths = ends - begins + 1
    closed = np.cumsum(lengths)
    octets = np.arange(closed[-1]) + np.repeat(begins - closed + lengths, lengths)
    octets[closed - 1] = 0
    taken = np.frombuffer(data, np.uint8)[octets]
    taken[closed - 1] = ord("\n")
    pieces = taken.tobytes()
    return pl.read_lines(pieces.lower() if lower else pieces, name="text")["text"]


def _after(places: Places) -> Places:
    """Of each place, what follows the one before it; of the first, the beginning."""
    return np.concatenate((np.zeros(1, np.int64), places[:-1] + 1))


def _length_of_scheme(words: Words, line_begins: Places) -> Places:
    head = words[line_begins + ROOM] | LOWER
    length = np.zeros(len(line_begins), np.int64)
    for scheme in _SCHEMES:
        known = scheme[:8]
        mask = np.uint64((1 << 8 * len(known)) - 1)
        length[(head & mask) == np.uint64(int.from_bytes(known, "little"))] = len(scheme)
    return length


def _closes(text: bytes, marks: Places, stops: Places, stop: Places) -> NDArray[np.bool_]:
    """Whether what ends each host is a line end, a path, a query, a fragment, or a port and then one of them."""
    octets = np.frombuffer(text, np.uint8)[ROOM:]
    closing = np.zeros(256, np.bool_)
    closing[list(b"\n/?#")] = True
    colon = marks[stops[stop]]
    found = octets[colon]
    closes = closing[found]
    rows = np.flatnonzero(found == ord(":"))
    colon, stop = colon[rows], stop[rows]
    after = marks[stops[stop + 1]]
    size = after - colon - 1
    digits = octets[colon[:, None] + np.arange(1, _PORT_DIGITS + 1)] - np.uint8(ord("0"))
    is_there = np.arange(_PORT_DIGITS) < size[:, None]
    powers = np.where(is_there, 10 ** np.maximum(size[:, None] - 1 - np.arange(_PORT_DIGITS), 0), 0)
    closes[rows] = (
        closing[octets[after]]
        & (stops[stop + 1] == stops[stop] + 1)  # no dot between
        & (size > 0)  # of `a.ru://` others say that it is a scheme
        & (size <= _PORT_DIGITS)
        & (digits[:, 0] > 0)
        & ((digits <= 9) | ~is_there).all(axis=1)
        & ((digits * powers).sum(axis=1) <= MAX_PORT)
    )
    return closes


def _odd_hyphens(kinds: NDArray[np.uint8]) -> Places:
    """Hyphens that do not stand between two letters; a block ends with a line end."""
    is_letter = kinds == _LETTER
    is_odd = kinds == _HYPHEN
    is_odd[1:-1] &= ~(is_letter[:-2] & is_letter[2:])
    odd: Places = np.flatnonzero(is_odd)
    return odd


def _rule_out(
    is_plain: NDArray[np.bool_],
    line_ends: Places,
    places: Places,
    least: Places | None = None,
    before: Places | None = None,
) -> None:
    """Lines that hold one of these places (in order; between bounds of the line where there are such) are not plain."""
    lines = np.searchsorted(line_ends, places)
    if least is not None and before is not None:
        lines = lines[(places >= least[lines]) & (places < before[lines])]
    is_plain[lines] = False
