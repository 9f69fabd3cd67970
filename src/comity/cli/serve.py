"""`comity serve`: the whole node, as a few processes under one.

    pages      Granian, HTTPS: pages and API
    links      our own listener, mutual TLS: partners' nodes, and nothing else
    courier    carries entries to partners
    zones      response policy zones to resolvers, where node.toml says at which port

The links listener trusts the partners' certificate authorities; a partner that is added is let in without a restart.
"""

import logging.config
import os
import shutil
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections

from comity.cli.context import dir_option, use_node
from comity.edges.counters import VARIABLE, make_counters
from comity.edges.heartbeat import beating, clear_dead
from comity.edges.home import Home
from comity.edges.journal import log_configuration, log_uncaught
from comity.edges.listener.server import listen
from comity.edges.processes import Child, supervise
from comity.edges.service_manager import ALIVE, READY, STOPPING, tell
from comity.edges.tls import write_partner_authorities, write_subscriber_certificates
from comity.flows.apply_kept import apply_kept
from comity.flows.courier import courier
from comity.flows.serve_zones import serve_zones
from comity.flows.stock_library import stock_library
from comity.flows.tend import tend
from comity.store.links import partner_authorities
from comity.store.replica import Replica
from comity.store.subscribers import subscriber_certificates

_PARTS = ("courier", "links", "desk", "zones")
_LOG_FILE = "run/log.json"
_LINK_ADDRESSES = "comity.node.link_urls"  # what partners may ask, and nothing else


@click.command()
@dir_option
@click.option("--only", type=click.Choice(_PARTS), help="Run one part of the node in this process.", hidden=True)
def serve(directory: Path, only: str | None) -> None:
    """Serve pages, API and links, carry entries to partners and tend the desk, until interrupted."""
    home = use_node(directory)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    if only:
        _keep_connection()
        sys.excepthook = log_uncaught
    if only == "courier":
        courier(home, stop=beating(home.path, "courier", stopping.is_set))
        return
    if only == "desk":
        tend(home, stop=beating(home.path, "desk", stopping.is_set))
        return
    if only == "zones":
        serve_zones(home, stop=beating(home.path, "zones", stopping.is_set))
        return
    if only == "links":
        settings.HOME, settings.ROOT_URLCONF = home, _LINK_ADDRESSES
        listen(home, get_wsgi_application(), stop=stopping.is_set)
        return
    _log_as_set(home)
    for part in ("courier", "desk", "zones"):
        clear_dead(home.path, part)
    call_command("migrate", interactive=False, verbosity=0)
    for partner, count in apply_kept(home, at=datetime.now(UTC)).items():
        click.echo(f"{home.party}: {count} entries of {partner} that an older version kept are applied", err=True)
    stock_library(home, at=datetime.now(UTC))
    counters = make_counters()
    os.environ[VARIABLE] = str(counters)  # for every child: the pages tell the counts of all of them
    if home.settings.database.replica:
        Replica(home.path).begin()
    click.echo(f"{home.party}: pages at {home.settings.web.url}  links at {home.settings.link.url}", err=True)
    links = _LinksListener(home)
    children = [_pages(home), _part(home, "courier"), _part(home, "desk")]
    if home.settings.blocking.port:
        children.append(_part(home, "zones"))
    for child in children:
        child.start()
    try:
        tell(READY)
        supervise(children, stop=stopping.is_set, each_round=lambda: _round(links))
    finally:
        tell(STOPPING)
        links.stop()
        shutil.rmtree(counters, ignore_errors=True)
    click.echo(f"{home.party}: stopped", err=True)


def _keep_connection() -> None:
    """Let a part that asks all the time keep its connection: SQLite empties its log when the last one is closed."""
    connections.settings["default"]["CONN_MAX_AGE"] = None


def _round(links: "_LinksListener") -> None:
    links.tend()
    tell(ALIVE)


def _log_as_set(home: Home) -> None:
    """Let this process and, by a file, the server's processes log as the node's configuration says."""
    configuration = log_configuration(home.settings.log, under_journal="JOURNAL_STREAM" in os.environ)
    logging.config.dictConfig(configuration)
    sys.excepthook = log_uncaught
    file = home.path / _LOG_FILE
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_bytes(orjson.dumps(configuration))


def _part(home: Home, part: str) -> Child:
    command = (sys.executable, "-m", "comity", "serve", "--only", part, "--dir", str(home.path))
    return Child(part, command, _environment(home))


def _pages(home: Home) -> Child:
    web = home.settings.web
    command = _granian(home, "comity.node.wsgi:application", web.host, web.port, workers=web.workers)
    return Child("pages", command, _environment(home))


def _environment(home: Home) -> dict[str, str]:
    return {"COMITY_DIR": str(home.path), "DJANGO_SETTINGS_MODULE": "comity.node.settings", "PYTHONUNBUFFERED": "1"}


def _granian(home: Home, application: str, host: str, port: int, *, workers: int) -> list[str]:
    tls = home.path / "tls"
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "2", "--no-ws", "--http", "1",
        "--http1-header-read-timeout", "10000", "--respawn-failed-workers", "--log-level", "warning",
        "--log-config", str(home.path / _LOG_FILE),
        "--ssl-certificate", str(tls / "node.pem"), "--ssl-keyfile", str(tls / "node.key"), application,
    ]  # fmt: skip


class _LinksListener:
    """The listener for partners and subscribers with certificates: exists while there are any, and knows just them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._known: tuple[str, tuple[bytes, ...]] = ("", ())
        self._child: Child | None = None
        self._looked_at = datetime.min.replace(tzinfo=UTC)

    def tend(self) -> None:
        now = datetime.now(UTC)
        if (now - self._looked_at).total_seconds() >= 1.0:
            self._looked_at = now
            close_old_connections()
            known = (partner_authorities(), subscriber_certificates(at=now))
            if known != self._known:
                self._known = known
                self._know()
        if self._child is not None:
            self._child.tend()

    def _know(self) -> None:
        """Let the listener know them: it reads the files anew by itself, so it is started for the first only."""
        authorities, certificates = self._known
        if not authorities and not certificates:
            self.stop()
            return
        write_subscriber_certificates(self._home, certificates)
        write_partner_authorities(self._home, authorities)
        if self._child is None:
            self._child = _part(self._home, "links")
            self._child.start()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
