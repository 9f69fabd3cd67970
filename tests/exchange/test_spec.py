"""docs/spec/link.md shows the two tables as they are in the code, and every code that a partner can be answered."""

from pathlib import Path

from comity.core.errors import InputError, StoreUnavailableError, TooLargeError
from comity.core.exchange import (
    FETCHER,
    RECEIVER,
    REFUSALS,
    SENDER,
    LinkRecoveringError,
    LinkStoppedError,
    LinkSuspendedError,
)

PAGE = (Path(__file__).parents[2] / "docs/spec/link.md").read_text(encoding="utf-8")


def test_the_senders_table_is_the_one_that_is_drawn() -> None:
    rows = [f"    {state} --> {after}: {event} / {action}" for (state, event), (after, action) in SENDER.items()]
    assert "```mermaid\nstateDiagram-v2\n    [*] --> waiting\n" + "\n".join(rows) + "\n    stopped --> [*]\n```" in PAGE


def test_the_fetchers_table_is_the_one_that_is_drawn() -> None:
    rows = [f"    {state} --> {after}: {event} / {action}" for (state, event), (after, action) in FETCHER.items()]
    assert "```mermaid\nstateDiagram-v2\n    [*] --> waiting\n" + "\n".join(rows) + "\n    stopped --> [*]\n```" in PAGE


def test_the_receivers_table_is_the_one_that_is_written() -> None:
    rows = []
    for (_, verdict), (after, action) in RECEIVER.items():
        refusal = REFUSALS.get(verdict)
        answer = f"{refusal.http_status} `{refusal.code}`" if refusal else "200, the receipt"
        rows.append(f"| {verdict} | {action} | {after} | {answer} |")
    assert "\n".join(rows) in PAGE


def test_every_answer_is_documented() -> None:
    for error in (
        *REFUSALS.values(),
        LinkRecoveringError,
        LinkStoppedError,
        LinkSuspendedError,
        InputError,
        TooLargeError,
        StoreUnavailableError,
    ):
        assert f"| {error.http_status} | `{error.code}` |" in PAGE, error.code
