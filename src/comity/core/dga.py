"""A family's future names: whose they are, in which parts they travel, and what was answered (docs/spec/dga.md).

A list is made by one party, its origin, of names that a domain generation algorithm will make, by zone and day.  The
names of one zone are cut into parts; a part goes to the party of the zone and to nobody else, and is the unit in which
is answered.  An answer says one letter for each name of a part, in the order of the part; everybody else is told how
many names of a zone and day have which answer, and no name.  Nothing here acts on a name: a name that an algorithm
made may be somebody's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final, Literal, get_args

import msgspec

from comity.core.errors import InputError

# What became of a name at the registry of its zone.  Appended to, never re-used; the letter is what crosses the wire.
Answer = Literal[
    "waiting", "blocked", "sinkholed", "registered-by-victim", "not-registered", "declined", "already-acted"
]
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
LETTERS: Final[dict[str, str]] = dict(zip(ANSWERS, "wbsvnda", strict=True))
_ANSWER_OF: Final[dict[str, Answer]] = {LETTERS[answer]: answer for answer in ANSWERS}

# What the registry of the zone found, by asking or by its own list of names.
Check = Literal["unchecked", "unregistered", "undelegated", "registered", "protected", "failed"]
CHECKS: Final[tuple[Check, ...]] = get_args(Check)

PART_BYTES: Final = 56_000  # of the names of a part and what stands around them: an entry's payload has 65,535
_DAY_BYTES: Final = 36  # what stands around the names of a day
MOST_PARTS: Final = 2_000  # of one zone of one list
MOST_NAMES: Final = 2_000_000  # of one list
LONGEST_FAMILY: Final = 60
UNDATED: Final = ""  # the day of a name that may be used on any

# Answers that say that something was done about names: never said of what somebody holds, or may hold, by the many.
DONE: Final[frozenset[Answer]] = frozenset(("blocked", "sinkholed", "already-acted"))

_FAMILY: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?").fullmatch
_RUN: Final = re.compile(r"([1-9][0-9]{0,6})?([a-z])")

Counts = dict[tuple[str, str], Counter[str]]  # (zone, day) → answer → how many names


class DayNames(msgspec.Struct, frozen=True):
    """The names of one day, sorted, without their zone; `day` is ISO 8601 or empty."""

    day: str
    names: tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """A piece of the names of one zone, the `number`th of `of`."""

    zone: str
    number: int
    of: int
    days: tuple[DayNames, ...]

    @property
    def count(self) -> int:
        return sum(len(day.names) for day in self.days)

    def hosts(self) -> Iterator[tuple[str, str]]:
        """Each (day, name with its zone), in the order in which answers are given."""
        ending = "." + self.zone
        for day in self.days:
            for name in day.names:
                yield day.day, name + ending


def parse_family(text: str) -> str:
    """Give a family's name in its one form.  Raises `InputError`."""
    name = text.strip().lower().replace(" ", "-")
    if not _FAMILY(name):
        raise InputError("a family is up to 60 letters a-z, digits, dots, hyphens and underscores", item=text[:80])
    return name


def cut_parts(zone: str, by_day: Iterable[tuple[str, Iterable[str]]]) -> list[Part]:
    """Cut the hosts of a zone into parts that an entry can carry; the same hosts give the same parts."""
    cut = -len(zone) - 1
    pieces: list[list[tuple[str, str]]] = [[]]
    size = 0
    for day, hosts in sorted(by_day):
        size += _DAY_BYTES
        for name in sorted(host[:cut] for host in hosts):
            size += len(name) + 1
            if size > PART_BYTES:
                pieces.append([])
                size = _DAY_BYTES + len(name) + 1
            pieces[-1].append((day, name))
    return [Part(zone, number, len(pieces), tuple(_days(piece))) for number, piece in enumerate(pieces) if piece]


def _days(piece: Sequence[tuple[str, str]]) -> Iterator[DayNames]:
    for day, rows in groupby(piece, key=lambda row: row[0]):
        yield DayNames(day, tuple(name for _day, name in rows))


def render_answers(answers: Iterable[str]) -> str:
    """Write one answer a name as runs: `3w2b` is three that wait and two blocked; one alone has no number."""
    runs = ((LETTERS[answer], sum(1 for _ in run)) for answer, run in groupby(answers))
    return "".join(letter if length == 1 else f"{length}{letter}" for letter, length in runs)


def parse_answers(text: str, *, count: int) -> list[Answer] | None:
    """Read runs; None unless they are exactly one known answer for each of `count` names."""
    answers: list[Answer] = []
    end = 0
    for run in _RUN.finditer(text):
        answer, length = _ANSWER_OF.get(run[2]), int(run[1] or 1)
        if run.start() != end or answer is None or len(answers) + length > count:
            return None
        answers += [answer] * length
        end = run.end()
    return answers if end == len(text) and len(answers) == count else None


def count_part(part: Part, answers: str) -> Counts:
    """Count a part by zone, day and answer; without answers all names wait."""
    said = parse_answers(answers, count=part.count) or ["waiting"] * part.count
    counts: Counts = {}
    start = 0
    for day in part.days:
        counts[part.zone, day.day] = Counter(said[start : start + len(day.names)])
        start += len(day.names)
    return counts


def fold_counts(all_counts: Iterable[Counts]) -> Counts:
    """Add up the counts of parts."""
    total: Counts = {}
    for counts in all_counts:
        for key, counter in counts.items():
            total.setdefault(key, Counter()).update(counter)
    return total


def is_before(day: str, *, on: date) -> bool:
    """Answer whether a name's day has not passed; one without a day never passes."""
    return not day or day >= on.isoformat()


def why_not(answer: Answer, *, check: str, dangers: str, alone: bool, by_supervisor: bool) -> str:
    """Why a name cannot be given an answer; empty: it can.

    Of a protected name nobody says that something was done.  What is said of many at once is said only of names that
    registration data knows not to be registered: one that is registered, or dangerous to act on, or was not checked,
    is somebody's for all we know, and answered alone; with a danger by a supervisor.
    """
    is_done = answer in DONE
    if not is_done and answer != "not-registered":
        return ""
    if check == "protected" or (check == "registered" and not (is_done and alone)):
        return check
    if check != "unregistered" and not alone:
        return "not-checked"
    if not is_done or not dangers:
        return ""
    if not alone:
        return "dangerous"
    return "" if by_supervisor else "needs-supervisor"


def next_check(day: str, *, at_day: date, checked: bool) -> date | None:
    """The day on which a name is looked at next: a week before its day, then on its eve, and then never.

    A name without a day is looked at once a week.  None: not any more.
    """
    if not day:
        return at_day + timedelta(days=7) if checked else at_day
    used = date.fromisoformat(day)
    first, eve = used - timedelta(days=7), used - timedelta(days=1)
    if not checked:
        return max(first, at_day) if at_day <= used else None
    return eve if at_day < eve else None
