"""Is the process alive, is the node ready to work, and its numbers in Prometheus form.

`/healthz` asks nothing but the process.  `/readyz` proves that the database takes a write (in a transaction that is
undone), that no link is stopped by evidence and that the disk has room; it answers 503 and says which check failed.
Beside that it tells the codes of the links' alarms, which do not make a node unready.  `/metrics` is `api.node_metrics`
and what all processes of the node counted; it names no domain, person or case.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from comity.api.node_metrics import NodeMetrics
from comity.api.route import JSON
from comity.core.alarms import disk_alarms, link_alarms
from comity.edges.counters import counted
from comity.edges.disk import measure_room
from comity.edges.home import Home
from comity.store.database_state import try_write
from comity.store.link_facts import list_stopped, read_link_facts

_OK: Final = "ok"


class RaisedAlarm(msgspec.Struct, frozen=True):
    """An alarm by its code: docs/how-to/doctor.md says what it means and what to do."""

    code: str
    severity: str
    about: str


class Readiness(msgspec.Struct, frozen=True):
    """Each check: `ok`, or what is wrong; and the alarms of the links."""

    ready: bool
    checks: dict[str, str]
    alarms: tuple[RaisedAlarm, ...]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 — Django's signature
    """The process answers."""
    return HttpResponse(b'{"alive":true}', content_type=JSON)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The node can do its work."""
    checks = {"database": _OK, "ledgers": _OK, "disk": _disk()}
    alarms: tuple[RaisedAlarm, ...] = ()
    try:
        try_write()
        now = datetime.now(UTC)
        links = read_link_facts(at=now)
        stopped = list_stopped(links)
        checks["ledgers"] = f"stopped: {', '.join(stopped)}" if stopped else _OK
        found = [alarm for facts in links for alarm in link_alarms(facts, at=now)]
        alarms = tuple(RaisedAlarm(alarm.code, alarm.severity, alarm.about) for alarm in found)
    except DatabaseError:
        checks["database"] = "the database takes no writes"
    ready = all(check == _OK for check in checks.values())
    body = msgspec.json.encode(Readiness(ready, checks, alarms))
    return HttpResponse(body, status=200 if ready else 503, content_type=JSON)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The node's numbers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(NodeMetrics(_home()))
    return HttpResponse(generate_latest(registry) + generate_latest(counted()), content_type=CONTENT_TYPE_LATEST)


def _home() -> Home | None:
    home = settings.HOME
    return home if isinstance(home, Home) else None


def _disk() -> str:
    home = _home()
    if home is None:
        return _OK
    room = measure_room(home.path)
    alarms = disk_alarms(str(home.path), free_bytes=room.free_bytes, read_only=room.read_only)
    grave = [alarm.code for alarm in alarms if alarm.severity == "critical"]
    return ", ".join(grave) or _OK
