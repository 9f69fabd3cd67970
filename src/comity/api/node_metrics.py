"""The node's numbers for Prometheus: links, ledgers, decisions, cases, disk, certificates, alarms, sweeps.

Read when they are asked for, so that several processes give one truth, and without counting millions of rows
(`store.tallies`).  They name parties, clauses and codes; no domain, person or case.  A number that cannot be had is
left out, and an alarm rule notices its absence (deploy/prometheus/comity.rules.yml).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from comity.core.alarms import Alarm, LinkFacts
from comity.core.cases import STATES
from comity.core.errors import SettingError
from comity.core.findings import ENQUIRY_STATES
from comity.edges.certificates import read_certificates, read_node_certificate
from comity.edges.disk import measure_room
from comity.edges.heartbeat import ALIVE, list_beats
from comity.edges.home import Home
from comity.flows.admit import Patient
from comity.flows.check_files import BACKUP_RECORD
from comity.flows.diagnose import watch
from comity.store.database_state import measure_size
from comity.store.link_facts import read_link_facts
from comity.store.memoranda import find_in_force
from comity.store.scheduled_sweeps import count_failures
from comity.store.sweeps import last_taken, zones_of
from comity.store.tallies import CASES, DECISIONS, ENQUIRIES, REPORTS

LINK_STATES: Final = ("open", "suspended", "recovering", "stopped")
_DAY: Final = 86_400.0


class NodeMetrics:
    """Reads its numbers from store and directory whenever it is asked; without a node, from the store alone."""

    def __init__(self, home: Home | None) -> None:
        self._home = home

    def collect(self) -> Iterator[Metric]:
        at = datetime.now(UTC)
        links = read_link_facts(at=at)
        yield _gauge("comity_cases", "Cases by state", ("state",), _pairs(dict.fromkeys(STATES, 0) | CASES.read()))
        yield _gauge("comity_reports", "Stored reports by standing", ("standing",), _pairs(REPORTS.read()))
        yield _decisions()
        yield from _ledgers(links)
        yield from _links(links, at=at)
        yield from _sweeps(at=at)
        yield _gauge("comity_database_bytes", "Size of the database", (), [((), measure_size())])
        if self._home is not None:
            yield from _directory(self._home, at=at)
            yield from _keys(self._home, links, at=at)
            yield _alarms(watch(Patient(self._home), at=at))


def _gauge(
    name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def _pairs(counts: dict[str, int]) -> list[tuple[Sequence[str], float]]:
    return [((value,), count) for value, count in sorted(counts.items())]


def _decisions() -> CounterMetricFamily:
    family = CounterMetricFamily(
        "comity_decisions",
        "Answers of the memoranda about what we would send (out) and what came (in)",
        labels=("partner", "direction", "verdict", "clause", "reason"),
    )
    for key, count in sorted(DECISIONS.read().items()):
        family.add_metric(key, count)
    return family


def _ledgers(links: Sequence[LinkFacts]) -> Iterator[Metric]:
    entries = CounterMetricFamily("comity_ledger_entries", "Entries of each ledger", labels=("partner", "direction"))
    for link in links:
        entries.add_metric((link.partner, "out"), link.sent)
        entries.add_metric((link.partner, "in"), link.received)
    yield entries
    heads = [((link.partner, "out"), link.sent_head_at) for link in links]
    heads += [((link.partner, "in"), link.received_head_at) for link in links]
    yield _gauge(
        "comity_link_head_timestamp_seconds",
        "When the newest head that bears both signatures came to be",
        ("partner", "direction"),
        [(labels, moment.timestamp()) for labels, moment in heads if moment is not None],
    )


def _links(links: Sequence[LinkFacts], *, at: datetime) -> Iterator[Metric]:
    partner = ("partner",)
    yield _gauge(
        "comity_link_lag_entries", "Entries without a receipt yet", partner, [((x.partner,), x.waiting) for x in links]
    )
    yield _gauge(
        "comity_link_lag_seconds",
        "How long the oldest entry without a receipt has waited",
        partner,
        [((x.partner,), max(0.0, (at - x.waiting_since).total_seconds()) if x.waiting_since else 0.0) for x in links],
    )
    yield _gauge(
        "comity_link_state",
        "1 for the state a link is in",
        ("partner", "state"),
        [((x.partner, state), float(state == _state(x))) for x in links for state in LINK_STATES],
    )
    yield _gauge(
        "comity_link_failing",
        "1 while the last try failed, by the code of the failure",
        ("partner", "code"),
        [((x.partner, x.failure), 1.0) for x in links if x.failure],
    )


def _state(link: LinkFacts) -> str:
    return "suspended" if link.state == "open" and not link.in_force else link.state


def _sweeps(*, at: datetime) -> Iterator[Metric]:
    yield _gauge(
        "comity_enquiries",
        "Enquiries by state",
        ("state",),
        _pairs(dict.fromkeys(ENQUIRY_STATES, 0) | ENQUIRIES.read()),
    )
    yield _gauge("comity_sweep_failures", "Failed tries since a sweep went well", (), [((), count_failures())])
    last = last_taken()
    if last is None:
        return
    age = max(0.0, (at - (last.ended_at or last.begun_at)).total_seconds())
    yield _gauge("comity_sweep_age_seconds", "How long ago the last sweep ended", (), [((), age)])
    yield _gauge("comity_sweep_seconds", "How long the last sweep took", (), [((), last.seconds)])
    zones = zones_of([last])[last.pk]
    yield _gauge("comity_sweep_names", "Names of each zone", ("zone",), [((one.zone,), one.names) for one in zones])
    yield _gauge(
        "comity_sweep_findings", "What the last sweep found, by zone and kind", ("zone", "kind"),
        [((one.zone, kind), count) for one in zones for kind, count in sorted(one.found.items())],
    )  # fmt: skip


def _directory(home: Home, *, at: datetime) -> Iterator[Metric]:
    room = measure_room(home.path)
    yield _gauge("comity_disk_free_bytes", "Room left where the node lives", (), [((), room.free_bytes)])
    yield _gauge("comity_disk_size_bytes", "Size of the file system the node lives on", (), [((), room.total_bytes)])
    beats = [each for each in list_beats(home.path, "courier", at=at) if each < ALIVE]
    yield _gauge("comity_couriers", "Couriers that run", (), [((), len(beats))])
    yield _gauge(
        "comity_courier_heartbeat_age_seconds",
        "How long ago a courier last gave a sign of life",
        (),
        [((), max(0.0, beats[0].total_seconds()))] if beats else [],
    )
    record = home.path / BACKUP_RECORD
    yield _gauge(
        "comity_backup_age_seconds",
        "How long ago the last whole backup was made",
        (),
        [((), at.timestamp() - record.stat().st_mtime)] if record.exists() else [],
    )


def _keys(home: Home, links: Sequence[LinkFacts], *, at: datetime) -> Iterator[Metric]:
    days: list[tuple[Sequence[str], float]] = []
    for link in links:
        stored = find_in_force(link.partner, at)
        ours = stored.memorandum.party(home.party) if stored else None
        days += [
            ((key.kid, link.partner), float((key.not_after - at.date()).days)) for key in (ours.keys if ours else ())
        ]
    yield _gauge("comity_key_days_left", "Days for which a memorandum names a key of ours", ("key", "partner"), days)
    try:
        own = read_node_certificate(home.path).ends_at
        authority = read_certificates((home.path / "tls" / "ca.pem").read_bytes(), item="ca.pem")[0].ends_at
    except (SettingError, OSError):
        return
    ends = {"node": own, "authority": authority}
    yield _gauge(
        "comity_certificate_days_left",
        "Days until the node's certificate and its authority end",
        ("certificate",),
        [((name,), (ends_at - at).total_seconds() / _DAY) for name, ends_at in ends.items()],
    )


def _alarms(alarms: Sequence[Alarm]) -> GaugeMetricFamily:
    return _gauge(
        "comity_alarm",
        "1 for each alarm that is raised, as comity doctor tells it",
        ("code", "severity", "about"),
        [((alarm.code, alarm.severity, alarm.about), 1.0) for alarm in alarms],
    )
