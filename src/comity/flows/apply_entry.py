"""Apply what a partner's ledger says, inside the transaction that stores it (`flows.receive`).

For every entry the answer is "" (applied) or why it was refused; a refused entry is kept and proven all the same, and
never stops the others.  A kind that this version does not know is kept and not applied: `KINDS` is the whole list, and
a later version with a longer one applies what was kept (`flows.apply_kept`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from comity.core.exchange import IncomingEntry
from comity.edges.home import Home
from comity.flows.apply_articles import apply_adoptions, apply_annotations, apply_articles, apply_withdrawals
from comity.flows.apply_attachment_parts import apply_attachment_parts
from comity.flows.apply_consultations import apply_consultations
from comity.flows.apply_corrections import apply_corrections
from comity.flows.apply_dga import apply_dga_answers, apply_dga_shares, apply_dga_statuses
from comity.flows.apply_events import apply_events
from comity.flows.apply_experts import apply_experts
from comity.flows.apply_intersections import apply_intersection_ends, apply_intersection_parts
from comity.flows.apply_notices import apply_erased, apply_erasures, apply_markings
from comity.flows.apply_reports import apply_reports
from comity.flows.apply_revocations import apply_revocations
from comity.flows.apply_statistics import apply_cosigned, apply_differs, apply_statements
from comity.flows.apply_warnings import apply_warning_answers, apply_warnings
from comity.store.consultations import lock_consultations
from comity.store.intake_lock import lock_intake

ERASED: Final = "erased"
UNKNOWN_KIND: Final = "unknown-kind"
_TOUCHES_CONSULTATIONS: Final = frozenset(("consultation", "attachment-part", "erasure", "erased"))

# What each kind of entry does here: (home, partner, entries, at=…) → for each "" or why it was refused.
KINDS: Final[dict[str, Callable[..., list[str]]]] = {
    "report": apply_reports,
    "correction": apply_corrections,
    "case-event": apply_events,
    "marking": apply_markings,
    "erasure": apply_erasures,
    "erased": apply_erased,
    "key-revocation": apply_revocations,
    "article": apply_articles,
    "article-annotation": apply_annotations,
    "article-adopted": apply_adoptions,
    "article-withdrawn": apply_withdrawals,
    "consultation": apply_consultations,
    "attachment-part": apply_attachment_parts,
    "expert": apply_experts,
    "statistics": apply_statements,
    "statistics-cosigned": apply_cosigned,
    "statistics-differs": apply_differs,
    "dga-share": apply_dga_shares,
    "dga-answer": apply_dga_answers,
    "dga-status": apply_dga_statuses,
    "warning": apply_warnings,
    "warning-answer": apply_warning_answers,
    "intersection-part": apply_intersection_parts,
    "intersection-ended": apply_intersection_ends,
}


def apply_entries(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply a batch in its order; answer for each entry "" or `code` or `clause:reason` of its refusal."""
    # Entries of this batch are stored after it was applied: an erasure must know which of them came without a payload.
    gone = frozenset(entry.position for entry in entries if entry.erased)
    refusals: list[str] = []
    if any(entry.kind == "report" for entry in entries):
        lock_intake()  # before an event of the same batch locks a case: intake takes them in this order too
    if any(entry.kind in _TOUCHES_CONSULTATIONS for entry in entries):
        lock_consultations()
    for kind, run in groupby(entries, key=lambda entry: "" if entry.erased else entry.kind):
        batch = list(run)
        if not kind:
            refusals += [ERASED] * len(batch)  # nothing is left of it but that it was
        elif kind in KINDS:
            apply = partial(apply_erasures, gone=gone) if kind == "erasure" else KINDS[kind]
            refusals += apply(home, partner, batch, at=at)
        else:
            refusals += [UNKNOWN_KIND] * len(batch)
    return refusals
