"""A clause of a memorandum as the fields of a form, and the answers to a form as a clause.

Both walk the same description of the types (`wire.shapes`), so a form offers what the schema admits and nothing else,
and the name of a field is the path under which a problem with it is told (`clocks.critical.act`).  What was answered is
a tree of texts like one that was read from YAML: whether it is right is for `shapes.fit` and for the rules to say, all
of it and each with its path.  Members that no form asks for (the number of a clause) stay what they were.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import inspect

from comity.core.clause_words import KEYS, LADDERS, ONE_FOR_EACH, WORDS
from comity.core.memoranda import Memorandum
from comity.wire.shapes import shape_of
from comity.wire.yaml_tree import Plain

PRESENT: Final = "!"  # after a path: the tick that says that a part is there at all
OTHERS: Final = "+"  # after a path: words that are not among those offered
_KEPT: Final = frozenset({"format", "version", "supersedes", "accession"})
_KEPT_ANYWHERE: Final = frozenset({"clause", "id"})
_INDEX: Final = re.compile(r"\[[0-9]+\]")
_LEFT_OUT: Final = object()
_TICKED: Final = "1"

Answers = Mapping[str, Sequence[str]]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One question.  `kind`: part, choice, tick, words, number, text, long, duration, moment, date."""

    path: str
    kind: str
    title: str = ""  # what is asked about, where the document itself has a word for it: a key, a row of a list
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    others: str = ""  # of words: those that are not among the options
    optional: bool = False
    present: bool = True  # of an optional part
    fields: tuple["Field", ...] = ()


HEAD: Final = ("title", "legal_text", "effective", "expires", "review_every", "demo")
PARTS: Final = (
    "head", "parties", "scope", "exchange", "evidence", "marking", "personal_data", "clocks", "safeguards", "audit",
    "amendment", "suspension", "termination", "disputes", "warnings",
)  # fmt: skip


def form_of(tree: Mapping[str, Any], part: str) -> tuple[Field, ...]:
    """The questions about one part of a memorandum, as it stands in a tree of values."""
    members = _members()
    names = HEAD if part == "head" else (part,)
    return tuple(fields_of(_or_nothing(members[name]), tree.get(name, _default(members[name])), name) for name in names)


def with_answers(tree: Mapping[str, Any], part: str, answers: Answers) -> dict[str, Any]:
    """A memorandum's tree with one part as it was answered."""
    members = _members()
    changed = dict(tree)
    for name in HEAD if part == "head" else (part,):
        read = _read(_or_nothing(members[name]), answers, name, tree.get(name))
        changed.pop(name, None)
        if read is not _LEFT_OUT:
            changed[name] = read
    return changed


def _members() -> dict[str, inspect.Field]:
    shape = shape_of(Memorandum)
    return {field.encode_name: field for field in shape.fields} if isinstance(shape, inspect.StructType) else {}


def fields_of(shape: inspect.Type, value: Any, path: str) -> Field:
    """The questions about a value of a shape; `value` is what was stored or what a form gave, None for nothing."""
    shape, optional = _bare(shape)
    match shape:
        case inspect.StructType():
            inner = value if isinstance(value, dict) else {}
            fields = tuple(
                fields_of(
                    _or_nothing(field), inner.get(field.encode_name, _default(field)), _below(path, field.encode_name)
                )
                for field in shape.fields
                if not _is_kept(path, field.encode_name)
            )
            return Field(path=path, kind="part", optional=optional, present=value is not None, fields=fields)
        case inspect.DictType():
            return Field(path=path, kind="part", fields=tuple(_of_mapping(shape, value or {}, path)))
        case inspect.VarTupleType():
            return _of_sequence(shape, list(value or ()), path)
        case inspect.BoolType():
            return Field(path=path, kind="tick", value=_text(value))
        case inspect.LiteralType():
            return _choice(path, tuple(str(word) for word in shape.values), _text(value), optional=optional)
        case inspect.UnionType():  # true or false, or a word
            words = [str(word) for part in shape.types if isinstance(part, inspect.LiteralType) for word in part.values]
            return _choice(path, ("true", "false", *words), _text(value), optional=optional)
        case inspect.StrType() if (offered := WORDS.get(_pattern(path))) is not None:
            return _choice(path, offered, _text(value), optional=optional)
    return Field(path=path, kind=_kind(shape), value=_text(value), optional=optional)


