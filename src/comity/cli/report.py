"""`comity report`: who was told of a report, and how to change what was told: correct, mark, withdraw, erase.

Each verb changes the report here and tells every partner that has it, in one transaction; what a memorandum withholds
is said with its clause.  `show` gives what reached whom, what is receipted, and who confirmed an erasure.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import reduce
from getpass import getuser
from pathlib import Path
from typing import Any, Final, get_args

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.disclosure import Decision
from comity.core.erasure import is_reduced
from comity.core.errors import InputError, NotFoundError
from comity.core.harmless import defang
from comity.core.markings import TLPS, Tlp
from comity.core.reports import Report
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.flows.correct import correct
from comity.flows.erase import erase
from comity.flows.mark import mark
from comity.flows.withdraw import withdraw_report
from comity.store.case_reports import ReportRow, find_report
from comity.store.erasures import list_erasures
from comity.store.told import entries_about
from comity.wire.canonical import parse_json
from comity.wire.notices import ErasureReason, parse_marking
from comity.wire.report_json import parse_report, render_report
from comity.wire.stix import PayloadProblem

_SENT: Final = frozenset(("send", "send-redacted"))
_MAX_FILE_BYTES: Final = 1024 * 1024
# `quotes-erased` is said by a node about its own answers, never by a person.
_REASONS: Final = tuple(reason for reason in get_args(ErasureReason) if reason != "quotes-erased")
_WHO: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--as", "name", default="", help="Who acts.  [default: you]"),
    click.option(
        "--role",
        type=click.Choice(tuple(ROLES_OF_ACCOUNT)),
        default="analyst",
        show_default=True,
        help="In which role.",
    ),
    json_option,
    dir_option,
)


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who acts, and where."""
    return reduce(lambda made, option: option(made), reversed(_WHO), command)


@click.group()
def report() -> None:
    """Reports: who was told, correct, mark, withdraw, erase."""


@report.command()
@click.argument("uuid")
@dir_option
@json_option
def show(uuid: str, directory: Path, as_json: bool) -> None:
    """Show a report, to whom it went, what was receipted, and what was said about it since."""
    use_node(directory)
    row = find_report(uuid.lower())
    if row is None:
        raise NotFoundError("no such report", item=uuid)
    story = _story(row)
    if as_json:
        print_json(story)
        return
    click.echo(
        f"{row.uuid}  {defang(row.host)}  {row.category}  {row.report.tlp}  by {row.reporter} ({row.reporter_kind})"
    )
    if story["erased"]:
        click.echo("  erased: only what its case needs is left")
    for one in story["told"]:
        click.echo(f"  {one['partner']}  entry {one['position']}  {one['kind']}  {_standing(one)}")
    if not story["told"]:
        click.echo("  told to nobody" if row.reporter_kind != "partner" else "  a partner's report; it goes to nobody")


@report.command("correct")
@click.argument("uuid")
@click.argument("file", type=click.File("rb"))
@_acting
def correct_command(uuid: str, file: Any, directory: Path, as_json: bool, name: str, role: str) -> int:
    """Correct report UUID by FILE (`-`: standard input): a JSON object of the members of comity-report/1 that change.

    A member that is null is taken away (RFC 7396).
    """
    home = use_node(directory)
    row = find_report(uuid.lower())
    if row is None:
        raise NotFoundError("no such report", item=uuid)
    corrected = _merge(row.report, file.read(_MAX_FILE_BYTES), uuid)
    decisions = correct(home, uuid, corrected, _actor(name, role, home.party), at=datetime.now(UTC))
    return _tell("corrected", uuid, decisions, as_json=as_json)


@report.command("mark")
@click.argument("uuid")
@click.argument("tlp", type=click.Choice(TLPS))
@_acting
def mark_command(uuid: str, tlp: Tlp, directory: Path, as_json: bool, name: str, role: str) -> int:
    """Give report UUID another TLP marking, and tell every partner that has it."""
    home = use_node(directory)
    decisions = mark(home, uuid, tlp, _actor(name, role, home.party), at=datetime.now(UTC))
    return _tell("marked", uuid, decisions, as_json=as_json)


@report.command("withdraw")
@click.argument("uuid")
@_acting
def withdraw_command(uuid: str, directory: Path, as_json: bool, name: str, role: str) -> int:
    """Withdraw report UUID: its case, where nothing else that was filed here stands in it."""
    home = use_node(directory)
    outcome = withdraw_report(home, uuid, _actor(name, role, home.party), at=datetime.now(UTC))
    if as_json:
        print_json({"withdrawn": outcome.done, "refused": msgspec.to_builtins(outcome.refused)})
    for ref in outcome.done:
        click.echo(f"{uuid}: withdrawn with case {ref}", err=as_json)
    for ref, reasons in outcome.refused.items():
        for reason in reasons:
            click.echo(f"comity: {ref}: {reason.message} [{reason.code}]", err=True)
    return 1 if outcome.refused else 0


