"""Decision records: numbered without gaps, one page each, all listed."""

import re
from pathlib import Path

DECISIONS = Path(__file__).resolve().parent.parent.parent / "docs" / "decisions"


def records() -> list[Path]:
    return sorted(file for file in DECISIONS.glob("*.md") if file.name != "index.md")


def test_records_are_numbered_without_gaps_and_listed() -> None:
    names = [file.name for file in records()]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    index = (DECISIONS / "index.md").read_text(encoding="utf-8")
    assert [name for name in names if f"({name})" not in index] == []


def test_a_record_says_what_was_decided_why_and_what_it_costs() -> None:
    for file in records():
        text = file.read_text(encoding="utf-8")
        assert re.match(r"# \d{4}: \S", text), file.name
        for part in ("## The question", "## What was decided", "## Why", "## What it costs"):
            assert part in text, f"{file.name}: {part}"
        assert len(text.splitlines()) <= 80, file.name
