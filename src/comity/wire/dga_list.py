"""Lists of algorithmic names as research writes them: a name a line, or rows with days, families and seeds.

Formats are declared by their columns: `names` (a name a line), `name,date`, `date,name`, or any row of the words
`name`, `date`, `until`, `family`, `seed` and `-`.  `auto` looks at the first line that is no comment.  With `until` a
name is for a span of days, and its day is the first of them that has not passed.  Dates are ISO 8601 unless declared;
`2017-07-31T00:00:00Z` is its date.  Rows of another family are counted and left out.  A line that cannot be read is
told with its number and stops nothing.
"""

import csv
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from comity.core.errors import InputError, TooLargeError

MAX_LINES: Final = 10_000_000
COLUMNS: Final = ("name", "date", "until", "family", "seed", "-")
DATES: Final[dict[str, str]] = {
    "iso": "", "compact": "%Y%m%d", "dmy-dots": "%d.%m.%Y", "dmy-slashes": "%d/%m/%Y", "mdy-slashes": "%m/%d/%Y",
}  # fmt: skip
_COMMENTS: Final = ("#", ";", "//", "!")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][0-9:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?").fullmatch
_YEARS: Final = range(2000, 2200)
_DELIMITERS: Final = (",", ";", "\t")
# Words of header rows, as feeds have them.
_HEADER: Final[dict[str, str]] = {
    "name": "name", "domain": "name", "fqdn": "name", "host": "name", "hostname": "name", "date": "date", "day": "date",
    "start": "date", "valid_from": "date", "validfrom": "date", "until": "until", "end": "until", "valid_to": "until",
    "valid_until": "until", "family": "family", "malware": "family", "dga": "family", "seed": "seed",
}  # fmt: skip


class DgaFormat(msgspec.Struct, frozen=True):
    """A declared format: its columns in order, what stands between them, how days are written."""

    columns: tuple[str, ...]
    delimiter: str = ","
    dates: str = "iso"


class DgaLines(msgspec.Struct):
    """What a block of lines said, column by column; `problems`: (line, code, text)."""

    names: list[str]
    days: list[str]
    lines: list[int]
    problems: list[tuple[int, str, str]]


def parse_format(text: str, *, dates: str = "iso") -> DgaFormat | None:
    """Read a format's name; None for `auto`.  Raises `InputError`."""
    if dates not in DATES:
        raise InputError(f"is one of {', '.join(DATES)}", item="--dates")
    if text == "auto":
        return None
    columns = ("name",) if text == "names" else tuple(word.strip() for word in text.split(","))
    known = all(column in COLUMNS for column in columns)
    named = [column for column in columns if column != "-"]
    if not known or "name" not in named or len(named) != len(set(named)) or ("until" in named and "date" not in named):
        raise InputError(f"is auto, names, or a row of {', '.join(COLUMNS)} with one name in it", item=text[:80])
    return DgaFormat(columns, ",", dates)


def detect_dga_format(lines: Sequence[str], *, dates: str = "iso") -> DgaFormat:
    """Find the format by the first line that says something.  Raises `InputError` where it cannot be told."""
    first = next((line for line in lines if line.strip() and not line.startswith(_COMMENTS)), "")
    delimiter = max(_DELIMITERS, key=first.count)
    cells = [cell.strip().strip('"') for cell in first.split(delimiter)]
    if len(cells) == 1:
        return DgaFormat(("name",), ",", dates)
    header = tuple(_HEADER.get(cell.lower(), "-") for cell in cells)
    if "name" in header and len([one for one in header if one != "-"]) == len({*header} - {"-"}):
        return DgaFormat(header, delimiter, dates)
    read_day = _day_reader(dates)
    dated = [bool(read_day(cell)) for cell in cells]
    if len(cells) == 2 and dated in ([True, False], [False, True]):
        return DgaFormat(("date", "name") if dated[0] else ("name", "date"), delimiter, dates)
    raise InputError("its columns cannot be told; give --format, for example name,date,-,seed", item=first[:80])


class DgaReader:
    """Reads the lines of one source, block by block."""

    def __init__(self, declared: DgaFormat, *, family: str, on: date) -> None:
        self._columns, self._delimiter = declared.columns, declared.delimiter
        place = {column: index for index, column in enumerate(declared.columns)}
        self._name = place["name"]
        self._date, self._until, self._family = place.get("date"), place.get("until"), place.get("family")
        self._wanted, self._today = family, on.isoformat()
        self._read_day = _day_reader(declared.dates)
        self._days: dict[str, str] = {}  # texts that were read; a list has few
        self._count = 0

    def read(self, lines: Sequence[str], first_line: int) -> DgaLines:
        """Read consecutive whole lines.  Raises `TooLargeError` over the most lines that a list may have."""
        self._count += len(lines)
        if self._count > MAX_LINES:
            raise TooLargeError(f"a list has at most {MAX_LINES} lines", item=f"line {first_line + len(lines)}")
        if self._columns == ("name",):
            return self._read_names(lines, first_line)
        found = DgaLines([], [], [], [])
        for number, line in enumerate(lines, first_line):
            if line and not line.isspace() and not line.startswith(_COMMENTS):
                self._read_row(number, line, found)
        return found

    def _read_names(self, lines: Sequence[str], first_line: int) -> DgaLines:
        joined = "\n".join(lines)
        is_plain = "#" not in joined and ";" not in joined and "//" not in joined and "!" not in joined
        if is_plain and not joined.startswith("\n") and "\n\n" not in joined and not joined.endswith("\n"):
            names = [line.strip() for line in lines] if " " in joined or "\r" in joined else list(lines)
            return DgaLines(names, [""] * len(names), list(range(first_line, first_line + len(names))), [])
        found = DgaLines([], [], [], [])
        for number, line in enumerate(lines, first_line):
            text = line.partition(" #")[0].strip()
            if text and not text.startswith(_COMMENTS):
                found.names.append(text)
                found.days.append("")
                found.lines.append(number)
        return found

    def _read_row(self, number: int, line: str, found: DgaLines) -> None:
        cells = self._cells(line)
        if cells is None or len(cells) <= max(self._name, self._date or 0, self._until or 0, self._family or 0):
            found.problems.append((number, "too-few-columns" if cells else "bad-quotes", line))
            return
        name = cells[self._name].strip()
        if _HEADER.get(name.lower()) == "name":
            return  # a header, or one again where files were put together
        if self._family is not None and self._wanted != cells[self._family].strip().lower().replace(" ", "-"):
            found.problems.append((number, "other-family", line))
            return
        day = until = ""
        if self._date is not None:
            day = self._day(cells[self._date])
            until = self._day(cells[self._until]) if self._until is not None else ""
            if not day or (self._until is not None and until < day):
                found.problems.append((number, "bad-date", line))
                return
        if until and day < self._today <= until:
            day = self._today
        found.names.append(name)
        found.days.append(day)
        found.lines.append(number)

    def _cells(self, line: str) -> list[str] | None:
        if '"' not in line:
            return line.split(self._delimiter)
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None

    def _day(self, text: str) -> str:
        day = self._days.get(text)
        if day is None:
            day = self._read_day(text.strip())
            if len(self._days) < 10_000:  # a list of days has few; a list of rubbish is not remembered
                self._days[text] = day
        return day


def _day_reader(dates: str) -> Callable[[str], str]:
    """What reads a day as it is declared: ISO 8601, or empty where it is none."""
    pattern = DATES[dates]

    def read(text: str) -> str:
        try:
            if pattern:
                day = datetime.strptime(text, pattern).date()  # noqa: DTZ007 — a day has no zone
            elif _ISO(text):
                day = date.fromisoformat(text[:10])
            else:
                return ""
        except ValueError:
            return ""
        return day.isoformat() if day.year in _YEARS else ""

    return read
