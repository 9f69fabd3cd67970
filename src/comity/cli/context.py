"""Which node a command works on: `--dir DIR`, else COMITY_DIR, else the current directory."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from django.db import connections

from comity.edges.home import Home, open_home

dir_option: Callable[[Any], Any] = click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    envvar="COMITY_DIR",
    show_envvar=True,
    help="The node's directory.",
)
json_option: Callable[[Any], Any] = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def use_node(directory: Path) -> Home:
    """Open a node and point the store at its database, before anything is read or written."""
    home = open_home(directory)
    point_store(home.database())
    return home


def point_store(entry: dict[str, Any]) -> None:
    """Make one entry of DATABASES the store's."""
    connections.settings.update(connections.configure_settings({"default": entry}))
    with suppress(AttributeError):  # no connection was made yet: the usual case
        del connections["default"]
