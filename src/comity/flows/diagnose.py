"""Diagnose a node: run every check, whatever state the node is in, and tell what was found, the gravest first.

A check that cannot be made is itself a finding (`check-failed`), unless what was found already explains it.  Nothing
is changed: no table, no file.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from http.client import HTTPException
from typing import Final

from django.db import DatabaseError

from comity.core.alarms import SEVERITIES, Alarm
from comity.core.errors import ComityError
from comity.flows import check_blocking, check_desk, check_files, check_network, check_store
from comity.flows.admit import Patient

Check = Callable[..., list[Alarm]]

# What is asked without the database, then the database, then what only it can answer.
CHECKS: Final[tuple[Check, ...]] = (
    check_files.check_settings,
    check_files.check_secret_key,
    check_files.check_addresses,
    check_files.check_secrets,
    check_files.check_owner,
    check_files.check_root,
    check_files.check_disk,
    check_files.check_file_system,
    check_files.check_backup,
    check_files.check_lists,
    check_files.check_authority,
    check_network.check_certificate,
    check_network.check_certificate_hosts,
    check_network.check_courier,
    check_network.check_desk,
    check_blocking.check_zones,
    check_network.check_web_port,
    check_network.check_clock,
    check_store.check_database,
)
STORE_CHECKS: Final[tuple[Check, ...]] = (
    check_store.check_signing_key,
    check_store.check_parties,
    check_store.check_memoranda,
    check_store.check_calendars,
    check_store.check_links,
    check_store.check_partner_authorities,
    check_network.check_link_port,
    check_network.check_database_clock,
    check_network.check_partner_clocks,
    check_desk.check_mail,
    check_desk.check_watches,
    check_blocking.check_subscribers,
    check_blocking.check_secondaries,
    check_desk.check_feeds,
    check_desk.check_webhooks,
    check_desk.check_sweeps,
)
# What costs next to nothing: asked whenever the node's numbers are read.
WATCHED: Final[tuple[Check, ...]] = (
    check_files.check_disk,
    check_files.check_backup,
    check_network.check_certificate,
    check_network.check_courier,
    check_network.check_desk,
    check_store.check_signing_key,
    check_store.check_memoranda,
    check_store.check_links,
    check_store.check_partner_authorities,
    check_desk.check_mail,
    check_desk.check_watches,
    check_blocking.check_subscribers,
    check_blocking.check_secondaries,
    check_desk.check_feeds,
    check_desk.check_webhooks,
    check_desk.check_sweeps,
)
# Whatever a broken node makes of a check, the others are made all the same.
_TROUBLE: Final = (
    OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, HTTPException, DatabaseError,
)  # fmt: skip
_NO_STORE: Final = frozenset({"database-unreachable", "schema-behind", "schema-ahead"})


def diagnose(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Run every check; alarms by gravity, then in the order of the checks."""
    if not patient.path.is_dir():
        return list(patient.trouble)
    found = list(_run(CHECKS, patient, at=at))
    without_store = not _NO_STORE.isdisjoint(alarm.code for alarm in found)
    of_store = _run(STORE_CHECKS, patient, at=at)
    found += [alarm for alarm in of_store if not (without_store and alarm.code == "check-failed")]
    return sorted(found, key=lambda alarm: SEVERITIES.index(alarm.severity))


def watch(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Tell the alarms that can be told at any time: of disk, backup, certificates, keys, memoranda and links."""
    return list(_run(WATCHED, patient, at=at))


def _run(checks: Iterable[Check], patient: Patient, *, at: datetime) -> Iterable[Alarm]:
    for check in checks:
        try:
            yield from check(patient, at=at)
        except ComityError as error:
            yield Alarm("check-failed", check.__name__, error.code)
        except _TROUBLE as error:
            yield Alarm("check-failed", check.__name__, type(error).__name__)
