"""What changed between two files of a feed?  Both are read through once; a line is known by a hash.

A survey reads a whole file, so that one that is damaged, cut off or packed beyond its bounds is refused before anything
of it is taken.  A line is whatever stands between two line ends; lines that are equal are one.  The hash is Python's
own of the process, which whoever writes a feed cannot aim at.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.edges.feed_http import FeedError
from comity.edges.report_source import Limits, Source

_RATIO: Final = 200
_UNPACKED_TIMES: Final = 16
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")
_BOM: Final = b"\xef\xbb\xbf"


class Survey(msgspec.Struct, frozen=True):
    """What stands in a file: the lines that are no comments, by their hashes; whether lines were left out as spoilt."""

    lines: frozenset[int]
    has_spoilt: bool


def limits_of(max_bytes: int) -> Limits:
    """How much a feed's file may be once it is unpacked."""
    return Limits(unpacked_bytes=max_bytes * _UNPACKED_TIMES, ratio=_RATIO)


def survey(file: Path, *, comment: str, max_bytes: int) -> Survey:
    """Read a file through.  Raises `FeedError` where it is damaged, too much, or a page instead of a list."""
    lines: set[int] = set()
    has_spoilt = False
    try:
        with Source(str(file), limits_of(max_bytes)) as source:
            refuse_markup(source.peek())
            for found in _lines(source):
                if found is None:
                    has_spoilt = True
                else:
                    lines.update(map(hash, _rows(found, comment)))
    except InputError as error:
        raise FeedError("damaged", error.message) from error
    return Survey(frozenset(lines), has_spoilt)


def refuse_markup(head: bytes) -> None:
    """Refuse a page that came in place of a list: a notice, a form, an error that says 200.  Raises `FeedError`."""
    if head.removeprefix(_BOM).lstrip()[:20].lower().startswith(_MARKUP):
        raise FeedError("malformed", "is a page (HTML or XML) and no list")


def lines_not_in(file: Path, known: frozenset[int], *, comment: str, max_bytes: int) -> Iterator[list[bytes]]:
    """Hand out the lines that are not among the known ones, each once, some thousand at a time."""
    seen: set[int] = set()
    with Source(str(file), limits_of(max_bytes)) as source:
        for found in _lines(source):
            fresh = []
            for line in _rows(found or [], comment):
                mark = hash(line)
                if mark not in known and mark not in seen:
                    seen.add(mark)
                    fresh.append(line)
            if fresh:
                yield fresh


def _lines(source: Source) -> Iterator[list[bytes] | None]:
    for block in source.blocks():
        if block.spoilt is not None:
            yield None
        else:
            data = block.data.removeprefix(_BOM) if block.first_line == 1 else block.data
            yield data.split(b"\n")


def _rows(lines: list[bytes], comment: str) -> list[bytes]:
    mark = comment.encode()
    return [line for line in lines if line and not line.startswith(mark) and not line.isspace()]
