"""How long each clock may run, on what basis, and who is told when: clause 7, or the node's own defaults (FIELD C.4).

The basis of a severity counts for the four clocks that clause 7 names by severity; every other span is time by the
clock on the wall.  What the clause does not name (information from the reporter, identity, retraction) is FIELD's.
"""

from datetime import timedelta
from typing import Final

import msgspec

from comity.core.categories import Severity
from comity.core.clauses import Clocks
from comity.core.clock_table import PAUSE_REASONS
from comity.core.durations import parse_parts

BREACH: Final = 100


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How long each clock may run, on what basis, and who is told when.  `digest` and `clause`: of the memorandum."""

    limits: dict[str, str]
    working: bool = False
    pause_when: frozenset[str] = frozenset(PAUSE_REASONS)
    pause_max: timedelta = timedelta(days=5)
    marks: tuple[tuple[int, str], ...] = ((75, "duty"), (BREACH, "head_of_unit"), (200, "contacts.legal"))
    file_within: str = "P30D"  # of closing: how long an appeal may be filed
    clause: str = ""
    digest: str = ""


def terms_of(clocks: Clocks, category: str, *, digest: str = "", identity: str = "P7D") -> Terms:
    """Clause 7 for a category, by the severity that the memorandum gives it."""
    severity: Severity = next((of for name, of in clocks.severity_of.items() if name == category), "normal")
    own = getattr(clocks, severity)
    percents = {int(step.at.removesuffix("%")): step.to for step in clocks.escalate}
    return Terms(
        limits={
            "acknowledge": own.acknowledge, "triage": own.triage, "act": own.act, "outcome": own.outcome,
            "appeal": clocks.appeal.decide_within, "restore": clocks.restore_after_cure,
            "reporter-info": "P5D", "identity": identity, "retraction": "PT1H",
        },
        working=clocks.basis.get(severity) == "recipient_working_hours",
        pause_when=frozenset(clocks.pause_when),
        pause_max=parse_parts(clocks.pause_max).span,
        marks=tuple(sorted((percents | {BREACH: percents.get(BREACH, "")}).items())),
        file_within=clocks.appeal.file_within,
        clause=clocks.clause,
        digest=digest,
    )  # fmt: skip


_OWN: Final[dict[str, tuple[str, str, str, str]]] = {
    "critical": ("PT1H", "PT4H", "PT12H", "PT24H"),
    "high": ("PT4H", "PT12H", "PT24H", "PT48H"),
    "normal": ("PT8H", "PT24H", "PT96H", "P10D"),
}


def own_terms(severity: str) -> Terms:
    """A node's defaults where no memorandum governs (FIELD C.4)."""
    acknowledge, triage, act, outcome = _OWN[severity if severity in _OWN else "normal"]
    return Terms(
        limits={
            "acknowledge": acknowledge, "triage": triage, "act": act, "outcome": outcome, "appeal": "P10D",
            "restore": "PT24H", "reporter-info": "P5D", "identity": "P7D", "retraction": "PT1H",
        },
        working=severity not in {"critical", "high"},
    )  # fmt: skip
