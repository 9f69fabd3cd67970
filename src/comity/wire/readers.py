"""Which reader reads which format: bytes were cut into lines before, records come out."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec.structs import replace

from comity.core.errors import InputError
from comity.core.reports import Problem, Record
from comity.wire.document_readers import read_document
from comity.wire.feed_csv import CsvReader
from comity.wire.feed_lines import LinesReader
from comity.wire.formats import Format
from comity.wire.report_json import NdjsonReader
from comity.wire.rpz_lines import RpzReader


class Reader(Protocol):
    """Makes records of consecutive whole lines, as a format declares.  `header` is the source's own header line."""

    @property
    def header(self) -> str: ...

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]: ...


class LineDocumentReader:
    """Reads lines that are each a document: how refused parts of documents come back when they were mended."""

    header = ""

    def __init__(self, declared: Format) -> None:
        self._declared = declared

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]:
        for number, line in enumerate(lines, first_line):
            if not line or line.isspace():
                continue
            try:
                records = read_document(self._declared, line.encode()).records
            except InputError as error:
                yield Record(number, line, "", None, Problem("malformed", error.message))
                continue
            yield from (replace(record, line=number) for record in records)


def open_reader(declared: Format) -> Reader:
    """The reader of a format.  Raises `InputError` where the format needs to be told something."""
    if declared.kind == "document":
        return LineDocumentReader(declared)
    if declared.kind == "ndjson":
        return NdjsonReader()
    if declared.kind == "rpz":
        return RpzReader(declared)
    return CsvReader(declared) if declared.kind == "csv" else LinesReader(declared)
