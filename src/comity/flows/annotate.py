"""Annotate: write an entry on a case that changes no state, for what happened to one of its reports."""

from datetime import datetime
from typing import Literal

from comity.core.cases import NOTES, CaseChange
from comity.core.errors import ForbiddenError
from comity.core.roles import Actor
from comity.store.case_writes import append_events
from comity.store.cases import find_cases_by_pk


def annotate(
    case_pk: int | None,
    actor: Actor,
    *,
    event: Literal["note", "withdrawal_received"] = "note",
    reason: Literal["report-corrected", "marking-changed", "report-erased", "correction-refused"],
    note: str = "",
    clause: str = "",
    at: datetime,
) -> None:
    """Write the entry, in the caller's transaction; a report without a case needs none, but still somebody who may."""
    role = next((role for role in NOTES[event][0] if role in actor.case_roles), "")
    if not role:
        raise ForbiddenError("this is for analysts, approvers and appeals officers", item=actor.role)
    for case in find_cases_by_pk([] if case_pk is None else [case_pk]):
        change = CaseChange(
            case_pk=case.pk, case_uuid=case.uuid, ref=case.ref, registrable=case.registrable, zone=case.zone,
            category=case.category, seq=case.event_count + 1, event=event, from_state=case.state, to_state=case.state,
            party=actor.party, actor=actor.name, role=role, reason=reason, clause=clause, note=note,
        )  # fmt: skip
        append_events([change], at=at)


def note_on_case(case_pk: int, actor: Actor, *, event: str, reason: str, note: str = "", at: datetime) -> None:
    """Write an entry that changes no state, in the caller's transaction.  Raises `ForbiddenError`, `ConflictError`."""
    roles, states = NOTES[event]
    role = next((role for role in roles if role in actor.case_roles), "")
    for case in find_cases_by_pk([case_pk]):
        if not role or (states and case.state not in states):
            raise ForbiddenError(f"{event} is for {', '.join(roles)}", item=case.ref)
        change = CaseChange(
            case_pk=case.pk, case_uuid=case.uuid, ref=case.ref, registrable=case.registrable, zone=case.zone,
            category=case.category, seq=case.event_count + 1, event=event, from_state=case.state, to_state=case.state,
            party=actor.party, actor=actor.name, role=role, reason=reason, note=note,
        )  # fmt: skip
        append_events([change], at=at)
