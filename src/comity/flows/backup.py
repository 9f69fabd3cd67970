"""Backup: write all that the node remembers into one file, as it stands at one moment, while the node goes on.

What signs and what opens TLS stays out unless asked for: a backup travels and is kept for years, and whoever has the
keys can speak for the registry.  Sessions stay out always.  docs/spec/backup.md says what is in the file.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from comity.edges.backup_disk import write_lines
from comity.edges.home import Home
from comity.store.schema import migration_names
from comity.store.whole import count_rows, ledger_heads, one_moment, read_table, table_heads
from comity.wire.backup_file import FORMAT, BackupHeader, NodeFile, render_backup

_SECRET = ("node.toml", "keys/*", "tls/*")


class BackedUp(msgspec.Struct, frozen=True):
    """What was written."""

    file: Path
    octets: int
    header: BackupHeader


def backup(home: Home, path: Path, *, with_keys: bool = False, at: datetime) -> BackedUp:
    """Write a backup.  Raises `ConflictError` when the file exists, `BackupDiskError` when it cannot be written."""
    tables = table_heads()
    with one_moment():
        header = BackupHeader(
            format=FORMAT,
            party=home.party,
            made_at=at.isoformat(timespec="seconds"),
            program=version("comity"),
            migrations=migration_names(),
            ledgers=ledger_heads(),
            rows=count_rows(tables),
            files=tuple(_secret_files(home)) if with_keys else (),
        )
        octets = write_lines(path, render_backup(header, ((table, read_table(table)) for table in tables)))
    return BackedUp(path, octets, header)


def _secret_files(home: Home) -> Iterator[NodeFile]:
    for pattern in _SECRET:
        for path in sorted(home.path.glob(pattern)):
            yield NodeFile(path.relative_to(home.path).as_posix(), b64encode(path.read_bytes()).decode())
