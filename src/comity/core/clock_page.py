"""The tables of docs/spec/clocks.md, written from what the program obeys; `tools/diagram.py` puts them into it."""

from comity.core.clock_table import CLOCKS, PAUSES, Table
from comity.core.clock_terms import own_terms

_SEVERITIES = ("critical", "high", "normal")


def render_clocks(table: Table) -> str:
    """What starts and stops each clock, and what its time is."""
    lines = ["| clock | starts | stops | may be paused | time |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row.kind}` | {_words(row.starts)} | {_words(row.stops)} | {'yes' if row.pausable else 'no'} "
        f"| {'basis of the severity' if row.by_severity else 'all time'} |"
        for row in CLOCKS
        if row.table == table
    ]
    return "\n".join(lines) + "\n"


def render_pauses() -> str:
    """What pauses, why, and until when."""
    lines = ["| of | begins with | reason | ends with |", "|---|---|---|---|"]
    lines += [
        f"| {row.table} | `{row.begins}` | {f'`{row.reason}`' if row.reason else 'the reason code of the entry'} "
        f"| {_words(row.ends)} |"
        for row in PAUSES
    ]
    return "\n".join(lines) + "\n"


def render_defaults() -> str:
    """How long each clock runs where no memorandum governs."""
    terms = [own_terms(severity) for severity in _SEVERITIES]
    lines = ["| clock | critical | high | normal |", "|---|---|---|---|"]
    lines += [
        f"| `{kind}` | " + " | ".join(f"`{each.limits[kind]}`" for each in terms) + " |" for kind in terms[0].limits
    ]
    return "\n".join(lines) + "\n"


def _words(events: tuple[str, ...]) -> str:
    return ", ".join(f"`{event}`" for event in events)
