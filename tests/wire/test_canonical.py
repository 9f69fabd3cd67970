"""The canonical form against the RFC's own examples and against PyPI `rfc8785` as oracle."""

import math
import struct
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from comity.core.errors import TooLargeError
from comity.wire.canonical import MAX_DEPTH, MAX_INTEGER, CanonicalError, canonical, parse_canonical, parse_json

# Characters beyond the BMP are put in often: there UTF-16 order and code point order part.
AWKWARD = st.sampled_from('\ue000\uffff\U00010000\U0001f600aZ"\\\x00\x1f\x7fж')
TEXTS = st.text(AWKWARD | st.characters(exclude_categories=("Cs",)), max_size=8)


def is_exact(number: float) -> bool:
    """JCS spells an integral float as an integer; beyond 2^53 nobody would read it back as a float."""
    return not (MAX_INTEGER < abs(number) < 1e21)


NUMBERS = st.one_of(
    st.integers(-MAX_INTEGER, MAX_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False).filter(is_exact),
    st.floats(-1, 1),
    st.integers(-30, 30).map(lambda power: 10.0**power).filter(is_exact),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=25,
)


@given(VALUES)
@example({"\ue000": 1, "\U00010000": 2})
@example([-0.0, 1.0, 1e15, 1e21, 1e-7, 0.000001, 5e-324, 1.7976931348623157e308, 123456789012345.6])
def test_equals_the_oracle(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.binary(min_size=8, max_size=8))
def test_every_double_is_written_as_the_oracle_writes_it(bits: bytes) -> None:
    number = struct.unpack(">d", bits)[0]
    if math.isfinite(number) and is_exact(number):
        assert canonical([number]) == rfc8785.dumps([number])
    else:
        with pytest.raises(CanonicalError):
            canonical([number])


@given(VALUES)
def test_what_is_written_is_read_and_written_alike(value: Any) -> None:
    data = canonical(value)
    assert canonical(parse_canonical(data)) == data
    assert canonical(parse_json(data)) == data


def test_the_example_of_the_rfc() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\x0f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_sort_by_utf16_units_as_in_the_rfc() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    assert list(parse_json(canonical(value)).values()) == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize(
    "value",
    [
        MAX_INTEGER + 1,
        2.0**53,
        -MAX_INTEGER - 1,
        [2**64],
        [0.5, 2**53],
        float("nan"),
        [float("inf")],
        {"a": float("-inf")},
        "\ud800",
        {"\udc00": 1},
        ["\ud83d", 1.0],
        {"\ud83d": 1.0},
        {1: "a"},
        {"a": 1.0, 2: 3},
        {None: 1},
        {"\U00010000": 1, 1: 2},
        datetime(2026, 1, 1, tzinfo=UTC),
        uuid4(),
        {1, 2},
        b"bytes",
        [1.0, b"bytes"],
    ],
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(CanonicalError):
        canonical(value)


@pytest.mark.parametrize("leaf", [1, 1.0])
def test_depth_is_bounded_on_both_paths(leaf: float) -> None:
    value: Any = leaf
    for _ in range(MAX_DEPTH):
        value = [value]
    assert parse_canonical(canonical(value)) == value
    with pytest.raises(CanonicalError, match="deeper"):
        canonical([value])
    with pytest.raises(CanonicalError, match="deeper"):
        canonical({"a": value})


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":2}', b'{"b":1,"a":2}', b'{"a": 1}', b"1.0", b"1e2", b"[1e400]", b"9007199254740992", b'"\\u0041"',
    b"",      b"nul", b'"\\ud800"', b"\xff", b"[" * 100_000, b"-0", b"[1]\n"],
)  # fmt: skip
def test_only_the_one_form_is_read(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_canonical(data)


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":2}', b'{"a":{"b":1,"c":2,"b":3}}', b"NaN", b"[Infinity]", b"{", b"\xff", b"[" * 65, b"[" * 100_000,
     b'{"a":' * 100_000, b"1" * 10_000],
)  # fmt: skip
def test_json_of_others_is_bounded_and_strict(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_json(data)


def test_brackets_in_strings_do_not_count_as_depth() -> None:
    assert parse_json(b'["' + b"[" * 1000 + b'\\"", 1]') == ["[" * 1000 + '"', 1]


def test_size_is_bounded_before_parsing() -> None:
    with pytest.raises(TooLargeError):
        parse_json(b"[" * 1001, max_bytes=1000)
    with pytest.raises(TooLargeError):
        parse_canonical(b"[" * 1001, max_bytes=1000)
