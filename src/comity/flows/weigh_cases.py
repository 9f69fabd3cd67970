"""Weigh cases: what the published rubric gives their evidence now, and what the node knows of collateral.

Both are read for many cases at once, inside the transaction of whoever decides, so that what is frozen into an entry is
what was true when it was written.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.case_score import FrozenScore, is_machines_alone, score_case
from comity.core.collateral import Finding, Surroundings, suggest
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.store.attachments import desk_kinds
from comity.store.case_surroundings import count_subdomains, has_mail, newest_reports, registered_at
from comity.store.cases import CaseRow


def weigh_evidence(rows: Sequence[CaseRow], *, at: datetime) -> dict[int, FrozenScore]:
    """Score each case (its row's number); one of which there is nothing to score is left out."""
    return {pk: frozen for pk, (frozen, _) in weigh_with_sources(rows, at=at).items() if frozen is not None}


def weigh_with_sources(rows: Sequence[CaseRow], *, at: datetime) -> dict[int, tuple[FrozenScore | None, bool]]:
    """Score each case (its row's number), and say whether machines alone speak of it."""
    if not rows:
        return {}
    reports = newest_reports(rows)
    attached = desk_kinds([row.pk for row in rows])
    registered = registered_at([row.registrable for row in rows])
    found: dict[int, tuple[FrozenScore | None, bool]] = {}
    for row in rows:
        own = attached.get(row.pk, ())
        frozen = score_case(reports[row.pk], attached=own, registered_at=registered.get(row.registrable), at=at)
        found[row.pk] = frozen, is_machines_alone(reports[row.pk], own)
    return found


def read_lists(home: Home) -> None:
    """Read the lists that collateral is weighed by, once for a process: before anything is locked."""
    load_guard(home)
    load_suffixes(home)


def weigh_collateral(home: Home, rows: Sequence[CaseRow]) -> dict[int, tuple[Finding, ...]]:
    """Answer the collateral questions for each case (its row's number) from what the node knows."""
    if not rows:
        return {}
    guard = load_guard(home)
    suffixes = load_suffixes(home)
    below = count_subdomains([row.pk for row in rows])
    mail = has_mail([row.registrable for row in rows])
    found: dict[int, tuple[Finding, ...]] = {}
    for row in rows:
        known = Surroundings(
            subdomains=below.get(row.pk, 0),
            is_suffix=suffixes.split(row.registrable).suffix_private == row.registrable,
            guard=guard.find(row.registrable, row.registrable),
            mail=mail.get(row.registrable),
        )
        found[row.pk] = suggest(known)
    return found
