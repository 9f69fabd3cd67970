"""docs/spec/clocks.md is what the table says, and names every reason for which a pause is refused."""

import re
from pathlib import Path

from comity.core.clock_page import render_clocks, render_defaults, render_pauses
from comity.core.clock_table import PAUSE_REASONS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "spec" / "clocks.md").read_text(encoding="utf-8")


def part(name: str) -> str:
    found = re.search(rf"<!-- {name}: begin -->\n\n(.*?)\n<!-- {name}: end -->", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


def test_the_tables_are_the_programs() -> None:
    why = "run: python tools/diagram.py"
    assert part("case-clocks") == render_clocks("case"), why
    assert part("promise-clocks") == render_clocks("promise"), why
    assert part("pauses") == render_pauses(), why
    assert part("defaults") == render_defaults(), why


def test_every_reason_against_a_pause_is_documented_and_no_other() -> None:
    source = (ROOT / "src/comity/flows/pause.py").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \| [^|]+ \|$", PAGE[PAGE.index("## 4.") : PAGE.index("## 5.")])
    assert sorted(rows) == sorted(set(re.findall(r'\bReason\(\s*"([a-z-]+)"', source)))
    assert all(f"`{reason}`" in PAGE for reason in PAUSE_REASONS)
