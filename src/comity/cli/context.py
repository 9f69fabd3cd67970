"""Which node a command works on: `--dir DIR`, else COMITY_DIR, else the current directory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from comity.edges.home import Home, open_home
from comity.edges.node_lock import share_node, take_node_alone
from comity.store.connect import use_database

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
    share_node(directory)
    return _use(home)


def use_node_alone(directory: Path) -> Home:
    """Open a node for what nobody else may be at work beside.  Raises `ConflictError` while anybody is."""
    home = open_home(directory)
    take_node_alone(directory)
    return _use(home)


def _use(home: Home) -> Home:
    use_database(home.database())
    return home
