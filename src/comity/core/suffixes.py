"""Under which suffix was a host registered?  The Public Suffix List, its ICANN and private sections kept apart.

The ICANN section says what a registry itself registers (`msk.ru`); the whole list says who operates a name
(`foo.msk.ru`).  A host under no listed suffix falls under the list's own default rule `*`: its last label is the
suffix.

The text of the list is parsed here and read elsewhere (`comity.edges.suffix_file`).  A line that is no rule refuses
the whole file: half a list would move names to other registrants in silence.
https://github.com/publicsuffix/list/wiki/Format
"""

import re
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.labels import HostProblem, fold_host

ICANN: Final = 1
PRIVATE: Final = 2
_WILDCARD: Final = 4  # shifted onto ICANN and PRIVATE: "*.<this>" is a rule
_EXCEPTION: Final = 16  # shifted likewise: "!<this>" is a rule
_ANY: Final = ICANN | PRIVATE

_SECTIONS: Final[dict[str, int]] = {
    "===BEGIN ICANN DOMAINS===": ICANN,
    "===END ICANN DOMAINS===": 0,
    "===BEGIN PRIVATE DOMAINS===": PRIVATE,
    "===END PRIVATE DOMAINS===": 0,
}
_VERSION: Final = re.compile(r"^//[ \t]*VERSION:[ \t]*(\S{1,64})[ \t]*$", re.MULTILINE)
_PLAIN_RULE: Final = re.compile(r"(?!.*--)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}").fullmatch
_DIGEST_LETTERS: Final = 16
_SECOND: Final = 2
_THIRD: Final = 3


class Split(msgspec.Struct, frozen=True):
    """A host cut where it was registered; a registrable domain is empty when the host is itself a suffix."""

    suffix: str
    registrable: str
    suffix_private: str
    registrable_private: str


class SuffixList:
    """The rules of one version of the list, ready to cut hosts.

    `plain` are the top-level domains that are themselves a suffix and nothing odd.  `second` and `third` hold the names
    of two and three labels at or under which the list says anything; `second` gives the marks (ICANN, PRIVATE, 0 for
    none) of the name's own rule, or -1 when a wildcard or an exception stands there; `third` likewise, and -1 also
    where the list says anything of more labels.  A host whose last labels are in neither needs no walk: that is what
    `comity.core.names` asks first.
    """

    __slots__ = ("_deepest", "_rules", "plain", "second", "third", "version")

    def __init__(self, rules: dict[str, int], version: str) -> None:
        self._rules = rules
        self._deepest = 1 + max((name.count(".") + 1 for name in rules), default=0)
        self.version = version
        self.plain = frozenset(name for name, marks in rules.items() if "." not in name and marks in {ICANN, _ANY})
        self.second: dict[str, int] = {}
        self.third: dict[str, int] = {}
        for name in rules:
            labels = name.split(".")
            if len(labels) > 1:
                second = ".".join(labels[-2:])
                marks = rules.get(second, 0)
                self.second[second] = marks if marks <= _ANY else -1
            if len(labels) >= _THIRD:
                third = ".".join(labels[-3:])
                marks = rules.get(third, 0)
                is_odd = len(labels) > _THIRD or marks > _ANY or self.third.get(third, 0) < 0
                self.third[third] = -1 if is_odd else marks

    def __len__(self) -> int:
        return len(self._rules)

    def split(self, host: str) -> Split:
        """Cut a canonical host (A-labels, lower case, no trailing dot) by both readings of the list."""
        labels = host.split(".")
        icann = whole = 1
        icann_exception = whole_exception = marks = 0
        name = ""
        for depth, label in enumerate(reversed(labels[-self._deepest :]), start=1):
            if marks >= _WILDCARD:  # of the name so far
                icann = depth if marks & ICANN * _WILDCARD else icann
                whole = depth if marks & _ANY * _WILDCARD else whole
            name = f"{label}.{name}" if name else label
            marks = self._rules.get(name, 0)
            if marks:
                icann = depth if marks & ICANN else icann
                whole = depth if marks & _ANY else whole
                icann_exception = depth - 1 if marks & ICANN * _EXCEPTION else icann_exception
                whole_exception = depth - 1 if marks & _ANY * _EXCEPTION else whole_exception
            elif (depth == _SECOND and name not in self.second) or (depth == _THIRD and name not in self.third):
                break
        suffix, registrable = _cut(labels, icann_exception or icann)
        if (whole_exception or whole) == (icann_exception or icann):
            return Split(suffix, registrable, suffix, registrable)
        return Split(suffix, registrable, *_cut(labels, whole_exception or whole))


def _cut(labels: list[str], depth: int) -> tuple[str, str]:
    """Give the suffix of `depth` labels and the registrable domain, which has one more or is empty."""
    registrable = ".".join(labels[-depth - 1 :]) if depth < len(labels) else ""
    return ".".join(labels[-depth:]), registrable


def parse_suffix_list(text: str) -> SuffixList:
    """Read a Public Suffix List.

    The version is what the file says of itself (`// VERSION:`), else the beginning of its SHA-256.
    Raises `InputError` naming the line that is no rule, or when there is no ICANN section.
    """
    rules: dict[str, int] = {}
    section = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split(maxsplit=1)[0] if raw.strip() else ""
        if line.startswith("//"):
            section = _SECTIONS.get(raw.strip().removeprefix("//").strip(), section)
        elif line:
            if not section:
                raise InputError(
                    "a rule stands outside the ICANN and PRIVATE sections", item=f"suffix list line {number}"
                )
            name, mark = _parse_rule(line, number)
            rules[name] = rules.get(name, 0) | section * mark
    if not any(marks & ICANN for marks in rules.values()):
        raise InputError("it has no rule in an ICANN section", item="suffix list")
    said = _VERSION.search(text)
    version = said.group(1) if said else "sha256-" + sha256(text.encode()).hexdigest()[:_DIGEST_LETTERS]
    return SuffixList(rules, version)


def _parse_rule(line: str, number: int) -> tuple[str, int]:
    """Give the rule's name as A-labels and its mark, to be multiplied by its section."""
    mark = 1
    if line.startswith("!"):
        line, mark = line[1:], _EXCEPTION
    elif line.startswith("*."):
        line, mark = line[2:], _WILDCARD
    if _PLAIN_RULE(line):  # nine rules in ten; the start of every command pays for them
        return line, mark
    host = fold_host(line.strip("."))
    if isinstance(host, HostProblem):
        raise InputError(f"{line[:64]!r} is no rule: {host.reason}", item=f"suffix list line {number}")
    return host.ascii, mark
