"""From a form of the case page to a step of `core.cases`, taken by `flows.advance_cases`; and its refusal in words.

The form is untrusted: every field is bounded here and judged by the table's guards there.  A refusal comes back as the
reader's own sentences, one for each reason.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.conf import settings
from django.http import QueryDict

from comity.core.case_steps import Reason, Step
from comity.core.cases import NOTES, TRANSITIONS
from comity.core.collateral import QUESTIONS, CollateralProblem, Finding, parse_answers
from comity.core.errors import ComityError, InputError, SettingError
from comity.core.roles import Actor, case_roles
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, VerbOutcome, advance_cases, same_step
from comity.flows.assign import ASSIGNED, assign
from comity.flows.attach import AttachmentError, attach_to_case
from comity.flows.decide_appeal import decide_appeal
from comity.flows.hold import approve_hold, hold, hold_overdue, lift, refuse_hold
from comity.flows.merge import merge
from comity.flows.notify import ROLES, Addressee, notify
from comity.flows.open_held import open_held
from comity.flows.pause import pause, resume
from comity.flows.refer import refer
from comity.store.models import Person
from comity.web.labels import label

_LONGEST: Final = {"note": 4000, "collateral": 500}
_LONGEST_WORD: Final = 60
_LONGEST_ADDRESS: Final = 300
ACKNOWLEDGE: Final = "start_triage"


class Uploaded(msgspec.Struct, frozen=True):
    """A file of a form that came whole: its octets, and what its sender calls it."""

    data: bytes
    name: str
    declared: str


def home_of_node() -> Home:
    """The node whose pages these are."""
    if settings.HOME is None:
        raise SettingError("names no node; set it to the node's directory", item="COMITY_DIR")
    home: Home = settings.HOME
    return home


def may_acknowledge(role: str) -> bool:
    """Answer whether an account role may confirm receipt."""
    mine = set(case_roles(role))
    return any(row.event == ACKNOWLEDGE and mine & set(row.roles) for row in TRANSITIONS)


def may_assign(role: str) -> bool:
    """Answer whether an account role may say who works on a case."""
    return bool(set(case_roles(role)) & set(NOTES[ASSIGNED][0]))


def acknowledge_many(refs: Sequence[str], person: Person) -> tuple[int, dict[str, list[str]]]:
    """Confirm receipt of many cases: how many were, and of those that were not, why not."""
    home = home_of_node()
    step = Step(event=ACKNOWLEDGE, actor=_actor(person, home))
    return _told(advance_cases(home, same_step(refs, step), at=datetime.now(UTC)))


def assign_many(refs: Sequence[str], to: str, person: Person) -> tuple[int, dict[str, list[str]]]:
    """Give many cases to a person or ("") to nobody: how many were, and of those that were not, why not."""
    home = home_of_node()
    try:
        return _told(assign(refs, to, _actor(person, home), at=datetime.now(UTC)))
    except InputError as error:
        why = sentence(Reason("no-such-person", str(error)))
        return 0, {ref: [why] for ref in refs}


def _told(outcome: VerbOutcome) -> tuple[int, dict[str, list[str]]]:
    return len(outcome.done), {ref: [sentence(one) for one in why] for ref, why in outcome.refused.items()}


def take_step(ref: str, event: str, form: QueryDict, person: Person) -> list[str]:
    """Take one step on one case; the answer is why not, in the reader's language, or nothing."""
    home = home_of_node()
    check = parse_answers(
        {question: _answer(form, question) for question in QUESTIONS},
        {question: _field(form, f"source-{question}") for question in QUESTIONS},
    )
    if any(isinstance(one, CollateralProblem) for one in check):
        return [label("collateral-malformed", "refusal")]
    step = Step(
        event=event,
        actor=_actor(person, home),
        disposition=_field(form, "disposition"),
        outcome=_field(form, "outcome"),
        action=_field(form, "action"),
        score=_score(_field(form, "score")),
        collateral=_field(form, "collateral"),
        reason=_field(form, "reason"),
        related=_field(form, "related"),
        note=_field(form, "note"),
        check=tuple(one for one in check if isinstance(one, Finding)),
        told=tuple(one[:_LONGEST_WORD] for one in form.getlist("told")),
    )
    try:
        outcome = _take(home, ref, step, form)
    except ComityError as error:
        return [sentence(Reason(error.code, str(error)))]
    return [sentence(reason) for reasons in outcome.refused.values() for reason in reasons]


