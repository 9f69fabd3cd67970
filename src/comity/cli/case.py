"""`comity case`: every verb of the desk, on one case or on thousands.

A verb takes references (`-` reads them from standard input, one a line), works on all of them in one transaction and
says of each that refused why.  It ends with 1 when any refused.  Who acts is `--as` (the name of whoever runs the
command, if not said) in the role `--role`; `list` and `show` are in `comity.cli.case_views`.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from comity.cli.case_assign import assign_command
from comity.cli.case_clocks import CLOCK_COMMANDS
from comity.cli.case_files import attach_command, attachments_command, erase_command, save_command
from comity.cli.case_notice import NOTICE, REGISTRANT, addressees, registrant_of
from comity.cli.case_options import COLLATERAL, DISPOSITION, ROLES, SCORE
from comity.cli.case_views import list_command, show_command
from comity.cli.collateral_answers import CHECK_OPTION, parse_check
from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.case_steps import RECIPIENTS
from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.flows.appeal import appeal
from comity.flows.ask import ask
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.decide_appeal import DECISIONS, decide_appeal
from comity.flows.dismiss import dismiss
from comity.flows.hold import approve_hold, hold, hold_overdue, lift, refuse_hold, restore
from comity.flows.merge import merge, unmerge
from comity.flows.notify import notify
from comity.flows.open_held import open_held
from comity.flows.record_action import EVENT_OF_ACTION, record_action
from comity.flows.refer import refer
from comity.flows.reopen import reopen
from comity.flows.supply_info import supply_info
from comity.flows.unconfirm import unconfirm
from comity.flows.withdraw import withdraw

# Rows of the table without a verb of their own: what registrars answer, what clocks say, and words beside a case.
_STEPS: Final = (
    "registrar_refused",
    "recurrence_seen",
    "act_deadline_passed",
    "info_timeout",
    "no_receipt_timeout",
    "parent_closed",
    "auto_reject_malformed",
    "note",
)


class Desk(msgspec.Struct, frozen=True):
    """Who does what to which cases, and when."""

    home: Home
    refs: tuple[str, ...]
    actor: Actor
    at: datetime
    grounds: Grounds


Verb = Callable[..., VerbOutcome]


@click.group()
def case() -> None:
    """Cases: list, show, and every verb of the desk."""


case.add_command(list_command)
case.add_command(show_command)
for _command in (attach_command, attachments_command, save_command, erase_command, *CLOCK_COMMANDS):
    case.add_command(_command)
case.add_command(assign_command)


def _verb(
    name: str, line: str, *options: Callable[[Any], Any], argument: str = "REF"
) -> Callable[[Verb], click.Command]:
    """Make a command of a function that takes a `Desk` and the verb's own options."""

    def make(function: Verb) -> click.Command:
        def run(
            directory: Path, as_json: bool, refs: tuple[str, ...], actor: str, role: str, said: Grounds, **own: Any
        ) -> int:
            home = use_node(directory)
            wanted = _all_refs(refs)
            if not wanted:
                raise InputError("name at least one case")
            desk = Desk(
                home=home,
                refs=wanted,
                actor=Actor(actor or getuser(), role, home.party),
                at=datetime.now(UTC),
                grounds=said,
            )
            return _tell(name, function(desk, **own), as_json=as_json)

        # click hands over one keyword for each option; the four grounds are gathered here
        def gather(**given: Any) -> int:
            grounds = Grounds(**{field: given.pop(field) for field in ("reason", "clause", "evidence_hash", "note")})
            return run(said=grounds, **given)

        command: Callable[..., int] = gather
        for option in (*reversed(options), *reversed(_COMMON)):
            command = option(command)
        command = click.argument("refs", nargs=-1, required=True, metavar=f"{argument}...")(command)
        return case.command(name, help=line, short_help=line)(command)

    return make


_COMMON: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--reason", default="", help="Why, as a code."),
    click.option("--clause", default="", help="The clause of the memorandum it rests on."),
    click.option("--evidence-hash", default="", help="SHA-256 of what was looked at."),
    click.option("--note", default="", help="Why, in words."),
    click.option("--as", "actor", default="", help="Who acts.  [default: you]"),
    click.option("--role", type=click.Choice(ROLES), default="analyst", show_default=True, help="In which role."),
    json_option,
    dir_option,
)


