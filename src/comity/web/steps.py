"""Which steps the case page offers: the rows of `core.cases` that the state and the reader's role admit, as forms.

The page offers no more and no less than the table; guards that look at evidence or history answer when a form is sent.
Which fields a form asks for follows from the same tables: a closing event asks for an outcome where there is a choice.
"""

from typing import Final

import msgspec

from comity.core.case_steps import RECIPIENTS
from comity.core.cases import ACTIONS_OF_EVENT, CLOSED, NOTES, TRANSITIONS
from comity.core.categories import DISPOSITIONS
from comity.core.outcomes import OUTCOMES, OUTCOMES_OF_EVENT
from comity.core.roles import case_roles

# What a form asks beside the note that every step may carry.
_TEXT_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "confirm": ("score", "collateral"),
    "propose_hold": ("score", "reason"),
    "merge_duplicate": ("related",),
    "dismiss": ("reason",),
    "unconfirm": ("reason",),
    "refuse_hold": ("reason",),
    "reopen": ("reason",),
    "retract": ("reason",),
    "withdrawal_sent": ("reason",),
}

SETTLED: Final = ("malicious", "compromised")
_HARSHER: Final = frozenset(("propose_hold", "act_deadline_passed"))
# Answered on the page of the plan that the case is in, which shows before it asks.
_BY_PLAN: Final = frozenset(("approve_hold", "refuse_hold"))

OFFERED_NOTES: Final = ("info_sent", "withdrawal_sent", "note")
# Asked for beside the clocks that they stop (web/parts/clocks.html).
BY_CLOCK: Final = frozenset(("clock_paused", "clock_resumed"))


class StepForm(msgspec.Struct, frozen=True):
    """One step as a form: which choices and which texts it asks for."""

    event: str
    needs_note: bool
    text_fields: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """One button is enough: nothing must be filled in."""
        return not (
            self.needs_note or self.text_fields or self.dispositions or self.outcomes or self.actions or self.recipients
        )


def steps_for(
    state: str, role: str, *, ours: bool, disposition: str = "malicious", may_hold: bool = True
) -> tuple[StepForm, ...]:
    """List the steps that a state admits for a role.

    `ours`: is the zone this node's own?  `disposition`: what the name was found to be; a step that needs it asks.
    `may_hold`: does the zone's authority profile offer a hold?
    """
    mine = frozenset[str](case_roles(role))
    events = [
        row.event
        for row in TRANSITIONS
        if row.from_state == state and mine & set(row.roles) and ours_admits(row.event, ours=ours)
        if row.event not in _BY_PLAN and (may_hold or row.event not in _HARSHER)
    ]
    events += [
        event
        for event in OFFERED_NOTES
        if mine & set(NOTES[event][0]) and (not NOTES[event][1] or state in NOTES[event][1])
    ]
    is_settled = disposition in SETTLED
    return tuple(_form(event, is_settled=is_settled) for event in events)


def ours_admits(event: str, *, ours: bool) -> bool:
    """Nobody confirms a name of another's zone, and nobody refers a name of their own."""
    return event != ("refer_out_of_zone" if ours else "confirm")


def _form(event: str, *, is_settled: bool) -> StepForm:
    closes = any(row.event == event and row.to_state == CLOSED for row in TRANSITIONS)
    codes = OUTCOMES_OF_EVENT.get(event, frozenset()) if closes else frozenset[str]()
    actions = ACTIONS_OF_EVENT.get(event, ())
    return StepForm(
        event=event,
        needs_note=event in {"note", "ask_reporter", "info_sent"},
        text_fields=_TEXT_FIELDS.get(event, ()),
        dispositions=_dispositions(event, is_settled=is_settled),
        outcomes=tuple(code for code in OUTCOMES if code in codes) if len(codes) > 1 else (),
        actions=actions if len(actions) > 1 else (),
        recipients=RECIPIENTS if event == "send_notice" else (),
    )


def _dispositions(event: str, *, is_settled: bool) -> tuple[str, ...]:
    if event == "confirm":
        return DISPOSITIONS
    return SETTLED if event in _HARSHER and not is_settled else ()


def sort_steps(forms: tuple[StepForm, ...], best: str) -> tuple[StepForm | None, tuple[StepForm, ...]]:
    """Give the sensible next step, if the reader may take it, and all the others."""
    first = next((form for form in forms if form.event == best), None)
    return first, tuple(form for form in forms if form is not first)
