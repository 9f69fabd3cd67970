"""The whole store at once, in plain SQL: emptied, put away and brought back, for two nodes that share one.

Only tables that hold something cost anything.  The people of a node keep their accounts: they sit at either desk.
"""

from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from comity.store import models

_OF_PEOPLE = {models.Person, models.ApiToken, models.SignInFailure, models.SavedView, models.Look, models.PersonChange}


class Rows(NamedTuple):
    """What one table held."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def _parents_first() -> tuple[type[Model], ...]:
    """Every table of the store but those of people, each after those that its rows refer to."""
    waiting = [table for table in apps.get_app_config("store").get_models() if table not in _OF_PEOPLE]
    ordered: list[type[Model]] = []
    while waiting:
        ready = [table for table in waiting if not (_parents(table) & set(waiting)) - {table}]
        ordered += ready
        waiting = [table for table in waiting if table not in ready]
    return tuple(ordered)


def _parents(table: type[Model]) -> set[type[Model]]:
    return {field.related_model for field in table._meta.local_concrete_fields if field.is_relation}


TABLES = _parents_first()


@cache
def _which_hold_something() -> str:
    return " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table._meta.db_table)})"
        for number, table in enumerate(TABLES)
    )


def _filled() -> list[type[Model]]:
    """The tables that hold something, parents first."""
    with connection.cursor() as cursor:
        cursor.execute(_which_hold_something())
        return [TABLES[number] for number in sorted(number for (number,) in cursor.fetchall())]


def empty_store() -> None:
    """Forget everything."""
    filled = _filled()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in reversed(filled):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table._meta.db_table)}")


def put_away() -> list[Rows]:
    """Read the store as it is: a backup."""
    kept = []
    with connection.cursor() as cursor:
        for table in _filled():
            columns = tuple(field.column for field in table._meta.local_concrete_fields)
            name = connection.ops.quote_name(table._meta.db_table)
            cursor.execute(f"SELECT {', '.join(map(connection.ops.quote_name, columns))} FROM {name} ORDER BY 1")
            kept.append(Rows(table._meta.db_table, columns, cursor.fetchall()))
    return kept


def bring_back(kept: list[Rows]) -> None:
    """Make the store what it was."""
    empty_store()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns, rows in kept:
            names = ", ".join(map(connection.ops.quote_name, columns))
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({places})", rows)
