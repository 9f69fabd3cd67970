"""Which engine a sweep is given: this machine's workers, or a cluster, whose client is an extra (`comity[spark]`)."""

from importlib import import_module

from comity.cli.sweep_request import Asked
from comity.core.errors import InputError
from comity.edges.home import Home
from comity.edges.sweep_settings import SweepSettings
from comity.sweep.plan import Engine as EngineName
from comity.sweep.run import Engine
from comity.sweep.run_errors import EngineError


def open_engine(asked: Asked, home: Home | None, engine: EngineName) -> Engine | None:
    """Reach the cluster that was asked for; None: this machine's workers.  Raises `EngineError`, `InputError`."""
    said = home.settings.sweep if home else SweepSettings()
    if engine == "local":
        return None
    address = asked.cluster or said.cluster
    if not address:
        raise InputError(
            "name the cluster: --cluster sc://host:port, SPARK_REMOTE, or [sweep] cluster in node.toml",
            item="--engine spark",
        )
    try:
        spark = import_module("comity.sweep.engines.spark")  # only now: no other engine needs the client
    except ImportError as error:
        raise EngineError(
            f"its client is not installed: pip install 'comity[spark]' ({error})", item="spark"
        ) from error
    cluster = spark.SparkCluster(address, asked.files_at or said.files_at)
    cluster.greet()
    engine_of_run: Engine = cluster
    return engine_of_run
