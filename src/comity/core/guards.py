"""The guard list: protected names, about which no case is opened without a person (FIELD C.6 R5).

A list is text, one entry a line, `#` begins a comment:

    sberbank.ru     the name itself, as registrable domain or as host
    .gov.by         the name and everything below it

An entry that names a public suffix exactly (`com.vn`) protects the suffix, not the names registered under it.
"""

from collections.abc import Iterable, Mapping

import msgspec


class GuardList(msgspec.Struct, frozen=True):
    """One list, parsed: names protected by themselves and names protected with all that is below them."""

    label: str
    names: frozenset[str]
    trees: frozenset[str]


class Guard(msgspec.Struct, frozen=True):
    """All lists together: which list protects a name.  The first list that names it gives the answer."""

    names: Mapping[str, str]
    trees: Mapping[str, str]

    def find(self, registrable: str, host: str) -> str:
        """Name the list that protects a host or its registrable domain; empty: none does."""
        found = self.names.get(registrable) or self.names.get(host)
        if found:
            return found
        parent = host or registrable
        while parent:
            found = self.trees.get(parent)
            if found:
                return found
            parent = parent.partition(".")[2]
        return ""


def parse_guard_list(label: str, text: str) -> GuardList:
    """Read a list.  A line that is not a name in A-labels or ASCII is ignored: a guard list never stops a node."""
    names: set[str] = set()
    trees: set[str] = set()
    for line in text.split("\n"):
        entry = line.partition("#")[0].strip().lower().rstrip(".")
        if entry.startswith("."):
            trees.add(entry[1:])
        elif entry:
            names.add(entry)
    return GuardList(label, frozenset(names), frozenset(trees))


def join_guard_lists(lists: Iterable[GuardList]) -> Guard:
    """Put lists together; where two name the same, the earlier one is told."""
    names: dict[str, str] = {}
    trees: dict[str, str] = {}
    for one in lists:
        for name in one.names:
            names.setdefault(name, one.label)
        for name in one.trees:
            trees.setdefault(name, one.label)
    return Guard(names, trees)
