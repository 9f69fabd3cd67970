"""Which store the nodes of a measurement have: an SQLite file each, or databases of a PostgreSQL that syncs to disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from _pair import family_cpu_seconds

from comity.testing.postgres import PostgresCluster, make_databases


class Store:
    """Which store the nodes have, and what its server costs."""

    def __init__(self, name: str, cluster: PostgresCluster | None = None, url: str = "") -> None:
        self.name, self._cluster, self._url, self._made = name, cluster, url, 0

    @property
    def server(self) -> int:
        return self._cluster.pid if self._cluster else 0

    @property
    def new_database(self) -> Callable[[], str] | None:
        return self._new if self._cluster else None

    def cpu(self) -> float:
        return family_cpu_seconds(self._cluster.pid) if self._cluster else 0.0

    def _new(self) -> str:
        self._made += 1
        name = f"bench-{self._made}"
        return make_databases(self._url, [name])[name]


@contextmanager
def stores(postgresql: bool) -> Iterator[list[Store]]:
    found = [Store("SQLite")]
    if not postgresql:
        yield found
        return
    cluster = PostgresCluster(durable=True)
    try:
        yield [*found, Store("PostgreSQL", cluster, cluster.start())]
    finally:
        cluster.stop()
