"""Migrate the store: move all that a node remembers to another database, SQLite to PostgreSQL or back.

    (1) everything is written into a file in the node's directory (a backup without keys)
    (2) the other database is filled from it and every ledger recomputed there, in one transaction
    (3) node.toml names the other database

The caller holds the node alone, so nothing is written meanwhile.  Until (3) the node is what it was, and after an
interruption the command can be given again; the old database is never changed.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from comity.core.errors import ConflictError
from comity.edges.home import Home, database_entry
from comity.edges.node_file import set_database_url
from comity.flows.backup import backup
from comity.flows.restore import fill_store
from comity.store.connect import hang_up, use_database
from comity.wire.backup_file import BackupHeader

_FILE = "migrate-store.backup"


class Moved(msgspec.Struct, frozen=True):
    """What was moved, and out of which database."""

    header: BackupHeader
    old_url: str


def migrate_store(home: Home, url: str, *, replace: bool = False, at: datetime) -> Moved:
    """Move the store.  Raises `ConflictError` when the other database holds something and is not to be replaced."""
    entry = database_entry(url, base=home.path)
    old = home.database()
    if all(entry.get(part) == old.get(part) for part in ("ENGINE", "NAME", "HOST", "PORT")):
        raise ConflictError("is the database that the node uses now", item="URL")
    file: Path = home.path / _FILE
    file.unlink(missing_ok=True)  # of a move that was interrupted
    try:
        made = backup(home, file, at=at)
        hang_up()
        use_database(entry)
        fill_store(home, file, made.header, replace=replace, recover_after=None, at=at)
        set_database_url(home.path, url)
    finally:
        file.unlink(missing_ok=True)
    return Moved(made.header, home.settings.database.url)
