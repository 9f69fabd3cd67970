"""Check what the network sees of a node: certificates, the two ports, the processes behind them, and the clock.

Ports are asked on the address they are configured for; whether a firewall lets partners through only a partner can
tell, and `comity link status` there says so.
"""

from datetime import datetime
from http.client import HTTPException
from typing import Final
from urllib.parse import urlsplit

from comity.core.alarms import CLOCK_APART, Alarm, age, ending_alarms
from comity.core.errors import SettingError
from comity.edges.certificates import covers, read_certificates, read_node_certificate, shown_certificate
from comity.edges.clock import is_synchronised, measure_difference
from comity.edges.heartbeat import ALIVE, LONGEST_ROUND, list_beats
from comity.edges.tls import client_context
from comity.flows.admit import Patient, one_line
from comity.store.database_state import measure_clock
from comity.store.links import list_links

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 — compared with, not bound to


def check_certificate(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Are the node's certificate and authority readable, do key and certificate belong together, when do they end?"""
    authority = patient.path / "tls" / "ca.pem"
    try:
        own = read_node_certificate(patient.path)
        authorities = read_certificates(authority.read_bytes(), item=str(authority))
    except SettingError as error:
        return [Alarm("certificate-unusable", error.item, one_line(error.message))]
    except OSError as error:
        return [Alarm("certificate-unusable", str(authority), error.strerror or "")]
    ends = {str(patient.path / "tls" / "node.pem"): own.ends_at, str(authority): authorities[0].ends_at}
    return [alarm for file, ends_at in ends.items() for alarm in ending_alarms("certificate", file, ends_at, at=at)]


def check_certificate_hosts(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Is the certificate for the host under which partners call?"""
    link = patient.home.settings.link
    host = urlsplit(link.url).hostname or link.host
    if not patient.has_settings or host in _EVERYWHERE:
        return []
    try:
        return [] if covers(read_node_certificate(patient.path), host) else [Alarm("certificate-other-host", host)]
    except SettingError:
        return []  # told by check_certificate


def check_courier(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Does the courier run, and only one?"""
    ages = [each for each in list_beats(patient.path, "courier", at=at) if each < ALIVE]
    if not ages:
        return [Alarm("courier-absent", str(patient.path))]
    return [Alarm("couriers-two", str(patient.path), str(len(ages)))] if len(ages) > 1 else []


def check_desk(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Does the desk's process live?  Of a node that does not run at all `check_courier` tells."""
    if not any(each < ALIVE for each in list_beats(patient.path, "courier", at=at)):
        return []
    beats = list_beats(patient.path, "desk", at=at)
    return [] if any(each < LONGEST_ROUND for each in beats) else [Alarm("desk-absent", str(patient.path))]


def check_web_port(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Does the port of pages and API answer, and is it this node that answers?"""
    web = patient.home.settings.web
    return _port(patient, web.host, web.port, at=at) if patient.has_settings else []


def check_link_port(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Does the port for partners answer, and is it this node that answers?  Without a link there is none."""
    link = patient.home.settings.link
    return _port(patient, link.host, link.port, at=at) if patient.has_settings and list_links() else []


def check_clock(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Does something keep this machine's clock?"""
    return [Alarm("clock-unsynchronised")] if is_synchronised() is False else []


def check_database_clock(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Has the database server the same time?"""
    apart = measure_clock()
    return [Alarm("clock-differs", "database", age(abs(apart)))] if abs(apart) > CLOCK_APART else []


def check_partner_clocks(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Have the partners' nodes the same time?  One that cannot be asked is told by the link's own alarms."""
    found = []
    for link in list_links():
        try:
            apart = measure_difference(link.url, client_context(patient.home, link.ca_pem)) if link.url else None
        except (OSError, HTTPException, SettingError):
            continue
        if apart is not None and abs(apart) > CLOCK_APART:
            found.append(Alarm("clock-differs", link.partner, age(abs(apart))))
    return found


def _port(patient: Patient, host: str, port: int, *, at: datetime) -> list[Alarm]:
    address = f"{host}:{port}"
    try:
        shown = shown_certificate(host, port)
    except OSError:
        # Where nothing runs at all, check_courier says it once.
        runs = any(each < ALIVE for each in list_beats(patient.path, "courier", at=at))
        return [Alarm("port-silent", address)] if runs else []
    try:
        own = read_node_certificate(patient.path).der
    except SettingError:
        return []  # told by check_certificate
    return [] if shown == own else [Alarm("port-foreign", address)]
