"""Does a tree of JSON values have the shape of a struct?  All the reasons why not, each with its path.

msgspec itself stops at the first fault; a person who writes a document by hand wants them all.  The shape is read
from msgspec's own description of the type, so the published JSON Schema, this walk and the decoded value cannot
disagree. Texts that stood unquoted in YAML (`Plain`) are read as the type asks; all others must have their type
already.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from msgspec import inspect

from comity.core.memoranda import Problem
from comity.wire.yaml_tree import Plain

MAX_PROBLEMS: Final = 200
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,17})?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOTHING: Final = frozenset({"null", "~", ""})
_FAULT: Final = object()
_NATIVE: Final[dict[type, str]] = {
    dict: "a mapping", list: "a list", bool: "true or false", int: "a number", float: "a number", type(None): "nothing",
}  # fmt: skip


@cache
def shape_of(struct: type) -> inspect.Type:
    """What msgspec knows of a type, read once."""
    return inspect.type_info(struct)


def fit(value: Any, shape: inspect.Type, path: str, problems: list[Problem]) -> Any:
    """Give the value as plain JSON values of that shape; what does not fit is told in `problems`."""
    if len(problems) >= MAX_PROBLEMS:
        return _FAULT
    return _FITS[type(shape)](value, shape, path, problems)


def _wrong(path: str, code: str, reason: str, problems: list[Problem]) -> Any:
    problems.append(Problem(path, code, reason))
    return _FAULT


def _not(expected: str, value: Any, path: str, problems: list[Problem]) -> Any:
    found = _NATIVE.get(type(value)) or f'"{str(value)[:40]}"'
    return _wrong(path, "wrong-type", f"must be {expected}, not {found}", problems)


def _fit_struct(value: Any, shape: inspect.StructType, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return _not("a mapping", value, path, problems)
    fields = {field.encode_name: field for field in shape.fields}
    fitted = {}
    for key, inner in value.items():
        place = f"{path}.{key}" if path else str(key)
        field = fields.get(key)
        if field is None:
            _wrong(place, "unknown-key", "no such member in this format", problems)
        else:
            fitted[key] = fit(inner, field.type, place, problems)
    for name, field in fields.items():
        if field.required and name not in value:
            _wrong(f"{path}.{name}" if path else name, "missing", "must be said", problems)
    return fitted


def _fit_dict(value: Any, shape: inspect.DictType, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return _not("a mapping", value, path, problems)
    fitted = {}
    for key, inner in value.items():
        place = f"{path}.{key}" if path else str(key)
        faults = len(problems)
        fit(str(key), shape.key_type, place, problems)
        if len(problems) == faults:
            fitted[key] = fit(inner, shape.value_type, place, problems)
    return fitted


def _fit_sequence(value: Any, shape: inspect.VarTupleType, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, list):
        return _not("a list", value, path, problems)
    if shape.min_length is not None and len(value) < shape.min_length:
        return _wrong(path, "too-few", f"at least {shape.min_length} are needed", problems)
    if shape.max_length is not None and len(value) > shape.max_length:
        return _wrong(path, "too-many", f"at most {shape.max_length} are allowed", problems)
    return [fit(inner, shape.item_type, f"{path}[{number}]", problems) for number, inner in enumerate(value)]


def _fit_text(value: Any, shape: inspect.StrType, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, str):
        return _not("a text", value, path, problems)
    text = str(value)
    if shape.min_length is not None and len(text) < shape.min_length:
        return _wrong(path, "too-short", f"at least {shape.min_length} characters are needed", problems)
    if shape.max_length is not None and len(text) > shape.max_length:
        return _wrong(path, "too-long", f"at most {shape.max_length} characters are allowed", problems)
    # `$` alone would let a line break pass at the end; fullmatch does not.
    if shape.pattern is not None and re.fullmatch(shape.pattern, text) is None:
        return _wrong(path, "bad-form", f'"{text[:40]}" does not have the form {shape.pattern}', problems)
    if any("\ud800" <= letter <= "\udfff" or letter == "\x00" for letter in text):
        return _wrong(path, "bad-text", "holds a NUL or a lone surrogate", problems)
    return text


def _fit_literal(value: Any, shape: inspect.LiteralType, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, str) and str(value) in shape.values:
        return str(value)
    words = ", ".join(str(word) for word in shape.values)
    if isinstance(value, str):
        return _wrong(path, "not-in-list", f'"{str(value)[:40]}" is none of: {words}', problems)
    return _not(f"one of: {words}", value, path, problems)


def _fit_bool(value: Any, _shape: inspect.BoolType, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, Plain) and value in {"true", "false"}:
        return value == "true"
    return _not("true or false", value, path, problems)


def _fit_integer(value: Any, shape: inspect.IntType, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, Plain) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return _not("a whole number", value, path, problems)
    return _in_range(value, shape, path, problems)


def _fit_number(value: Any, shape: inspect.FloatType, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, Plain) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _not("a number", value, path, problems)
    return _in_range(value, shape, path, problems)


def _in_range(value: float, shape: inspect.IntType | inspect.FloatType, path: str, problems: list[Problem]) -> Any:
    if shape.ge is not None and not value >= shape.ge:
        return _wrong(path, "out-of-range", f"must be at least {shape.ge}", problems)
    if shape.le is not None and not value <= shape.le:
        return _wrong(path, "out-of-range", f"must be at most {shape.le}", problems)
    return value


def _fit_moment(value: Any, _shape: inspect.DateTimeType, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, str) and _MOMENT.fullmatch(value) and _is_readable(datetime.fromisoformat, value):
        return str(value)
    return _not("a time in UTC like 2027-01-01T00:00:00Z", value, path, problems)


def _fit_date(value: Any, _shape: inspect.DateType, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, str) and _DATE.fullmatch(value) and _is_readable(date.fromisoformat, value):
        return str(value)
    return _not("a date like 2027-01-31", value, path, problems)


def _is_readable(read: Callable[[str], object], value: str) -> bool:
    try:
        read(str(value))
    except ValueError:
        return False
    return True


def _fit_nothing(value: Any, _shape: inspect.NoneType, path: str, problems: list[Problem]) -> Any:
    if value is None or (isinstance(value, Plain) and value in _NOTHING):
        return None
    return _not("nothing", value, path, problems)


def _fit_union(value: Any, shape: inspect.UnionType, path: str, problems: list[Problem]) -> Any:
    """The first member that fits; if none does, what the last one says.  Nothing is tried first."""
    members = sorted(shape.types, key=lambda member: not isinstance(member, inspect.NoneType))
    if isinstance(members[0], inspect.NoneType) and len(members) == 2:
        tried: list[Problem] = []
        if _fit_nothing(value, members[0], path, tried) is None:
            return None
        return fit(value, members[1], path, problems)
    for member in members:
        tried = []
        fitted = fit(value, member, path, tried)
        if not tried:
            return fitted
    problems.extend(tried)
    return _FAULT


def _fit_described(value: Any, shape: inspect.Metadata, path: str, problems: list[Problem]) -> Any:
    return fit(value, shape.type, path, problems)


_FITS: Final[dict[type, Callable[[Any, Any, str, list[Problem]], Any]]] = {
    inspect.StructType: _fit_struct,
    inspect.DictType: _fit_dict,
    inspect.VarTupleType: _fit_sequence,
    inspect.StrType: _fit_text,
    inspect.LiteralType: _fit_literal,
    inspect.BoolType: _fit_bool,
    inspect.IntType: _fit_integer,
    inspect.FloatType: _fit_number,
    inspect.DateTimeType: _fit_moment,
    inspect.DateType: _fit_date,
    inspect.NoneType: _fit_nothing,
    inspect.UnionType: _fit_union,
    inspect.Metadata: _fit_described,
}
