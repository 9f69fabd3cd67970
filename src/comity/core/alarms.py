"""What the people on duty must know of a node: alarms by a stable code, how grave each is, and when it is raised.

One catalogue for `comity doctor`, `comity link status`, /readyz, /metrics and the pages.  An alarm is a code, what it
is about and one figure or reason, so that it can be told in any language (`wire.alarm_texts`) and counted by a machine;
it never holds what a partner or a reporter wrote.  `critical`: something is lost, refused or unsafe now.  `warning`: it
will be, or nobody can tell that it is not.  `notice`: worth knowing, nothing to do today.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

Severity = Literal["critical", "warning", "notice"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "notice")

# Appended to, never re-used.  docs/how-to/doctor.md says of each what it means and how it is mended.
ALARMS: Final[dict[str, Severity]] = {
    "settings-unreadable": "critical",
    "secret-key-weak": "critical",
    "address-insecure": "warning",
    "secrets-exposed": "critical",
    "owner-mixed": "warning",
    "runs-as-root": "warning",
    "signing-key-unusable": "critical",
    "signing-key-unnamed": "critical",
    "signing-key-revoked": "critical",
    "signing-key-ended": "critical",
    "signing-key-ending": "warning",
    "certificate-unusable": "critical",
    "certificate-ended": "critical",
    "certificate-ending": "warning",
    "certificate-other-host": "warning",
    "partner-authority-ended": "critical",
    "partner-authority-ending": "warning",
    "port-silent": "critical",
    "port-foreign": "critical",
    "courier-absent": "critical",
    "couriers-two": "warning",
    "desk-absent": "critical",
    "clock-differs": "warning",
    "clock-unsynchronised": "notice",
    "disk-full": "critical",
    "disk-low": "warning",
    "disk-read-only": "critical",
    "database-unreachable": "critical",
    "database-not-writable": "critical",
    "database-not-durable": "critical",
    "database-on-network": "critical",
    "schema-behind": "critical",
    "schema-ahead": "critical",
    "backup-missing": "warning",
    "backup-old": "warning",
    "guard-list-unreadable": "warning",
    "authority-unreadable": "critical",
    "calendar-unknown": "warning",
    "party-mismatch": "critical",
    "zones-mismatch": "warning",
    "memorandum-absent": "warning",
    "memorandum-ending": "warning",
    "link-stopped": "critical",
    "link-recovering": "warning",
    "link-recovered-unasked": "critical",
    "link-lagging": "warning",
    "link-failing": "warning",
    "undelivered-overdue": "critical",
    "mail-unusable": "critical",
    "mail-waiting": "warning",
    "mail-given-up": "warning",
    "webhook-given-up": "warning",
    "hold-not-holding": "warning",
    "zones-absent": "critical",
    "zones-unusable": "critical",
    "secondary-behind": "warning",
    "feeds-unreadable": "warning",
    "feed-stale": "warning",
    "feed-held": "warning",
    "sweep-failed": "warning",
    "sweep-old": "warning",
    "check-failed": "warning",
}

ENDING: Final = timedelta(days=30)
LAGGING: Final = timedelta(minutes=15)
BACKUP_OLD: Final = timedelta(hours=36)  # a daily one that failed once is told before the next is due
DISK_LOW_BYTES: Final = 5 * 1024**3
DISK_FULL_BYTES: Final = 512 * 1024**2  # what a batch, a WAL of its size and a migration need at once
CLOCK_APART: Final = timedelta(seconds=5)
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


class Alarm(msgspec.Struct, frozen=True):
    """One alarm: what it is about (a partner, a file, an address) and one figure or code, told as it is."""

    code: str
    about: str = ""
    detail: str = ""

    @property
    def severity(self) -> Severity:
        """How grave it is, by the catalogue."""
        return ALARMS[self.code]


class LinkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One link as it stands: what is needed to tell its alarms, and nothing of what passes over it."""

    partner: str
    state: str
    in_force: bool
    sent: int
    receipted: int
    received: int
    waiting_since: datetime | None  # when the oldest entry without a receipt was made
    retry_for: timedelta | None  # how long the memorandum lets an entry wait
    sent_head_at: datetime | None  # when the partner last cosigned our head
    received_head_at: datetime | None  # when we last took from the partner and cosigned its head
    failure: str  # code of the last failure; empty when the last try was well
    recovered_unasked: bool = False  # the partner held entries of ours that we did not know, and nobody had restored us

    @property
    def waiting(self) -> int:
        """Entries of ours that have no receipt."""
        return self.sent - self.receipted


def link_alarms(facts: LinkFacts, *, at: datetime) -> list[Alarm]:
    """Tell what is wrong with a link, the gravest first."""
    found = []
    if facts.state == "stopped":
        found.append(Alarm("link-stopped", facts.partner))
    waited = timedelta(0) if facts.waiting_since is None else at - facts.waiting_since
    overdue = facts.retry_for is not None and waited > facts.retry_for
    if overdue:
        found.append(Alarm("undelivered-overdue", facts.partner, age(waited)))
    if facts.recovered_unasked:
        found.append(Alarm("link-recovered-unasked", facts.partner))
    if facts.state == "recovering":
        found.append(Alarm("link-recovering", facts.partner))
    if not facts.in_force:
        found.append(Alarm("memorandum-absent", facts.partner))
    if facts.state == "open" and facts.in_force:
        if waited > LAGGING and not overdue:
            found.append(Alarm("link-lagging", facts.partner, age(waited)))
        if facts.failure:
            found.append(Alarm("link-failing", facts.partner, facts.failure))
    return found


def ending_alarms(what: str, about: str, ends_at: datetime, *, at: datetime) -> list[Alarm]:
    """Tell whether something has ended, or ends within thirty days; `what` is `certificate` and the like."""
    left = ends_at - at
    day = ends_at.date().isoformat()
    if left <= timedelta(0) and f"{what}-ended" in ALARMS:
        return [Alarm(f"{what}-ended", about, day)]
    return [Alarm(f"{what}-ending", about, day)] if left < ENDING else []


def disk_alarms(about: str, *, free_bytes: int, read_only: bool) -> list[Alarm]:
    """Tell whether there is room where the node lives."""
    if read_only:
        return [Alarm("disk-read-only", about)]
    room = f"{free_bytes // 1024**2} MiB"
    if free_bytes < DISK_FULL_BYTES:
        return [Alarm("disk-full", about, room)]
    return [Alarm("disk-low", about, room)] if free_bytes < DISK_LOW_BYTES else []


def age(span: timedelta) -> str:
    """Write a span with its two greatest units, the same in every language: `3 d 4 h`, `25 min 10 s`."""
    left = max(0, int(span.total_seconds()))
    parts: list[str] = []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
