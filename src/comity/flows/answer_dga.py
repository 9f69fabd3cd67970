"""Answer about algorithmic names of our own zones: what the registry did, or that it did nothing.

The node does nothing to a name here: it writes down what the registry did by its own means (a reserved list, a
sinkhole's registration), or why not.  What is to be done to a registered name is a case.  An answer about many leaves
out every name that is registered or dangerous to act on, and says which and why; those are answered one by one, a
dangerous one by a supervisor.  The origin of the list is told in the same transaction.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.dga import ANSWERS, Answer, parse_family, why_not
from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.roles import DESK, Actor
from comity.edges.home import Home
from comity.flows.share_dga import hold_outgoing, share_answers
from comity.store.dga import add_event, answers_of, find_names, lists_of, lock_list, refold, set_answer
from comity.store.models import DgaList, DgaPart

_LONGEST_NOTE: Final = 500


class AnsweredNames(msgspec.Struct, frozen=True):
    """What came of an answer: for how many names it stands now, and for how many not, by why."""

    answered: int
    left_out: dict[str, int]
    told: tuple[Decision, ...] = ()


def answer_dga(
    home: Home, family: str, asked: Mapping[str, str], answer: str, actor: Actor, *, note: str = "", at: datetime
) -> AnsweredNames:
    """Answer for the names of a family that `asked` finds (`store.dga.find_names`).

    Raises `InputError`, `ForbiddenError`; `ConflictError` where one name is asked about and may not be so answered.
    """
    said = _check(answer, actor, note)
    lists = lists_of(parse_family(family))
    with transaction.atomic():
        for origin in sorted({row.origin for row in lists} - {home.party}):
            hold_outgoing(origin)
        locked = [lock_list(row.pk) for row in sorted(lists, key=lambda row: row.pk)]
        left_out, touched = _set(locked, asked, said, actor)
        answered = sum(touched.values())
        parts = _refold(home, locked, touched, at)
        for row in locked:
            names = sum(number for part, number in touched.items() if part in {one.pk for one in parts[row.pk]})
            if names:
                add_event(
                    row, event="answered", actor=actor.name, role=actor.role, answer=said, names=names,
                    asked=_asked(asked), note=note.strip(), at=at,
                )  # fmt: skip
        told = _tell(home, locked, parts, at)
    return AnsweredNames(answered, dict(left_out), told)


def _check(answer: str, actor: Actor, note: str) -> Answer:
    if actor.role not in DESK:
        raise ForbiddenError("analysts and supervisors answer about names", item=actor.role)
    if answer not in ANSWERS:
        raise InputError(f"is one of {', '.join(ANSWERS)}", item="answer")
    if len(note) > _LONGEST_NOTE or "\0" in note:
        raise InputError(f"has at most {_LONGEST_NOTE} characters", item="note")
    said: Answer = msgspec.convert(answer, Answer)
    return said


def _set(
    lists: Iterable[DgaList], asked: Mapping[str, str], answer: Answer, actor: Actor
) -> tuple[Counter[str], Counter[int]]:
    """Set the answer where it may be; why not elsewhere, and how many names changed by part."""
    alone, supervisor = bool(asked.get("name")), actor.role == "supervisor"
    left_out: Counter[str] = Counter()
    touched: Counter[int] = Counter()
    allowed: list[int] = []
    rows = find_names(lists, asked).values_list("pk", "part_id", "check_state", "dangers")
    for pk, part, check, dangers in rows.iterator():
        reason = why_not(answer, check=check, dangers=dangers, alone=alone, by_supervisor=supervisor)
        if reason:
            left_out[reason] += 1
        else:
            allowed.append(pk)
            touched[part] += 1
    if not allowed and not left_out:
        raise InputError("no name of our zones is so", item=_asked(asked)[:80])
    if alone and not allowed:
        raise ConflictError("this name may not be answered so: " + ", ".join(left_out), item=asked["name"])
    set_answer(allowed, answer)
    return left_out, touched


def _refold(home: Home, lists: Iterable[DgaList], touched: Mapping[int, int], at: datetime) -> dict[int, list[DgaPart]]:
    """Write the answers into the parts that changed, and count their zones anew."""
    parts: dict[int, list[DgaPart]] = {}
    for row in lists:
        own = at if row.origin == home.party else None  # of an own list there is nobody to tell
        parts[row.pk] = list(DgaPart.objects.filter(list=row, pk__in=list(touched)).order_by("zone", "number"))
        for part in parts[row.pk]:
            part.list = row
            part.answers, part.answered_at, part.told_at = answers_of(part), at, own
            part.save(update_fields=["answers", "answered_at", "told_at"])
        refold(row, {part.zone for part in parts[row.pk]})
    return parts


def _tell(
    home: Home, lists: Iterable[DgaList], parts: Mapping[int, list[DgaPart]], at: datetime
) -> tuple[Decision, ...]:
    by_origin: dict[str, list[DgaPart]] = {}
    for row in lists:
        if row.origin != home.party:
            by_origin.setdefault(row.origin, []).extend(parts[row.pk])
    return tuple(decision for some in by_origin.values() for decision in share_answers(home, some, at=at))


def _asked(asked: Mapping[str, str]) -> str:
    return ", ".join(f"{word}={value}" for word, value in sorted(asked.items()) if value)[:300]
