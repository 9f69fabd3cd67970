"""Restore: fill a node's store from a backup, and believe it only when every ledger is what was signed.

    (1) the file is read to its end: whole, undamaged, of this party, of a schema this program knows
    (2) the store is empty, or is to be replaced; nobody else is at work on the node (the caller holds it alone)
    (3) in one transaction: rows, then every ledger recomputed from its entries and compared with its signed heads
    (4) each link is `recovering`: partners hold entries made after the backup, so nothing is taken or signed before
        they have given them back; docs/how-to/engineer.md

A backup of an older schema is filled into that schema and then migrated; it needs an empty store.
"""

import os
import re
from base64 import b64decode
from binascii import Error as Base64Error
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.db import transaction

from comity.core.errors import ComityError, ConflictError
from comity.edges.backup_disk import read_lines
from comity.edges.home import Home
from comity.flows.verify_ledgers import verify_ledgers
from comity.store.links import set_recovering
from comity.store.schema import migrate_to, migrate_to_newest, migration_names, unknown_migrations
from comity.store.whole import empty_store, fill_table, finish_filling, is_empty, ledger_heads, table_heads
from comity.wire.backup_file import BackupFormatError, BackupHeader, BackupReader

_FILE = re.compile(r"node\.toml|(?:keys|tls)/[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class NotBelievedError(ComityError):
    """A ledger in the backup is not what was signed; the store is as it was before."""

    code = "backup-not-believed"


class Restored(msgspec.Struct, frozen=True):
    """What came back."""

    header: BackupHeader
    recovering: tuple[str, ...]
    recover_after: datetime | None


def read_backup(path: Path) -> BackupHeader:
    """Read a backup to its end.  Raises `BackupFormatError` unless it is whole and undamaged."""
    return BackupReader(read_lines(path)).check()


def place_files(directory: Path, header: BackupHeader) -> list[str]:
    """Write those files of the node's directory that the backup has and the directory lacks; replace none."""
    written = []
    for file in header.files:
        path = directory / file.file
        if not _FILE.fullmatch(file.file):
            raise BackupFormatError("is not a file of a node", item=file.file[:100])
        if path.exists():
            continue
        try:
            octets = b64decode(file.octets, validate=True)
        except Base64Error:
            raise BackupFormatError("cannot be read", item=file.file) from None
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(octets)
            opened.flush()
            os.fsync(opened.fileno())
        written.append(file.file)
    return written


def restore(home: Home, path: Path, header: BackupHeader, *, replace: bool, at: datetime) -> Restored:
    """Fill the store from a backup that `read_backup` has read, and let every link recover."""
    after = at + timedelta(seconds=home.settings.link.settle_seconds)
    recovering = fill_store(home, path, header, replace=replace, recover_after=after, at=at)
    return Restored(header, recovering, after if recovering else None)


def fill_store(
    home: Home, path: Path, header: BackupHeader, *, replace: bool, recover_after: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Fill the store and verify it; with `recover_after` its links must recover, and are named in the answer."""
    if header.party != home.party:
        raise ConflictError(f"is a backup of {header.party}, this node is {home.party}'s", item=str(path))
    if unknown := unknown_migrations(header.migrations):
        raise ConflictError(f"was made by a newer version of this program ({', '.join(unknown)})", item=str(path))
    migrate_to_newest()
    found_empty = is_empty(table_heads())
    if not (found_empty or replace):
        raise ConflictError("the store is not empty; --replace gives up what it holds", item=str(home.path))
    if set(header.migrations) == set(migration_names()):
        with transaction.atomic():
            _fill(path)
            recovering = set_recovering(recover_after) if recover_after else ()
            _believe(home, header, at=at)
        return recovering
    if not found_empty:
        raise ConflictError("is of an older schema: it can be restored only into an empty store", item=str(path))
    return _fill_older(home, path, header, recover_after=recover_after, at=at)


def _fill_older(
    home: Home, path: Path, header: BackupHeader, *, recover_after: datetime | None, at: datetime
) -> tuple[str, ...]:
    with transaction.atomic():
        empty_store()  # what the newer schema's migrations made for themselves
    migrate_to(header.migrations)
    with transaction.atomic():
        _fill(path)
        if recover_after:
            set_recovering(None)  # should this be interrupted, the node recovers all the same
    migrate_to_newest()
    try:
        with transaction.atomic():
            recovering = set_recovering(recover_after) if recover_after else ()
            _believe(home, header, at=at)
    except ComityError:
        with transaction.atomic():
            empty_store()
        raise
    return recovering


def _fill(path: Path) -> None:
    empty_store()
    for table, rows in BackupReader(read_lines(path)).tables():
        fill_table(table, rows)
    finish_filling()


def _believe(home: Home, header: BackupHeader, *, at: datetime) -> None:
    """Recompute every ledger.  Raises `NotBelievedError` with the first differences."""
    differences = [
        f"{report.origin}: {sentence}" for report in verify_ledgers(home, at=at) for sentence in report.differences
    ]
    if ledger_heads() != header.ledgers:
        differences.append("the ledgers are not those that the backup's header names")
    if differences:
        raise NotBelievedError("; ".join(differences[:5]) + "; nothing was changed")
