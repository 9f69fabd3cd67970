"""Publish XARF: what a subscriber was told as XARF v4 reports, a file each; what was withdrawn has none.

The files follow the stream of told items from the position where they stopped, so a run costs what changed.  A case has
a report of its own only while none of its reports is told.  What XARF has no true type for is counted, not bent.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from comity.core.errors import SettingError
from comity.core.told_items import ToldCase, ToldReport
from comity.edges.home import Home
from comity.edges.published_files import put_file, put_position, read_position, remove_file
from comity.store.subscribers import get_reading_subscriber
from comity.store.told_items import ToldRow, newest_of_case, read_told
from comity.wire.xarf_told import render_told_case, render_told_report, xarf_id

_AT_ONCE: Final = 1_000


_File = tuple[
    str, bytes | None, bool
]  # its name; its octets, None where there is to be none; whether XARF cannot say it


class Published(msgspec.Struct):
    """What a run did: files written and taken away, items that XARF cannot say, and the position reached."""

    written: int = 0
    removed: int = 0
    unsaid: int = 0
    position: int = 0


def publish_xarf(home: Home, subscriber: str, directory: Path) -> Published:
    """Bring a directory of XARF reports up to date.  Raises `NotFoundError`, `SettingError`, `InputError`."""
    contact, pk = _contact(home), get_reading_subscriber(subscriber).pk
    whose = f"xarf:{subscriber}"
    done = Published(position=read_position(directory, whose))
    while rows := read_told(pk, after=done.position, limit=_AT_ONCE):
        for name, data, is_unsaid in _changed(home, pk, rows, contact):
            if data is not None:
                put_file(directory, name, data)
                done.written += 1
            else:
                done.removed += remove_file(directory, name)
                done.unsaid += is_unsaid
        done.position = rows[-1].position
        put_position(directory, whose, done.position)
    return done


def list_xarf(home: Home, subscriber: str) -> Iterator[bytes]:
    """Every XARF report that holds now, in the order of the stream."""
    contact, pk = _contact(home), get_reading_subscriber(subscriber).pk
    position, said = 0, set[str]()
    while rows := read_told(pk, after=position, limit=_AT_ONCE):
        for name, data, _is_unsaid in _changed(home, pk, rows, contact):
            if data is not None and name not in said:
                said.add(name)
                yield data
        position = rows[-1].position


def _changed(home: Home, pk: int, rows: list[ToldRow], contact: str) -> Iterator[_File]:
    """The files of what changed."""
    cases = dict.fromkeys(row.case_pk for row in rows if row.case_pk is not None)
    for case_pk in cases:
        yield from _files(home, newest_of_case(pk, case_pk), contact)
    yield from _files(home, [row for row in rows if row.case_pk is None and row.is_newest], contact)


def _files(home: Home, rows: list[ToldRow], contact: str) -> Iterator[_File]:
    has_report = any(row.kind == "report" and not row.is_withdrawn for row in rows)
    for row in rows:
        if row.kind not in ("report", "case"):
            continue
        data, is_said = None, not row.is_withdrawn and (row.kind == "report" or not has_report)
        if isinstance(row.told, ToldReport) and is_said:
            data = render_told_report(row.told, party=home.party, contact=contact, at=row.at)
        elif isinstance(row.told, ToldCase) and is_said:
            data = render_told_case(row.told, party=home.party, contact=contact)
        yield f"{xarf_id(UUID(row.subject))}.json", data, is_said and data is None


def _contact(home: Home) -> str:
    contact = home.settings.mail.reply_to or home.settings.mail.from_address
    if not contact:
        raise SettingError("a XARF report needs a contact; set reply_to or from_address", item="[mail]")
    return contact
