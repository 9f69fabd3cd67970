"""What the node knows around some names: how many names a registrar has, which hosts and which addresses they share.

Counted from the reports and from the newest looks (`MAX_LOOKS` of each kind), so the cost has a bound; what was never
looked at is not counted, and a plan says so by a number of 0.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from django.db.models import Count

from comity.core.observations import Registration, Resolution
from comity.core.plans import Known
from comity.store.models import Observation, Report

MAX_LOOKS: Final = 20_000
_AT_ONCE: Final = 500


def known_around(names: Sequence[str], *, zone_names: Mapping[str, int]) -> Known:
    """Count what surrounds some names."""
    hosts: dict[str, int] = {}
    for start in range(0, len(names), _AT_ONCE):
        rows = Report.objects.filter(registrable__in=names[start : start + _AT_ONCE]).exclude(host="")
        counted = rows.values_list("registrable").annotate(n=Count("host", distinct=True)).order_by()
        hosts.update(counted)
    return Known(registrars=_registrars(), zones=zone_names, hosts=hosts, sharing=_sharing(names))


def _registrars() -> dict[str, int]:
    registrar_of: dict[str, str] = {}
    for name, body in _newest("epp", "rdap"):
        if name not in registrar_of:
            registrar_of[name] = msgspec.json.decode(body, type=Registration).registrar
    return dict(Counter(registrar for registrar in registrar_of.values() if registrar))


def _sharing(names: Sequence[str]) -> dict[str, int]:
    """How many other names were seen at an address of each of the names."""
    addresses: dict[str, frozenset[str]] = {}
    for name, body in _newest("dns"):
        if name not in addresses:
            addresses[name] = frozenset(msgspec.json.decode(body, type=Resolution).addresses)
    at_address: dict[str, set[str]] = {}
    for name, places in addresses.items():
        for place in places:
            at_address.setdefault(place, set()).add(name)
    return {
        name: len(set().union(*(at_address[place] for place in addresses.get(name, ()))) - {name}) for name in names
    }


def _newest(*kinds: str) -> list[tuple[str, bytes]]:
    rows = Observation.objects.filter(kind__in=kinds, error="").order_by("-id")
    return [(name, bytes(body)) for name, body in rows.values_list("registrable", "body")[:MAX_LOOKS] if body]
