"""Which reader reads which format: bytes were cut into lines before, records come out."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from comity.core.reports import Record
from comity.wire.feed_csv import CsvReader
from comity.wire.feed_lines import LinesReader
from comity.wire.formats import Format
from comity.wire.report_json import NdjsonReader


class Reader(Protocol):
    """Makes records of consecutive whole lines, as a format declares.  `header` is the source's own header line."""

    @property
    def header(self) -> str: ...

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]: ...


def open_reader(declared: Format) -> Reader:
    """The reader of a format.  Raises `InputError` where the format needs to be told something."""
    if declared.kind == "ndjson":
        return NdjsonReader()
    return CsvReader(declared) if declared.kind == "csv" else LinesReader(declared)
