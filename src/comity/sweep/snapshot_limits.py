"""The bounds of the store of names, and whether a reading may follow the newest snapshot."""

from datetime import date, timedelta

import msgspec

from comity.sweep.name_store import Snapshot
from comity.sweep.snapshot_errors import SnapshotLossError, SnapshotOrderError

SERIAL_HALF = 1 << 31
_BYTES_A_NAME = 1_000  # of a range, with its share of what a process needs whatever the range (see limits_for)


class StoreLimits(msgspec.Struct, frozen=True):
    """What bounds a store: memory by `part_names`, disk by `remember_days`, a day's cost by the two of deltas."""

    part_names: int = 500_000  # rows of a range, of which one at a time is in memory
    lost_share: float = 0.10  # of the names before: more dropped at once is held for a person's word
    delta_share: float = 0.05  # of the names: when deltas have more rows the base is written anew
    remember_days: int = 180  # how long a dropped name is remembered, so that it can be told as returned


def limits_for(memory_bytes: int) -> StoreLimits:
    """Give limits with which a process that writes a whole reading peaks at about so much memory, from 300 MB on.

    Measured with names of 23 octets that all changed, the program's own 59 MB among it: 106 MB in ranges of 10,000
    names, 169 of 100,000, 306 of 300,000, 568 of a million; there is no less than the first.
    """
    return StoreLimits(part_names=max(10_000, min(1_000_000, memory_bytes // _BYTES_A_NAME)))


def is_remembered(gone_as_of: date, as_of: date, limits: StoreLimits) -> bool:
    """Answer whether names that were dropped by a day are still remembered on another."""
    return gone_as_of >= as_of - timedelta(days=limits.remember_days)


def is_later_serial(serial: int, before: int) -> bool:
    """Answer whether a serial is later than another in serial number arithmetic (RFC 1982 §3.2)."""
    return 0 < (serial - before) % (2 * SERIAL_HALF) < SERIAL_HALF


def check_order(before: Snapshot | None, as_of: date, serial: int, *, is_changed: bool = True) -> None:
    """Refuse a reading that is not newer than the newest snapshot: the serial may be the same where nothing changed.

    Raises `SnapshotOrderError`.
    """
    if before is None:
        return
    if as_of <= before.as_of:
        raise SnapshotOrderError(
            f"snapshots out of order: a reading of {as_of} cannot follow the snapshot of {before.as_of}",
            item=before.zone,
        )
    if not serial or not before.serial or is_later_serial(serial, before.serial):
        return
    if serial != before.serial:
        raise SnapshotOrderError(
            f"snapshots out of order: serial {serial} is not later than {before.serial} of the snapshot of "
            f"{before.as_of}",
            item=before.zone,
        )
    if is_changed:
        raise SnapshotOrderError(
            f"snapshots out of order: serial {serial} is that of the snapshot of {before.as_of}, and yet the names are "
            "not the same",
            item=before.zone,
        )


def check_loss(before: Snapshot, lost: int, limits: StoreLimits, *, accept_loss: bool) -> None:
    """Hold a reading that lost too much of the zone.  Raises `SnapshotLossError`."""
    if not accept_loss and lost > limits.lost_share * before.names:
        raise SnapshotLossError(
            f"{lost:,} of {before.names:,} names are missing, more than {limits.lost_share:.0%}: a file cut short looks"
            " like this; if it is right, say that the loss is accepted",
            item=before.zone,
        )