def _of_mapping(shape: inspect.DictType, value: dict[str, Any], path: str) -> list[Field]:
    fields = [
        (key, fields_of(_optional(shape.value_type), value.get(key), _below(path, key)))
        for key in _keys(shape, value, path)
    ]
    return [msgspec.structs.replace(field, title=key) for key, field in fields]


def _of_sequence(shape: inspect.VarTupleType, value: list[Any], path: str) -> Field:
    item, _ = _bare(shape.item_type)
    if isinstance(item, inspect.StructType):
        rows: list[Any] = list(value)
        if path in ONE_FOR_EACH:
            member, words = ONE_FOR_EACH[path]
            there = {row.get(member) for row in rows if isinstance(row, dict)}
            rows += [{member: word, "": None} for word in words if word not in there]
        elif not path.startswith("parties") or path.endswith(".keys"):
            rows.append({"": None})
        fields = [fields_of(_optional(item), row, f"{path}[{at}]") for at, row in enumerate(rows)]
        shown = [msgspec.structs.replace(field, present="" not in row) for field, row in zip(fields, rows, strict=True)]
        return Field(path=path, kind="part", fields=tuple(shown))
    chosen = tuple(str(word) for word in value)
    offered = _offered(item, path)
    if path in LADDERS:
        steps = tuple(
            _choice(f"{path}[{at}]", offered, chosen[at] if at < len(chosen) else "", optional=at > 0)
            for at in range(len(offered))
        )
        return Field(path=path, kind="part", fields=steps)
    if not offered:
        return Field(path=path, kind="text", value=", ".join(chosen), optional=True)
    others = "" if isinstance(item, inspect.LiteralType) else ", ".join(word for word in chosen if word not in offered)
    return Field(path=path, kind="words", chosen=chosen, options=offered, others=others, optional=True)


def _title(row: Any, at: int) -> str:
    named = [row[member] for member in ("id", "kid") if isinstance(row, dict) and row.get(member)]
    return str(named[0]) if named else str(at + 1)


def _read(shape: inspect.Type, answers: Answers, path: str, kept: Any) -> Any:
    shape, optional = _bare(shape)
    match shape:
        case inspect.StructType():
            if optional and _first(answers, path + PRESENT) != _TICKED:
                return _LEFT_OUT
            return _read_struct(shape, answers, path, kept if isinstance(kept, dict) else {})
        case inspect.DictType():
            return _read_mapping(shape, answers, path, kept if isinstance(kept, dict) else {})
        case inspect.VarTupleType():
            rows = _read_sequence(shape, answers, path, kept if isinstance(kept, list) else [])
            return _LEFT_OUT if optional and not rows else rows
        case inspect.BoolType():
            return Plain("true" if _first(answers, path) == _TICKED else "false")
    text = _first(answers, path)
    if not text:
        return _LEFT_OUT
    if isinstance(shape, inspect.FloatType):
        return Plain(text.replace(",", "."))  # a decimal comma is what most of our readers type
    if isinstance(shape, inspect.IntType | inspect.UnionType):
        return Plain(text)
    return text


