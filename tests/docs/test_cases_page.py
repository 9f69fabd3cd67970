"""docs/spec/cases.md is what the table says, and names every reason that a refusal can give."""

import re
from pathlib import Path

from comity.core.case_diagram import render_diagram, render_notes, render_outcomes, render_table
from comity.store.status import SHOWN, SHOWN_WITHOUT_CASE

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = (ROOT / "docs" / "spec" / "answers.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "spec" / "cases.md").read_text(encoding="utf-8")


def part(name: str) -> str:
    found = re.search(rf"<!-- {name}: begin -->\n\n(.*?)\n<!-- {name}: end -->", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


def test_the_diagram_and_the_tables_are_the_programs() -> None:
    why = "run: python tools/diagram.py"
    assert part("diagram") == f"```mermaid\n{render_diagram()}```\n", why
    assert part("table") == render_table(), why
    assert part("notes") == render_notes(), why
    assert part("outcomes") == render_outcomes(), why


def test_every_reason_is_documented_and_no_other() -> None:
    core = ROOT / "src/comity/core"
    places = [*core.glob("case*.py"), core / "answers.py", *(ROOT / "src/comity/flows").glob("*.py")]
    source = "\n".join(place.read_text(encoding="utf-8") for place in places)
    used = set(re.findall(r'\bReason\(\s*"([a-z-]+)"', source)) | {"wrong-state", "no-such-event"}
    section = PAGE[PAGE.index("## 4.") : PAGE.index("## 5.")] + ANSWERS[ANSWERS.index("## 8.") :]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    documented = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row.split("|")[1])}

    assert documented == used


def test_every_word_that_a_reporter_sees_is_documented() -> None:
    section = PAGE[PAGE.index("## 8.") : PAGE.index("## 9.")]

    assert {*SHOWN.values(), *SHOWN_WITHOUT_CASE.values()} == set(re.findall(r"`([a-z-]+)`", section))
