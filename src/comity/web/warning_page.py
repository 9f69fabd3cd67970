"""What the pages of warnings show: those sent and received with their answers, and comparisons of sets.

Names of a partner's zone stand here only where the partner told them; of our own zones they are what a sweep found.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from comity.core.warnings import SignCount
from comity.store.intersections import list_runs, messages_of
from comity.store.models import CampaignWarning, IntersectionRun, WarningAnswer
from comity.store.warnings import answers_of, list_warnings, read_found, read_warning
from comity.wire.warning_entries import RefusedSign

NAMES_SHOWN: Final = 200


def warnings_context(own: str) -> dict[str, Any]:
    """All that the list shows."""
    rows = list_warnings()
    answers = answers_of(rows)
    shown = [{"row": row, "ours": row.origin == own, "answers": answers.get(row.pk, [])} for row in rows]
    return {
        "section": "warnings",
        "sent": [one for one in shown if one["ours"]],
        "received": [one for one in shown if not one["ours"]],
        "runs": [(run, run.asker == own) for run in list_runs()],
    }


def warning_context(row: CampaignWarning, own: str) -> dict[str, Any]:
    """All that the page of one warning shows."""
    warned = read_warning(row)
    return {
        "section": "warnings",
        "row": row,
        "ours": row.origin == own,
        "signs": [(sign, values) for sign, values in warned.signs.by_kind() if values],
        "answers": [_answer(answer) for answer in answers_of([row]).get(row.pk, [])],
        "names_shown": NAMES_SHOWN,
    }


def run_context(run: IntersectionRun, own: str) -> dict[str, Any]:
    """All that the page of one comparison shows."""
    return {
        "section": "warnings",
        "run": run,
        "ours": run.asker == own,
        "passed": messages_of(run),
        "found": run.found[:NAMES_SHOWN],
        "names_shown": NAMES_SHOWN,
    }


def _answer(answer: WarningAnswer) -> dict[str, Any]:
    found = read_found(answer)
    counts: Sequence[SignCount] = msgspec.convert(answer.counts, tuple[SignCount, ...])
    return {
        "row": answer,
        "counts": counts,
        "refused": msgspec.convert(answer.refused, tuple[RefusedSign, ...]),
        "names": found[:NAMES_SHOWN],
        "may_release": [
            release for release in ("counts", "names")
            if answer.told_at is None or (answer.told == "counts" and release == "names")
        ],
    }  # fmt: skip
