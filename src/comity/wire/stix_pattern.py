"""Which names a STIX pattern speaks of (STIX 2.1 §9), as far as a small strict reader understands it.

Understood: comparisons with `=` and `IN` on a domain name, a URL, the host of network traffic where it is a domain
name, and the SHA-256 of a file; joined by AND and OR in any observation expression.  What else is compared is named by
its path and left.  A negated comparison names nothing.  A pattern that is none is a `PatternProblem` with the place.
"""

import re
from typing import Final

import msgspec

MAX_LETTERS: Final = 65_536
MAX_COMPARISONS: Final = 1_000
MAX_DEPTH: Final = 50

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|\\.)*')
    | (?P<other>(?:[bht]'[^']*')|-?\d+(?:\.\d+)?|true\b|false\b)
    | (?P<word>AND\b|OR\b|NOT\b|FOLLOWEDBY\b|IN\b|LIKE\b|MATCHES\b|ISSUBSET\b|ISSUPERSET\b|EXISTS\b
        |WITHIN\b|SECONDS\b|REPEATS\b|TIMES\b|START\b|STOP\b)
    | (?P<path>[a-z][a-z0-9-]*:(?:[A-Za-z0-9_-]+|'(?:[^'\\]|\\.)*')
        (?:\.(?:[A-Za-z0-9_-]+|'(?:[^'\\]|\\.)*')|\[(?:\d+|\*)\])*)
    | (?P<sign>!=|<=|>=|[=<>\[\](),])
    )""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN: Final = re.compile(r"\[(?:domain-name|url):value ?= ?'([^'\\]*)'\]")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_COMPARES: Final = frozenset(("=", "!=", "<", ">", "<=", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"))
_NAMES: Final = frozenset(("domain-name:value", "hostname:value", "url:value"))
_SHA256: Final = frozenset(("file:hashes.'sha-256'", "file:hashes.sha-256", "file:hashes.sha256"))
_OPENS: Final = {"]": "[", ")": "("}
_JOINS: Final = frozenset(("AND", "OR", "FOLLOWEDBY"))


class Comparison(msgspec.Struct, frozen=True):
    """One comparison: its path, operator and values."""

    path: str
    operator: str
    values: tuple[str, ...]
    is_negated: bool


class Pattern(msgspec.Struct, frozen=True):
    """What a pattern names: names and URLs in order, file hashes, and the paths that were left."""

    names: tuple[str, ...]
    sha256: tuple[str, ...]
    left: tuple[str, ...]


class PatternProblem(msgspec.Struct, frozen=True):
    """Why a text is no pattern, and at which letter (from 0)."""

    place: int
    reason: str


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    place: int


def parse_pattern(text: str) -> Pattern | PatternProblem:
    """Read a pattern."""
    if len(text) > MAX_LETTERS:
        return PatternProblem(MAX_LETTERS, f"is longer than {MAX_LETTERS} characters")
    plain = _PLAIN.fullmatch(text)
    if plain is not None:  # most of all patterns; the long way says the same
        return Pattern((plain[1],), (), ())
    tokens = _tokens(text)
    if isinstance(tokens, PatternProblem):
        return tokens
    reading = _Reading(tokens)
    return reading.read() or _understand(reading.found)


def _tokens(text: str) -> list[_Token] | PatternProblem:
    tokens: list[_Token] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            return PatternProblem(place, "is no part of a pattern")
        tokens.append(_Token(found.lastgroup, found.group(found.lastgroup), found.start(found.lastgroup)))
        place = found.end()
    return tokens


class _Reading:
    """The comparisons of a pattern in order; brackets must close, and an observation must hold a comparison."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0
        self._opened: list[str] = []
        self._is_due = True  # a comparison or an opening bracket must follow
        self.found: list[Comparison] = []

    def read(self) -> PatternProblem | None:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            problem = self._take(token)
            if problem is not None:
                return problem
            if len(self.found) > MAX_COMPARISONS:
                return PatternProblem(token.place, f"holds more than {MAX_COMPARISONS} comparisons")
        if self._opened or self._is_due:
            return PatternProblem(self._tokens[-1].place if self._tokens else 0, "ends too early")
        return None

    def _take(self, token: _Token) -> PatternProblem | None:
        self._at += 1
        if token.kind == "path" or token.text in {"NOT", "EXISTS"}:
            return self._compare(token)
        if token.kind == "word" and token.text in _JOINS:
            if self._is_due:
                return PatternProblem(token.place, "nothing stands before it")
            self._is_due = True
        elif token.kind == "sign" and token.text in {"[", "("}:
            return self._open(token)
        elif token.kind == "sign" and token.text in _OPENS:
            return self._close(token)
        elif "[" in self._opened or self._is_due:  # qualifiers stand after an observation
            return PatternProblem(token.place, "is not expected here")
        return None

    def _compare(self, token: _Token) -> PatternProblem | None:
        if not self._is_due or "[" not in self._opened:
            return PatternProblem(token.place, "a comparison stands where none may")
        read = _comparison(self._tokens, self._at - 1)
        if isinstance(read, PatternProblem):
            return read
        comparison, self._at = read
        self.found.append(comparison)
        self._is_due = False
        return None

    def _open(self, token: _Token) -> PatternProblem | None:
        if not self._is_due or (token.text == "[" and "[" in self._opened):
            return PatternProblem(token.place, "a bracket opens where none may")
        if len(self._opened) >= MAX_DEPTH:
            return PatternProblem(token.place, f"nests deeper than {MAX_DEPTH}")
        self._opened.append(token.text)
        return None

    def _close(self, token: _Token) -> PatternProblem | None:
        if self._is_due or not self._opened or self._opened.pop() != _OPENS[token.text]:
            return PatternProblem(token.place, "a bracket closes that was not opened, or holds nothing")
        return None


def _comparison(tokens: list[_Token], at: int) -> tuple[Comparison, int] | PatternProblem:
    path, at = tokens[at], at + 1
    if path.text == "EXISTS":
        if at >= len(tokens) or tokens[at].kind != "path":
            return PatternProblem(path.place, "names no path")
        return Comparison(tokens[at].text, "EXISTS", (), is_negated=False), at + 1
    if path.kind != "path":
        return PatternProblem(path.place, "a negation stands after the path")
    is_negated = False
    if at < len(tokens) and tokens[at].text == "NOT":
        is_negated, at = True, at + 1
    if at >= len(tokens) or tokens[at].text not in _COMPARES:
        return PatternProblem(path.place, "compares with nothing")
    operator, at = tokens[at].text, at + 1
    if operator == "IN":
        return _of_set(tokens, at, path, is_negated)
    if at >= len(tokens) or tokens[at].kind not in {"text", "other"}:
        return PatternProblem(path.place, "compares with no value")
    return Comparison(path.text, operator, (_value(tokens[at]),), is_negated), at + 1


def _of_set(tokens: list[_Token], at: int, path: _Token, is_negated: bool) -> tuple[Comparison, int] | PatternProblem:
    values: list[str] = []
    wanted = "("
    while at < len(tokens):
        token = tokens[at]
        if wanted == "value":
            if token.kind not in {"text", "other"}:
                break
            values.append(_value(token))
            wanted = ",)"
        elif token.kind != "sign" or token.text not in wanted:
            break
        elif token.text == ")":
            return Comparison(path.text, "IN", tuple(values), is_negated), at + 1
        else:
            wanted = "value"
        at += 1
    return PatternProblem(path.place, "compares with no set of values")


def _understand(found: list[Comparison]) -> Pattern:
    names: list[str] = []
    hashes: list[str] = []
    left: list[str] = []
    kinds = {one.path: one.values[0] for one in found if one.path.endswith("_ref.type") and one.operator == "="}
    for one in found:
        is_plain = one.operator in {"=", "IN"} and not one.is_negated
        is_host = (
            one.path.endswith("_ref.value") and kinds.get(one.path.removesuffix("value") + "type") == "domain-name"
        )
        if is_plain and (one.path in _NAMES or is_host):
            names += one.values
        elif is_plain and one.path.lower() in _SHA256:
            hashes += [value.lower() for value in one.values]
        elif not (one.path.endswith("_ref.type") and is_plain):
            left.append(one.path if is_plain else f"{one.path} {'NOT ' * one.is_negated}{one.operator}")
    return Pattern(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(hashes)), tuple(dict.fromkeys(left)))


def _value(token: _Token) -> str:
    return _ESCAPED.sub(r"\1", token.text[1:-1]) if token.kind == "text" else token.text
