"""`comity plan`: what is to be done to which names: made, proposed, approved by its hash, carried out.

`make` and `carry-out` only show, unless `--propose` and `--really` are said.  Who acts is `--as` in the role `--role`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.plans import PLAN_STATES, Plan, PlanRefusal
from comity.core.roles import CASE_ROLES, ROLES_OF_ACCOUNT, Actor
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds
from comity.flows.approve_plan import PlanOutcome, approve_plan, refuse_plan
from comity.flows.carry_out import carry_out
from comity.flows.plan_action import plan_action, propose_plan
from comity.flows.restore_name import restore_names
from comity.store.plans import StoredPlan, get_plan, list_plans, steps_of, votes_of
from comity.wire.plan_json import plan_hash, render_plan
from comity.wire.plan_texts import render_plan_text

_ROLES: Final = tuple(dict.fromkeys((*ROLES_OF_ACCOUNT, *(role for role in CASE_ROLES if role != "partner"))))
_WHO: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--as", "actor", default="", help="Who acts.  [default: you]"),
    click.option("--role", type=click.Choice(_ROLES), default="analyst", show_default=True, help="In which role."),
    json_option,
    dir_option,
)


def _who(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_WHO):
        command = option(command)
    return command


def _actor(home: Home, name: str, role: str) -> Actor:
    return Actor(name or getuser(), role, home.party)


@click.group()
def plan() -> None:
    """Plans of action: make, propose, approve, carry out."""


@plan.command("make", short_help="Show what a hold of these cases would do; --propose keeps it.")
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option("--propose", is_flag=True, help="Keep the plan, so that another person can approve it.")
@_who
def make_command(directory: Path, as_json: bool, refs: tuple[str, ...], propose: bool, actor: str, role: str) -> int:
    """Show what a hold of these cases would do.  Nothing is kept unless --propose is said."""
    home = use_node(directory)
    at = datetime.now(UTC)
    who = _actor(home, actor, role)
    made = plan_action(home, refs, who, at=at)
    if isinstance(made, PlanRefusal):
        return _refused(made, as_json=as_json)
    found = propose_plan(home, made, who, at=at) if propose else plan_hash(render_plan(made))
    if as_json:
        print_json({"hash": found, "state": "proposed" if propose else "shown", "plan": msgspec.to_builtins(made)})
        return 0
    click.echo(render_plan_text(made, found), nl=False)
    click.echo(
        f"\nproposed; approve it: comity plan approve {found[:12]}"
        if propose
        else "\nnothing was kept; --propose keeps it"
    )
    return 0


@plan.command("list", short_help="List plans, newest first.")
@click.option("--state", type=click.Choice(PLAN_STATES), default=None, help="Only plans in this state.")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool, state: str | None) -> int:
    """List plans, newest first."""
    use_node(directory)
    found = list_plans([state] if state else ())
    if as_json:
        print_json({"plans": [_summary(one) for one in found]})
        return 0
    for one in found:
        click.echo(
            f"{one.hash[:12]}  {one.state:<13} {one.plan.kind:<8} {len(one.plan.steps):>4} name(s)  {one.plan.proposer}"
        )
    return 0


@plan.command("show", short_help="Show a plan, who said what, and how far it has come.")
@click.argument("which", metavar="HASH")
@json_option
@dir_option
def show_command(directory: Path, as_json: bool, which: str) -> int:
    """Show a plan by its hash, or by the beginning of it."""
    use_node(directory)
    stored = get_plan(which)
    votes, steps = votes_of(stored.pk), steps_of(stored.pk)
    if as_json:
        print_json(
            {
                **_summary(stored),
                "plan": msgspec.to_builtins(stored.plan),
                "votes": msgspec.to_builtins(votes),
                "steps": [
                    {"name": one.name, "state": one.state, "code": one.code, "message": one.message} for one in steps
                ],
            }
        )
        return 0
    click.echo(render_plan_text(stored.plan, stored.hash), nl=False)
    click.echo(f"\nstate: {stored.state}")
    for vote in votes:
        click.echo(f"  {vote.vote} by {vote.actor} at {vote.at:%Y-%m-%d %H:%M} UTC {vote.note}".rstrip())
    for one in steps:
        click.echo(f"  {one.name}: {one.state} {one.message}".rstrip())
    return 0


@plan.command("approve", short_help="Approve the plan with this hash (role supervisor).")
@click.argument("which", metavar="HASH")
@click.option("--bulk", is_flag=True, help="So many names are meant.")
@click.option("--note", default="", help="Why, in words.")
@_who
def approve_command(directory: Path, as_json: bool, which: str, bulk: bool, note: str, actor: str, role: str) -> int:
    """Approve the plan with this hash; nothing but this plan will be carried out."""
    home = use_node(directory)
    who = _actor(home, actor, role)
    done = approve_plan(home, which, who, bulk=bulk, grounds=Grounds(note=note), at=datetime.now(UTC))
    return _tell(done, as_json=as_json)


@plan.command("refuse", short_help="Refuse the plan with this hash (role supervisor).")
@click.argument("which", metavar="HASH")
@click.option("--reason", required=True, help="Why, as a code.")
@click.option("--note", default="", help="Why, in words.")
@_who
def refuse_command(directory: Path, as_json: bool, which: str, reason: str, note: str, actor: str, role: str) -> int:
    """Refuse the plan with this hash; its cases go back to confirmed."""
    home = use_node(directory)
    who = _actor(home, actor, role)
    done = refuse_plan(home, which, who, grounds=Grounds(reason=reason, note=note), at=datetime.now(UTC))
    return _tell(done, as_json=as_json)


@plan.command("carry-out", short_help="Show what carrying a plan out does; --really does it.")
@click.argument("which", metavar="HASH")
@click.option("--really", is_flag=True, help="Do it.")
@_who
def carry_out_command(directory: Path, as_json: bool, which: str, really: bool, actor: str, role: str) -> int:
    """Carry an approved plan out, or go on with one that was begun.  Nothing is done unless --really is said."""
    home = use_node(directory)
    if not really:
        stored = get_plan(which)
        if as_json:
            print_json({**_summary(stored), "plan": msgspec.to_builtins(stored.plan), "done": False})
            return 0
        click.echo(render_plan_text(stored.plan, stored.hash), nl=False)
        click.echo(f"\nstate: {stored.state}; nothing was done; --really does it")
        return 0
    done = carry_out(home, which, _actor(home, actor, role), at=datetime.now(UTC))
    code = _tell(done, as_json=as_json)
    return code or int(done.state == "failed-partly")


@plan.command("restore", short_help="Give names back what our holds took.")
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option("--why", type=click.Choice(("cure", "appeal", "interim")), required=True, help="Why they come back.")
@click.option("--really", is_flag=True, help="Do it.")
@_who
def restore_command(
    directory: Path, as_json: bool, refs: tuple[str, ...], why: str, really: bool, actor: str, role: str
) -> int:
    """Plan to restore the names of cases; the node's desk carries it out.  Nothing is done unless --really is said."""
    home = use_node(directory)
    if not really:
        document = {"refs": refs, "why": why, "done": False}
        if as_json:
            print_json(document)
        else:
            click.echo(f"would restore the names of {', '.join(refs)}; nothing was done; --really does it")
        return 0
    done = restore_names(home, refs, _actor(home, actor, role), _WHY[why], datetime.now(UTC))
    if as_json:
        print_json({"done": done.done, "refused": msgspec.to_builtins(done.refused)})
    else:
        for ref in done.done:
            click.echo(f"{ref}: is being restored")
    for ref, reasons in done.refused.items():
        for reason in reasons:
            click.echo(f"comity: {ref}: {reason.message} [{reason.code}]", err=True)
    return 1 if done.refused else 0


_WHY: Final[dict[str, Any]] = {"cure": "cure", "appeal": "appeal", "interim": "interim"}


def _summary(stored: StoredPlan) -> dict[str, Any]:
    names: Plan = stored.plan
    return {
        "hash": stored.hash, "state": stored.state, "kind": names.kind, "proposer": names.proposer,
        "names": [step.name for step in names.steps], "approvals": names.approvals, "bulk": names.is_bulk,
        "made_at": names.made_at.isoformat(),
    }  # fmt: skip


def _tell(done: PlanOutcome, *, as_json: bool) -> int:
    if as_json:
        print_json(msgspec.to_builtins(done))
    elif not done.reasons:
        click.echo(f"{done.hash[:12]}: {done.state}")
    for reason in done.reasons:
        click.echo(f"comity: {done.hash[:12]}: {reason.message} [{reason.code}]", err=True)
    return 1 if done.reasons else 0


def _refused(made: PlanRefusal, *, as_json: bool) -> int:
    if as_json:
        print_json({"refused": msgspec.to_builtins(made.reasons)})
    for ref, reasons in made.reasons.items():
        for reason in reasons:
            click.echo(f"comity: {ref or 'plan'}: {reason.message} [{reason.code}]", err=True)
    return 1
