"""`comity memo explain` and `comity memo preview`: what the memorandum answers, clause by clause, in five languages."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.memo_compare import compare_with
from comity.cli.outcome import print_json
from comity.core.disclosure import KINDS, Decision, Item, Kind, TraceStep, decide
from comity.core.errors import InputError, NotFoundError
from comity.core.items import build_item
from comity.core.memoranda import Memorandum, Status
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Report
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.compare import DAYS
from comity.flows.preview import preview as preview_flow
from comity.flows.preview import preview_warnings
from comity.store.memoranda import find_governing
from comity.store.models import Case
from comity.store.models import Decision as StoredDecision
from comity.wire.canonical import parse_json
from comity.wire.decision_texts import LANGUAGES, Language, clause_text, reason_text, step_text, verdict_text
from comity.wire.decision_texts import explain as explain_lines
from comity.wire.report_json import parse_report

_MAX_ITEM_BYTES = 1024 * 1024
_language: Callable[[Any], Any] = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="The language of the answer.",
)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--case", "case_ref", default="", help="The stored decisions of one case, by its reference.")
@click.option("--partner", default="", help="The partner that a report would go to; or only stored decisions about it.")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="As what a report would be sent.")
@click.option("--limit", default=50, show_default=True, help="How many stored decisions, the newest first.")
@_language
@dir_option
@json_option
def explain(
    file: Path | None,
    case_ref: str,
    partner: str,
    kind: Kind | None,
    limit: int,
    language: Language,
    directory: Path,
    as_json: bool,
) -> None:
    """Explain decisions: clause, reason, and every clause visited.

    With FILE, what would be decided now about a report (comity-report/1, with --partner) or about an item (JSON with
    sender and recipient).  Without FILE, what was decided, for one case or altogether.
    """
    home = use_node(directory)
    if file is not None:
        answers = [_ask(home, file, partner, kind, at=datetime.now(UTC))]
    else:
        answers = list(_stored(case_ref, partner, limit))
    if as_json:
        print_json({"decisions": [{**about, **_document(decision, language)} for about, decision in answers]})
        return
    for about, decision in answers:
        heading = "  ".join(str(about[key]) for key in ("at", "direction", "partner", "kind", "case") if about.get(key))
        click.echo(heading or str(file))
        click.echo("\n".join(f"  {line}" for line in explain_lines(decision, language)))
    if not answers:
        click.echo("no decisions yet")


@click.command()
@click.argument("partner")
@click.option("--limit", default=20, show_default=True, help="How many reports to show one by one.")
@click.option(
    "--draft",
    "draft",
    default=None,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ask another text instead: what would the partner have seen under it, beside the one in force?",
)
@click.option("--days", default=DAYS, show_default=True, help="With --draft: how many days back.")
@_language
@dir_option
@json_option
def preview(
    partner: str, limit: int, draft: Path | None, days: int, language: Language, directory: Path, as_json: bool
) -> None:
    """Show what PARTNER would see of our open cases and warnings, and what not, by which clause.

    Nothing is stored or sent.
    """
    home = use_node(directory)
    if draft is not None:
        compare_with(home, partner, draft, days, limit=limit, language=language, as_json=as_json)
        return
    counts: Counter[tuple[str, str, str]] = Counter()
    shown: list[dict[str, Any]] = []
    for one in preview_flow(home, partner, at=datetime.now(UTC)):
        counts[(one.decision.verdict, one.decision.clause, one.decision.reason)] += 1
        if len(shown) < limit:
            shown.append(
                {
                    "report": one.report_uuid,
                    "case": one.case_ref,
                    "name": one.registrable,
                    "kind": one.kind,
                    **_document(one.decision, language),
                    "partner_reads": None if one.told is None else msgspec.to_builtins(one.told),
                }
            )
    totals = [
        {
            "verdict": verdict,
            "clause": clause,
            "reason": reason,
            "text": reason_text(reason, language),
            "reports": number,
        }
        for (verdict, clause, reason), number in sorted(counts.items())
    ]
    warnings = preview_warnings(home, partner, at=datetime.now(UTC))
    if as_json:
        of_warnings = [{"what": what, **_document(said, language)} for what, said in warnings.items()]
        print_json({"partner": partner, "totals": totals, "reports": shown, "warnings": of_warnings})
        return
    for row in shown:
        click.echo(f"{row['name']}  {row['kind']}: {row['verdict_text']} · {row['clause_text']} · {row['text']}")
    for (verdict, clause, reason), number in sorted(counts.items()):
        answer = (
            f"{verdict_text(verdict, language)} · {clause_text(clause, language)} · {reason_text(reason, language)}"
        )
        click.echo(f"{number:>8}  {answer}")
    if not totals:
        click.echo(f"nothing open about names of {partner}")
    for what, said in warnings.items():
        answer = f"{verdict_text(said.verdict, language)} · {clause_text(said.clause, language)}"
        click.echo(f"{what}: {answer} · {reason_text(said.reason, language)}")


def _ask(home: Home, file: Path, partner: str, kind: Kind | None, *, at: datetime) -> tuple[dict[str, Any], Decision]:
    data = file.read_bytes()
    tree = parse_json(data, max_bytes=_MAX_ITEM_BYTES)
    if isinstance(tree, dict) and "sender" in tree:
        try:
            item = msgspec.convert(tree, Item)
        except msgspec.ValidationError as error:
            raise InputError(str(error), item=str(file)) from None
        other = item.recipient if item.sender == home.party else item.sender
        memorandum, status = _governing(other, at)
        return {"kind": item.kind, "partner": other}, decide(item, memorandum, at=at, status=status)
    report = parse_report(data)
    if not isinstance(report, Report):
        raise InputError("; ".join(problem.message for problem in report), item=str(file))
    found = NameFolder(load_suffixes(home)).fold(report.name or report.url or report.host)
    if isinstance(found, NameRefusal):
        raise InputError(found.reason, item=found.input)
    other = partner or found.party
    if not other:
        raise InputError("nobody on record is responsible for this name; say who with --partner", item=found.ascii)
    memorandum, status = _governing(other, at)
    item = build_item(
        report, sender=home.party, recipient=other, zone=found.zone, memorandum=memorandum, at=at, kind=kind
    )
    return {"kind": item.kind, "partner": other, "name": found.ascii}, decide(item, memorandum, at=at, status=status)


def _governing(partner: str, at: datetime) -> tuple[Memorandum | None, Status]:
    stored = find_governing(partner, at=at)
    return (None, "draft") if stored is None else (stored.memorandum, stored.status)


def _stored(case_ref: str, partner: str, limit: int) -> Iterator[tuple[dict[str, Any], Decision]]:
    found = StoredDecision.objects.select_related("case").order_by("-pk")
    if case_ref:
        case = Case.objects.filter(ref=case_ref).first()
        if case is None:
            raise NotFoundError("no such case", item=case_ref)
        found = found.filter(case=case)
    if partner:
        found = found.filter(partner=partner)
    for row in found[:limit]:
        kept = msgspec.json.decode(row.trace) if row.trace else {}
        steps = tuple(msgspec.convert(step, TraceStep) for step in kept.get("trace", ()))
        decision = msgspec.convert(
            {"verdict": row.verdict, "clause": row.clause, "reason": row.reason, "redact": kept.get("redact", [])},
            Decision,
        )
        about = {
            "at": row.at.isoformat(timespec="seconds"),
            "direction": row.direction,
            "partner": row.partner,
            "kind": row.kind,
            "case": row.case.ref if row.case else "",
            "memorandum": row.memorandum,
        }
        yield about, msgspec.structs.replace(decision, trace=steps)


def _document(decision: Decision, language: Language) -> dict[str, Any]:
    return {
        "verdict": decision.verdict,
        "clause": decision.clause,
        "reason": decision.reason,
        "verdict_text": verdict_text(decision.verdict, language),
        "clause_text": clause_text(decision.clause, language),
        "text": reason_text(decision.reason, language),
        "redact": list(decision.redact),
        "hold_for": decision.hold_for,
        "trace": [{**msgspec.to_builtins(step), "text": step_text(step, language)} for step in decision.trace],
    }
