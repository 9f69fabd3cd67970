"""Two linked nodes for tests that start real processes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.pair import Pair


@pytest.fixture
def pair(tmp_path: Path, new_database: Callable[[], str] | None) -> Iterator[Pair]:
    """Two linked nodes, not started."""
    made = Pair(tmp_path, new_database=new_database)
    try:
        yield made
    finally:
        made.stop()
