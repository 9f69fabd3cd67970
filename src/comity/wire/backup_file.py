"""A backup as lines: what a node remembers, the same from SQLite and from PostgreSQL (docs/spec/backup.md).

Each line is one JSON value: a header (an object), then for each table its name and columns (an object) and its rows (an
array each), and at the end the SHA-256 of everything before.  Octets are written as the text they are in UTF-8, or else
as an array that holds their Base64.  The hash finds damage, not forgery: whoever can write the file can hash it too.
What a restore believes are the ledgers, recomputed and compared with what was signed.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

import msgspec
import orjson

from comity.core.errors import InputError

FORMAT: Final = "comity-backup/1"
_END: Final = b'{"sha256"'
Kind = Literal["integer", "text", "bytes", "boolean", "time", "json", "number"]


class BackupFormatError(InputError):
    """The file is no backup, or not whole, or not what it was when it was written."""

    code = "bad-backup"


class LedgerHead(msgspec.Struct, frozen=True):
    """One direction of a link as it stood when the backup was made."""

    origin: str
    direction: str
    size: int
    root: str
    receipt_size: int


class NodeFile(msgspec.Struct, frozen=True):
    """A file of the node's directory: only in a backup that was made with the keys."""

    file: str
    octets: str


class BackupHeader(msgspec.Struct, frozen=True):
    """What the first line says.  `migrations`: the schema, as `application.name`; `rows`: how many each table has."""

    format: str
    party: str
    made_at: str
    program: str
    migrations: tuple[str, ...]
    ledgers: tuple[LedgerHead, ...]
    rows: dict[str, int]
    files: tuple[NodeFile, ...] = ()


class TableHead(msgspec.Struct, frozen=True):
    """What stands before a table's rows."""

    table: str
    columns: tuple[tuple[str, Kind], ...]


class _End(msgspec.Struct, frozen=True):
    sha256: str


_header = msgspec.json.Decoder(BackupHeader).decode
_table = msgspec.json.Decoder(TableHead).decode
_end = msgspec.json.Decoder(_End).decode


def render_backup(header: BackupHeader, tables: Iterable[tuple[TableHead, Iterable[Sequence[Any]]]]) -> Iterator[bytes]:
    """Write a backup, line by line."""
    digest = hashlib.sha256()
    for line in _lines(header, tables):
        digest.update(line)
        yield line
    yield msgspec.json.encode(_End(digest.hexdigest())) + b"\n"


def _lines(header: BackupHeader, tables: Iterable[tuple[TableHead, Iterable[Sequence[Any]]]]) -> Iterator[bytes]:
    yield msgspec.json.encode(header) + b"\n"
    for table, rows in tables:
        yield msgspec.json.encode(table) + b"\n"
        octets = [index for index, (_name, kind) in enumerate(table.columns) if kind == "bytes"]
        for row in rows:
            written = list(row)
            for index in octets:
                if written[index] is not None:
                    written[index] = _written(written[index])
            yield orjson.dumps(written, option=orjson.OPT_APPEND_NEWLINE)


class BackupReader:
    """Reads a backup's lines once, in order; at the end the hash must be what the last line says.

    Raises `BackupFormatError` for anything else than a whole backup of this format.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._digest = hashlib.sha256()
        self._number = 0
        self._ahead: bytes | None = None
        line = self._next()
        try:
            self.header = _header(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise BackupFormatError("is not a backup of this program") from None
        if self.header.format != FORMAT:
            raise BackupFormatError(f"is of format {self.header.format}, this program reads {FORMAT}")

    def check(self) -> BackupHeader:
        """Read to the end without opening the rows: it is whole, and what it was when it was written."""
        while not (line := self._next()).startswith(_END):
            pass
        self._finish(line)
        return self.header

    def tables(self) -> Iterator[tuple[TableHead, Iterator[list[Any]]]]:
        """Read table after table; each one's rows must be read to their end before the next table."""
        while True:
            line = self._next()
            if line.startswith(_END):
                self._finish(line)
                return
            try:
                table = _table(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                raise self._broken() from None
            rows = self._rows(table)
            yield table, rows
            for _row in rows:
                raise BackupFormatError("a table's rows were left unread", item=table.table)

    def _rows(self, table: TableHead) -> Iterator[list[Any]]:
        octets = [index for index, (_name, kind) in enumerate(table.columns) if kind == "bytes"]
        width = len(table.columns)
        count = 0
        while True:
            line = self._next()
            if not line.startswith(b"["):
                self._ahead = line
                break
            try:
                row = orjson.loads(line)
                for index in octets:
                    if row[index] is not None:
                        row[index] = _read(row[index])
            except (orjson.JSONDecodeError, Base64Error, IndexError, TypeError, ValueError, AttributeError):
                raise self._broken() from None
            if len(row) != width:
                raise self._broken()
            count += 1
            yield row
        if count != self.header.rows.get(table.table):
            raise BackupFormatError(f"has {count} rows of {table.table}, its header says otherwise")

    def _next(self) -> bytes:
        if self._ahead is not None:
            line, self._ahead = self._ahead, None
            return line
        line = next(self._lines, b"")
        self._number += 1
        if not line.endswith(b"\n"):
            raise BackupFormatError(f"ends in the middle, at line {self._number}: it is not whole")
        if not line.startswith(_END):
            self._digest.update(line)
        return line

    def _finish(self, line: bytes) -> None:
        try:
            said = _end(line).sha256
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise self._broken() from None
        if said != self._digest.hexdigest():
            raise BackupFormatError("is damaged: its SHA-256 is not what its last line says")
        if next(self._lines, b""):
            raise BackupFormatError("goes on after its end")

    def _broken(self) -> BackupFormatError:
        return BackupFormatError(f"is damaged: line {self._number} cannot be read")


def _written(value: bytes) -> str | list[str]:
    octets = bytes(value)
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return [b64encode(octets).decode()]


def _read(value: str | list[str]) -> bytes:
    if isinstance(value, str):
        return value.encode()
    (text,) = value
    return b64decode(text, validate=True)
