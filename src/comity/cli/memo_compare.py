"""`comity memo preview PARTNER --draft FILE`: what the partner would have seen these last days under another text."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.outcome import print_json
from comity.core.disclosure import Decision
from comity.core.errors import InputError
from comity.core.memoranda import Memorandum
from comity.edges.home import Home
from comity.flows.compare import Comparison, compare
from comity.wire.decision_texts import Language, clause_text, reason_text, verdict_text
from comity.wire.memorandum_document import Document, parse_document
from comity.wire.memorandum_yaml import parse_memorandum


def compare_with(
    home: Home, partner: str, file: Path, days: int, *, limit: int, language: Language, as_json: bool
) -> None:
    """Say it."""
    found = compare(home, partner, _draft(file, partner), at=datetime.now(UTC), days=days)
    shown = found.changed[:limit]
    if as_json:
        print_json(_document(found, partner, shown))
        return
    against = f"beside {found.in_force}" if found.in_force else "no text is in force"
    click.echo(f"{found.items} items in the last {found.days} days, {against}")
    if found.cut:
        click.echo(f"there were more: only the newest {found.items} were looked at")
    click.echo(f"{'now':>8} {'then':>8}")
    for row in found.rows:
        words = (
            verdict_text(row.verdict, language),
            clause_text(row.clause, language),
            reason_text(row.reason, language),
        )
        click.echo(f"{row.now:>8} {row.then:>8}  {' · '.join(words)}")
    for one in shown:
        click.echo(f"{one.registrable}  {one.kind}: {_say(one.now, language)} → {_say(one.then, language)}")
    if found.changed_total > len(shown):
        click.echo(f"and {found.changed_total - len(shown)} more that would change")


def _draft(file: Path, partner: str) -> Memorandum:
    data = file.read_bytes()
    signed = parse_document(data)
    memorandum = signed.memorandum if isinstance(signed, Document) else parse_memorandum(data)
    if not isinstance(memorandum, Memorandum):
        raise InputError("; ".join(f"{one.path or 'document'}: {one.reason}" for one in memorandum), item=str(file))
    if memorandum.party(partner) is None:
        raise InputError(f"{partner} is no party of this memorandum", item=str(file))
    return memorandum


def _say(decision: Decision, language: Language) -> str:
    return f"{verdict_text(decision.verdict, language)} ({clause_text(decision.clause, language)}, {decision.reason})"


def _document(found: Comparison, partner: str, shown: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "partner": partner,
        "in_force": found.in_force,
        "days": found.days,
        "items": found.items,
        "cut": found.cut,
        "answers": [msgspec.to_builtins(row) for row in found.rows],
        "would_change": found.changed_total,
        "changed": [
            {
                "name": one.registrable,
                "case": one.case_ref,
                "category": one.category,
                "kind": one.kind,
                "at": one.at.isoformat(timespec="seconds"),
                "now": {"verdict": one.now.verdict, "clause": one.now.clause, "reason": one.now.reason},
                "then": {"verdict": one.then.verdict, "clause": one.then.clause, "reason": one.then.reason},
            }
            for one in shown
        ],
    }
