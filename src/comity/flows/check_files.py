"""Check a node's directory: who may read it, whom it belongs to, the disk under it, the last backup, its lists.

Each check answers with alarms and touches nothing.
"""

import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from comity.core.alarms import BACKUP_OLD, Alarm, age, disk_alarms
from comity.core.errors import ComityError
from comity.edges.authority_profiles import load_profiles
from comity.edges.disk import find_network_file_system, measure_room, read_mounts
from comity.edges.guard_lists import load_guard
from comity.edges.heartbeat import list_running
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.admit import Patient, one_line

BACKUP_RECORD: Final = "last-backup"  # touched by each backup that was written whole
_SECRET_LETTERS: Final = 32
_SECRET_KINDS: Final = 10
_OTHERS: Final = 0o077


def check_settings(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Can node.toml be read?"""
    return list(patient.trouble)


def check_secret_key(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Can the key that signs sessions be guessed?"""
    secret = patient.home.settings.secret_key
    if patient.has_settings and (len(secret) < _SECRET_LETTERS or len(set(secret)) < _SECRET_KINDS):
        return [Alarm("secret-key-weak", "secret_key", str(len(secret)))]
    return []


def check_addresses(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Are the node's own addresses HTTPS?  Cookies are given on nothing else, and partners call nothing else."""
    settings = patient.home.settings
    addresses = {"web.url": settings.web.url, "link.url": settings.link.url}
    return [
        Alarm("address-insecure", name)
        for name, address in addresses.items()
        if address and not address.startswith("https://")
    ]


def check_secrets(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """May others read keys, configuration or reports?"""
    path = patient.path
    settings = patient.home.settings
    named = [settings.mail.password_file, settings.sign_in.oidc_secret_file]
    named += [settings.epp.password_file, settings.epp.key] if settings.epp.host else []
    secret = [path / "node.toml", *sorted((path / "keys").glob("*.pem")), *sorted((path / "tls").glob("*.key"))]
    secret += sorted((path / "tsig").glob("*.key"))
    secret += [path / name for name in named if name]
    exposed = [file for file in secret if file.exists() and _mode(file) & _OTHERS]
    if _mode(path) & _OTHERS:
        exposed += [file for file in sorted(path.glob("*.sqlite3")) if _mode(file) & _OTHERS]
    return [Alarm("secrets-exposed", str(file), f"{_mode(file):04o}") for file in exposed]


def check_owner(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Does every file belong to whom the directory belongs to?  A command run once as root leaves files that do not."""
    owner = patient.path.stat().st_uid
    strange = [file for file in _files(patient.path) if file.lstat().st_uid != owner]
    return [Alarm("owner-mixed", str(strange[0]), str(len(strange)))] if strange else []


def check_root(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Does the node run as root, or belong to root?"""
    pids = list_running(patient.path, "courier")
    as_root = [pid for pid in pids if Path("/proc", str(pid)).stat().st_uid == 0]
    return [Alarm("runs-as-root", str(patient.path))] if as_root or patient.path.stat().st_uid == 0 else []


def check_disk(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Is there room where the node lives, and may it be written?"""
    room = measure_room(patient.path)
    return disk_alarms(str(patient.path), free_bytes=room.free_bytes, read_only=room.read_only)


def check_file_system(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Does an embedded database lie on a network file system?"""
    if not patient.home.is_embedded:
        return []
    file = Path(patient.home.database()["NAME"])
    kind = find_network_file_system(file.resolve(), read_mounts())
    return [Alarm("database-on-network", str(file), kind)] if kind else []


def check_backup(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Was a backup made lately?"""
    record = patient.path / BACKUP_RECORD
    if not record.exists():
        return [Alarm("backup-missing", str(record))]
    old = at - datetime.fromtimestamp(record.stat().st_mtime, UTC)
    return [Alarm("backup-old", str(record), age(old))] if old > BACKUP_OLD else []


def check_authority(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Can the node's own authority profiles be read?"""
    if not patient.has_settings:
        return []
    try:
        load_profiles(patient.home)
    except ComityError as error:
        return [Alarm("authority-unreadable", error.item, one_line(error.message))]
    return []


def check_lists(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001
    """Can the lists be read that protect names, and the Public Suffix List?"""
    if not patient.has_settings:
        return []
    found = []
    readers: tuple[Callable[[Home], object], ...] = (load_guard, load_suffixes)
    for read in readers:
        try:
            read(patient.home)
        except ComityError as error:
            found.append(Alarm("guard-list-unreadable", error.item, one_line(error.message)))
    return found


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def _files(path: Path) -> Iterator[Path]:
    yield from sorted(path.iterdir())
    for part in ("keys", "tls", "tsig", "run"):
        if (path / part).is_dir():
            yield from sorted((path / part).iterdir())
