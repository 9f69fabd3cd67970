"""Check what resolvers fetch: are zones served as they are declared, and has every declared secondary the newest one?

A resolver that lacks a version may refuse a name that was withdrawn, so it is told after an hour, the time within which
a withdrawal must leave every output.
"""

from datetime import datetime

from comity.core.alarms import Alarm, age
from comity.core.errors import ComityError, NotFoundError, SettingError
from comity.edges.heartbeat import ALIVE, list_beats
from comity.edges.tsig_keys import load_tsig_key
from comity.edges.zone_settings import read_zones
from comity.flows.admit import Patient, one_line
from comity.flows.list_outputs import find_late, show_outputs
from comity.store.subscribers import get_subscriber


def check_zones(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Can the declared zones be served, and are they?  Of a node that does not run at all `check_courier` tells."""
    try:
        zones = read_zones(patient.home)
    except SettingError as error:
        return [Alarm("zones-unusable", error.item, one_line(error.message))]
    found = []
    for name in sorted({name for zone in zones for name in zone.keys}):
        try:
            load_tsig_key(patient.path, name)
        except ComityError as error:
            found.append(Alarm("zones-unusable", name, one_line(error.message)))
    runs = any(each < ALIVE for each in list_beats(patient.path, "courier", at=at))
    serves = any(each < ALIVE for each in list_beats(patient.path, "zones", at=at))
    if patient.home.settings.blocking.port and runs and not serves:
        found.append(Alarm("zones-absent", str(patient.path)))
    return found


def check_subscribers(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Is every declared zone of a subscriber that there is?"""
    found = []
    for origin, said in sorted(patient.home.settings.blocking.zones.items()):
        try:
            if get_subscriber(said.subscriber).ended_at is not None:
                found.append(Alarm("zones-unusable", origin, f"the subscription of {said.subscriber} has ended"))
        except NotFoundError as error:
            found.append(Alarm("zones-unusable", origin, one_line(str(error))))
    return found


def check_secondaries(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Has a declared secondary lacked a newer version for an hour?"""
    if not patient.home.settings.blocking.zones:
        return []
    try:
        outputs = show_outputs(patient.home)
    except SettingError:
        return []  # told by check_zones
    return [
        Alarm("secondary-behind", asker.address, f"{zone.origin}, {age(at - asker.behind_since)}")
        for one in outputs for zone in one.zones for asker in find_late(zone, at=at) if asker.behind_since is not None
    ]  # fmt: skip
