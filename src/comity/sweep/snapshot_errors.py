"""Why a reading of a zone does not become a snapshot: each a code that never changes and a sentence to act on.

A snapshot that is refused leaves the store as it was.  Nothing here is about one name of a zone: a broken line is the
reader's (`comity.sweep.zone_text`).
"""

from comity.core.errors import ConflictError, InputError, StoreUnavailableError


class SnapshotOrderError(ConflictError):
    """A reading that is not newer than the newest snapshot, by date or by the serial of the zone (RFC 1982)."""

    code = "snapshot-not-newer"


class SnapshotLossError(ConflictError):
    """A reading that lost more names than a day may lose: perhaps a file cut short, so it waits for a person's word."""

    code = "snapshot-lost-names"


class SnapshotZoneError(InputError):
    """A reading holds names that are not of the zone it is said to be."""

    code = "snapshot-other-zone"


class NameTwiceError(InputError):
    """A name came in two frames of one reading, so its name servers are not known as one set."""

    code = "name-twice"


class SnapshotBusyError(ConflictError):
    """Another process writes a snapshot of this zone now."""

    code = "snapshot-busy"


class SnapshotUnwrittenError(StoreUnavailableError):
    """The disk did not take the snapshot (full, read-only, broken): the one before is still the newest."""

    code = "snapshot-unwritten"


class SnapshotDamagedError(StoreUnavailableError):
    """A file that a snapshot names is missing, cut short or not what was written."""

    code = "snapshot-damaged"
