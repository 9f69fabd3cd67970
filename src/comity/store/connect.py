"""Which database the store is: chosen after Django has started, because a command names its node only then."""

from contextlib import suppress
from typing import Any

from django.db import connections


def use_database(entry: dict[str, Any]) -> None:
    """Point the store at a database (an entry of Django's DATABASES), before anything is read or written there."""
    connections.settings.update(connections.configure_settings({"default": entry}))
    with suppress(AttributeError):  # no connection was made yet: the usual case
        del connections["default"]


def hang_up() -> None:
    """Close the connection to the store."""
    connections["default"].close()


def let_go_if_read_only() -> bool:
    """Before a pause, let go of a connection that was made while nothing could be written; tell whether it was one.

    SQLite shares what it opened to read between all connections of a process: none of them can write until every thread
    has let go of its own at one moment.
    """
    connection = connections["default"]
    if not getattr(connection, "only_reads", False):
        return False
    connection.close()
    return True
