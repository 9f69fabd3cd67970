"""YAML as a tree of texts: no type is guessed, so `NO` stays two letters and `2027-01-01` ten characters.

Built from the parser's events, never by a loader's constructors.  Refused, each with its line: anchors and aliases,
tags, a second document, a duplicate key, a key that is not a text, nesting deeper than `MAX_DEPTH`, more than
`MAX_NODES` nodes, half a character (a lone surrogate). A scalar that stands without quotes is a `Plain`: only such a
text may be read as a number, a truth value or nothing.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_DEPTH: Final = 16
MAX_NODES: Final = 20_000
_SURROGATE: Final = re.compile("[\ud800-\udfff]").search


class Plain(str):
    """A scalar without quotes."""

    __slots__ = ()


class YamlProblem(msgspec.Struct, frozen=True):
    """Why a text is not such a tree, and at which line and column (from 1)."""

    code: str
    reason: str
    line: int
    column: int


class _RefusalError(Exception):
    def __init__(self, code: str, reason: str, event: Event) -> None:
        super().__init__(reason)
        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        self.problem = YamlProblem(code, reason, *place)


def parse_yaml(text: str) -> Any | YamlProblem:
    """Read one document as dicts, lists and texts.  The caller has bounded the size of the text."""
    try:
        return _document(yaml.parse(text, Loader=yaml.BaseLoader))
    except _RefusalError as refusal:
        return refusal.problem
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        return YamlProblem("not-yaml", str(error.problem or error.context), *place)
    except yaml.YAMLError as error:  # a character that YAML does not allow
        return YamlProblem("not-yaml", str(error).splitlines()[0], 1, 1)


def _document(events: Iterator[Event]) -> Any:
    counted = _Bounded(events)
    root: Any = None
    documents = 0
    for event in counted:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _RefusalError("second-document", "only one document may stand in a file", event)
        elif isinstance(event, NodeEvent):
            root = _node(event, counted, 1)
    return root


class _Bounded:
    """The parser's events, counted."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._nodes = 0

    def __iter__(self) -> "_Bounded":
        return self

    def __next__(self) -> Event:
        event = next(self._events)
        if isinstance(event, NodeEvent):
            self._nodes += 1
            if self._nodes > MAX_NODES:
                raise _RefusalError("too-many-nodes", f"more than {MAX_NODES} values", event)
        return event


def _node(event: Event, events: _Bounded, depth: int) -> Any:
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
        raise _RefusalError("anchor", "anchors and aliases are not used in this format", event)
    if getattr(event, "tag", None) is not None:
        raise _RefusalError("tag", "tags are not used in this format", event)
    if isinstance(event, ScalarEvent):
        if _SURROGATE(event.value):
            raise _RefusalError("bad-text", "holds a lone surrogate", event)
        return Plain(event.value) if event.style is None else event.value
    if depth > MAX_DEPTH:
        raise _RefusalError("too-deep", f"is nested deeper than {MAX_DEPTH} levels", event)
    if isinstance(event, SequenceStartEvent):
        items: list[Any] = []
        for inner in events:
            if isinstance(inner, SequenceEndEvent):
                break
            items.append(_node(inner, events, depth + 1))
        return items
    if not isinstance(event, MappingStartEvent):
        raise _RefusalError("not-yaml", "a value is expected", event)
    return _mapping(events, depth)


def _mapping(events: _Bounded, depth: int) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for inner in events:
        if isinstance(inner, MappingEndEvent):
            break
        key = _node(inner, events, depth + 1)
        if not isinstance(key, str):
            raise _RefusalError("key-not-text", "a key must be a text", inner)
        if key in members:
            raise _RefusalError("duplicate-key", f"{key} stands twice", inner)
        members[str(key)] = _node(next(events), events, depth + 1)
    return members
