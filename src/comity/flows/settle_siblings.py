"""Settle siblings: a person makes enquiries of proposed siblings, or says that they are not related, and why.

An enquiry is a finding of the kind `sibling` at the desk (docs/spec/enquiries.md): it is ended there, and nothing is
reported or held by it.  A name with an open case joins that case.  Only open siblings are settled; the others are told
with their reason, and none is settled twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.campaigns import NEEDS_WORDS, NOT_RELATED, find_enquiries
from comity.core.enquiries import finding_key
from comity.core.errors import ForbiddenError, InputError, NotFoundError
from comity.core.findings import Finding
from comity.core.roles import DESK, Actor
from comity.flows.place_findings import place_findings
from comity.store.campaigns import KeptCampaign, find_campaign, settle_siblings
from comity.store.cases import find_case
from comity.store.enquiries import find_known
from comity.store.intake_lock import lock_intake
from comity.store.models import CampaignSibling

LONGEST_NOTE: Final = 500


class Settled(msgspec.Struct, frozen=True):
    """What was settled, and of the other names asked for why not: `unknown`, or the state that each is in."""

    done: tuple[str, ...]
    left: dict[str, str]


def enquire_siblings(ref: str, names: Sequence[str], actor: Actor, *, at: datetime) -> Settled:
    """Make an enquiry of each of these siblings; no names: of all that are open.

    Raises `ForbiddenError`, `NotFoundError`.
    """
    _check_actor(actor)
    with transaction.atomic():
        lock_intake()
        kept = _get(ref)
        rows, left = _open(kept, names)
        wanted = {row.name for row in rows}
        found = [one for one in find_enquiries(kept.campaign) if one.name in wanted]
        if found:
            settle_siblings(rows, "enquiry-made", findings=_make(found, actor, at), by=actor.name, at=at)
    return Settled(tuple(row.name for row in rows), left)


def dismiss_siblings(
    ref: str, names: Sequence[str], actor: Actor, reason: str, *, note: str = "", at: datetime
) -> Settled:
    """Say that siblings are not related.  Raises `ForbiddenError`, `NotFoundError`, `InputError` with its field."""
    _check_actor(actor)
    if reason not in NOT_RELATED:
        raise InputError(f"is one of {', '.join(NOT_RELATED)}", item="reason")
    words = note.strip()
    if len(words) > LONGEST_NOTE or "\0" in words:
        raise InputError(f"has at most {LONGEST_NOTE} letters", item="note")
    if reason in NEEDS_WORDS and not words:
        raise InputError("say in words why it is not related", item="note")
    if not names:
        raise InputError("name the siblings that are not related", item="names")
    with transaction.atomic():
        lock_intake()
        rows, left = _open(_get(ref), names)
        settle_siblings(rows, "not-related", reason=reason, note=words, by=actor.name, at=at)
    return Settled(tuple(row.name for row in rows), left)


def _check_actor(actor: Actor) -> None:
    if actor.role not in DESK:
        raise ForbiddenError("siblings are settled by analysts and supervisors", item=actor.role)


def _get(ref: str) -> KeptCampaign:
    case = find_case(ref)
    kept = find_campaign(case.pk) if case is not None else None
    if kept is None:
        raise NotFoundError("no siblings were looked for", item=ref[:40])
    return kept


def _open(kept: KeptCampaign, names: Sequence[str]) -> tuple[list[CampaignSibling], dict[str, str]]:
    """The open siblings that are meant, and of other names why not."""
    known = {one.name: one for one in kept.siblings}
    asked = list(dict.fromkeys(names)) or [one.name for one in kept.siblings if one.state == "open"]
    rows = [known[name] for name in asked if name in known and known[name].state == "open"]
    done = {row.name for row in rows}
    left = {name: known[name].state if name in known else "unknown" for name in asked if name not in done}
    return rows, left


def _make(found: Sequence[Finding], actor: Actor, at: datetime) -> dict[str, int]:
    """Place the findings at the desk; name → row of its finding."""
    place_findings(found, sweep=None, by=actor.party, at=at)
    rows = find_known([finding_key(one.name, one.kind, one.subject) for one in found])
    return {one.name: rows[finding_key(one.name, one.kind, one.subject)].pk for one in found}
