"""The inbox as questions to the store: which cases, in which order, from which place on; and how many there are.

Each answer walks indexes and opens no row that it does not show (docs/spec/inbox.md).  An index of the inbox begins
with the state, goes on in the order of one sort and ends with all that is filtered by; so the cases of each wanted
state come in order, as many as a page has, and the pages of the states are merged.  What is found by its name is
gathered first, a bounded number, and sorted.  Pages are asked for by the last case seen, never by how many to skip.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from comity.store.fields import micros
from comity.store.models.cases import NEVER

COUNTED_AT_MOST: Final = 1_000
NAMES_AT_MOST: Final = 2_000
_LAST_LETTER: Final = "\U0010ffff"

_DUE: Final = f"COALESCE(due_at, {NEVER})"
# name of a sort: what is sorted by, and whether the greatest comes first
SORTS: Final[dict[str, tuple[str, bool]]] = {
    "newest": ("opened_at", True),
    "oldest": ("opened_at", False),
    "changed": ("changed_at", True),
    "due": (_DUE, False),
}


class Search(msgspec.Struct, frozen=True):
    """What somebody typed, as what may be found: a whole name, how a name begins, or how a reference begins."""

    registrable: str = ""  # A-labels, whole
    beginning: str = ""  # of a name as A-labels
    script: str = ""  # beginning of a name in its own script
    ref: str = ""  # beginning of a reference


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases are wanted; an empty field asks for nothing.  `states` are never empty."""

    states: tuple[str, ...]
    zones: tuple[str, ...] = ()
    category: str = ""
    severity: str = ""
    assignee: int | None = None
    unassigned: bool = False
    due_after: datetime | None = None
    due_until: datetime | None = None
    search: Search | None = None


class Place(msgspec.Struct, frozen=True):
    """A place between two cases of a sorted list: beside the case `pk`, whose value of the sort is `value`."""

    value: int
    pk: int


def find_page(
    wanted: Wanted, sort: str, *, limit: int, after: Place | None = None, before: Place | None = None
) -> list[Place]:
    """Find where the cases of one page stand, in order: those after a place, or those before it, or the first ones."""
    sql, values = page_statement(wanted, sort, limit=limit, after=after, before=before)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = [Place(int(value), int(pk)) for value, pk in cursor.fetchall()]
    return found[::-1] if before else found


def count_wanted(wanted: Wanted, *, at_most: int = COUNTED_AT_MOST) -> int:
    """Count the cases that are wanted; one more than `at_most` means that there are more."""
    sql, values = count_statement(wanted, at_most=at_most)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def is_cut(search: Search) -> bool:
    """Answer whether more names begin so than are looked through."""
    sql, values = _named(search)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS named", values)  # noqa: S608 — this file's own words
        return int(cursor.fetchone()[0]) > NAMES_AT_MOST


def page_statement(
    wanted: Wanted, sort: str, *, limit: int, after: Place | None = None, before: Place | None = None
) -> tuple[str, list[Any]]:
    """The statement that finds a page, and its values."""
    key, greatest_first = SORTS[sort]
    down = greatest_first != (before is not None)
    order = "DESC" if down else "ASC"
    place, place_values = _beyond(key, after or before, down=down)
    conditions, values = _conditions(wanted)
    rest = "".join(f" AND {condition}" for condition in (*conditions, *place))
    rest_values = [*values, *place_values]
    if wanted.search is not None:
        named, named_values = _named(wanted.search)
        marks = ", ".join(["%s"] * len(wanted.states))
        return (
            (
                f"SELECT {key} AS value, id FROM ({named}) AS named CROSS JOIN abuse_case "  # noqa: S608
                f"WHERE id = named.found AND state IN ({marks}){rest} "
                f"ORDER BY {key} {order}, id {order} LIMIT {limit}"
            ),
            [*named_values, *wanted.states, *rest_values],
        )
    parts, all_values = [], []
    for number, state in enumerate(wanted.states):
        parts.append(
            f"SELECT * FROM (SELECT {key} AS value, id FROM abuse_case WHERE state = %s{rest} "  # noqa: S608
            f"ORDER BY {key} {order}, id {order} LIMIT {limit}) AS part_{number}"
        )
        all_values += [state, *rest_values]
    union = " UNION ALL ".join(parts)
    return f"SELECT value, id FROM ({union}) AS parts ORDER BY value {order}, id {order} LIMIT {limit}", all_values  # noqa: S608


