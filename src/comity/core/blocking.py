"""Which names may a list of names to block hold, and what is said of each?

The last door before a resolver refuses a name to everybody behind it.  It asks again what was asked before: a name must
be a registrable domain by the whole Public Suffix List (`com.ru` is a suffix of its private section: refusing it takes
thousands of strangers away), a canonical host in A-labels, on no guard list, and short enough to stand under any
origin with its wildcard.  What is kept back is kept with the reason, never dropped.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

import msgspec

from comity.core.guards import Guard
from comity.core.labels import Host, fold_host
from comity.core.markings import TLPS, Tlp
from comity.core.suffixes import SuffixList

# A name of a zone has 255 octets (RFC 1035 §2.3.4): `*.`, the name, and an origin of at most MAX_ORIGIN_OCTETS.
MAX_NAME_OCTETS: Final = 150
MAX_ORIGIN_OCTETS: Final = 100

NOT_A_NAME: Final = "not-a-name"
SUFFIX: Final = "suffix"
NOT_REGISTRABLE: Final = "not-registrable"
TOO_LONG: Final = "too-long"

Change = Literal["add", "remove", "alter"]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One name to be blocked, and why: what every list says of it."""

    name: str
    categories: tuple[str, ...]
    tlp: Tlp
    clauses: tuple[str, ...]
    first_seen: datetime | None
    last_seen: datetime | None
    since: datetime
    references: tuple[str, ...]  # cases


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    """One case for which a name is blocked; `withheld` says why it is not, empty: it is."""

    subject: str
    name: str
    category: str
    tlp: Tlp
    clause: str
    first_seen: datetime | None
    last_seen: datetime | None
    since: datetime
    is_hot: bool = False
    withheld: str = ""


def find_withheld(name: str, guard: Guard, suffixes: SuffixList) -> str:
    """Say why a name must not be blocked; empty: it may be.  A guard list answers with its own label."""
    folded = fold_host(name)
    if not isinstance(folded, Host) or folded.ascii != name:
        return NOT_A_NAME
    if len(name) + 2 > MAX_NAME_OCTETS:
        return TOO_LONG
    cut = suffixes.split(name)
    if not cut.registrable or not cut.registrable_private:
        return SUFFIX
    if cut.registrable_private != name:
        return NOT_REGISTRABLE
    return guard.find(name, name)


def merge_blocked(rows: Iterable[Blocked]) -> Listed:
    """Say of one name what all its cases say together: the strictest marking, the widest time."""
    held = sorted(rows, key=lambda row: row.subject)
    firsts = [row.first_seen for row in held if row.first_seen]
    lasts = [row.last_seen for row in held if row.last_seen]
    return Listed(
        name=held[0].name,
        categories=tuple(sorted({row.category for row in held})),
        tlp=max((row.tlp for row in held), key=TLPS.index),
        clauses=tuple(sorted({row.clause for row in held})),
        first_seen=min(firsts, default=None),
        last_seen=max(lasts, default=None),
        since=min(row.since for row in held),
        references=tuple(row.subject for row in held),
    )


def net_changes(changes: Iterable[tuple[str, Change]]) -> tuple[list[str], list[str]]:
    """Condense changes in their order (RFC 1995 §5): the names that went and the names that came."""
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for name, change in changes:
        if change != "alter":
            first.setdefault(name, change)
            last[name] = change
    gone = sorted(name for name, change in last.items() if change == "remove" and first[name] == "remove")
    come = sorted(name for name, change in last.items() if change == "add" and first[name] == "add")
    return gone, come


def hot_origin(origin: str) -> str:
    """Name the small zone of new names that stands beside a zone."""
    return f"hot.{origin}"
