"""Clauses as people read and write them: every member and word in the reader's language, with its path beside it.

`lines_of` says a part of a memorandum line by line; `differences` sets two of them side by side; `questions_of` is the
form with what is wrong at each field.  A line is known by its words, so that a category that was taken out does not
make all after it look changed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.core.memoranda import Problem
from comity.web.clause_labels import MEMBERS, WORDS
from comity.web.duration_words import say_duration
from comity.web.labels import CATEGORY, KIND, ROLE, SECTION, SEVERITY
from comity.wire.clause_form import OTHERS, PRESENT, Field, form_of

_INDEX: Final = re.compile(r"\[[0-9]+\]")
_DAYS: Final = {word: WEEKDAYS[at] for at, word in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_LANGUAGES: Final = {code.partition("-")[0]: name for code, name in settings.LANGUAGES}
_WORDS: Final[Mapping[str, Any]] = {**ROLE, **CATEGORY, **SEVERITY, **KIND, **WORDS, **_DAYS}
_EXACT: Final = frozenset({"digest", "public", "kid", "mail", "taxii", "link", "url"})


class Line(msgspec.Struct, frozen=True):
    """One thing that a clause says; `exact`: the document's own text, in no language."""

    label: str
    value: str
    path: str
    exact: bool


class Difference(msgspec.Struct, frozen=True):
    """A line that differs; an empty side says nothing."""

    label: str
    before: str
    after: str
    path: str


class Option(msgspec.Struct, frozen=True):
    """One answer that may be chosen."""

    word: str
    text: str
    chosen: bool


class Told(msgspec.Struct, frozen=True):
    """What is wrong: in the reader's language where there are words for it, and exactly, in English."""

    text: str
    reason: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form as a page shows it; `hint` is what a duration means in words."""

    path: str
    id: str
    kind: str
    label: str
    value: str
    options: tuple[Option, ...]
    others: str
    others_name: str
    optional: bool
    present: bool
    present_name: str
    hint: str
    problems: tuple[Told, ...]
    questions: tuple["Question", ...]


def part_name(part: str) -> str:
    """A part's name."""
    names: dict[str, Any] = {"head": _("Title, term and text"), "parties": MEMBERS["parties"]}
    return str(names.get(part) or SECTION.get(part.replace("_", "-"), part))


def lines_of(tree: Mapping[str, Any], part: str) -> list[Line]:
    """Say a part of a memorandum line by line."""
    fields = form_of(tree, part)
    root = part != "head"
    return list(_lines(fields[0].fields if root and fields[0].kind == "part" else fields, ()))


def differences(before: Mapping[str, Any], after: Mapping[str, Any], part: str) -> list[Difference]:
    """The lines of a part that differ between two texts."""
    old = {line.label: line for line in lines_of(before, part)}
    new = {line.label: line for line in lines_of(after, part)}
    labels = list(dict.fromkeys([*new, *old]))
    return [
        Difference(
            label, old[label].value if label in old else "", new[label].value if label in new else "",
            (new.get(label) or old[label]).path,
        )
        for label in labels
        if label not in old or label not in new or old[label].value != new[label].value
    ]  # fmt: skip


def questions_of(tree: Mapping[str, Any], part: str, problems: Sequence[Problem]) -> tuple[Question, ...]:
    """The form of a part, with each problem at the field that it is about."""
    fields = form_of(tree, part)
    paths = {field.path for field in _all(fields)}
    at: dict[str, list[Told]] = {}
    for problem in problems:
        at.setdefault(_place(problem.path, paths), []).append(say_problem(problem))
    if part != "head" and fields[0].kind == "part":
        whole = fields[0].path
        inner = tuple(_question(field, at) for field in fields[0].fields)
        return inner if whole not in at else (msgspec.structs.replace(_question(fields[0], at), questions=inner),)
    return tuple(_question(field, at) for field in fields)


def part_of(path: str) -> str:
    """The part that a path leads into."""
    first = _INDEX.sub("", path).partition(".")[0]
    return first if first == "parties" or first.replace("_", "-") in SECTION else "head"


def field_id(path: str) -> str:
    """The id of a path's field on its page."""
    return "f-" + re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")


def say_problem(problem: Problem) -> Told:
    """Say what is wrong."""
    return Told(str(_PROBLEMS.get(problem.code, "")), problem.reason)


