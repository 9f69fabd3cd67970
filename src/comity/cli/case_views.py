"""`comity case list` and `comity case show`: what the desk reads.

Addresses are shown defanged; `--json` gives them as they are.  `list --held` and `list --foreign` list reports that
opened no case.  `show` prints what the desk should know before the next step, the time line, the reports, and what the
memoranda let each partner know; `--json` gives all that the case page shows.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.cli.case_clocks import tell_due
from comity.cli.case_files import attachment_document
from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.cases import STATES, CaseEntry
from comity.core.categories import CATEGORIES
from comity.core.collateral import render_check
from comity.core.harmless import defang
from comity.flows.foretell import told_of, would_tell
from comity.flows.study import Study, study
from comity.store.case_decisions import DecisionView, decisions_of_case
from comity.store.case_reports import ReportPage, ReportRow, list_waiting, reports_of_case
from comity.store.cases import PAGE_ROWS, CaseFilter, CasePage, CaseRow, get_case, list_cases, timeline

_CASE_COLUMNS: Final = ("ref", "name", "category", "state", "severity", "party", "reports", "opened", "outcome")
# Columns that are copied from the screen stay in one line.
_WHOLE: Final = frozenset(("ref", "when", "opened", "received", "state"))
_WIDE: Final = 200


@click.command("list")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only cases in this state.")
@click.option("--zone", default="", help="Zone as A-label, for example xn--p1ai.")
@click.option("--category", type=click.Choice(CATEGORIES), default=None, help="Only this category.")
@click.option("--party", default="", help="Party responsible for the zone.")
@click.option("--held", is_flag=True, help="Reports about protected names that wait for a person.")
@click.option("--foreign", is_flag=True, help="Reports about zones of nobody we know.")
@click.option("--due", is_flag=True, help="Cases with a running clock, the one that is due first at the top.")
@click.option("--after", "cursor", default="", help="Go on after this cursor.")
@click.option("--limit", type=click.IntRange(1, 1000), default=PAGE_ROWS, show_default=True, help="At most so many.")
@json_option
@dir_option
def list_command(
    directory: Path,
    as_json: bool,
    state: str | None,
    zone: str,
    category: str | None,
    party: str,
    held: bool,
    foreign: bool,
    due: bool,
    cursor: str,
    limit: int,
) -> None:
    """List cases in the order in which they were opened."""
    if held + foreign + due > 1:
        raise click.UsageError("--held, --foreign and --due are lists of their own; ask for one of them")
    if due and any((state, zone, category, party, cursor)):
        raise click.UsageError("--due lists all cases with a running clock; it goes with --limit alone")
    use_node(directory)
    if due:
        tell_due(limit, as_json=as_json)
        return
    if held or foreign:
        standing = "held" if held else "foreign"
        reports = list_waiting(standing, zone=zone, category=category or "", cursor=cursor, limit=limit)
        _tell_reports(reports, as_json=as_json)
        return
    wanted = CaseFilter(state=state or "", zone=zone, category=category or "", party=party)
    _tell_cases(list_cases(wanted, cursor=cursor, limit=limit), as_json=as_json)


@click.command("show")
@click.argument("ref")
@json_option
@dir_option
def show_command(directory: Path, as_json: bool, ref: str) -> None:
    """Show a case whole, and what partners were told of it."""
    home = use_node(directory)
    row = get_case(ref)
    at = datetime.now(UTC)
    entries, page, decisions = timeline(row.pk), reports_of_case(row.pk), decisions_of_case(row.pk)
    studied = study(home, row, role="supervisor", at=at)  # whoever has the node's directory reads everything
    told = told_of(row, [report.uuid for report in page.reports])
    if as_json:
        print_json(
            {
                **case_document(row),
                "entries": msgspec.to_builtins(entries, builtin_types=(datetime,)),
                "reports": [report_document(report) for report in page.reports],
                "decisions": msgspec.to_builtins(decisions, builtin_types=(datetime,)),
                **study_document(studied),
                "told": msgspec.to_builtins(told, builtin_types=(datetime,)),
                "would_tell": msgspec.to_builtins(
                    would_tell(home, row, page.reports, told, role="supervisor", at=at), builtin_types=(datetime,)
                ),
            }
        )
        return
    screen = _screen()
    screen.print(Text(f"{row.ref}  {defang(row.registrable)}  {row.category}  {row.state}", style="bold"))
    facts = (("party", row.party), ("disposition", row.disposition), ("outcome", row.outcome), ("action", row.action))
    for name, value in (*facts, ("protected by", row.protected)):
        if value:
            screen.print(Text(f"  {name}: {value}"))
    for line in _study_lines(studied):
        screen.print(Text(f"  {_printable(line)}"))
    screen.print(_entries_table(entries), _reports_table(page.reports), _told_table(decisions))


def case_document(row: CaseRow) -> dict[str, Any]:
    """A case as --json gives it."""
    document: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    del document["pk"]
    return document


def study_document(studied: Study) -> dict[str, Any]:
    """What was computed about a case as --json gives it."""
    document: dict[str, Any] = msgspec.to_builtins(studied, builtin_types=(datetime,))
    document["attachments"] = [attachment_document(row) for row in studied.attachments]
    document["has_returned"] = studied.has_returned
    return document


def _study_lines(studied: Study) -> Iterator[str]:
    if studied.has_returned:
        yield f"returned after closing: {', '.join(one.ref for one in studied.episodes)}"
    if studied.parent:
        yield f"follows: {studied.parent.ref} {defang(studied.parent.registrable)}"
    if studied.followers:
        yield f"followed by: {', '.join(one.ref for one in studied.followers)}"
    if studied.letters.is_mixed:
        scripts = " and ".join(sorted({script for label in studied.letters.labels for script in label.scripts}))
        yield f"mixed scripts: {scripts}"
    if studied.reads_like:
        protected = f" (protected: {studied.reads_like_list})" if studied.reads_like_list else ""
        yield f"reads like: {defang(studied.reads_like)}{protected}"
    if studied.score:
        parts = ", ".join(f"{part.fact} {part.weight:+.2f}" for part in studied.score.parts)
        yield f"evidence score: {studied.score.total:.2f} by {studied.score.rubric} ({parts or 'nothing counted'})"
    lacking = [line.field for line in studied.checklist if line.need == "required" and not line.is_there]
    if lacking:
        yield f"required and missing: {', '.join(lacking)}"
    yield f"collateral: {render_check(studied.collateral)}"
    yield f"next: {studied.next.event or 'wait'} ({studied.next.why})"
    if studied.attachments:
        yield f"attachments: {len(studied.attachments)} (comity case attachments)"


def report_document(row: ReportRow) -> dict[str, Any]:
    """A report as --json gives it: addresses as they are."""
    document: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    del document["pk"], document["case_pk"]
    return document


def _tell_cases(page: CasePage, *, as_json: bool) -> None:
    if as_json:
        print_json({"cases": [case_document(row) for row in page.cases], "next": page.next_cursor})
        return
    table = _table(*_CASE_COLUMNS)
    for row in page.cases:
        _add(
            table, row.ref, defang(row.registrable), row.category, row.state, row.severity, row.party,
            row.report_count, _when(row.opened_at), row.outcome,
        )  # fmt: skip
    _screen().print(table)
    _tell_next(page.next_cursor)


def _tell_reports(page: ReportPage, *, as_json: bool) -> None:
    if as_json:
        print_json({"reports": [report_document(row) for row in page.reports], "next": page.next_cursor})
        return
    _screen().print(_reports_table(page.reports))
    _tell_next(page.next_cursor)


def _tell_next(cursor: str) -> None:
    if cursor:
        click.echo(f"there is more: --after {cursor}", err=True)


def _entries_table(entries: tuple[CaseEntry, ...]) -> Table:
    table = _table("#", "when", "entry", "state", "who", "why", title="Time line")
    for entry in entries:
        who = f"{entry.actor} ({entry.role}, {entry.party})"
        why = "; ".join(
            filter(None, (entry.disposition, entry.outcome, entry.action, entry.reason, entry.clause, entry.note))
        )
        _add(table, entry.seq, _when(entry.at), entry.event, entry.to_state, who, why)
    return table


def _reports_table(reports: tuple[ReportRow, ...]) -> Table:
    table = _table("report", "received", "what", "category", "by", "marking", title="Reports")
    for row in reports:
        what = defang(row.report.url or row.report.name or row.host)
        by = f"{row.reporter} ({row.reporter_kind})"
        _add(table, row.uuid, _when(row.received_at), what, row.category, by, row.report.tlp)
    return table


def _told_table(decisions: tuple[DecisionView, ...]) -> Table:
    table = _table(
        "when", "partner", "kind", "verdict", "clause", "reason", "taken out", title="What partners were told"
    )
    for one in decisions:
        kind = one.kind if one.direction == "out" else f"{one.kind} (from the partner)"
        _add(table, _when(one.at), one.partner, kind, one.verdict, one.clause, one.reason, ", ".join(one.redacted))
    return table


def _screen() -> Console:
    """Standard output: as wide as the terminal, and wide enough for a line a row where there is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def _table(*columns: str, title: str | None = None) -> Table:
    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
        column.no_wrap = column.header in _WHOLE
    return table


def _add(table: Table, *cells: object) -> None:
    """Add a row of plain text: what a reporter wrote is never read as markup, nor by the terminal as a command."""
    table.add_row(*(Text(_printable(str(cell))) for cell in cells))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
