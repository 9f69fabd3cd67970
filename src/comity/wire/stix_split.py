"""Split a STIX bundle, a TAXII envelope or a list into its objects, each with the text it came as.

One pass in bounded memory: an object is read, given and forgotten.  A key that stands twice in an object, or deeper in
it, is told with the object; everything that makes the whole unreadable is an `InputError` with line and letter.
"""

import json
from collections.abc import Generator, Iterator
from typing import Any, Final, NoReturn

import msgspec

from comity.core.errors import InputError
from comity.wire.documents import MAX_DOCUMENT_BYTES

MAX_OBJECTS: Final = 200_000
_SPACE: Final = " \t\r\n"


class Split(msgspec.Struct, frozen=True):
    """One object: its place from 1, its members, the text, and keys that stand twice in it."""

    place: int
    value: Any
    text: str
    twice: tuple[str, ...]


def split_objects(data: bytes) -> Iterator[Split]:
    """Give the objects in order.  Raises `InputError`."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InputError(f"is larger than {MAX_DOCUMENT_BYTES >> 20} MiB", item="document")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is no UTF-8 at octet {error.start}", item="document") from error
    yield from _Splitter(text).split()


class _Splitter:
    """Reads from a place on; `twice` gathers keys that stand twice in the value being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._twice: list[str] = []
        self._decode = json.JSONDecoder(object_pairs_hook=self._members, parse_constant=_no_number).raw_decode
        self._count = 0

    def split(self) -> Iterator[Split]:
        start = self._skip(0)
        first = self._text[start : start + 1]
        if first == "[":
            end = yield from self._elements(start)
        elif first == "{":
            end = yield from self._document(start)
        else:
            raise self._error(start, "an object or a list must begin here")
        rest = self._skip(end)
        if rest != len(self._text):
            raise self._error(rest, "nothing may follow the document")

    def _document(self, start: int) -> Generator[Split, None, int]:
        """A bundle or an envelope; an object that has no `objects` is the only one."""
        at = self._skip(start + 1)
        keys: set[str] = set()
        found = False
        while self._text[at : at + 1] != "}":
            if keys:
                at = self._skip(self._expect(at, ","))
            key, at = self._value(at)
            if not isinstance(key, str):
                raise self._error(at, "a key is text")
            if key in keys:
                raise self._error(at, f"the key {key[:40]!r} stands twice")
            keys.add(key)
            at = self._skip(self._expect(self._skip(at), ":"))
            if key == "objects" and self._text[at : at + 1] == "[":
                found = True
                at = yield from self._elements(at)
            else:
                _value, at = self._value(at)
                self._twice.clear()
            at = self._skip(at)
        if not found:
            value, _end = self._value(start)
            yield self._split(value, start, at + 1)
        return at + 1

    def _elements(self, start: int) -> Generator[Split, None, int]:
        at = self._skip(start + 1)
        is_first = True
        while self._text[at : at + 1] != "]":
            if not is_first:
                at = self._skip(self._expect(at, ","))
            is_first = False
            value, end = self._value(at)
            yield self._split(value, at, end)
            at = self._skip(end)
        return at + 1

    def _split(self, value: Any, start: int, end: int) -> Split:
        self._count += 1
        if self._count > MAX_OBJECTS:
            raise self._error(start, f"holds more than {MAX_OBJECTS} objects")
        twice, self._twice[:] = tuple(self._twice), []
        text = self._text[start:end].replace("\r", " ").replace("\n", " ")  # outside of texts JSON has no others
        return Split(self._count, value, text, twice)

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            value, end = self._decode(self._text, at)
        except json.JSONDecodeError as error:
            raise self._error(error.pos, error.msg) from error
        except (ValueError, RecursionError) as error:
            raise self._error(at, str(error)[:100]) from error
        return value, end

    def _members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self._twice.append(key)
                    break
                seen.add(key)
        return members

    def _expect(self, at: int, letter: str) -> int:
        if self._text[at : at + 1] != letter:
            raise self._error(at, f"{letter!r} is expected")
        return at + 1

    def _skip(self, at: int) -> int:
        while self._text[at : at + 1] and self._text[at] in _SPACE:
            at += 1
        return at

    def _error(self, at: int, reason: str) -> InputError:
        line = self._text.count("\n", 0, at) + 1
        letter = at - self._text.rfind("\n", 0, at)
        return InputError(f"line {line}, letter {letter}: {reason}", item="document")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
