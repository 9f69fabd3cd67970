"""Verbs of `comity case` about holds: propose one, answer it, begin to restore a name, record that it is back.

A hold is a plan of action (`comity plan`); these verbs work on the cases that it is for (docs/spec/plans.md).
"""

from typing import Final

import click

from comity.cli.case_notice import REGISTRANT, registrant_of
from comity.cli.case_verb import SCORE, Desk, verb
from comity.flows.advance_cases import VerbOutcome
from comity.flows.hold import approve_hold, hold, lift, refuse_hold, restore


@verb("hold", "Propose that the registry takes the name out of the zone.", SCORE, REGISTRANT)
def _hold(desk: Desk, *, score: float | None, registrant: str) -> VerbOutcome:
    return hold(
        desk.home, desk.refs, desk.actor, at=desk.at, score=score, grounds=desk.grounds,
        registrant=registrant_of(registrant),
    )  # fmt: skip


@verb("approve", "Approve a hold (role supervisor).")
def _approve(desk: Desk) -> VerbOutcome:
    return approve_hold(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@verb("refuse-hold", "Refuse a hold (role supervisor).")
def _refuse_hold(desk: Desk) -> VerbOutcome:
    return refuse_hold(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@verb("lift", "Begin to restore a name whose cause was removed.")
def _lift(desk: Desk) -> VerbOutcome:
    return lift(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@verb(
    "restore",
    "Record that the name is back in the zone, which closes the case.",
    click.option(
        "--outcome",
        type=click.Choice(("restored_after_cure", "restored_on_appeal")),
        required=True,
        help="Why it is back.",
    ),
)
def _restore(desk: Desk, *, outcome: str) -> VerbOutcome:
    return restore(desk.home, desk.refs, desk.actor, outcome, at=desk.at, grounds=desk.grounds)


HOLD_COMMANDS: Final = (_hold, _approve, _refuse_hold, _lift, _restore)