@report.command("erase")
@click.argument("uuid")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="Why it must go.")
@click.option("--again", is_flag=True, help="Ask once more every partner that has not confirmed.")
@click.option("--words", multiple=True, help="Further words that the notes of its case must not keep, here.")
@_acting
def erase_command(
    uuid: str,
    reason: ErasureReason,
    words: tuple[str, ...],
    again: bool,
    directory: Path,
    as_json: bool,
    name: str,
    role: str,
) -> int:
    """Erase report UUID here, and ask every partner that has it to do the same.

    What is left is what its case needs: name, category, times, marking, kinds of evidence.  It cannot be undone.
    """
    home = use_node(directory)
    actor = _actor(name, role, home.party)
    erased = erase(home, uuid, actor, reason=reason, at=datetime.now(UTC), also=words, again=again)
    asked = [{"partner": partner, "position": position} for partner, position in erased.asked]
    if as_json:
        print_json({"erased": uuid, "asked": asked, "withheld": _withheld(erased.withheld), "wiped": erased.wiped})
    else:
        click.echo(f"{uuid}: erased here")
        for one in asked:
            click.echo(f"  {one['partner']} is asked to erase entry {one['position']}")
    if not erased.wiped:
        click.echo(
            "comity: the database's write-ahead log could not be emptied, somebody was reading; it empties itself when "
            "the node is stopped, or run the same command again",
            err=True,
        )
    return _complain(erased.withheld)


def _actor(name: str, role: str, party: str) -> Actor:
    return Actor(name or getuser(), role, party)


def _merge(before: Report, data: bytes, uuid: str) -> Report:
    changes = parse_json(data)
    if not isinstance(changes, dict):
        raise InputError("a correction is a JSON object of the members that change", item=uuid)
    whole = {**parse_json(render_report(before)), **changes}
    merged = msgspec.json.encode({member: value for member, value in whole.items() if value is not None})
    corrected = parse_report(merged)
    unknown = sorted(set(changes) - set(Report.__struct_fields__))
    if not isinstance(corrected, Report) or unknown:
        faults = [problem.message for problem in corrected] if not isinstance(corrected, Report) else []
        raise InputError(
            "; ".join([*faults, *(f"{member[:60]}: a report has no such member" for member in unknown)]), item=uuid
        )
    return corrected


def _tell(done: str, uuid: str, decisions: Mapping[str, Decision], *, as_json: bool) -> int:
    withheld = {partner: decision for partner, decision in decisions.items() if decision.verdict not in _SENT}
    told = sorted(set(decisions) - set(withheld))
    if as_json:
        print_json({done: uuid, "told": told, "withheld": _withheld(withheld)})
    else:
        click.echo(f"{uuid}: {done}; told to {', '.join(told) or 'nobody'}")
    return _complain(withheld)


def _withheld(decisions: Mapping[str, Decision]) -> dict[str, Any]:
    return {
        partner: {"verdict": decision.verdict, "clause": decision.clause, "reason": decision.reason}
        for partner, decision in decisions.items()
    }


def _complain(withheld: Mapping[str, Decision]) -> int:
    for partner, decision in withheld.items():
        click.echo(
            f"comity: {partner} is not told: clause {decision.clause or '-'}, {decision.reason} [{decision.verdict}]",
            err=True,
        )
    return 1 if withheld else 0


def _story(row: ReportRow) -> dict[str, Any]:
    """What a person must know of a report: who has it, in which form, and what they confirmed."""
    entries = entries_about([row.uuid], direction="out")
    asked = list_erasures(entries)
    told = []
    for entry in entries:
        erasure = asked.get((entry.ledger_pk, entry.position))
        marking = parse_marking(entry.payload) if entry.kind == "marking" else None
        told.append(
            {
                "partner": entry.partner,
                "position": entry.position,
                "kind": entry.kind,
                "at": entry.at,
                "receipted": entry.receipted,
                "marking": "" if marking is None or isinstance(marking, PayloadProblem) else marking.tlp,
                "erased_at": entry.erased_at,
                "erasure": None
                if erasure is None
                else {
                    "reason": erasure.reason,
                    "actor": erasure.actor,
                    "asked_at": erasure.asked_at,
                    "confirmed_at": erasure.confirmed_at,
                },
            }
        )
    return {
        "uuid": row.uuid,
        "host": row.host,
        "category": row.category,
        "standing": row.standing,
        "reporter": row.reporter,
        "reporter_kind": row.reporter_kind,
        "tlp": row.report.tlp,
        "erased": is_reduced(row.report, host=row.host),
        "told": told,
    }


def _standing(one: Mapping[str, Any]) -> str:
    words = [f"{one['at']:%Y-%m-%d %H:%M} UTC", "receipted" if one["receipted"] else "not receipted yet"]
    if one["marking"]:
        words.append(one["marking"])
    if one["erased_at"]:
        words.append("erased here")
    erasure = one["erasure"]
    if erasure:
        confirmed = erasure["confirmed_at"]
        words.append(f"erasure asked by {erasure['actor']} ({erasure['reason']})")
        words.append(f"confirmed {confirmed:%Y-%m-%d %H:%M} UTC" if confirmed else "not confirmed yet")
    return ", ".join(words)
