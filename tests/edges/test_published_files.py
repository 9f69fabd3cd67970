"""Files of outputs: whole or not there, and for nobody but their owner and group."""

import os
import stat
from pathlib import Path

import pytest

from comity.core.errors import InputError
from comity.edges.published_files import put_file, put_position


def test_strangers_of_the_machine_do_not_read_what_a_subscriber_is_told(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        put_file(tmp_path, "one.json", b"{}")
        put_position(tmp_path, "mine", 3)
    finally:
        os.umask(before)
    for file in tmp_path.iterdir():
        assert not stat.S_IMODE(file.stat().st_mode) & 0o007, file.name


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "one.json").mkdir()
    with pytest.raises(InputError):
        put_file(tmp_path, "one.json", b"{}")
    assert [file.name for file in tmp_path.iterdir()] == ["one.json"]
