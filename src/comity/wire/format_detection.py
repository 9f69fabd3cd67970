"""Which declared format a source is in, judged by its first lines; never by its file name.

The answer is certain or there is none: a header that a declared format has, a JSON object of our own schema, or a
sample of lines of which at least nine in ten have one shape.  Otherwise `InputError` says what was seen and what to do.
"""

import csv
import re
from collections.abc import Sequence
from typing import Final

from comity.core.errors import InputError
from comity.wire.formats import FIELDS, FORMATS, NAMING_FIELDS
from comity.wire.rejects import is_header

REJECTS: Final = "rejects"

_SAMPLE: Final = 200
_SHARE: Final = 0.9
_ADBLOCK: Final = re.compile(r"(@@)?\|\|[^\s^]+(\^|\$|$)|[^\s]*#[@?$]?#|\[Adblock", re.IGNORECASE)
_HOSTS: Final = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)[ \t]+\S+")
_START_OF_ZONE: Final = re.compile(r"[^\s;]\S*\s+(?:[0-9]\S*\s+)?(?:IN\s+)?SOA\s+\S+\s+\S+", re.IGNORECASE)
_URL: Final = re.compile(r"h[tx]{2}ps?\S*://\S+|h[tx]{2}ps?\[:\]//\S+|ftp://\S+", re.IGNORECASE)
_NAME: Final = re.compile(
    r"[^\s,;\t|/\"'{}<>=]+(?:\.|\[\.\]|\(\.\)|\(dot\)|[。．｡])[^\s,;\t|/\"'{}<>=]+", re.IGNORECASE
)


def detect_format(lines: Sequence[str]) -> str:
    """Name the format of a source by its first lines; `rejects` for a rejects file.  Raises `InputError` if unsure."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first:
        raise InputError("there is nothing in it")
    if is_header(first):
        return REJECTS
    if first.startswith("{"):
        return "ndjson"
    if first.startswith("[") and not first.lower().startswith("[adblock"):
        raise InputError("looks like a JSON array; intake reads one JSON object a line (NDJSON)")
    for line in lines[:_SAMPLE]:
        found = _by_header(line)
        if found:
            return found
    if any(_START_OF_ZONE.match(line) for line in lines[:_SAMPLE]):
        return "rpz"
    return _by_shape(lines, first)


def _by_header(line: str) -> str:
    """The declared CSV format that has this very header, in a comment or not; our own field names are a header too."""
    text = line.strip().lstrip("#").strip()
    if "," not in text:
        return ""
    try:
        cells = tuple(cell.strip().lower() for cell in next(csv.reader([text], skipinitialspace=True, strict=True)))
    except (csv.Error, StopIteration):
        return ""
    for declared in FORMATS.values():
        if declared.header and cells == tuple(name.lower() for name in declared.header):
            return declared.name
    own = set(cells) <= {*FIELDS, "category"} and set(cells) & set(NAMING_FIELDS)
    return "csv" if own and line.strip() == text else ""


def _by_shape(lines: Sequence[str], first: str) -> str:
    sample = [text for line in lines if (text := line.strip()) and not text.startswith(("#", "!", ";"))][:_SAMPLE]
    if not sample:
        raise InputError("there are only comments at its beginning; name the format with --format")
    for name, shape in (("adblock", _ADBLOCK), ("hosts", _HOSTS)):
        if sum(1 for text in sample if shape.match(text)) >= _SHARE * len(sample):
            return name
    urls = sum(
        1 for text in sample if _URL.fullmatch(text) or ("/" in text and _NAME.fullmatch(text.partition("/")[0]))
    )
    names = sum(1 for text in sample if _NAME.fullmatch(text.partition(" #")[0].rstrip()))
    if urls >= _SHARE * len(sample):
        return "urls"
    if names >= _SHARE * len(sample):
        return "names"
    if urls + names >= _SHARE * len(sample) and urls:
        return "urls"
    if "," in first or ";" in first or "\t" in first:
        raise InputError(
            f"looks like a CSV with columns nobody declared; explain them with --mapping ({first[:120]!r})"
        )
    raise InputError(f"cannot tell its format from its first lines; name it with --format ({first[:120]!r})")
