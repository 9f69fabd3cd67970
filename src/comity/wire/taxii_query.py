"""What a TAXII 2.1 request asks for (OASIS Standard, §3.4 Filtering, §3.5 Pagination): parsed, bounded, or refused.

Values of one filter are alternatives, filters narrow one another.  A parameter given twice, one that this address does
not know, an empty value or a limit below one is refused.  `next` is ours to read: the position after which, and as of
which position the pages are; it belongs to the filters it was given for, and is refused with others.
"""

import base64
import binascii
import re
import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.errors import InputError

PAGE_MAX: Final = 1_000
VALUES_MAX: Final = 100
_LIMIT: Final = re.compile(r"[0-9]{1,9}")
_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?Z", re.ASCII
)
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,99}--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,99}")
_SPEC: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = struct.Struct("<qq8s")

PAGING: Final = frozenset({"added_after", "limit", "next"})
OF_OBJECTS: Final = PAGING | {"match[id]", "match[type]", "match[version]", "match[spec_version]"}
OF_OBJECT: Final = PAGING | {"match[version]", "match[spec_version]"}
OF_VERSIONS: Final = PAGING | {"match[spec_version]"}
OF_DELETE: Final = frozenset({"match[version]", "match[spec_version]"})


class TaxiiQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A request's parameters.  `versions` empty: only the newest of each object."""

    limit: int = PAGE_MAX
    added_after: datetime | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    spec_versions: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()  # of match[version]: first, last, all
    versions: tuple[datetime, ...] = ()
    after: int | None = None  # of `next`
    upto: int | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether the index must be asked which objects are wanted."""
        return bool(self.ids or self.types or self.spec_versions or self.versions) or "first" in self.words

    @property
    def every_version(self) -> bool:
        """Whether all versions of an object are wanted."""
        return "all" in self.words


def parse_query(given: Mapping[str, Sequence[str]], allowed: frozenset[str], *, place: str) -> TaxiiQuery:
    """Read a request's parameters; `place` names the address, and `next` belongs to it.  Raises `InputError`."""
    single: dict[str, str] = {}
    for name, values in given.items():
        if name not in allowed:
            raise InputError(f"is no parameter here; there are {', '.join(sorted(allowed))}", item=name[:60])
        if len(values) != 1:
            raise InputError("is given more than once; separate alternatives by commas", item=name)
        if not values[0]:
            raise InputError("is empty", item=name)
        single[name] = values[0]
    words, versions = _versions(_list(single, "match[version]"))
    after, upto = _cursor(single.get("next"), single, place)
    return TaxiiQuery(
        limit=_limit(single.get("limit")),
        added_after=_added_after(single.get("added_after")),
        ids=_matching(_ID, single, "match[id]"),
        types=_matching(_TYPE, single, "match[type]"),
        spec_versions=_matching(_SPEC, single, "match[spec_version]"),
        words=words, versions=versions, after=after, upto=upto,
    )  # fmt: skip


def render_next(given: Mapping[str, Sequence[str]], *, place: str, after: int, upto: int) -> str:
    """Write the `next` of a page that ended at a position."""
    single = {name: values[0] for name, values in given.items()}
    return base64.urlsafe_b64encode(_CURSOR.pack(after, upto, _mark(single, place))).decode("ascii").rstrip("=")


def parse_time(text: str) -> datetime | None:
    """Read a STIX timestamp; what is finer than a microsecond is cut off.  None where it is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction = int((found[7] or "0")[:6].ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), fraction, tzinfo=UTC)
    except ValueError:
        return None


def render_time(at: datetime) -> str:
    """Write a time with all its microseconds."""
    return render_micros((at - _EPOCH) // timedelta(microseconds=1))


def render_micros(at: int) -> str:
    """Write a time that is given in microseconds since 1970."""
    seconds, fraction = divmod(at, 1_000_000)
    return f"{_second(seconds)}.{fraction:06d}Z"


def render_version(at: int) -> str:
    """Write an object's version, in microseconds since 1970, as STIX writes times: milliseconds where those are all."""
    text = render_micros(at)
    return text if at % 1_000 else f"{text[:-4]}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE_MAX
    if not _LIMIT.fullmatch(text) or int(text) < 1:
        raise InputError("is a whole number from 1", item="limit")
    return min(int(text), PAGE_MAX)


def _added_after(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = parse_time(text)
    if found is None:
        raise InputError("is a time such as 2026-11-26T09:30:00.000000Z", item="added_after")
    return found


def _list(single: Mapping[str, str], name: str) -> list[str]:
    values = single[name].split(",") if name in single else []
    if len(values) > VALUES_MAX:
        raise InputError(f"has at most {VALUES_MAX} values", item=name)
    return list(dict.fromkeys(values))


def _matching(pattern: re.Pattern[str], single: Mapping[str, str], name: str) -> tuple[str, ...]:
    values = _list(single, name)
    for value in values:
        if not pattern.fullmatch(value):
            raise InputError(f"cannot be: {value[:60]!r}", item=name)
    return tuple(values)


def _versions(values: list[str]) -> tuple[frozenset[str], tuple[datetime, ...]]:
    words, times = set(), []
    for value in values:
        if value in {"first", "last", "all"}:
            words.add(value)
        elif (at := parse_time(value)) is not None:
            times.append(at)
        else:
            raise InputError("is first, last, all or a version's time", item="match[version]")
    return frozenset(words), tuple(times)


def _cursor(text: str | None, single: Mapping[str, str], place: str) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        after, upto, mark = _CURSOR.unpack(data)
    except (binascii.Error, struct.error, ValueError):
        raise InputError("is not one that was given here", item="next") from None
    if mark != _mark(single, place):
        raise InputError("was given for other filters; send the same ones, or begin again without it", item="next")
    if not 0 <= after <= upto:
        raise InputError("is not one that was given here", item="next")
    return after, upto


def _mark(single: Mapping[str, str], place: str) -> bytes:
    kept = sorted((name, value) for name, value in single.items() if name not in {"limit", "next"})
    return sha256(repr((place, kept)).encode()).digest()[:8]
