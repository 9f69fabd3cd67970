"""`comity serve`: the whole node, as a few processes under one.

    pages      Granian, HTTPS: pages and API
    links      Granian, mutual TLS: partners' nodes, and nothing else
    courier    carries entries to partners

The links listener trusts the partners' certificate authorities and is started again when a partner is added.
"""

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import click
from django.core.management import call_command
from django.db import close_old_connections

from comity.cli.context import dir_option, use_node
from comity.edges.home import Home
from comity.edges.processes import Child, supervise
from comity.edges.tls import write_partner_authorities
from comity.flows.courier import courier
from comity.store.links import partner_authorities
from comity.store.replica import Replica

_PARTS = ("courier",)


@click.command()
@dir_option
@click.option("--only", type=click.Choice(_PARTS), help="Run one part of the node in this process.", hidden=True)
def serve(directory: Path, only: str | None) -> None:
    """Serve pages, API and links, and carry entries to partners, until interrupted."""
    home = use_node(directory)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    if only == "courier":
        courier(home, stop=stopping.is_set)
        return
    call_command("migrate", interactive=False, verbosity=0)
    if home.settings.database.replica:
        Replica(home.path).begin()
    click.echo(f"{home.party}: pages at {home.settings.web.url}  links at {home.settings.link.url}", err=True)
    links = _LinksListener(home)
    children = [_pages(home), _part(home, "courier")]
    for child in children:
        child.start()
    try:
        supervise(children, stop=stopping.is_set, each_round=links.tend)
    finally:
        links.stop()
    click.echo(f"{home.party}: stopped", err=True)


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
        "--ssl-certificate", str(tls / "node.pem"), "--ssl-keyfile", str(tls / "node.key"), application,
    ]  # fmt: skip


class _LinksListener:
    """The listener for partners: exists while there are partners, and knows exactly them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._authorities = ""
        self._child: Child | None = None
        self._looked_at = datetime.min.replace(tzinfo=UTC)

    def tend(self) -> None:
        now = datetime.now(UTC)
        if (now - self._looked_at).total_seconds() >= 1.0:
            self._looked_at = now
            close_old_connections()
            authorities = partner_authorities()
            if authorities != self._authorities:
                self._authorities = authorities
                self.stop()
                self._start()
        if self._child is not None:
            self._child.tend()

    def _start(self) -> None:
        if not self._authorities:
            return
        file = write_partner_authorities(self._home, self._authorities)
        link = self._home.settings.link
        command = _granian(self._home, "comity.node.wsgi:application", link.host, link.port, workers=1)
        command[-1:-1] = ["--ssl-ca", str(file), "--ssl-client-verify"]
        self._child = Child("links", command, {**_environment(self._home), "COMITY_SURFACE": "links"})
        self._child.start()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
