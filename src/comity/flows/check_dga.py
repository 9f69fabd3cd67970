"""Check algorithmic names of our own zones before their day: is one registered, and since when?

A round of the desk asks RDAP, or else the DNS, about the few names that are due, bounded in number and time.  A
registry that has many takes them from the list of its own zone instead, at once.  Nothing here acts: what is found is
for whoever answers.  What the DNS does not know is `undelegated`, because a name may be registered without delegation.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Final

import msgspec
from django.db import transaction

from comity.core.dga import Check, next_check, parse_family
from comity.core.errors import ForbiddenError, InputError
from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder
from comity.core.observations import LEARNED
from comity.core.roles import DESK, Actor
from comity.edges.home import Home
from comity.edges.rdap_client import RdapError, ask_domain
from comity.edges.report_source import Block
from comity.edges.resolver import resolve
from comity.edges.suffix_file import load_suffixes
from comity.flows.observe import asks_rdap, may_observe
from comity.store.dga import add_event, due_names, find_names, keep_check, lists_of, set_due
from comity.store.models import DgaName
from comity.wire.rdap import RdapProblem, parse_domain

_AT_ONCE: Final = 20
_ROUND_SECONDS: Final = 20.0  # other rounds of the desk wait for this one
_AGAIN: Final = timedelta(hours=1)  # after a question that had no answer
_BATCH: Final = 4_096


class Checked(msgspec.Struct, frozen=True):
    """What a zone's list said: how many names it has, and of ours how many are registered and how many are not."""

    listed: int
    registered: int
    unregistered: int
    not_names: int


def check_dga(home: Home, *, at: datetime) -> int:
    """Look at names that are due, before their day; answers how many were looked at."""
    if not may_observe(home):
        return 0
    until = time.monotonic() + _ROUND_SECONDS
    looked = 0
    for name in due_names(at, limit=_AT_ONCE):
        if time.monotonic() >= until:
            break
        state, since, wait = _look(home, name.name, at)
        with transaction.atomic():
            keep_check([name.pk], state=state, registered_at=since, at=at)
            set_due([name.pk], at + max(wait, _AGAIN) if state == "failed" else _next(name, at))
        looked += 1
    return looked


def check_against(
    home: Home, family: str, zone: str, blocks: Iterable[Block], actor: Actor, *, at: datetime
) -> Checked:
    """Check a family's names of one zone against the names that are registered in it, a name a line.

    Raises `InputError` for a list that has no name of the zone: by it everything would be unregistered.
    """
    if actor.role not in DESK:
        raise ForbiddenError("analysts and supervisors check names", item=actor.role)
    if zone not in home.zones:
        raise InputError(f"is none of ours: {', '.join(home.zones)}", item=zone)
    lists = lists_of(parse_family(family))
    registered, not_names = _registered(home, zone, blocks)
    if not registered:
        raise InputError("names nothing of this zone", item=zone)
    rows = list(find_names(lists, {"zone": zone}).values_list("pk", "name", "part__list"))
    taken = [pk for pk, name, _list in rows if name in registered]
    free = [pk for pk, name, _list in rows if name not in registered]
    with transaction.atomic():
        keep_check(taken, state="registered", at=at)
        keep_check(free, state="unregistered", at=at)
        for row in lists:
            number = sum(1 for _pk, _name, of in rows if of == row.pk)
            if number:
                add_event(
                    row, event="checked", actor=actor.name, role=actor.role, names=number, asked=f"zone={zone}", at=at
                )  # fmt: skip
    return Checked(len(registered), len(taken), len(free), not_names)


def _look(home: Home, name: str, at: datetime) -> tuple[Check, datetime | None, timedelta]:
    """One look: the state, since when it is registered where that was told, how long a server asks to be left alone."""
    nothing = timedelta()
    if asks_rdap(home):
        try:
            body = ask_domain(home, name, at=at)
        except RdapError as error:
            if error.reason != "no-rdap-service" or not home.settings.dns.server:
                return "failed", None, error.retry_after or nothing
        else:
            found = parse_domain(body, asked=name) if body is not None else None
            if isinstance(found, RdapProblem):
                return "failed", None, nothing
            return ("unregistered", None, nothing) if found is None else ("registered", found.registered_at, nothing)
    if not home.settings.dns.server:
        return "failed", None, nothing
    seen = resolve(home, name)
    if seen.answer not in LEARNED:
        return "failed", None, nothing
    return ("undelegated" if seen.answer == "nxdomain" else "registered"), None, nothing


def _next(name: DgaName, at: datetime) -> datetime | None:
    day = next_check(name.day, at_day=at.astimezone(UTC).date(), checked=True)
    return None if day is None else datetime.combine(day, clock_time(), UTC)


def _registered(home: Home, zone: str, blocks: Iterable[Block]) -> tuple[set[str], int]:
    folder, ending = NameFolder(load_suffixes(home)), f".{zone}"
    registered: set[str] = set()
    not_names = 0
    for block in blocks:
        if block.spoilt is not None:
            not_names += 1
            continue
        lines = block.data.decode("utf-8-sig", "replace").split("\n")
        texts = [text for line in lines if (text := line.strip()) and not text.startswith("#")]
        for start in range(0, len(texts), _BATCH):
            for found in fold_many(texts[start : start + _BATCH], folder=folder):
                if isinstance(found, Name) and found.registrable.endswith(ending):
                    registered.add(found.registrable)
                else:
                    not_names += 1
    return registered, not_names
