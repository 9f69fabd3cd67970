"""Find siblings: from a confirmed malicious case to the names of our zones that likely belong to the same campaign.

Only of a name that was registered for abuse: what a hacked site has in common with others it has in common with its
owner's and its host's innocent names.  What is found is kept with the case and waits for a person, who makes enquiries
of it or says that it is not related; nothing is held, reported or told to anybody by it.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
from django.db import transaction

from comity.core.campaigns import USUAL, Bounds, Campaign
from comity.core.errors import ConflictError, ForbiddenError, NotFoundError
from comity.core.roles import DESK, Actor
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.index_siblings import index_siblings, newest_day
from comity.store.campaigns import CONFIRMED, KeptCampaign, cases_to_search, find_campaign, keep_campaign
from comity.store.cases import CaseRow, find_case
from comity.store.intake_lock import lock_intake
from comity.store.sweeps import last_taken
from comity.sweep.run_folder import FINDINGS as FINDINGS_OF_RUN
from comity.sweep.sibling_index import SiblingIndex
from comity.sweep.siblings import SiblingSearch, prepare_search
from comity.sweep.siblings import find_siblings as find_in_zones

RUNS: Final = Path("sweeps", "runs")
_AT_ONCE: Final = 1_000
_BY_ITSELF: Final = ("system",)


class Searched(msgspec.Struct, frozen=True):
    """What came of a search for many cases: those with siblings, those without, and those whose name is not there."""

    found: tuple[str, ...]
    none: tuple[str, ...]
    absent: tuple[str, ...]


def find_siblings(
    home: Home, ref: str, actor: Actor, *, at: datetime, names: Path | None = None,
    registrations: Sequence[Path] = (), bounds: Bounds = USUAL,
) -> KeptCampaign:  # fmt: skip
    """Look for a case's siblings and keep what was found.

    Raises `NotFoundError` for no such case or a name that was not swept, `ForbiddenError`, and `ConflictError` for a
    case that is not confirmed as malicious, or is of no zone of this node.
    """
    _check_actor(actor)
    case = find_case(ref)
    if case is None:
        raise NotFoundError("no such case", item=ref[:40])
    _check_case(home, case)
    index = index_siblings(home, names=names, registrations=registrations)
    return _search(home, case, prepare_search(index), _findings(home), actor, bounds, at=at)


def find_siblings_of_all(
    home: Home, actor: Actor, *, at: datetime, names: Path | None = None, bounds: Bounds = USUAL
) -> Searched:
    """Look for the siblings of every confirmed malicious case that was not looked for in the newest names.

    Raises `NotFoundError` where there are cases to look for and the store has no snapshot, `ForbiddenError`.
    """
    _check_actor(actor)
    waiting = cases_to_search(home.zones, newest_day(home, names=names), limit=_AT_ONCE)
    if not waiting:  # the names of whole zones are not put in order for nothing
        return Searched((), (), ())
    index = index_siblings(home, names=names)
    search, findings = prepare_search(index), _findings(home)
    found: list[str] = []
    none: list[str] = []
    absent: list[str] = []
    for ref in waiting:
        case = find_case(ref)
        if case is None:
            continue
        try:
            kept = _search(home, case, search, findings, actor, bounds, at=at)
        except NotFoundError:
            absent.append(ref)
            continue
        (found if kept.campaign.members else none).append(ref)
    return Searched(tuple(found), tuple(none), tuple(absent))


def _search(
    home: Home, case: CaseRow, search: SiblingSearch, findings: pl.LazyFrame | None, actor: Actor, bounds: Bounds, *,
    at: datetime,
) -> KeptCampaign:  # fmt: skip
    guard = load_guard(home)
    campaign = find_in_zones(
        search, case.registrable, is_guarded=lambda name: bool(guard.find(name, name)), findings=findings,
        bounds=bounds,
    )  # fmt: skip
    return _keep(case, campaign, search.index, actor, at=at)


def _keep(case: CaseRow, campaign: Campaign, index: SiblingIndex, actor: Actor, *, at: datetime) -> KeptCampaign:
    with transaction.atomic():
        lock_intake()  # as those who settle siblings do: none is settled while the graph is replaced
        keep_campaign(case.pk, campaign, as_of=index.described.as_of, by=actor.name, at=at)
    kept = find_campaign(case.pk)
    if kept is None:
        raise NotFoundError("the campaign was taken away meanwhile", item=case.ref)
    return kept


def _check_actor(actor: Actor) -> None:
    if actor.role not in (*DESK, *_BY_ITSELF):
        raise ForbiddenError("siblings are looked for by analysts and supervisors", item=actor.role)


def _check_case(home: Home, case: CaseRow) -> None:
    if case.zone not in home.zones:
        raise ConflictError(f"is of .{case.zone}, whose names are not ours to look through", item=case.ref)
    if case.state not in CONFIRMED:
        raise ConflictError(f"is {case.state}: siblings are looked for of a confirmed case", item=case.ref)
    if case.disposition != "malicious":
        raise ConflictError(
            f"is {case.disposition or 'undetermined'}: siblings are looked for of names registered for abuse alone",
            item=case.ref,
        )


def _findings(home: Home) -> pl.LazyFrame | None:
    """The findings of the newest run that was taken in, if its folder is still there: who looks like whom."""
    run = last_taken()
    file = home.path / RUNS / run.run / FINDINGS_OF_RUN if run is not None else None
    return pl.scan_parquet(file) if file is not None and file.exists() else None
