"""A PostgreSQL of the test run's own; the campaign's command needs one too, so it is made in `comity.testing.postgres`."""

from comity.testing.postgres import ClusterError, PostgresCluster, program

__all__ = ("ClusterError", "PostgresCluster", "program")
