"""A PostgreSQL of a test's or campaign's own: made with initdb, thrown away at the end, reached on a free loopback
port.

It refuses to be anybody's database: it lives in a temporary directory and trusts loopback, and it syncs to disk only
where that is what is measured.  The server will not run as root, so a root session hands it to the `postgres` user that
Debian's package makes.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from psycopg import errors, sql

_TEMPLATE: Final = "comity-empty"


class ClusterError(Exception):
    """PostgreSQL could not be started for the tests."""


def program(name: str) -> str:
    """The newest of PostgreSQL's server programs that is installed."""
    places = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parent.parent.name), reverse=True
    )
    found = str(places[0]) if places else shutil.which(name)
    if not found:
        raise ClusterError(f"{name} is not installed; run tools/system_packages.sh")
    return found


class PostgresCluster:
    """One server, from `start()` to `stop()`."""

    def __init__(self, *, durable: bool = False) -> None:
        """`durable`: commits are synced to disk, as in service."""
        self._directory = Path(tempfile.mkdtemp(prefix="comity-postgres-"))
        self._sync = "" if durable else "-c fsync=off -c full_page_writes=off "
        self._as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._port = _free_port()

    def start(self) -> str:
        """Start the server and return its URL, which names the database `postgres`."""
        if self._as_postgres:
            shutil.chown(self._directory, "postgres")
        data = self._directory / "data"
        self._run(
            program("initdb"), "--pgdata", str(data), "--username", "comity", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self._port} -c unix_socket_directories={self._directory} "
            f"{self._sync}-c max_connections=200"
        )
        log = self._directory / "log"
        self._run(program("pg_ctl"), "start", "--wait", "--pgdata", str(data), "--log", str(log), "--options", options)
        return f"postgresql://comity@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """The server's first process, the parent of all others."""
        return int((self._directory / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def start_replica(self) -> str:
        """Start a second server that follows the first one by streaming replication; return its URL."""
        data, port = self._directory / "replica", _free_port()
        self._run(
            program("pg_basebackup"), "--pgdata", str(data), "--host", "127.0.0.1", "--port", str(self._port),
            "--username", "comity", "--write-recovery-conf", "--checkpoint", "fast", "--no-sync",
        )  # fmt: skip
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={self._directory} "
            "-c fsync=off -c max_connections=200"
        )
        log = self._directory / "replica.log"
        self._run(program("pg_ctl"), "start", "--wait", "--pgdata", str(data), "--log", str(log), "--options", options)
        return f"postgresql://comity@127.0.0.1:{port}/postgres"

    def stop_replica(self) -> None:
        """Stop the second server, if it runs."""
        self._stop(self._directory / "replica")

    def stop(self) -> None:
        """Stop the servers and remove all of it."""
        self.stop_replica()
        self._stop(self._directory / "data")
        shutil.rmtree(self._directory)

    def _stop(self, data: Path) -> None:
        if (data / "postmaster.pid").exists():
            self._run(program("pg_ctl"), "stop", "--mode", "immediate", "--pgdata", str(data))

    def _run(self, *command: str) -> None:
        # The server inherits its starter's streams, so they go to a file: a pipe would stay open as long as it runs.
        output = self._directory / "output"
        with output.open("wb") as stream:
            done = subprocess.run(
                [*self._as_postgres, *command],
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                timeout=120,
                check=False,
            )
        if done.returncode:
            raise ClusterError(f"{' '.join(command)}\n{output.read_text(errors='replace')}")


def make_databases(url: str, names: Sequence[str], *, tablespaces: Mapping[str, Path] | None = None) -> dict[str, str]:
    """Make a database for each name on a server (`url` names any database of it); answer each one's URL.

    A name in `tablespaces` gets a tablespace of its own in that directory, which must belong to the server.
    """
    made: dict[str, str] = {}
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            database = f"campaign-{name}-{server.info.backend_pid}"
            tablespace = ""
            if name in (tablespaces or {}):
                place = sql.Literal(str((tablespaces or {})[name]))
                tablespace = database
                server.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(database), place))
            create_database(server, database, tablespace=tablespace)
            made[name] = urlsplit(url)._replace(path=f"/{database}").geturl()
    return made


def create_database(server: "psycopg.Connection[Any]", name: str, *, tablespace: str = "", bare: bool = False) -> None:
    """Make a database for a node: with nobody's data, and with its schema where one was kept, unless it is `bare`."""
    words = [sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))]
    if not bare and server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone():
        words.append(sql.SQL("TEMPLATE {}").format(sql.Identifier(_TEMPLATE)))
    if tablespace:
        words.append(sql.SQL("TABLESPACE {}").format(sql.Identifier(tablespace)))
    server.execute(sql.SQL(" ").join(words))


def keep_as_template(parameters: Mapping[str, Any]) -> None:
    """Keep a copy of a database that has just got its schema, from which others are made; `parameters`: how to
    connect to it.
    """
    where = {name: parameters[name] for name in ("user", "password", "host", "port") if parameters.get(name)}
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone():
            return
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # another process was first
            server.execute(words.format(sql.Identifier(_TEMPLATE), sql.Identifier(parameters["dbname"])))


def drop_databases(url: str, made: Mapping[str, str]) -> None:
    """Drop databases that `make_databases` made, whoever is connected to them, and their tablespaces."""
    with psycopg.connect(url, autocommit=True) as server:
        for one in made.values():
            name = sql.Identifier(urlsplit(one).path.removeprefix("/"))
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            server.execute(sql.SQL("DROP TABLESPACE IF EXISTS {}").format(name))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
