"""A backup is on the disk whole or not at all, and for its owner's eyes."""

import gzip
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from comity.core.errors import ConflictError
from comity.edges.backup_disk import read_lines, write_lines
from comity.wire.backup_file import BackupFormatError

LINES = [b"%d " % number + b"x" * 1000 + b"\n" for number in range(3_000)]


def test_it_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "node.backup"
    assert write_lines(file, LINES) == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(read_lines(file)) == LINES
    assert gzip.decompress(file.read_bytes()) == b"".join(LINES)  # any gzip reads it
    assert list(tmp_path.iterdir()) == [file]


def test_it_replaces_nothing(tmp_path: Path) -> None:
    file = tmp_path / "node.backup"
    file.write_bytes(b"of yesterday")
    with pytest.raises(ConflictError):
        write_lines(file, LINES)
    assert file.read_bytes() == b"of yesterday"
    assert list(tmp_path.iterdir()) == [file]


def test_of_a_writer_that_fails_nothing_is_left(tmp_path: Path) -> None:
    def lines():  # type: ignore[no-untyped-def]
        yield LINES[0] * 2000
        raise BackupFormatError("in the middle")

    with pytest.raises(BackupFormatError):
        write_lines(tmp_path / "node.backup", lines())
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_said_and_leaves_no_half_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the same write fails, with another number."""
    code = (
        "import resource, sys, os\nfrom pathlib import Path\nfrom comity.core.errors import ComityError\n"
        "from comity.edges.backup_disk import write_lines\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try:\n    write_lines(Path(sys.argv[1]), (os.urandom(1000) + b'\\n' for _ in range(3000)))\n"
        "except ComityError as error:\n    print(f'{error} [{error.code}]')\n"
    )
    file = tmp_path / "node.backup"
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert (
        done.stdout
        == f"{file}: the backup was not written: File too large; nothing is left of it [backup-not-written]\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="No such file or directory"):
        write_lines(tmp_path / "nowhere" / "node.backup", LINES)


@pytest.mark.parametrize("cut", [0, 5, 1000, -1])
def test_a_file_that_was_cut_is_found(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "node.backup"
    write_lines(file, LINES)
    file.write_bytes(file.read_bytes()[:cut])
    if cut == 0:
        assert list(read_lines(file)) == []  # nothing at all: the reader above finds that no header is there
    else:
        with pytest.raises(BackupFormatError):
            list(read_lines(file))