def place_of(problem: Problem, tree: Mapping[str, Any]) -> tuple[str, str]:
    """The part and the id of the field that a problem is about."""
    part = part_of(problem.path)
    paths = {field.path for field in _all(form_of(tree, part))}
    return part, field_id(_place(problem.path, paths))


def _lines(fields: Iterable[Field], above: tuple[str, ...]) -> Iterator[Line]:
    for field in fields:
        label = _label(field)
        if field.kind == "part":
            if not field.optional or field.present:
                rows = list(_lines(field.fields, (*above, label)))
                yield from rows or (
                    [Line(" · ".join((*above, label)), _("yes"), field.path, False)] if field.optional else []
                )
            continue
        value = _value(field)
        if value:
            name = _INDEX.sub("", field.path).rpartition(".")[2]
            yield Line(" · ".join((*above, label)), value, field.path, name in _EXACT)


def _value(field: Field) -> str:
    if field.kind == "tick":
        return str(WORDS["true" if field.value == "true" else "false"])
    if field.kind == "words":
        return ", ".join(_word(word) for word in field.chosen)
    return _say(field.kind, field.value)


def _say(kind: str, value: str) -> str:
    if kind == "duration" or value == "PT0S":
        return say_duration(value)
    return _word(value) if kind == "choice" else value


def _word(word: str) -> str:
    return str(_WORDS.get(word) or _WORDS.get(word.replace("_", "-")) or word)


def _label(field: Field) -> str:
    if field.title:
        parent = _INDEX.sub("", field.path)
        if parent.startswith("title.") or ".name." in parent:
            return _LANGUAGES.get(field.title, field.title)
        return _word(field.title)
    parts = _INDEX.sub("", field.path).split(".")
    last = parts[-1]
    if field.path.endswith("]"):
        return field.path[field.path.rindex("[") + 1 : -1].translate(_ONE_MORE)
    if len(parts) > 2 and parts[-2] == "kinds":
        return _word(last)
    if last in {"critical", "high", "normal"}:
        return str(SEVERITY[last])
    return str(MEMBERS.get(".".join(parts[-2:])) or MEMBERS.get(last) or last)


_ONE_MORE: Final = {ord(str(digit)): str(digit + 1) for digit in range(9)}  # steps are counted from one


def _question(field: Field, problems: Mapping[str, list[Told]]) -> Question:
    options = tuple(
        Option(
            word, _say(field.kind if field.kind == "choice" else "choice", word), word in {field.value, *field.chosen}
        )
        for word in field.options
    )
    return Question(
        path=field.path,
        id=field_id(field.path),
        kind=field.kind,
        label=_label(field),
        value=field.value,
        options=options,
        others=field.others,
        others_name=field.path + OTHERS,
        optional=field.optional,
        present=field.present,
        present_name=field.path + PRESENT,
        hint=say_duration(field.value) if field.kind == "duration" and field.value else "",
        problems=tuple(problems.get(field.path, ())),
        questions=tuple(_question(inner, problems) for inner in field.fields),
    )


def _all(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all(field.fields)


def _place(path: str, paths: set[str]) -> str:
    """The field that is asked about a path: itself, or the nearest that it is part of."""
    while path and path not in paths:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return path


# What is wrong, by its code, for readers; the exact sentence of the check stands beside it.
_PROBLEMS: Final = {
    "missing": gettext_lazy("This must be filled in."),
    "bad-form": gettext_lazy("This does not have the right form."),
    "not-in-list": gettext_lazy("Choose one of the answers."),
    "out-of-range": gettext_lazy("This number is too small or too large."),
    "wrong-type": gettext_lazy("This cannot be read."),
    "too-few": gettext_lazy("Too few are chosen."),
    "too-many": gettext_lazy("Too many are chosen."),
    "placeholder": gettext_lazy("This is still to be filled in."),
    "category-without-terms": gettext_lazy("A category in the scope has no terms here."),
    "unknown-evidence-field": gettext_lazy("This is not a part of a report."),
    "allowed-and-excluded": gettext_lazy("This category is allowed and excluded at once."),
    "two-directions": gettext_lazy("Say either that both may send it, or who may."),
    "not-a-party": gettext_lazy("This is not a party."),
    "not-in-scope": gettext_lazy("This is not another category in the scope."),
    "severity-without-basis": gettext_lazy("A priority has no way of counting time."),
    "ends-before-it-begins": gettext_lazy("This ends before it begins."),
}
