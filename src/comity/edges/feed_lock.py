"""One visit to a feed at a time: the desk's round and a person's command do not meet in its folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from comity.edges.feed_client import folder_of
from comity.edges.home import Home


@contextmanager
def lock_feed(home: Home, name: str) -> Iterator[bool]:
    """Hold a feed's folder; answers whether it is ours (no: somebody visits it now)."""
    with (folder_of(home, name) / "lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
