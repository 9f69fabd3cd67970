"""Inputs that are almost right: a good one of the corpus, changed by a few edits that know words of its grammar.

`apply` is a pure function of an input and a list of edits, so Hypothesis can shrink a found case to the edit that
matters, and the soak can draw the same edits at random.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Final, Literal, get_args

from hypothesis import strategies as st

Kind = Literal["delete", "double", "insert", "word", "words", "replace", "cut", "swap", "number", "value", "flip"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

# (what, where, how far, which word, octets): the three numbers are taken modulo what there is.
Edit = tuple[Kind, int, int, int, bytes]

NUMBERS: Final = (
    b"0", b"-1", b"1", b"00", b"255", b"256", b"65535", b"65536", b"2147483648", b"9007199254740993",
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551616", b"1e999", b"-1e-999", b"0.1", b"NaN",
    b"1" * 40, b"9" * 5000,
)  # fmt: skip
VALUES: Final = (
    b"null", b"true", b"[]", b"{}", b'""', b"0", b"-0.0", b"1e400", b'"\\ud800"', b'"\\u0000"', b'"\xff"',
    b"[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", b'{"a":{"a":1}}', b'["x"]', b'"0001-01-01T00:00:00+14:00"',
    b'"9999-12-31T23:59:59.999999-14:00"', b'"2026-11-23T12:00:00"', b'"2026-11-23T12:00:00Z"',
    "\"\u202e\u0645\u0430\"".encode(),
)  # fmt: skip
_NUMBER: Final = re.compile(rb"[0-9]+")
_VALUE: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|-?[0-9][0-9.eE+-]*|true|false|null|\[\]|\{\}')
_LONGEST: Final = 65_536

edits: Final = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 65_535),
        st.integers(0, 65_535),
        st.integers(0, 255),
        st.binary(max_size=6),
    ),
    max_size=6,
)  # fmt: skip


def random_edits(random: Random) -> list[Edit]:
    """Draw a few edits."""
    return [
        (
            random.choice(KINDS), random.randrange(65_536), random.randrange(65_536), random.randrange(256),
            random.randbytes(random.randrange(7)),
        )
        for _ in range(1 + random.randrange(5))
    ]  # fmt: skip


def apply(data: bytes, todo: Sequence[Edit], words: Sequence[bytes]) -> bytes:
    """Change an input; what comes is bounded, since two doublings of a doubling would not be."""
    for kind, where, span, which, octets in todo:
        data = _EDITS[kind](data, where % (len(data) + 1), span, which, octets, words)[:_LONGEST]
    return data


def _delete(data: bytes, at: int, span: int, _which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    return data[:at] + data[at + 1 + span % 64 :]


def _double(data: bytes, at: int, span: int, which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    return data[:at] + data[at : at + 1 + span % 64] * (2 + which) + data[at:]


def _insert(data: bytes, at: int, _span: int, _which: int, octets: bytes, _words: Sequence[bytes]) -> bytes:
    return data[:at] + octets + data[at:]


def _word(data: bytes, at: int, _span: int, which: int, _octets: bytes, words: Sequence[bytes]) -> bytes:
    return data[:at] + words[which % len(words)] + data[at:]


def _words(data: bytes, at: int, span: int, which: int, _octets: bytes, words: Sequence[bytes]) -> bytes:
    return data[:at] + words[which % len(words)] * (1 + span % 300) + data[at:]


def _replace(data: bytes, at: int, span: int, which: int, octets: bytes, words: Sequence[bytes]) -> bytes:
    return data[:at] + (octets or words[which % len(words)]) + data[at + 1 + span % 16 :]


def _cut(data: bytes, at: int, _span: int, _which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    return data[:at]


def _swap(data: bytes, at: int, span: int, which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    middle, end = at + 1 + span % 64, at + 2 + span % 64 + which
    return data[:at] + data[middle:end] + data[at:middle] + data[end:]


def _flip(data: bytes, at: int, _span: int, which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << which % 8]) + data[at + 1 :] if at < len(data) else data


def _number(data: bytes, _at: int, span: int, which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    return _in_place(_NUMBER, data, span, NUMBERS[which % len(NUMBERS)])


def _value(data: bytes, _at: int, span: int, which: int, _octets: bytes, _words: Sequence[bytes]) -> bytes:
    return _in_place(_VALUE, data, span, VALUES[which % len(VALUES)])


def _in_place(pattern: re.Pattern[bytes], data: bytes, which: int, new: bytes) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data + new
    match = found[which % len(found)]
    return data[: match.start()] + new + data[match.end() :]


_EDITS: Final = {
    "delete": _delete, "double": _double, "insert": _insert, "word": _word, "words": _words, "replace": _replace,
    "cut": _cut, "swap": _swap, "number": _number, "value": _value, "flip": _flip,
}  # fmt: skip
