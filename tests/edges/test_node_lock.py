"""Everybody shares a node, or one command has it alone; the dead hold nothing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comity.core.errors import ConflictError
from comity.edges.node_lock import release_node, share_node, take_node_alone


@contextmanager
def another(directory: Path, how: str) -> Iterator[None]:
    """Another process that works on the node until it is killed."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom comity.edges import node_lock\n"
        "getattr(node_lock, sys.argv[2])(Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(directory), how], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield
        finally:
            process.kill()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    release_node(tmp_path)


def test_many_share_a_node_and_none_of_them_can_take_it_alone(directory: Path) -> None:
    with another(directory, "share_node"), another(directory, "share_node"):
        share_node(directory)
        share_node(directory)
        with pytest.raises(ConflictError, match="the node is at work"):
            take_node_alone(directory)
    take_node_alone(directory)  # they were killed: nothing is left of their locks


def test_while_one_has_it_alone_nobody_begins(directory: Path) -> None:
    with another(directory, "take_node_alone"):
        with pytest.raises(ConflictError, match="its store is being replaced"):
            share_node(directory)
        with pytest.raises(ConflictError, match="the node is at work"):
            take_node_alone(directory)
    share_node(directory)


def test_a_directory_that_takes_no_file_is_shared_all_the_same() -> None:
    share_node(Path("/proc/self"))  # nobody can make a file there, so nobody can replace a store there either
    with pytest.raises(OSError, match=r"node\.lock"):
        take_node_alone(Path("/proc/self"))
