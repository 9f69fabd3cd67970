"""Clusters on this machine that sweeps are tried on: real engines, each in processes of its own, gone when it is left.

`start_sail`: an engine that speaks Spark Connect, in one process (`.venv/spark`); cheap enough for every run of the
tests.  `start_apache_spark`: Apache Spark as a stand-alone master, workers as processes of their own and a Connect
server (`.venv/apache-spark`, put there by tools/apache_spark.sh; Java); for what only a real cluster can show.

Neither knows anything of Comity but what their Python has: this source, and the packages beside the environment.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import comity

CLIENT: Final = Path(sys.prefix) / "spark"
APACHE_SPARK: Final = Path(sys.prefix) / "apache-spark"
_SOURCE: Final = Path(comity.__file__).resolve().parents[1]
_WAIT_SECONDS: Final = 240.0  # Java starts slowly on a busy machine


class ClusterError(Exception):
    """A cluster did not start; its last words follow."""


class Cluster:
    """A running cluster by its address; `servers` are the processes that were started, by name."""

    def __init__(self, servers: Mapping[str, subprocess.Popen[bytes]]) -> None:
        self.servers = servers
        self.address = ""

    def pids(self, *names: str) -> list[int]:
        """Processes of these servers (of all, without a name) and all that they started."""
        return [pid for name in names or self.servers for pid in _tree(self.servers[name].pid)]

    def kill(self, *names: str) -> None:
        """Kill these servers (all, without a name) and all that they started, as a machine is lost."""
        for pid in self.pids(*names):
            kill(pid)
        for name in names or self.servers:
            self.servers[name].wait()


def client_environment() -> dict[str, str]:
    """The environment of a process that asks a cluster."""
    return {**os.environ, "PYTHONPATH": _path(_SOURCE, CLIENT)}


@contextmanager
def start_sail(folder: Path) -> Iterator[Cluster]:
    """One process with a driver and workers in it."""
    environment = {**client_environment(), "SAIL_MODE": "local-cluster"}
    with _servers() as servers:
        cluster, log = Cluster(servers), folder / "sail.log"
        servers["sail"] = _start([sys.executable, "-m", "pysail", "spark", "server", "--port", "0"], log, environment)
        port = _said(log, r"Connect server on 127\.0\.0\.1:([1-9]\d*)", servers["sail"])
        cluster.address = f"sc://127.0.0.1:{port}"
        yield cluster


@contextmanager
def start_apache_spark(
    folder: Path, *, workers: int = 2, memory: str = "1g", also: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """A stand-alone master, workers of one core each (`worker-1` …) and a Connect server, all on loopback.

    `also`: more of the environment that the workers have.
    """
    home = APACHE_SPARK / "pyspark"
    environment = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": _path(APACHE_SPARK, _SOURCE, CLIENT), "POLARS_MAX_THREADS": "1", **(also or {}),
    }  # fmt: skip
    run = str(home / "bin" / "spark-class")
    with _servers() as servers:
        cluster = Cluster(servers)
        log = folder / "master.log"
        servers["master"] = _start(
            [run, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"],
            log, environment,
        )  # fmt: skip
        master = _said(log, r"Starting Spark master at (spark://\S+)", servers["master"])
        for number in range(1, workers + 1):
            servers[f"worker-{number}"] = _start(
                [run, "org.apache.spark.deploy.worker.Worker", master, "--host", "127.0.0.1", "--cores", "1",
                 "--memory", memory, "--webui-port", "0", "--work-dir", str(folder / f"worker-{number}")],
                folder / f"worker-{number}.log", environment,
            )  # fmt: skip
        for number in range(1, workers + 1):
            _said(folder / f"worker-{number}.log", r"(Successfully registered)", servers[f"worker-{number}"])
        log, port = folder / "connect.log", _free_port()
        options = {
            "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port),
            "spark.executor.memory": "600m", "spark.ui.enabled": "false", "spark.task.maxFailures": "4",
        }  # fmt: skip
        servers["connect"] = _start(
            [str(home / "bin" / "spark-submit"), "--master", master, "--driver-memory", "600m",
             *(word for name, value in options.items() for word in ("--conf", f"{name}={value}")),
             "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"],
            log, environment,
        )  # fmt: skip
        _said(log, r"(Spark Connect server started)", servers["connect"])
        cluster.address = f"sc://127.0.0.1:{port}"
        yield cluster


@contextmanager
def start_object_storage(folder: Path, bucket: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Somebody else's server that speaks S3 over HTTP, with one bucket: its URL, and the keys as environment."""
    port = _free_port()
    environment = {**os.environ, "PYTHONPATH": str(APACHE_SPARK)}
    with _servers() as servers:
        log = folder / "storage.log"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        servers["storage"] = _start(command, log, environment)
        _said(log, r"(Running on http)", servers["storage"])
        asked = HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("PUT", f"/{bucket}")
        if (status := asked.getresponse().status) != HTTPStatus.OK:
            raise ClusterError(f"the bucket was not made: {status}")
        asked.close()
        keys = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_EC2_METADATA_DISABLED": "true"}
        yield f"s3://{bucket}/sweeps?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1", keys


def kill(pid: int) -> None:
    """Kill a process, if it is still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _path(*folders: Path) -> str:
    return os.pathsep.join(map(str, folders))


def _start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            command, cwd=log.parent, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )


@contextmanager
def _servers() -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    servers: dict[str, subprocess.Popen[bytes]] = {}
    try:
        yield servers
    finally:
        Cluster(servers).kill()


def _said(log: Path, pattern: str, process: subprocess.Popen[bytes]) -> str:
    """Wait until a server has said something, and give what of it is in parentheses.  Raises `ClusterError`."""
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(pattern, log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.05)
    raise ClusterError(f"{log.name} never had {pattern!r}: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _tree(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []
    return [pid, *(one for child in children for one in _tree(int(child)))]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
