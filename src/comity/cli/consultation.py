"""`comity consultation`: questions to partners: ask, reply, list, show, close, reopen, approve, erase.

A text is given as an argument of --text, or comes from standard input when that is `-`.  What a memorandum withholds is
said with its clause and reason, and the command ends with 1 when nothing of it left.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click

from comity.cli.consultation_views import print_consultation, print_threads, story_of, thread_story
from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.categories import CATEGORIES
from comity.core.consultations import ATTACHMENT_BYTES, LANGUAGES, TEXT_LETTERS, TOPICS
from comity.core.disclosure import Decision
from comity.core.errors import InputError
from comity.core.markings import TLPS
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.edges.home import Home
from comity.flows.approve_consultation import approve_consultation
from comity.flows.close_consultation import close_consultation
from comity.flows.consult import Question, consult
from comity.flows.erase_consultation import erase_consultation
from comity.flows.reopen_consultation import reopen_consultation
from comity.flows.reply import reply
from comity.flows.say import File, Words
from comity.store.consultation_search import search_threads
from comity.store.consultations import get_consultation, list_threads
from comity.wire.notices import ErasureReason

_SENT: Final = frozenset(("send", "send-redacted"))
_BOXES: Final = ("open", "waiting-for-us", "waiting-for-them", "ours", "closed", "withheld", "all")
_REASONS: Final[tuple[ErasureReason, ...]] = (
    "data-subject-request", "legal-order", "sent-by-mistake", "retention-ended",
)  # fmt: skip
_WHO: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--as", "name", default="", help="Who acts.  [default: you]"),
    click.option(
        "--role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="analyst", show_default=True,
        help="In which role.",
    ),
    json_option,
    dir_option,
)  # fmt: skip
_WORDS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--text", default="", help="What is said; - reads it from standard input."),
    click.option("--tlp", type=click.Choice(TLPS[:-1]), default=None, help="Its marking.  [default: the question's]"),
    click.option("--language", type=click.Choice(LANGUAGES), default=None, help="The language of the text."),
    click.option(
        "--file", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A file that goes along: picture, PDF or plain text, at most 2 MB; up to five.",
    ),
    click.option("--redact", is_flag=True, help="You know that e-mail addresses in it are replaced by a word."),
    *_WHO,
)  # fmt: skip


def _with(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


@click.group()
def consultation() -> None:
    """Consultations: ask partners, answer, list, show, close, reopen."""


@consultation.command()
@click.argument("partners", nargs=-1, required=True, metavar="PARTNER...")
@click.option("--subject", required=True, help="One line, at most 200 characters.")
@click.option("--category", type=click.Choice(CATEGORIES), default=None, help="What it is about.")
@click.option("--topic", type=click.Choice(TOPICS), default=None, help="What whoever answers should know.")
@click.option("--case", "case_ref", default="", help="The case it is about; its name and category go along.")
@click.option(
    "--due", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), default=None,
    help="When an answer is wanted, UTC.  [default: as the memorandum says]",
)  # fmt: skip
@click.option("--name-others", is_flag=True, help="Tell them who else is asked; TLP:GREEN or TLP:CLEAR only.")
@_with(_WORDS)
def ask(
    partners: tuple[str, ...],
    subject: str,
    category: str | None,
    topic: str | None,
    case_ref: str,
    due: datetime | None,
    name_others: bool,
    directory: Path,
    as_json: bool,
    name: str,
    role: str,
    **said: Any,
) -> int:
    """Put a question to one or more partners."""
    home = use_node(directory)
    question = Question(
        partners=partners,
        subject=subject,
        words=_words(**said),
        category=category or "",
        topic=topic or "",
        case_ref=case_ref,
        due_at=due.replace(tzinfo=UTC) if due else None,
        names_others=name_others,
    )
    asked = consult(home, question, _actor(home, name, role), at=datetime.now(UTC))
    return _tell(asked.uuid, [(one.partner, one.message, one.decision) for one in asked.said], as_json=as_json)


@consultation.command("reply")
@click.argument("uuid")
@click.option("--partner", default="", help="To whom, where several were asked.")
@_with(_WORDS)
def reply_command(uuid: str, partner: str, directory: Path, as_json: bool, name: str, role: str, **said: Any) -> int:
    """Say something in a consultation."""
    home = use_node(directory)
    one = reply(home, uuid, _words(**said), _actor(home, name, role), partner=partner, at=datetime.now(UTC))
    return _tell(uuid, [(one.partner, one.message, one.decision)], as_json=as_json)


@consultation.command()
@click.argument("uuid")
@click.option("--partner", default="", help="With whom.  [default: with everybody]")
@_with(_WORDS)
def close(uuid: str, partner: str, directory: Path, as_json: bool, name: str, role: str, **said: Any) -> int:
    """Close a consultation."""
    home = use_node(directory)
    closed = close_consultation(
        home, uuid, _words(**said), _actor(home, name, role), partner=partner, at=datetime.now(UTC)
    )
    return _tell(uuid, [(one.partner, one.message, one.decision) for one in closed], as_json=as_json)


@consultation.command()
@click.argument("uuid")
@click.option("--partner", default="", help="With whom.  [default: with everybody]")
@_with(_WORDS)
def reopen(uuid: str, partner: str, directory: Path, as_json: bool, name: str, role: str, **said: Any) -> int:
    """Open a closed consultation again."""
    home = use_node(directory)
    opened = reopen_consultation(
        home, uuid, _words(**said), _actor(home, name, role), partner=partner, at=datetime.now(UTC)
    )
    return _tell(uuid, [(one.partner, one.message, one.decision) for one in opened], as_json=as_json)


@consultation.command()
@click.argument("message")
@_with(_WHO)
def approve(message: str, directory: Path, as_json: bool, name: str, role: str) -> int:
    """Let a message go that a clause holds for a second person."""
    home = use_node(directory)
    decided = approve_consultation(home, message, _actor(home, name, role), at=datetime.now(UTC))
    return _tell(message, [(partner, message, decision) for partner, decision in decided], as_json=as_json)


@consultation.command()
@click.argument("message")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="Why it must go.")
@click.option("--again", is_flag=True, help="Ask partners once more who have not confirmed.")
@_with(_WHO)
def erase(
    message: str, reason: ErasureReason, again: bool, directory: Path, as_json: bool, name: str, role: str
) -> int:
    """Erase a message of ours, its words and files, here and at every partner."""
    home = use_node(directory)
    erased = erase_consultation(
        home, message, _actor(home, name, role), reason=reason, again=again, at=datetime.now(UTC)
    )
    if as_json:
        withheld = {partner: _said(decision) for partner, decision in erased.withheld.items()}
        print_json({"message": message, "asked": erased.asked, "withheld": withheld, "wiped": erased.wiped})
    else:
        click.echo(f"{message}: erased here; asked {len(erased.asked)} erasures of partners")
        for partner, decision in erased.withheld.items():
            click.echo(f"comity: {partner} was not asked: clause {decision.clause}, {decision.reason}", err=True)
    return 1 if erased.withheld else 0


@consultation.command("list")
@click.option("--box", type=click.Choice(_BOXES), default="open", show_default=True, help="Which of them.")
@click.option("--search", "words", default="", help="Only those in which all these words stand.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most so many.")
@json_option
@dir_option
def list_command(box: str, words: str, limit: int, directory: Path, as_json: bool) -> None:
    """List consultations, one line for each partner that takes part."""
    home = use_node(directory)
    rows = list(list_threads(box, home.party, words=search_threads(words) if words else None)[:limit])
    now = datetime.now(UTC)
    if as_json:
        print_json({"consultations": [thread_story(row, home.party, at=now) for row in rows]})
    else:
        print_threads(rows, home.party, at=now)


@consultation.command()
@click.argument("uuid")
@json_option
@dir_option
def show(uuid: str, directory: Path, as_json: bool) -> None:
    """Show a consultation: what was said, what was withheld and why, by when an answer is due."""
    home = use_node(directory)
    story = story_of(get_consultation(uuid), home.party, at=datetime.now(UTC))
    if as_json:
        print_json(story)
    else:
        print_consultation(story)


def _words(text: str, tlp: str | None, language: str | None, files: tuple[Path, ...], redact: bool) -> Words:
    if text == "-":
        text = sys.stdin.read(TEXT_LETTERS * 2)
    large = next((path for path in files if path.stat().st_size > ATTACHMENT_BYTES), None)
    if large is not None:
        raise InputError(f"has more than {ATTACHMENT_BYTES:,} octets", item=str(large))
    return Words(
        text=text,
        tlp=tlp or "",
        language=language or "",
        files=tuple(File(path.name, path.read_bytes()) for path in files),
        confirmed=redact,
    )


def _actor(home: Home, name: str, role: str) -> Actor:
    return Actor(name or getuser(), role, home.party)


def _said(decision: Decision) -> dict[str, Any]:
    return {
        "verdict": decision.verdict, "clause": decision.clause, "reason": decision.reason,
        "redacted": list(decision.redact), "hold_for": decision.hold_for,
    }  # fmt: skip


def _tell(uuid: str, said: list[tuple[str, str, Decision]], *, as_json: bool) -> int:
    if as_json:
        told = [{"partner": partner, "message": message, **_said(decision)} for partner, message, decision in said]
        print_json({"consultation": uuid, "said": told})
    else:
        click.echo(uuid)
        for partner, message, decision in said:
            why = "" if decision.verdict == "send" else f" (clause {decision.clause or '-'}: {decision.reason})"
            click.echo(f"  {partner}: {decision.verdict}{why}, message {message}")
    return 0 if any(decision.verdict in _SENT for _, _, decision in said) else 1
