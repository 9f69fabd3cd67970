"""The whole store at once: read as it stood at one moment, emptied, and filled again, on either database.

Reading takes one snapshot (SQLite: a read transaction on the write-ahead log; PostgreSQL: REPEATABLE READ), so it is
consistent while others write, and streams: memory does not grow with the store.  Filling is one transaction of the
caller's; PostgreSQL takes rows by COPY, SQLite by executemany.  Sessions are left out: whoever holds one is signed in.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from comity.core.articles import PROGRAM
from comity.wire.backup_file import BackupFormatError, Kind, LedgerHead, TableHead

_AT_ONCE: Final = 2_000
_LEFT_OUT: Final = frozenset({
    "django_session", "usersessions_usersession",
    # What is blocked is followed anew from what subscribers were told; serials are the time, and rise all the same.
    "block_reader", "blocked_name", "block_output", "block_change", "block_chunk", "zone_asked",
})  # fmt: skip
_MADE_BY_MIGRATE: Final = frozenset({"django_content_type", "auth_permission"})
# Rows about articles count only where an article is not the program's own: those are there whenever a node has served.
_OF_ARTICLES: Final = frozenset({"article", "article_version", "article_event", "search_document"})
_OWN_ARTICLES: Final = "SELECT count(*) FROM article WHERE origin <> %s"
_KINDS: Final[tuple[tuple[type, Kind], ...]] = (
    (models.BooleanField, "boolean"),
    (models.BinaryField, "bytes"),
    (models.DateTimeField, "time"),
    (models.JSONField, "json"),
    (models.CharField, "text"),
    (models.TextField, "text"),
    (models.IntegerField, "integer"),
    (models.FloatField, "number"),
    (models.AutoField, "integer"),
)


def table_heads() -> list[TableHead]:
    """Every table that is kept, with its columns, each after those it refers to."""
    return [TableHead(model._meta.db_table, _columns(model)) for model in _kept()]  # noqa: SLF001 — Django's public _meta


@contextmanager
def one_moment() -> Iterator[None]:
    """Read the store as it stands now, whatever is written meanwhile."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            cursor.execute("BEGIN DEFERRED")
            cursor.execute("SELECT count(*) FROM django_migrations")  # SQLite's snapshot begins with the first read
            cursor.fetchone()
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def ledger_heads() -> tuple[LedgerHead, ...]:
    """How far every ledger is, and its root."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT origin, direction, size, root, receipt_size FROM ledger ORDER BY origin")
        return tuple(
            LedgerHead(origin, direction, size, bytes(root).hex(), receipted)
            for origin, direction, size, root, receipted in cursor.fetchall()
        )


def count_rows(tables: Iterable[TableHead]) -> dict[str, int]:
    """Count the rows of each table."""
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {_quoted(table.table)}")  # noqa: S608 — names of our own tables
            counts[table.table] = cursor.fetchone()[0]
    return counts


def read_table(table: TableHead) -> Iterator[list[Any]]:
    """Within `one_moment`: read every row of a table by its key, as JSON knows values; octets stay octets."""
    columns = ", ".join(_quoted(name) for name, _kind in table.columns)
    special = [
        (index, kind) for index, (_name, kind) in enumerate(table.columns) if kind in {"boolean", "time", "json"}
    ]
    key = _quoted(table.columns[0][0])  # the first column is the key
    query = f"SELECT {columns} FROM {_quoted(table.table)} ORDER BY {key}"  # noqa: S608 — names of our own tables
    with _streaming_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_AT_ONCE):
            for row in rows:
                told = list(row)
                for index, kind in special:
                    told[index] = _told(told[index], kind)
                yield told


def is_empty(tables: Iterable[TableHead]) -> bool:
    """Answer whether the store holds nothing but what a migration made, and the articles that the program brings."""
    counts = count_rows(table for table in tables if table.table not in _MADE_BY_MIGRATE | _OF_ARTICLES)
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ARTICLES, [PROGRAM])
        (articles,) = cursor.fetchone()
    return not any(counts.values()) and articles == 0


def empty_store() -> None:
    """Remove every row, in the caller's transaction."""
    with connection.cursor() as cursor:
        names = [model._meta.db_table for model in _present(cursor)]  # noqa: SLF001 — as above
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(map(_quoted, names))}")
            return
        for name in reversed(names):
            cursor.execute(f"DELETE FROM {_quoted(name)}")  # noqa: S608 — names of our own tables