def _all_refs(refs: tuple[str, ...]) -> tuple[str, ...]:
    if refs != ("-",):
        return refs
    return tuple(line.strip() for line in sys.stdin if line.strip())


def _tell(verb: str, outcome: VerbOutcome, *, as_json: bool) -> int:
    if as_json:
        print_json({"verb": verb, "done": outcome.done, "refused": msgspec.to_builtins(outcome.refused)})
    else:
        for ref in outcome.done:
            click.echo(f"{ref}: {verb} done")
    for ref, reasons in outcome.refused.items():
        for reason in reasons:
            click.echo(f"comity: {ref}: {reason.message} [{reason.code}]", err=True)
    return 1 if outcome.refused else 0


@_verb("ack", "Begin to look at cases that were received.")
def _ack(desk: Desk) -> VerbOutcome:
    return acknowledge(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb("ask", "Ask the reporter what is missing.", click.option("--question", required=True, help="In words."))
def _ask(desk: Desk, *, question: str) -> VerbOutcome:
    return ask(desk.home, desk.refs, desk.actor, question, at=desk.at, grounds=desk.grounds)


@_verb(
    "info", "Answer a question, or tell the partner more.", click.option("--answer", required=True, help="In words.")
)
def _info(desk: Desk, *, answer: str) -> VerbOutcome:
    return supply_info(desk.home, desk.refs, desk.actor, answer, at=desk.at, grounds=desk.grounds)


@_verb("confirm", "Confirm: the report is true.", DISPOSITION, SCORE, COLLATERAL, CHECK_OPTION)
def _confirm(
    desk: Desk, *, disposition: str, score: float | None, collateral: str, answers: tuple[str, ...]
) -> VerbOutcome:
    return confirm(
        desk.home, desk.refs, desk.actor, disposition=disposition, score=score, collateral=collateral,
        check=parse_check(answers), at=desk.at, grounds=desk.grounds,
    )  # fmt: skip


@_verb("dismiss", "Close without action.", click.option("--outcome", required=True, help="An outcome code."))
def _dismiss(desk: Desk, *, outcome: str) -> VerbOutcome:
    return dismiss(desk.home, desk.refs, desk.actor, outcome, at=desk.at, grounds=desk.grounds)


@_verb(
    "decide",
    "Confirm with a disposition, or dismiss with an outcome code.",
    DISPOSITION,
    SCORE,
    COLLATERAL,
    CHECK_OPTION,
    click.option("--dismiss", "outcome", default="", metavar="OUTCOME", help="Dismiss with this outcome code."),
)
def _decide(
    desk: Desk, *, disposition: str, score: float | None, collateral: str, answers: tuple[str, ...], outcome: str
) -> VerbOutcome:
    if outcome:
        return dismiss(desk.home, desk.refs, desk.actor, outcome, at=desk.at, grounds=desk.grounds)
    return confirm(
        desk.home, desk.refs, desk.actor, disposition=disposition, score=score, collateral=collateral,
        check=parse_check(answers), at=desk.at, grounds=desk.grounds,
    )  # fmt: skip


@_verb("unconfirm", "Take a confirmation back.")
def _unconfirm(desk: Desk) -> VerbOutcome:
    return unconfirm(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb(
    "notify",
    "Give notice to the registrar by mail, and to whom --to names; or record one given otherwise.",
    *NOTICE,
    click.option(
        "--told", multiple=True, type=click.Choice(RECIPIENTS), help="Whom one given otherwise went to; repeatable."
    ),
)
def _notify(desk: Desk, *, to: tuple[str, ...], by_other_means: bool, told: tuple[str, ...]) -> VerbOutcome:
    return notify(
        desk.home, desk.refs, desk.actor, told=told, at=desk.at, grounds=desk.grounds, to=addressees(to),
        by_other_means=by_other_means,
    )  # fmt: skip


@_verb(
    "act",
    "Record what was done after the notice.",
    click.option("--action", type=click.Choice(tuple(EVENT_OF_ACTION)), required=True, help="What was done."),
)
def _act(desk: Desk, *, action: str) -> VerbOutcome:
    return record_action(desk.home, desk.refs, desk.actor, action, at=desk.at, grounds=desk.grounds)


@_verb("close", "Close with an outcome code.", click.option("--outcome", required=True, help="An outcome code."))
def _close(desk: Desk, *, outcome: str) -> VerbOutcome:
    return close(desk.home, desk.refs, desk.actor, outcome, at=desk.at, grounds=desk.grounds)


@_verb("reopen", "Take up again what was closed, within 30 days.")
def _reopen(desk: Desk) -> VerbOutcome:
    return reopen(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb(
    "withdraw",
    "Withdraw what partners were told.",
    click.option(
        "--outcome",
        type=click.Choice(("withdrawn", "false_positive")),
        default="withdrawn",
        show_default=True,
        help="No longer ours to say, or it was wrong.",
    ),
)
def _withdraw(desk: Desk, *, outcome: str) -> VerbOutcome:
    return withdraw(desk.home, desk.refs, desk.actor, at=desk.at, outcome=outcome, grounds=desk.grounds)


@_verb("hold", "Propose that the registry takes the name out of the zone.", SCORE, REGISTRANT)
def _hold(desk: Desk, *, score: float | None, registrant: str) -> VerbOutcome:
    return hold(
        desk.home, desk.refs, desk.actor, at=desk.at, score=score, grounds=desk.grounds,
        registrant=registrant_of(registrant),
    )  # fmt: skip


@_verb("approve", "Approve a hold (role supervisor).")
def _approve(desk: Desk) -> VerbOutcome:
    return approve_hold(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb("refuse-hold", "Refuse a hold (role supervisor).")
def _refuse_hold(desk: Desk) -> VerbOutcome:
    return refuse_hold(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb("lift", "Begin to restore a name whose cause was removed.")
def _lift(desk: Desk) -> VerbOutcome:
    return lift(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb(
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


@_verb("appeal", "File an appeal (role registrant, registrar or host).")
def _appeal(desk: Desk) -> VerbOutcome:
    return appeal(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb(
    "decide-appeal",
    "Decide an appeal (role policy-officer).",
    click.option("--decision", type=click.Choice(DECISIONS), required=True, help="What is decided."),
)
def _decide_appeal(desk: Desk, *, decision: str) -> VerbOutcome:
    return decide_appeal(desk.home, desk.refs, desk.actor, decision, at=desk.at, grounds=desk.grounds)


@_verb("refer", "Hand over to the party of the zone.")
def _refer(desk: Desk) -> VerbOutcome:
    return refer(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb(
    "merge",
    "Let cases follow another one.",
    click.option("--into", "parent", required=True, metavar="REF", help="The case to follow."),
)
def _merge(desk: Desk, *, parent: str) -> VerbOutcome:
    return merge(desk.home, desk.refs, desk.actor, parent, at=desk.at, grounds=desk.grounds)


@_verb("unmerge", "Let cases stand on their own again.")
def _unmerge(desk: Desk) -> VerbOutcome:
    return unmerge(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)


@_verb(
    "open-held",
    "Open cases of reports that were held, by name (role supervisor).",
    click.option("--category", default="", help="Only reports of this category."),
    argument="NAME",
)
def _open_held(desk: Desk, *, category: str) -> VerbOutcome:
    return open_held(desk.home, desk.refs, desk.actor, at=desk.at, category=category, grounds=desk.grounds)


@_verb(
    "step",
    "Take a step that has no verb of its own (docs/spec/cases.md).",
    click.option("--event", type=click.Choice(_STEPS), required=True, help="Which one."),
    click.option("--outcome", default="", help="An outcome code."),
)
def _step(desk: Desk, *, event: str, outcome: str) -> VerbOutcome:
    if event == "act_deadline_passed":
        return hold_overdue(desk.home, desk.refs, desk.actor, at=desk.at, grounds=desk.grounds)
    step = msgspec.structs.replace(step_of(event, desk.actor, desk.grounds), outcome=outcome)
    return advance_cases(desk.home, same_step(desk.refs, step), at=desk.at)
