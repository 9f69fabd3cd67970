"""Two linked nodes for tests that start real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.pair import Pair


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two linked nodes, not started."""
    made = Pair(tmp_path)
    try:
        yield made
    finally:
        made.stop()
