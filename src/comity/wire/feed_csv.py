"""Rows of a CSV feed to records, by its declaration (RFC 4180, with one restriction).

A record is one line.  A quote that does not close on its line spoils that line alone and never swallows the next ones:
in a feed a wrong quote is common and a line end inside a field is not.  Every other fault (too few columns, a time that
is none, a category out of scope) is that row's reason, and the rest goes on.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from comity.core.categories import Category
from comity.core.errors import InputError
from comity.core.reports import LIST_ITEMS, NARRATIVE_LETTERS, Problem, Record, Report, find_problems
from comity.wire.formats import FIELDS, NAMING_FIELDS, Format
from comity.wire.out_of_scope import find_category, must_not_be_kept, refuse_category

_AT_ONCE: Final = 256  # lines that are looked at again when one of them is spoilt
_CSV_CELL: Final = 131_072  # letters of a cell that `csv` reads
_CASES: Final = (str.lower, str.upper, str.capitalize)
_NOTHING: Final = frozenset(("", "-", *(case(word) for word in ("none", "null", "n/a") for case in _CASES)))
_PORTS: Final = 65_536
_SHA256: Final = re.compile("[0-9a-f]{64}").fullmatch
_DISPOSITIONS: Final = frozenset(("malicious", "compromised", "undetermined"))


_from_iso: Final = datetime.fromisoformat


class CsvReader:
    """Reads the rows of one source.  The first row that is not a comment may be the header."""

    def __init__(self, declared: Format) -> None:
        self.declared = declared
        self._words: dict[str, Category | None] = {}
        self._zone = timezone(timedelta(minutes=declared.utc_offset_minutes)) if declared.utc_offset_minutes else UTC
        self.header = ""  # the header line as this source has it, once it was seen
        self._header: tuple[str, ...] = ()
        self._folded: tuple[str, ...] = ()
        self._first_cells: set[str] = set()
        self._width = 0
        self._name = self._category = -1
        self._fields: list[tuple[str, int, Callable[[str], Any]]] = []
        self._constant: dict[str, Any] = {"tlp": declared.tlp, "machine_only": declared.machine_only}
        if declared.header:
            self._use_header(declared.header)

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]:
        """Make records of consecutive whole lines; blank lines, comments and headers are none."""
        comment = self.declared.comment or "\n"  # no line holds a line end
        read_row = self._read_row
        for number, (line, row) in enumerate(zip(lines, self._split(lines), strict=True), first_line):
            if not row or line.startswith(comment) or line.isspace():
                continue
            if isinstance(row, Problem):
                yield Record(number, line, "", None, row)
            elif not self._header:
                self._begin(line, row)
            elif row[0] not in self._first_cells or not self._is_header(line, row):
                yield read_row(number, line, row)

    def _split(self, lines: Sequence[str]) -> Iterator[list[str] | Problem]:
        """Split lines into cells: where quotes stand around every cell or nowhere by plain cuts, else by `csv`."""
        for first in range(0, len(lines), _AT_ONCE):
            part = lines[first : first + _AT_ONCE]
            rows = self._cut(part)
            others = [line for line, row in zip(part, rows, strict=True) if row is None]
            if not others:
                yield from rows  # type: ignore[misc]  # none of them is None
                continue
            split = iter(self._split_by_csv(others))
            for row in rows:
                yield next(split) if row is None else row

    def _cut(self, lines: Sequence[str]) -> list[list[str] | None]:
        """Cut the lines that need no more than that; None for each other one."""
        delimiter, width = self.declared.delimiter, self._width
        between, quotes = f'"{delimiter}"', 2 * width
        may_be_bare = not self.declared.skip_spaces
        rows: list[list[str] | None] = []
        for line in lines:
            count = line.count('"')
            row: list[str] | None = None
            if not line or len(line) > _CSV_CELL:
                pass
            elif count == quotes and count:
                # All quotes are accounted for: the first and the last letter, and two in each of the cuts.
                if line[0] == line[-1] == '"' and len(cells := line[1:-1].split(between)) == width:
                    row = cells
            elif not count and may_be_bare and "\r" not in line:
                row = line.split(delimiter)
            rows.append(row)
        return rows

    def _split_by_csv(self, lines: Sequence[str]) -> Iterable[list[str] | Problem]:
        """Split many lines at once as a rule, line by line where a quote in them is wrong."""
        try:
            rows = list(self._cells(lines))
        except csv.Error:
            rows = []
        return rows if len(rows) == len(lines) else self._split_around(lines)

    def _split_around(self, lines: Sequence[str]) -> list[list[str] | Problem]:
        """Set lines with an odd number of quotes apart; what then still runs over is looked at line by line."""
        even = [line for line in lines if not line.count('"') & 1]
        try:
            rows = iter(list(self._cells(even)))
        except csv.Error:
            rows = iter(())
        found = [self._split_one(line) if line.count('"') & 1 else next(rows, None) for line in lines]
        if next(rows, None) is None and None not in found:
            return [row for row in found if row is not None]
        return [self._split_one(line) for line in lines]

    def _split_one(self, line: str) -> list[str] | Problem:
        try:
            return next(self._cells((line,)), [])
        except csv.Error as error:
            unclosed = "unexpected end" in str(error)
            return Problem("unclosed-quote" if unclosed else "bad-quoting", f"a quote in this line is wrong: {error}")

    def _cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        declared = self.declared
        return csv.reader(lines, delimiter=declared.delimiter, skipinitialspace=declared.skip_spaces, strict=True)

    def _begin(self, line: str, row: list[str]) -> None:
        """Take the first row as the header."""
        self._use_header(tuple(cell.strip() for cell in row))
        self.header = line

    def _is_header(self, line: str, row: list[str]) -> bool:
        """Answer whether a row is the header, which may come again."""
        if tuple(cell.strip().lower() for cell in row) != self._folded:
            return False
        self.header = line
        return True

    def _use_header(self, header: tuple[str, ...]) -> None:
        declared = self.declared
        item = f"format {declared.name}"
        columns = declared.columns or {name: name for name in header if name in FIELDS}
        rule = declared.category.column or ("category" if "category" in header and not declared.says_category else "")
        missing = [name for name in (*columns, *filter(None, (rule,))) if name not in header]
        if missing:
            raise InputError(
                f"the header has no column {', '.join(missing)}; it has {', '.join(header)[:300]}", item=item
            )
        place = {field: header.index(name) for name, field in columns.items()}
        naming = next((field for field in NAMING_FIELDS if field in place), "")
        if not naming:
            raise InputError("no column is a name, url or host; explain the columns with --mapping", item=item)
        if not rule and declared.category.fixed is None:
            raise InputError("nothing says the category; give --category or a mapping", item=item)
        self._header, self._folded = header, tuple(name.lower() for name in header)
        self._first_cells = {header[0], header[0].lower(), header[0].upper()}
        self._width, self._name = len(header), place[naming]
        self._category = header.index(rule) if rule else -1
        self._fields = [
            (field, index, self._converter(field)) for field, index in place.items() if field not in ("name", naming)
        ]

    def _converter(self, field: str) -> Callable[[str], Any]:
        if field.endswith("_at"):
            return self._time_of_feed if self._zone is UTC else self._time
        return _CONVERTERS.get(field, str.strip)

    def _time_of_feed(self, text: str) -> datetime:
        """Read a time as most feeds write it, without a zone; with one, or a little off, by `_time`."""
        try:
            at = _from_iso(text + "Z")
        except ValueError:
            return self._time(text)
        return at if at.tzinfo is UTC else self._time(text)

    def _time(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = datetime.fromisoformat(text.strip().replace("/", "-"))
        if at.tzinfo is None:
            at = at.replace(tzinfo=self._zone)
        return at if at.tzinfo is UTC else at.astimezone(UTC)

    def _read_row(self, number: int, line: str, row: list[str]) -> Record:
        if len(row) != self._width:
            message = f"{len(row)} columns where the header has {self._width}"
            return Record(number, line, "", None, Problem("column-count", message))
        name = row[self._name].strip()
        category = self.declared.category.fixed
        if self._category >= 0:
            word = row[self._category]
            if word not in self._words:
                if len(self._words) > 10_000:  # a column that was no list of words after all
                    self._words.clear()
                self._words[word] = find_category(word, self.declared.category.map)
            category = self._words[word]
            if category is None:
                kept = None if must_not_be_kept(word) else line
                return Record(number, kept, name, None, refuse_category(word))
        if category is None:
            return Record(number, line, name, None, Problem("no-category", "nothing says the category"))
        values = self._constant.copy()
        values["name"], values["category"] = name, category
        for field, index, convert in self._fields:
            cell = row[index]
            if cell in _NOTHING:
                continue
            try:
                values[field] = convert(cell)
            except (ValueError, OverflowError):
                code = "bad-time" if field.endswith("_at") else "bad-field"
                return Record(number, line, name, None, Problem(code, f"{field} cannot be read from {cell[:80]!r}"))
        report = Report(**values)
        if len(line) > NARRATIVE_LETTERS and (problems := find_problems(report)):  # only a long line has a long text
            return Record(number, line, name, None, problems[0])
        return Record(number, line, name, report)


def _tags(cell: str) -> tuple[str, ...]:
    if " " in cell or ",," in cell:
        tags = tuple(tag for part in cell.split(",") if (tag := part.strip()))
    else:
        tags = tuple(cell.strip(",").split(","))
    if len(tags) > LIST_ITEMS:
        raise ValueError(cell)
    return tags


def _confidence(cell: str) -> float:
    confidence = float(cell)
    if not 0 <= confidence <= 1:  # nor NaN
        raise ValueError(cell)
    return confidence


def _port(cell: str) -> int:
    port = int(cell)
    if not 0 < port < _PORTS:
        raise ValueError(cell)
    return port


def _digest(cell: str) -> str:
    digest = cell.strip().lower()
    if not _SHA256(digest):
        raise ValueError(cell)
    return digest


def _disposition(cell: str) -> str:
    folded = cell.strip().lower()
    if folded not in _DISPOSITIONS:
        raise ValueError(cell)
    return folded


_CONVERTERS: Final[dict[str, Callable[[str], Any]]] = {
    "confidence": _confidence,
    "port": _port,
    "sha256": _digest,
    "tags": _tags,
    "disposition": _disposition,
}
