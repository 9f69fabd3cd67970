"""The demo's outcome: a table that a director would understand, and the same as one JSON document."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from rich.table import Table

from comity.demo.display import PEOPLE
from comity.demo.play import Outcome, Played
from comity.demo.tally import Exchanged

_REASONS_SHOWN: Final = 5
_MEBIBYTE: Final = 1 << 20


def render_table(outcome: Outcome, *, verbose: bool) -> Table:
    """Draw the table: one column for each node."""
    table = Table(title="What the two nodes did", title_justify="left", header_style="bold")
    table.add_column("")
    for node in outcome.nodes:
        table.add_column(node.party, justify="right")
    add = _Rows(table, outcome.nodes)
    add.numbers("Records read", lambda node: node.intake["read"])
    add.numbers("  accepted", lambda node: node.intake["accepted"])
    add.numbers("  duplicates of known claims", lambda node: node.intake["duplicate"])
    add.numbers("  foreign: no memorandum covers the zone", lambda node: node.intake["foreign"])
    add.numbers("  refused", lambda node: node.intake["rejected"])
    for reason, counts in _reasons(node.intake["by_reason"] for node in outcome.nodes):
        add.row(f"    because: {reason}", [f"{count:,}" for count in counts])
    add.numbers("Waiting for a person (protected names)", lambda node: node.intake["held"])
    add.numbers("Cases", lambda node: node.exchanged.cases)
    table.add_section()
    add.numbers("Sent to the partner", lambda node: node.exchanged.sent)
    add.numbers("  of them without personal data they came with", lambda node: node.exchanged.redacted)
    add.numbers("Withheld by the memorandum", lambda node: _withheld(node.exchanged))
    for label, counts in _clauses(outcome.nodes):
        add.row(f"    {label}", [f"{count:,}" for count in counts])
    add.numbers("Received from the partner", lambda node: node.exchanged.received)
    add.numbers("Outcomes back from the partner", lambda node: node.exchanged.outcomes_returned)
    if any(node.exchanged.still_open for node in outcome.nodes):
        add.numbers("  cases still without an outcome", lambda node: node.exchanged.still_open)
    add.texts("From report to partner: half within", lambda node: f"{node.exchanged.seconds_p50:.1f} s")
    add.texts("From report to partner: 99 of 100 within", lambda node: f"{node.exchanged.seconds_p99:.1f} s")
    table.add_section()
    add.numbers("Lost on the way to the partner and back", lambda node: sum(node.exchanged.lost.values()))
    add.numbers("Doubled", lambda node: sum(node.exchanged.doubled.values()))
    add.row("Ledgers of both nodes verified equal", ["yes" if outcome.ledgers_equal else "NO"] * 2)
    if verbose:
        _add_details(table, add, outcome)
    return table


def addresses(outcome: Outcome) -> str:
    """Where to look, and how to sign in."""
    lines = []
    for node in outcome.nodes:
        lines.append(f"{node.party}: {node.url}  sign in as {node.person!r} with password {node.password!r}")
        lines.append(f"  with the same password: {', '.join(PEOPLE)}")
        lines.append(f"  what the reporter sees: {node.status_url}")
    return "\n".join(lines)


def document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as the JSON document that DESIGN §3 promises: these keys and no others."""
    return {
        "nodes": [
            {
                "party": node.party,
                "url": node.url,
                "read": node.intake["read"],
                "accepted": node.intake["accepted"],
                "duplicate": node.intake["duplicate"],
                "rejected": node.intake["rejected"],
                "foreign": node.intake["foreign"],
                "cases": node.exchanged.cases,
                "sent": node.exchanged.sent,
                "received": node.exchanged.received,
                "withheld": _withheld(node.exchanged),
                "outcomes_returned": node.exchanged.outcomes_returned,
            }
            for node in outcome.nodes
        ],
        "ledgers_equal": outcome.ledgers_equal,
        "lost": outcome.lost,
        "doubled": outcome.doubled,
        "seconds": outcome.seconds,
    }


class _Rows:
    """Adds rows to the table: one value for each node."""

    def __init__(self, table: Table, nodes: tuple[Played, ...]) -> None:
        self._table = table
        self._nodes = nodes

    def numbers(self, label: str, value: Callable[[Played], int]) -> None:
        self.row(label, [f"{value(node):,}" for node in self._nodes])

    def texts(self, label: str, value: Callable[[Played], str]) -> None:
        self.row(label, [value(node) for node in self._nodes])

    def row(self, label: str, values: Iterable[str]) -> None:
        self._table.add_row(label, *values)


def _reasons(by_reason: Iterable[Mapping[str, int]]) -> list[tuple[str, list[int]]]:
    """The commonest reasons of refusal, each with its count at each node; the rest together."""
    counts = [Counter(reasons) for reasons in by_reason]
    ranked = [reason for reason, _ in sum(counts, Counter[str]()).most_common()]
    rows = [(reason, [count[reason] for count in counts]) for reason in ranked[:_REASONS_SHOWN]]
    rest = [sum(count[reason] for reason in ranked[_REASONS_SHOWN:]) for count in counts]
    return [*rows, ("something else", rest)] if any(rest) else rows


def _clauses(nodes: tuple[Played, ...]) -> list[tuple[str, list[int]]]:
    counts = [
        Counter({(one.clause, one.verdict, one.reason): one.count for one in node.exchanged.withheld}) for node in nodes
    ]
    ranked = sorted(set().union(*counts), key=lambda key: (key[0].zfill(3), key))
    return [
        (
            f"clause {clause or '—'}: {reason}{' (a person decides)' if verdict == 'hold' else ''}",
            [count[clause, verdict, reason] for count in counts],
        )
        for clause, verdict, reason in ranked
    ]


def _withheld(exchanged: Exchanged) -> int:
    return sum(one.count for one in exchanged.withheld)


def _lost(what: str, node: Played) -> int:
    return node.exchanged.lost[what]


def _doubled(what: str, node: Played) -> int:
    return node.exchanged.doubled[what]


def _worked(verb: str, node: Played) -> int:
    return node.desk.get(verb, 0)


def _add_details(table: Table, add: _Rows, outcome: Outcome) -> None:
    table.add_section()
    for what in outcome.nodes[0].exchanged.lost:
        add.numbers(f"lost: {what}", partial(_lost, what))
    for what in outcome.nodes[0].exchanged.doubled:
        add.numbers(f"doubled: {what}", partial(_doubled, what))
    for verb in sorted(set().union(*(node.desk for node in outcome.nodes))):
        add.numbers(f"desk: {verb}", partial(_worked, verb))
    table.add_section()
    for label, peak in sorted(outcome.peak_bytes.items()):
        add.row(f"peak memory of {label}", [f"{peak / _MEBIBYTE:.0f} MiB", ""])
