"""The picture of the state machine, drawn from the table that the program obeys (docs/spec/cases.md).

Mermaid text: the page shows a diagram, a reviewer reads a difference.  Rows between the same two states share
one arrow.
"""

from collections.abc import Iterable

from comity.core.cases import CLOSED, INITIAL, NOTES, TRANSITIONS, Transition
from comity.core.outcomes import OUTCOMES, OUTCOMES_OF_EVENT, PARTNER_REFUSED, public_line


def render_diagram(rows: Iterable[Transition] = TRANSITIONS) -> str:
    """Draw the table as a Mermaid state diagram."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        arrows.setdefault((row.from_state, row.to_state), []).append(row.event)
    lines = ["stateDiagram-v2", f"    [*] --> {INITIAL}"]
    lines += [f"    {start} --> {end}: {', '.join(events)}" for (start, end), events in arrows.items()]
    lines.append(f"    {CLOSED} --> [*]")
    return "\n".join(lines) + "\n"


def render_table(rows: Iterable[Transition] = TRANSITIONS) -> str:
    """Write the table as Markdown: from, event, to, who."""
    lines = ["| from | event | to | who |", "|---|---|---|---|"]
    lines += [f"| `{row.from_state}` | `{row.event}` | `{row.to_state}` | {', '.join(row.roles)} |" for row in rows]
    return "\n".join(lines) + "\n"


def render_notes() -> str:
    """Write the entries that change no state as Markdown: entry, in which states, who."""
    lines = ["| entry | in | who |", "|---|---|---|"]
    lines += [
        f"| `{event}` | {', '.join(f'`{state}`' for state in states) or 'any'} | {', '.join(roles)} |"
        for event, (roles, states) in NOTES.items()
    ]
    return "\n".join(lines) + "\n"


def render_outcomes() -> str:
    """Write the outcome codes as Markdown: code, public line, by which events."""
    lines = ["| outcome | public line | by |", "|---|---|---|"]
    for code in (*OUTCOMES, f"{PARTNER_REFUSED}:<reason>"):
        events = [event for event, codes in OUTCOMES_OF_EVENT.items() if code.partition(":")[0] in codes]
        lines.append(f"| `{code}` | {public_line(code)} | {', '.join(f'`{event}`' for event in events)} |")
    return "\n".join(lines) + "\n"
