"""Assign: say who works on cases, or that nobody does; the entry of each case says who said so.

Only somebody who may work on a case can be given one.  A case that is over is not given to anybody; a case that
somebody has already is not given to them again.  The partner does not hear of it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comity.core.case_steps import Reason
from comity.core.cases import CLOSED, NOTES, CaseChange
from comity.core.errors import InputError
from comity.core.roles import DESK, Actor
from comity.flows.advance_cases import VerbOutcome
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, find_cases
from comity.store.models import Case, Person

ASSIGNED = "assigned"
_OVER = frozenset({CLOSED, "merged"})


def list_desk() -> list[Person]:
    """List whom a case can be given to, by name."""
    return list(Person.objects.filter(role__in=DESK, is_active=True).order_by("username"))


def assign(refs: Sequence[str], to: str, actor: Actor, *, at: datetime) -> VerbOutcome:
    """Give cases to the person named `to`; "" gives them to nobody.  Raises `InputError` for no such person."""
    person = Person.objects.filter(username=to, role__in=DESK, is_active=True).first() if to else None
    if to and person is None:
        raise InputError("nobody of that name works on cases here", item=to)
    role = next((role for role in actor.case_roles if role in NOTES[ASSIGNED][0]), "")
    if not role:
        return VerbOutcome((), dict.fromkeys(refs, (Reason("wrong-role", f"{actor.role} may not assign cases"),)))
    pk = person.pk if person else None
    done: list[str] = []
    refused: dict[str, tuple[Reason, ...]] = {}
    with transaction.atomic():
        wanted = list(dict.fromkeys(refs))
        named = [row.pk for row in find_cases(wanted).values()]
        locked = Case.objects.select_for_update().filter(pk__in=named).order_by("pk")
        holders = dict(locked.values_list("pk", "assignee_id"))
        rows = find_cases(wanted)  # again: as they are now that nobody else can change them
        taken: dict[int, CaseRow] = {}
        for ref in wanted:
            row = rows.get(ref)
            if row is None:
                refused[ref] = (Reason("not-found", "no such case"),)
            elif row.pk in taken:
                refused[ref] = (Reason("named-twice", "the same case was named twice in one request"),)
            elif row.state in _OVER:
                refused[ref] = (Reason("wrong-state", f"the case is {row.state}"),)
            elif holders.get(row.pk) == pk:
                refused[ref] = (Reason("assigned-already", "that is who has it already"),)
            else:
                taken[row.pk] = row
                done.append(ref)
        append_events([_change(row, actor, role, to) for row in taken.values()], at=at)
        Case.objects.filter(pk__in=list(taken)).update(assignee_id=pk)
    return VerbOutcome(tuple(done), refused)


def _change(case: CaseRow, actor: Actor, role: str, to: str) -> CaseChange:
    return CaseChange(
        case_pk=case.pk, case_uuid=case.uuid, ref=case.ref, registrable=case.registrable, zone=case.zone,
        category=case.category, seq=case.event_count + 1, event=ASSIGNED, from_state=case.state, to_state=case.state,
        party=actor.party, actor=actor.name, role=role, note=to,
    )  # fmt: skip
