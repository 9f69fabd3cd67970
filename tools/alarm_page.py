"""Writes the table of alarms into docs/how-to/doctor.md from the program's own catalogue and sentences.

tools/alarm_page.py     write it; tests/docs compares
"""

import sys
from pathlib import Path
from typing import Final

from comity.core.alarms import ALARMS, SEVERITIES
from comity.wire.alarm_texts import ENTRIES

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "doctor.md"
BEGIN: Final = "<!-- alarms: begin -->\n"
END: Final = "<!-- alarms: end -->\n"
SHOWN: Final = {"about": "ABOUT", "detail": "DETAIL", "directory": "DIR"}


def render_table() -> str:
    """Every alarm, the gravest first: its code, what it says, and how it is mended."""
    lines = ["\n| code | severity | what it says | how it is mended |\n", "|---|---|---|---|\n"]
    for code, severity in sorted(ALARMS.items(), key=lambda pair: SEVERITIES.index(pair[1])):
        entry = ENTRIES[code]
        found, mend = entry.found[0].format(**SHOWN), entry.mend[0].format(**SHOWN)
        command = entry.command.format(**SHOWN).replace("|", "\\|")
        lines.append(f"| `{code}` | {severity} | {found} | {mend}: `{command}` |\n")
    return "".join([*lines, "\n"])


def main() -> int:
    """Write the table between its two marks."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + render_table() + END + rest.split(END)[1], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