def _read_mapping(shape: inspect.DictType, answers: Answers, path: str, kept: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key in _keys(shape, kept, path):
        inner = _read(_optional(shape.value_type), answers, _below(path, key), kept.get(key))
        if inner is not _LEFT_OUT:
            read[key] = inner
        elif key in kept and kept[key] is None:  # it was said to be nothing, and still is
            read[key] = None
    return read


def _read_struct(shape: inspect.StructType, answers: Answers, path: str, kept: dict[str, Any]) -> dict[str, Any]:
    read = {}
    for field in shape.fields:
        name = field.encode_name
        if _is_kept(path, name):
            if name in kept:
                read[name] = kept[name]
            continue
        inner = _read(_or_nothing(field), answers, _below(path, name), kept.get(name))
        if inner is not _LEFT_OUT:
            read[name] = inner
    return read


def _read_sequence(shape: inspect.VarTupleType, answers: Answers, path: str, kept: list[Any]) -> list[Any]:
    item, _ = _bare(shape.item_type)
    if isinstance(item, inspect.StructType):
        member, words = ONE_FOR_EACH.get(path, ("", ()))
        there = {row.get(member) for row in kept if isinstance(row, dict)}
        before = [*kept, *({member: word} for word in words if word not in there), *([] if words else [None])]
        rows = [_read(_optional(item), answers, f"{path}[{at}]", row) for at, row in enumerate(before)]
        return [row for row in rows if row is not _LEFT_OUT]
    if path in LADDERS:
        steps = [_first(answers, f"{path}[{at}]") for at in range(len(kept) + 8)]
        return [step for step in steps if step]
    ticked = [word.strip() for word in answers.get(path, ())]
    others = _first(answers, path + OTHERS)
    typed = [word.strip() for text in (*ticked, others) for word in text.split(",")]
    wanted = list(dict.fromkeys(word for word in typed if word))
    if not _offered(item, path):
        return wanted
    staying = [word for word in map(str, kept) if word in wanted]  # what stays keeps its place
    return [*staying, *(word for word in wanted if word not in staying)]


def _offered(item: inspect.Type, path: str) -> tuple[str, ...]:
    if isinstance(item, inspect.LiteralType):
        return tuple(str(word) for word in item.values)
    return WORDS.get(_pattern(path), ())


def _choice(path: str, options: tuple[str, ...], value: str, *, optional: bool) -> Field:
    known = options if value in {"", *options} else (*options, value)
    return Field(path=path, kind="choice", value=value, options=known, optional=optional)


def _keys(shape: inspect.DictType, value: Mapping[str, Any], path: str) -> list[str]:
    key, _ = _bare(shape.key_type)
    known = tuple(map(str, key.values)) if isinstance(key, inspect.LiteralType) else KEYS.get(path, ())
    return list(dict.fromkeys((*map(str, value), *known)))


def _kind(shape: inspect.Type) -> str:
    match shape:
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.DateTimeType():
            return "moment"
        case inspect.DateType():
            return "date"
        case inspect.StrType(pattern=str(pattern)) if pattern.startswith("^P(?="):
            return "duration"
        case inspect.StrType(max_length=int(most)) if most > 300:
            return "long"
    return "text"


def _bare(shape: inspect.Type) -> tuple[inspect.Type, bool]:
    """The shape without what describes it, and whether it may be nothing."""
    optional = False
    while isinstance(shape, inspect.Metadata | inspect.UnionType):
        if isinstance(shape, inspect.Metadata):
            shape = shape.type
            continue
        members = [part for part in shape.types if not isinstance(part, inspect.NoneType)]
        optional = optional or len(members) < len(shape.types)
        if len(members) > 1:
            return inspect.UnionType(types=tuple(_bare(part)[0] for part in members)), optional
        shape = members[0]
    return shape, optional


def _optional(shape: inspect.Type) -> inspect.Type:
    return inspect.UnionType(types=(shape, inspect.NoneType()))


def _or_nothing(field: inspect.Field) -> inspect.Type:
    """A member that may be left out may be answered with nothing."""
    bare, _ = _bare(field.type)
    return field.type if field.required or isinstance(bare, inspect.StructType) else _optional(field.type)


def _default(field: inspect.Field) -> Any:
    return None if field.default is msgspec.NODEFAULT else field.default


def _is_kept(path: str, name: str) -> bool:
    return name in _KEPT_ANYWHERE or (path == "" and name in _KEPT)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _pattern(path: str) -> str:
    """The path with a star for what only one memorandum has; indices left out."""
    bare = _INDEX.sub("", path)
    parts = bare.split(".")
    for at, _part in enumerate(parts):
        starred = ".".join((*parts[:at], "*", *parts[at + 1 :]))
        if starred in WORDS:
            return starred
    return bare


def _first(answers: Answers, name: str) -> str:
    given = answers.get(name) or ("",)
    return given[0].strip()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
