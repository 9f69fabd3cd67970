"""New rows of one table, many at once: by binary COPY on PostgreSQL, by executemany on SQLite.

PostgreSQL would parse and plan an INSERT for every row and have its bytes written in hexadecimal: COPY costs it a
fifth.  Only new rows are written; a row that is there already is Django's IntegrityError, and the transaction is lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


class NewRows:
    """A table, and the columns that are written with the names of their types on PostgreSQL."""

    def __init__(self, table: str, columns: Mapping[str, str]) -> None:
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self._types = tuple(columns.values())
        self._insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 — names of our own tables
        self._copy = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows in their order, inside the caller's transaction."""
        if not rows:
            return
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.executemany(self._insert, rows)
                return
            with connection.wrap_database_errors, cursor.copy(self._copy) as copy:
                copy.set_types(self._types)
                for row in rows:
                    copy.write_row(row)
