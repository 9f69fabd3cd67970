"""Watch names: look again at what was acted upon, a round of the desk, and tell the case what is new.

Only watches that are due are read.  A name under a terminated delegation that resolves again is a recurrence: the case
goes from mitigated to confirmed, where people decide.  Everything else that is new is a note with its reason, and for a
name on hold an alarm besides.  The watch itself never acts.  What cannot be learned is said and tried again.
"""

import time
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from comity.core.observations import Observed, Registration, Resolution
from comity.core.roles import Actor
from comity.core.watching import ALARMING, Finding, Weighed, is_recurrence, next_look, weigh
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, advance_cases, same_step, step_of
from comity.flows.annotate import note_on_case
from comity.flows.observe import may_observe, observe
from comity.store.models import Watch
from comity.store.watches import claim_watch, due_watches, end_watches, keep_look, known_of

_AT_ONCE: Final = 20
_ROUND_SECONDS: Final = 20.0  # other rounds of the desk wait for this one
_CLAIMED_FOR: Final = timedelta(minutes=10)


def watch_names(home: Home, *, at: datetime) -> int:
    """Look at what is due; answers how many names were looked at."""
    if not may_observe(home):
        return 0
    until = time.monotonic() + _ROUND_SECONDS
    looked = 0
    for watch in due_watches(at, limit=_AT_ONCE):
        if time.monotonic() >= until:
            break
        claimed = at + _CLAIMED_FOR
        if not claim_watch(watch, until=claimed):
            continue
        looks = observe(home, watch.registrable, at=at)
        weighed = weigh(known_of(watch), looks.looks, action=watch.action, since=watch.since, at=at)
        _keep(home, watch, weighed, looks.looks, claimed=claimed, wait=looks.wait, at=at)
        looked += 1
    return looked


def _keep(
    home: Home,
    watch: Watch,
    weighed: Weighed,
    looks: tuple[Observed, ...],
    *,
    claimed: datetime,
    wait: timedelta | None,
    at: datetime,
) -> None:
    """What is known and what the case is told, together."""
    actor = Actor("node", "system", home.party)
    again = next_look(watch.since, at=at, failures=weighed.known.failures)
    if again is not None and wait is not None:
        again = max(again, at + wait)
    alarming = bool(ALARMING & set(weighed.known.told))
    with transaction.atomic():
        if not keep_look(watch.pk, weighed.known, claimed=claimed, next_at=again, is_alarming=alarming):
            return  # it ended meanwhile: what was seen is kept as a look, and concerns nobody any more
        note = _said(looks)
        for finding in weighed.findings:
            if is_recurrence(watch.action, finding) and _recurs(home, watch, finding, note, actor, at):
                end_watches([watch.case_id])
                return
            note_on_case(watch.case_id, actor, event="observed", reason=finding, note=note, at=at)


def _recurs(home: Home, watch: Watch, finding: Finding, note: str, actor: Actor, at: datetime) -> bool:
    """Whether the case takes it for a recurrence: only one that counts as mitigated does."""
    step = step_of("recurrence_seen", actor, Grounds(reason=finding, note=note))
    return bool(advance_cases(home, same_step([watch.case.ref], step), at=at).done)


def _said(looks: tuple[Observed, ...]) -> str:
    """What was seen, as facts that need no language."""
    lines = []
    for look in looks:
        if isinstance(look.value, Registration):
            seen = look.value
            parts = [*seen.statuses, *seen.name_servers, seen.registrar]
            if seen.registered_at is not None:
                parts.append(seen.registered_at.date().isoformat())
            lines.append("RDAP: " + ", ".join(part for part in parts if part))
        elif isinstance(look.value, Resolution):
            lines.append("DNS: " + ", ".join([look.value.answer, *look.value.addresses, *look.value.name_servers]))
        else:
            lines.append(f"{look.kind.upper()}: {look.error}")
    return "\n".join(lines)[:2000]
