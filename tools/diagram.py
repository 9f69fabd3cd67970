"""Write the parts of docs/spec/cases.md and clocks.md that follow from the program's tables: `python tools/diagram.py`.

Each part stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->`; the tests compare it with the program.
"""

import re
from pathlib import Path

from comity.core.case_diagram import render_diagram, render_notes, render_outcomes, render_table
from comity.core.clock_page import render_clocks, render_defaults, render_pauses

SPEC = Path(__file__).resolve().parent.parent / "docs" / "spec"
PAGES = (SPEC / "cases.md", SPEC / "clocks.md")


def parts() -> dict[str, str]:
    """Every part by its name."""
    return {
        "diagram": f"```mermaid\n{render_diagram()}```\n",
        "table": render_table(),
        "notes": render_notes(),
        "outcomes": render_outcomes(),
        "case-clocks": render_clocks("case"),
        "promise-clocks": render_clocks("promise"),
        "pauses": render_pauses(),
        "defaults": render_defaults(),
    }


def rewrite(page: str) -> str:
    """Put the parts into the text of the page."""
    for name, text in parts().items():
        marks = re.compile(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        page = marks.sub(lambda found, text=text: f"{found[1]}\n{text}\n{found[2]}", page)
    return page


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")
