"""One form of a JSON value, byte for byte: RFC 8785 (JCS).  What is hashed and signed is this form and nothing else.

`canonical` writes it.  orjson with sorted keys writes the same bytes some twenty times faster wherever no key holds a
character beyond the Basic Multilingual Plane (JCS sorts by UTF-16 units, orjson by code points) and no float is spelt
differently by ECMAScript; a walk over the values finds out, and the exact writer below does the rest.  Refused with
`CanonicalError`: NaN and infinities, integers beyond ±(2^53 - 1) and floats that JCS would spell as such an integer,
lone surrogates, keys that are not text, any other type, and nesting deeper than `MAX_DEPTH`.

`parse_canonical` accepts the canonical form only: bytes that the value read from them would not give again (other
spelling, order, white space, a duplicate key) are refused.  `parse_json` is for JSON that people and other programs
wrote: any spelling, but bounded, and a duplicate key is refused there too.
"""

import json
import math
import re
from typing import Any, ClassVar, Final

import orjson

from comity.core.errors import InputError, TooLargeError

MAX_DEPTH: Final = 64
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_INTEGER: Final = 2**53 - 1

# Every type that orjson would write in a way of its own is handed to nobody, so that it raises.
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
# Every branch that begins with a quote matches: one that could fail would be tried again from each quote after it.
_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPES: Final = re.compile(r'["\\\x00-\x1f]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class CanonicalError(InputError):
    """A value has no canonical form, or bytes are not in it."""

    code: ClassVar[str] = "not-canonical"


def canonical(value: Any) -> bytes:
    """Write a JSON value (dict, list, tuple, str, int, float, bool, None) in its one form."""
    if _is_plain(value, 0):
        try:
            return orjson.dumps(value, option=_OPTIONS)
        except TypeError as error:
            raise CanonicalError(str(error)) from None
    out: list[str] = []
    _write(value, out)
    try:
        return "".join(out).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("text holds a lone surrogate") from error


def parse_canonical(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Read canonical JSON.  Raises `TooLargeError` before anything is parsed, `CanonicalError` for other spellings."""
    _bound(data, max_bytes)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise CanonicalError(f"is not JSON: {error}") from None
    if canonical(value) != data:
        raise CanonicalError("is JSON, but not in canonical form (RFC 8785)")
    return value


def parse_json(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Read JSON in any spelling, refusing duplicate keys, NaN and infinities, lone surrogates and deep nesting."""
    _bound(data, max_bytes)
    if _depth(data) > max_depth:
        raise CanonicalError(f"is nested deeper than {max_depth} levels")
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite
        )
        if _SURROGATE.search(data):  # half a character in a text: it could never be written again
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise CanonicalError(f"is not UTF-8 at byte {error.start}") from None
    except UnicodeEncodeError:
        raise CanonicalError("text holds a lone surrogate") from None
    except ValueError as error:  # JSONDecodeError, and integers of more digits than Python cares to read
        raise CanonicalError(f"is not JSON: {error}") from None
    return value


def _bound(data: bytes, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise TooLargeError(f"{len(data)} bytes; at most {max_bytes}")


def _depth(data: bytes) -> int:
    """The nesting of brackets, those inside of strings left out; a string that never ends is one up to the end."""
    deepest = depth = 0
    for token in _TOKENS.finditer(data):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                shown = key[:100].encode(errors="replace").decode()
                raise CanonicalError("the same key stands twice in one object", item=shown)
            seen.add(key)
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise CanonicalError(f"{text[:40]} is beyond what a JSON number can be")
    return value


def _refuse_constant(name: str) -> Any:
    raise CanonicalError(f"{name} is not JSON")


def _is_plain(value: Any, depth: int) -> bool:
    """Answer whether orjson's sorted form of the value is its canonical form; also hold the depth."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return True
    if kind is dict:
        if depth == MAX_DEPTH:
            raise CanonicalError(f"is nested deeper than {MAX_DEPTH} levels")
        for key, inner in value.items():
            if type(key) is not str:
                raise CanonicalError("a key is not text", item=repr(key))
            if not key.isascii() and max(key) > "\uffff":
                return False
            inner_kind = type(inner)
            if inner_kind is str or inner_kind is int:
                continue
            if not _is_plain(inner, depth + 1):
                return False
        return True
    if kind is list or kind is tuple:
        if depth == MAX_DEPTH:
            raise CanonicalError(f"is nested deeper than {MAX_DEPTH} levels")
        return all(type(inner) is str or _is_plain(inner, depth + 1) for inner in value)
    if kind is float:
        # Both writers give the shortest digits; they differ in ".0", in where exponents begin, and in NaN.
        return 1e-4 <= abs(value) < 1e15 and not value.is_integer()
    raise CanonicalError("has no JSON form", item=kind.__name__)


def _write(value: Any, out: list[str], depth: int = 0) -> None:
    kind = type(value)
    if value is None:
        out.append("null")
    elif kind is bool:
        out.append("true" if value else "false")
    elif kind is str:
        out.append(_text(value))
    elif kind is int:
        if abs(value) > MAX_INTEGER:
            raise CanonicalError("an integer beyond 2^53 - 1 is not exact in JSON", item=str(value))
        out.append(str(value))
    elif kind is float:
        out.append(_number(value))
    elif kind is dict or kind is list or kind is tuple:
        if depth == MAX_DEPTH:
            raise CanonicalError(f"is nested deeper than {MAX_DEPTH} levels")
        _write_container(value, out, depth)
    else:
        raise CanonicalError("has no JSON form", item=kind.__name__)


def _write_container(value: Any, out: list[str], depth: int) -> None:
    if type(value) is dict:
        opening = "{"
        for key in _sorted_keys(value):
            out.append(f"{opening}{_text(key)}:")
            _write(value[key], out, depth + 1)
            opening = ","
        out.append("{}" if opening == "{" else "}")
        return
    opening = "["
    for inner in value:
        out.append(opening)
        _write(inner, out, depth + 1)
        opening = ","
    out.append("[]" if opening == "[" else "]")


def _sorted_keys(value: dict[Any, Any]) -> list[str]:
    for key in value:
        if type(key) is not str:
            raise CanonicalError("a key is not text", item=repr(key))
    # UTF-16 code units in big-endian bytes sort as JCS wants; a surrogate that stands alone is found when encoding.
    return sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _text(value: str) -> str:
    return f'"{_ESCAPES.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    letter = match[0]
    return _SHORT.get(letter) or f"\\u{ord(letter):04x}"


def _number(value: float) -> str:
    """ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20) from the shortest digits, which are Python's as well."""
    if not math.isfinite(value):
        raise CanonicalError("NaN and infinity have no JSON form")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        if abs(value) > MAX_INTEGER:
            raise CanonicalError("would be read back as an integer beyond 2^53 - 1", item=repr(value))
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    shift = point - 1
    head = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{sign}{head}e{'+' if shift > 0 else '-'}{abs(shift)}"