def _take(home: Home, ref: str, step: Step, form: QueryDict) -> VerbOutcome:
    """Most steps are the table's and no more; some flows look at another case, at clocks or plans, or write letters."""
    at = datetime.now(UTC)
    grounds = Grounds(reason=step.reason, note=step.note)
    match step.event:
        case "merge_duplicate":
            return merge(home, [ref], step.actor, step.related, at=at, grounds=grounds)
        case "refer_out_of_zone":
            return refer(home, [ref], step.actor, at=at, grounds=grounds)
        case "clock_paused":
            return pause(home, [ref], step.actor, step.reason, at=at, grounds=grounds)
        case "clock_resumed":
            return resume(home, [ref], step.actor, at=at, grounds=grounds)
        case "propose_hold" | "act_deadline_passed":
            propose = hold if step.event == "propose_hold" else hold_overdue
            address = form.get("to_registrant", "").strip()[:_LONGEST_ADDRESS]
            return propose(
                home, [ref], step.actor, at=at, score=step.score, disposition=step.disposition, grounds=grounds,
                registrant=Addressee("registrant", address) if address else None,
            )  # fmt: skip
        case "approve_hold":
            return approve_hold(home, [ref], step.actor, at=at, grounds=grounds)
        case "refuse_hold":
            return refuse_hold(home, [ref], step.actor, at=at, grounds=grounds)
        case "granted" | "interim_restore" | "upheld":
            return decide_appeal(home, [ref], step.actor, step.event, at=at, grounds=grounds)
        case "cured":
            return lift(home, [ref], step.actor, at=at, grounds=grounds)
        case "send_notice":
            named = [(role, form.get(f"to_{role}", "").strip()) for role in ROLES]
            to = [Addressee(role, address[:_LONGEST_ADDRESS]) for role, address in named if address]
            otherwise = bool(form.get("by_other_means"))
            return notify(
                home, [ref], step.actor, told=step.told, at=at, grounds=grounds, to=to, by_other_means=otherwise
            )
        case _:
            return advance_cases(home, {ref: step}, at=at)


def may_attach(role: str) -> bool:
    """Answer whether an account role may attach a file to a case."""
    return bool(set(NOTES["attached"][0]) & set(case_roles(role)))


def attach_file(
    ref: str, form: QueryDict, file: Uploaded | None, person: Person, *, too_large: bool = False
) -> list[str]:
    """Attach a file to a case; the answer is why not, in the reader's language, or nothing."""
    if too_large:
        return [label("attachment-too-large", "not-kept")]
    if file is None:
        return [label("attachment-missing", "not-kept")]
    home = home_of_node()
    try:
        attach_to_case(
            home, ref, file.data, _actor(person, home), name=file.name, kind=_field(form, "kind"),
            tlp=_field(form, "tlp"), declared=file.declared, at=datetime.now(UTC),
        )  # fmt: skip
    except AttachmentError as error:
        return [label(error.why, "not-kept")]
    except ComityError as error:
        return [label(error.code, "not-kept")]
    return []


def may_open_held(role: str) -> bool:
    """Answer whether an account role may let a held report become a case."""
    return "approver" in case_roles(role)


def open_held_name(name: str, category: str, person: Person) -> tuple[str, list[str]]:
    """Open a case of what is held about a name and category: the case's reference, or why not."""
    home = home_of_node()
    outcome = open_held(home, [name], _actor(person, home), at=datetime.now(UTC), category=category)
    refusals = [sentence(reason) for reasons in outcome.refused.values() for reason in reasons]
    return (outcome.done[0] if outcome.done else ""), refusals


def sentence(reason: Reason) -> str:
    """Say a reason in the reader's language; one that has no translation yet is said in its own words."""
    translated = label(reason.code, "refusal")
    return reason.message if translated == reason.code else translated


def _actor(person: Person, home: Home) -> Actor:
    return Actor(name=person.username, role=person.role, party=home.party)


def _field(form: QueryDict, name: str) -> str:
    return form.get(name, "").strip()[: _LONGEST.get(name, _LONGEST_WORD)]


def _answer(form: QueryDict, question: str) -> str:
    """The number that was typed, or else the answer that was chosen."""
    chosen = _field(form, f"check-{question}")
    return (_field(form, f"number-{question}") or chosen) if chosen in {"", "yes"} else chosen


def _score(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))  # a decimal comma is what most of our readers type
    except ValueError:
        return None