def count_statement(wanted: Wanted, *, at_most: int = COUNTED_AT_MOST) -> tuple[str, list[Any]]:
    """The statement that counts, and its values."""
    conditions, values = _conditions(wanted)
    rest = "".join(f" AND {condition}" for condition in conditions)
    limit = at_most + 1
    if wanted.search is not None:
        named, named_values = _named(wanted.search)
        marks = ", ".join(["%s"] * len(wanted.states))
        return (
            (
                f"SELECT count(*) FROM (SELECT 1 FROM ({named}) AS named CROSS JOIN abuse_case "  # noqa: S608
                f"WHERE id = named.found AND state IN ({marks}){rest} LIMIT {limit}) AS found"
            ),
            [*named_values, *wanted.states, *values],
        )
    parts, all_values = [], []
    for number, state in enumerate(wanted.states):
        parts.append(
            f"SELECT * FROM (SELECT 1 FROM abuse_case WHERE state = %s{rest} LIMIT {limit}) AS part_{number}"  # noqa: S608
        )
        all_values += [state, *values]
    union = " UNION ALL ".join(parts)
    return f"SELECT count(*) FROM (SELECT * FROM ({union}) AS parts LIMIT {limit}) AS found", all_values  # noqa: S608


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """What is asked of a case beside its state and its name."""
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.zones:
        conditions.append(f"zone IN ({', '.join(['%s'] * len(wanted.zones))})")
        values += wanted.zones
    for column in ("category", "severity"):
        if value := getattr(wanted, column):
            conditions.append(f"{column} = %s")
            values.append(value)
    if wanted.unassigned:
        conditions.append("assignee_id IS NULL")
    elif wanted.assignee is not None:
        conditions.append("assignee_id = %s")
        values.append(wanted.assignee)
    for sign, moment in ((">", wanted.due_after), ("<=", wanted.due_until)):
        if moment is not None:
            conditions.append(f"due_at {sign} %s")
            values.append(micros(moment))
    return conditions, values


def _beyond(key: str, place: Place | None, *, down: bool) -> tuple[list[str], list[int]]:
    """The rest of the list: the first condition is where the index is entered."""
    if place is None:
        return [], []
    sign = "<" if down else ">"
    return [f"{key} {sign}= %s", f"({key} {sign} %s OR id {sign} %s)"], [place.value, place.value, place.pk]


def _named(search: Search) -> tuple[str, list[str]]:
    """The numbers of the cases that are named so, one more than are looked through."""
    ways: list[tuple[str, list[str]]] = []
    if search.registrable:
        ways.append(("SELECT id AS found FROM abuse_case WHERE registrable = %s", [search.registrable]))
    for table, pk, column, beginning in (
        ("abuse_case", "id", "registrable", search.beginning),
        ("script_name", "case_id", "text", search.script),
        ("abuse_case", "id", "ref", search.ref),
    ):
        if beginning:
            condition, values = _begins(column, beginning)
            ways.append((f"SELECT {pk} AS found FROM {table} WHERE {condition}", values))  # noqa: S608
    if not ways:
        return "SELECT id AS found FROM abuse_case WHERE id = 0", []
    most = NAMES_AT_MOST + 1
    limited = [f"SELECT found FROM ({sql} LIMIT {most}) AS way_{number}" for number, (sql, _) in enumerate(ways)]  # noqa: S608
    union = " UNION ".join(limited)
    return f"SELECT found FROM ({union}) AS ways LIMIT {most}", [value for _, part in ways for value in part]  # noqa: S608


def _begins(column: str, beginning: str) -> tuple[str, list[str]]:
    """A condition that each store answers from an index: SQLite compares bytes, PostgreSQL has operators for it."""
    if connection.vendor == "postgresql":
        escaped = beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{column} LIKE %s", [f"{escaped}%"]
    return f"{column} >= %s AND {column} < %s", [beginning, beginning + _LAST_LETTER]
