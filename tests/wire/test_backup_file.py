"""A backup comes back as it was written, and one octet that is missing or changed is found."""

import hashlib
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.wire.backup_file import FORMAT, BackupFormatError, BackupHeader, BackupReader, TableHead, render_backup

TABLE = TableHead("kept", (("id", "integer"), ("name", "text"), ("octets", "bytes"), ("sure", "boolean")))
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.text(st.characters(exclude_categories=("Cs",))),
        st.none() | st.binary() | st.text(st.characters(exclude_categories=("Cs",))).map(str.encode),
        st.none() | st.booleans(),
    ),
    max_size=8,
)


def header(count: int, **more: Any) -> BackupHeader:
    return BackupHeader(
        FORMAT, "cctld.ru", "2026-11-25T12:00:00+00:00", "0.1.0", ("store.0001",), (), {"kept": count}, **more
    )


def written(rows: list[tuple[Any, ...]]) -> list[bytes]:
    return list(render_backup(header(len(rows)), [(TABLE, rows)]))


def read(lines: list[bytes]) -> tuple[BackupHeader, list[tuple[Any, ...]]]:
    reader = BackupReader(lines)
    rows = [tuple(row) for table, rows in reader.tables() for row in rows if table == TABLE]
    return reader.header, rows


def check(lines: list[bytes]) -> BackupHeader:
    return BackupReader(lines).check()


@given(ROWS)
def test_what_is_written_is_read(rows: list[tuple[Any, ...]]) -> None:
    assert read(written(rows)) == (header(len(rows)), rows)
    assert check(written(rows)) == header(len(rows))


def test_the_hash_is_of_all_lines_before_the_last() -> None:
    lines = written([(1, "a", b"\xff", True)])
    assert json.loads(lines[-1]) == {"sha256": hashlib.sha256(b"".join(lines[:-1])).hexdigest()}
    assert lines[2] == b'[1,"a",["/w=="],true]\n'


@given(ROWS.filter(bool), st.data())
def test_a_changed_octet_is_found(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    whole = b"".join(written(rows))
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    for how in (read, check):
        with pytest.raises(BackupFormatError):
            how(changed.splitlines(keepends=True))


@given(ROWS, st.data())
def test_a_cut_is_found(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    whole = b"".join(written(rows))
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    for how in (read, check):
        with pytest.raises(BackupFormatError):
            how(cut.splitlines(keepends=True))


def test_lines_that_change_places_are_found() -> None:
    lines = written([(1, "a", b"", None), (2, "b", b"", None), (3, "c", b"", None)])
    for first, second in pairwise(range(len(lines))):
        swapped = list(lines)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        with pytest.raises(BackupFormatError):
            read(swapped)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "ends in the middle, at line 1"),
        ([b"{}\n"], "not a backup of this program"),
        ([b"[]\n"], "not a backup of this program"),
        ([*written([]), b"[]\n"], "goes on after its end"),
        ([line.replace(FORMAT.encode(), b"comity-backup/2") for line in written([])], "is of format comity-backup/2"),
        ([line.replace(b'"kept":0', b'"kept":1') for line in written([])], "0 rows of kept"),
    ],
)
def test_what_is_wrong_is_said(lines: list[bytes], said: str) -> None:
    with pytest.raises(BackupFormatError, match=said):
        read(lines)
