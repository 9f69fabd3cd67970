"""What `tally` asks of a PostgreSQL store, copied into SQLite in one snapshot: both stores are counted alike."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from django.db.utils import ConnectionHandler

from comity.demo.nodes import Place

_TABLES: Final = (
    "report", "abuse_case", "case_event", "case_peer", "decision", "ledger", "ledger_entry", "reporter",
)  # fmt: skip
_AT_ONCE: Final = 5_000


def is_sqlite(place: Place) -> bool:
    """Answer whether a node's store is an SQLite file, which can be read as it is."""
    return place.database_url.startswith("sqlite:")


def copy_tables(place: Place, db: sqlite3.Connection, name: str) -> None:
    """Copy the tables that are counted into the attached database `name`, as they stand at one moment."""
    with one_moment(place) as source:
        for table in _TABLES:
            columns = _columns(source, table)
            listed = ", ".join(columns)
            marks = ", ".join("?" * len(columns))
            # Names of tables and columns are this file's own or the store's; every value is a parameter.
            db.execute(f"CREATE TABLE {name}.{table} ({listed})")
            source.execute(f"SELECT {listed} FROM {table}")  # noqa: S608 — as above
            while rows := source.fetchmany(_AT_ONCE):
                db.executemany(f"INSERT INTO {name}.{table} VALUES ({marks})", rows)  # noqa: S608 — as above
    db.commit()


def _columns(source: Any, table: str) -> list[str]:
    source.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    return sorted(column for (column,) in source.fetchall())


@contextmanager
def one_moment(place: Place) -> Iterator[Any]:
    """A cursor on a node's PostgreSQL store that sees it as it is now, whatever is written meanwhile."""
    wrapper = ConnectionHandler({"default": place.database}).create_connection("default")
    with closing(wrapper.get_new_connection(wrapper.get_connection_params())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cursor
