"""Is the process alive, is the node ready to work, and its numbers in Prometheus form.

`/healthz` asks nothing but the process.  `/readyz` proves that the database takes a write (in a transaction that is
undone) and that no link is stopped by evidence; it answers 503 and says which check failed.  `/metrics` counts what
the store holds, so that several processes give one truth, and names no domain, person or case.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from django.db import DatabaseError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric

from comity.api.calls import JSON
from comity.core.cases import STATES
from comity.store.cases import count_by_state
from comity.store.models import Decision, IntakeRun, Ledger, Link
from comity.store.reports import count_by_standing

_OK: Final = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """Each check: `ok`, or what is wrong."""

    ready: bool
    checks: dict[str, str]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 — Django's signature
    """The process answers."""
    return HttpResponse(b'{"alive":true}', content_type=JSON)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The node can do its work."""
    checks = {"database": _database(), "ledgers": _OK}
    if checks["database"] == _OK:
        checks["ledgers"] = _ledgers()
    ready = all(check == _OK for check in checks.values())
    body = msgspec.json.encode(Readiness(ready, checks))
    return HttpResponse(body, status=200 if ready else 503, content_type=JSON)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The node's numbers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Store())
    return HttpResponse(generate_latest(registry) + generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with transaction.atomic():
            IntakeRun.objects.filter(pk=-1).update(source="")  # takes the write lock, touches nothing
            transaction.set_rollback(True)
    except DatabaseError:
        return "the database takes no writes"
    return _OK


def _ledgers() -> str:
    stopped = sorted(Link.objects.filter(state="stopped").values_list("partner", flat=True))
    return f"stopped: {', '.join(stopped)}" if stopped else _OK


class _Store:
    """Reads its numbers from the store whenever it is asked."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("comity_cases", "Cases by state", "state", dict.fromkeys(STATES, 0) | count_by_state())
        yield _gauge("comity_reports", "Stored reports by standing", "standing", count_by_standing())
        ledgers = list(Ledger.objects.select_related("link"))
        entries = CounterMetricFamily(
            "comity_ledger_entries", "Entries of each ledger", labels=("partner", "direction")
        )
        lag = GaugeMetricFamily("comity_link_lag_entries", "Entries without a receipt yet", labels=("partner",))
        for ledger in ledgers:
            entries.add_metric((ledger.link.partner, ledger.direction), ledger.size)
            if ledger.direction == "out":
                lag.add_metric((ledger.link.partner,), ledger.size - ledger.receipt_size)
        yield entries
        yield lag
        yield _decisions()


def _gauge(name: str, text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for value, count in sorted(values.items()):
        family.add_metric((value,), count)
    return family


def _decisions() -> CounterMetricFamily:
    family = CounterMetricFamily(
        "comity_decisions", "Answers of the memoranda", labels=("partner", "direction", "verdict", "clause")
    )
    rows: Iterable[tuple[str, str, str, str, int]] = (
        Decision.objects.values_list("partner", "direction", "verdict", "clause")
        .annotate(count=Count("pk"))
        .order_by("partner", "direction", "verdict", "clause")
    )
    for partner, direction, verdict, clause, count in rows:
        family.add_metric((partner, direction, verdict, clause), count)
    return family