def fill_table(table: TableHead, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into an empty table, in the caller's transaction.

    Raises `BackupFormatError` for a table or column that the store has not: names in a file become SQL only if it has.
    """
    columns = ", ".join(_quoted(name) for name, _kind in table.columns)
    times = [index for index, (_name, kind) in enumerate(table.columns) if kind == "time"]
    source = iter(rows)
    with connection.cursor() as cursor:
        if table.table not in connection.introspection.table_names(cursor):
            raise BackupFormatError("is not a table of this store", item=table.table)
        known = {column.name for column in connection.introspection.get_table_description(cursor, table.table)}
        if {name for name, _kind in table.columns} != known:
            raise BackupFormatError("has other columns than this store", item=table.table)
        while part := list(islice(source, _AT_ONCE)):
            _write(cursor, table, columns, [_taken(row, times) for row in part] if times else part)


def finish_filling() -> None:
    """Let new rows be numbered after those that were filled in."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a row that refers to nothing is found here
        for statement in connection.ops.sequence_reset_sql(no_style(), _present(cursor)):
            cursor.execute(statement)


def _write(cursor: Any, table: TableHead, columns: str, rows: list[Sequence[Any]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {_quoted(table.table)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(table.columns))
    cursor.executemany(
        f"INSERT INTO {_quoted(table.table)} ({columns}) VALUES ({marks})",  # noqa: S608 — names of our own tables
        rows,
    )


@contextmanager
def _streaming_cursor() -> Iterator[Any]:
    """A cursor that does not fetch everything at once: PostgreSQL's must be one on the server."""
    if connection.vendor == "postgresql":
        with connection.connection.cursor(name="comity_whole") as cursor:
            cursor.itersize = _AT_ONCE
            yield cursor
        return
    with connection.cursor() as cursor:
        yield cursor


def _told(value: Any, kind: Kind) -> Any:
    """What a database calls a truth, a time or a document, as JSON says it: a time in ISO 8601, a document as text."""
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    if kind == "json":
        return orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS).decode()  # each store has its own order
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _taken(row: Sequence[Any], times: Sequence[int]) -> Sequence[Any]:
    """The other way round: what the database is given for the times of a row."""
    taken = list(row)
    for index in times:
        if taken[index] is not None:
            at = datetime.fromisoformat(taken[index])
            taken[index] = at if connection.vendor == "postgresql" else connection.ops.adapt_datetimefield_value(at)
    return taken


def _columns(model: type[models.Model]) -> tuple[tuple[str, Kind], ...]:
    return tuple((str(field.column), _kind(field)) for field in model._meta.local_concrete_fields)  # noqa: SLF001 — as above


def _kind(field: Any) -> Kind:
    while field.is_relation:
        field = field.target_field
    return next(kind for of, kind in _KINDS if isinstance(field, of))


def _kept() -> list[type[models.Model]]:
    return [model for model in _models() if model._meta.db_table not in _LEFT_OUT]  # noqa: SLF001 — as above


def _models() -> list[type[models.Model]]:
    """Every table, each after those that its rows refer to."""
    waiting = list(apps.get_models(include_auto_created=True))
    ordered: list[type[models.Model]] = []
    while waiting:
        ready = [model for model in waiting if _referred(model) <= {*ordered, model}]
        ordered += ready
        waiting = [model for model in waiting if model not in ordered]
    return ordered


def _present(cursor: Any) -> list[type[models.Model]]:
    """The tables that the store has: an older schema has fewer."""
    there = set(connection.introspection.table_names(cursor))
    return [model for model in _models() if model._meta.db_table in there]  # noqa: SLF001 — as above


def _referred(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.local_concrete_fields if field.is_relation}  # noqa: SLF001


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
