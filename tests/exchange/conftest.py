"""Two linked nodes for tests that start real processes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.pair import Pair
from exchange.scene import MALLORY, Scene


@pytest.fixture
def pair(tmp_path: Path, new_database: Callable[[], str] | None) -> Iterator[Pair]:
    """Two linked nodes, not started."""
    made = Pair(tmp_path, new_database=new_database)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("hostile"))
    try:
        yield made
        made.check()
        held = made.by.act("dump", "cctld.ru")
        assert held["received"] == [str(number) for number in range(made.honest.size)]
        assert (held["state"], held["differences"]) == ("open", [])
        assert made.by.act("dump", MALLORY)["received"] == []
    finally:
        made.honest.close()
        made.pair.stop()
