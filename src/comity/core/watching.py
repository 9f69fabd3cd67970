"""After an action: when is a name looked at again, and what that is seen means that something has come back?

A watch lasts thirty days and is denser at its beginning, when a mistake or a reply is likeliest.  `weigh` compares a
look with what was known and answers what is new, each thing once; it concludes nothing from an answer that was not
got.  A resolver may answer from memory for days after a delegation ended, so a name that still resolves is not one
that resolves *again*: that needs a look in between at which it did not.  docs/spec/notices.md §5.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from comity.core.observations import LEARNED, NOT_REGISTERED, Observed, Registration, Resolution

Finding = Literal[
    "hold-lost",  # the registry says that the hold is not there any more
    "resolves-again",  # it did not resolve, and now it does
    "still-resolves",  # two days after the action it never stopped
    "name-servers-changed",
    "registrar-changed",
    "dropped",  # nobody holds the name any more: anybody may register it
    "registered-anew",  # it was dropped, or its date of registration is another one: perhaps somebody else's now
    "state-unknown",  # nothing could be learned for so long
]

WATCHED_FOR: Final = timedelta(days=30)
SETTLES_AFTER: Final = timedelta(days=2)  # what resolvers remember of a delegation is gone by then
UNKNOWN_AFTER: Final = 4  # failed looks in a row before a person is told
# Looks this long after the action, then once a day.
_LOOKS: Final = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 48, 72))
_DAILY: Final = timedelta(days=1)
_AGAIN_AFTER_FAILURE: Final = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), _DAILY)

# Actions after which a name must not resolve; after the others it may, and only its holders are looked at.
ENDS_RESOLUTION: Final = frozenset({"server-hold", "delegation-ended"})
# What is no mere news: the action does not hold any more.
_RECURRENCES: Final[dict[str, frozenset[str]]] = {
    "server-hold": frozenset({"hold-lost", "resolves-again"}),
    "delegation-ended": frozenset({"resolves-again"}),
}
ALARMING: Final = frozenset({"hold-lost", "resolves-again", "registered-anew", "dropped"})


class Known(msgspec.Struct, frozen=True):
    """What a watch remembers of a name: what was last seen, and what was told already."""

    registered_at: datetime | None = None
    registrar: str = ""
    name_servers: tuple[str, ...] = ()
    was_held: bool = False
    was_quiet: bool = False
    is_dropped: bool = False
    failures: int = 0
    told: tuple[Finding, ...] = ()


class Weighed(msgspec.Struct, frozen=True):
    """What is new, and what is known now."""

    findings: tuple[Finding, ...]
    known: Known


def next_look(since: datetime, *, at: datetime, failures: int = 0) -> datetime | None:
    """When a name is looked at next; None when its watch is over.  A failed look is tried again."""
    until = since + WATCHED_FOR
    if failures:
        again = at + _AGAIN_AFTER_FAILURE[min(failures, len(_AGAIN_AFTER_FAILURE)) - 1]
        return again if again < until else None
    planned = next((since + after for after in _LOOKS if since + after > at), at + _DAILY)
    return planned if planned < until else None


def is_recurrence(action: str, finding: Finding) -> bool:
    """Whether a finding says that the action does not hold any more."""
    return finding in _RECURRENCES.get(action, frozenset())


def weigh(known: Known, looks: tuple[Observed, ...], *, action: str, since: datetime, at: datetime) -> Weighed:
    """Compare looks made at one time with what was known."""
    found: list[Finding] = []
    now = known
    learned = False
    for look in looks:
        if look.kind == "dns" and isinstance(look.value, Resolution):
            if look.value.answer in LEARNED:
                learned = True
                now = _resolution(now, look.value, found, action=action, since=since, at=at)
        elif isinstance(look.value, Registration):
            learned = True
            has_had_time = at - since >= SETTLES_AFTER or "hold-lost" in known.told
            now = _registration(now, look.value, found, is_hold=action == "server-hold", has_had_time=has_had_time)
        elif look.kind == "rdap" and look.error == NOT_REGISTERED:
            learned = True
            found.append("dropped")
            now = msgspec.structs.replace(now, is_dropped=True, was_held=False)
    failures = 0 if learned else known.failures + 1
    if failures >= UNKNOWN_AFTER:
        found.append("state-unknown")
    new = tuple(finding for finding in dict.fromkeys(found) if finding not in known.told)
    kept = tuple(one for one in known.told if one in found or one in _ONCE)
    return Weighed(new, msgspec.structs.replace(now, failures=failures, told=tuple(dict.fromkeys((*kept, *new)))))


# Told once in a watch; the others are told again when they had stopped in between.
_ONCE: Final[frozenset[Finding]] = frozenset({"still-resolves", "registered-anew"})


def _resolution(
    known: Known, seen: Resolution, found: list[Finding], *, action: str, since: datetime, at: datetime
) -> Known:
    is_up = seen.answer == "resolves" or bool(seen.name_servers)
    if action in ENDS_RESOLUTION and is_up:
        if known.was_quiet:
            found.append("resolves-again")
        elif at - since >= SETTLES_AFTER:
            found.append("still-resolves")
    if is_up and seen.name_servers and "NS" not in seen.unanswered:
        known = _servers(known, seen.name_servers, found)
    return known if is_up else msgspec.structs.replace(known, was_quiet=True)


def _registration(
    known: Known, seen: Registration, found: list[Finding], *, is_hold: bool, has_had_time: bool
) -> Known:
    if known.is_dropped or (
        known.registered_at is not None and seen.registered_at is not None and seen.registered_at > known.registered_at
    ):
        found.append("registered-anew")
    held = bool({"serverHold", "clientHold"} & set(seen.statuses))
    if is_hold and not held and (known.was_held or has_had_time):
        found.append("hold-lost")
    if known.registrar and seen.registrar and known.registrar != seen.registrar:
        found.append("registrar-changed")
    known = _servers(known, seen.name_servers, found) if seen.name_servers else known
    return msgspec.structs.replace(
        known,
        registered_at=seen.registered_at or known.registered_at,
        registrar=seen.registrar or known.registrar,
        was_held=held,
        is_dropped=False,
    )


def _servers(known: Known, servers: tuple[str, ...], found: list[Finding]) -> Known:
    servers = tuple(sorted(servers))
    if known.name_servers and known.name_servers != servers:
        found.append("name-servers-changed")
    return msgspec.structs.replace(known, name_servers=servers)
