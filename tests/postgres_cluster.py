"""A PostgreSQL of the test run's own; campaigns need one too: see `comity.testing.postgres`."""

from comity.testing.postgres import ClusterError, PostgresCluster, program

__all__ = ("ClusterError", "PostgresCluster", "program")
