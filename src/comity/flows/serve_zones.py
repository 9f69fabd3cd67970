"""Serve zones: the primary of the response policy zones that node.toml declares, a part of `comity serve`.

Answers resolvers (`flows.answer_zone`), and looks about twice a second whether a zone has a new version, of which it
tells the declared secondaries.  Whatever is read of the store is read when it is asked for: nothing of a zone stays in
memory.  A store that is away for a while ends nothing.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, InterfaceError, connection, connections

from comity.core.errors import ComityError
from comity.edges.home import Home
from comity.edges.tsig_keys import load_tsig_key
from comity.edges.zone_notify import Notifier
from comity.edges.zone_server import ServerLimits, ZoneServer
from comity.edges.zone_settings import DeclaredZone, read_zones, timers_of
from comity.flows.answer_zone import ZoneAnswers, now
from comity.flows.spool_zone import Spools
from comity.store.block_outputs import find_output
from comity.wire.dns_message import render_name, render_notify
from comity.wire.rpz import Timers, render_soa
from comity.wire.tsig import Signer, TsigKey

LOG = logging.getLogger("comity.zones")
_LOOK_SECONDS: Final = 0.5


def serve_zones(
    home: Home, *, stop: Callable[[], bool], limits: ServerLimits | None = None,
    ready: Callable[[int], None] = lambda _port: None,
) -> None:  # fmt: skip
    """Serve until told to stop; `ready` hears the port.  Raises `SettingError` where the declaration is wrong."""
    zones, timers = read_zones(home), timers_of(home)
    blocking = home.settings.blocking

    def keys(name: str) -> TsigKey | None:
        return _find_key(home, name)

    answers = ZoneAnswers(zones, keys, timers, Spools(home.path / "run" / "zones"), now)
    server = ZoneServer(blocking.host, blocking.port, answers.answer, limits=limits, leave=connections.close_all)
    thread = threading.Thread(target=server.run, args=(stop,), name="zones-server")
    thread.start()
    ready(server.port)
    notifier, told = Notifier(), dict[str, int]()
    while not stop():
        try:
            _look(zones, told, notifier, keys, timers)
        except (DatabaseError, InterfaceError):
            LOG.exception("the store cannot be used; trying again")
            connection.close()
        notifier.turn(now=time.monotonic())
        time.sleep(_LOOK_SECONDS)
    thread.join()
    notifier.close()


def _look(
    zones: list[DeclaredZone], told: dict[str, int], notifier: Notifier, keys: Callable[[str], TsigKey | None],
    timers: Timers,
) -> None:  # fmt: skip
    """Announce every version that was not announced."""
    for zone in zones:
        output = find_output(zone.subscriber, zone.origin) if zone.secondaries else None
        if output is None or output.serial in {0, told.get(zone.origin)}:
            continue
        told[zone.origin] = output.serial
        key = keys(zone.keys[0]) if zone.keys else None
        for address in zone.secondaries:
            # Who may fetch without a key is told without one: Unbound does not hear a NOTIFY that is signed.
            render = _notify(zone.origin, output.serial, timers, None if zone.is_open_to(address[0]) else key)
            notifier.announce(zone.origin, address, render, now=time.monotonic())


def _notify(origin: str, serial: int, timers: Timers, key: TsigKey | None) -> Callable[[int], bytes]:
    def render(ident: int) -> bytes:
        message = render_notify(ident, render_name(origin), render_soa(serial, timers))
        return Signer(key, b"").sign(message, at_seconds=int(now().timestamp())) if key else message

    return render


def _find_key(home: Home, name: str) -> TsigKey | None:
    """A key as it is on disk now; None, and a line in the log, where it cannot be used."""
    try:
        return load_tsig_key(home.path, name)
    except (ComityError, OSError) as error:
        LOG.warning("a key for zone transfers cannot be used: %s", error)
        return None
