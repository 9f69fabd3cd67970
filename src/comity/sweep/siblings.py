"""Siblings of a confirmed name: what it has in common with others in the zones swept together, and how rare that is.

Candidates are the names on the same set of servers, of the same days, of the same registrant, with the same rare
beginning, and those found for the same protected label; a sign held by too many brings no candidates.  Only names with
two signs (or a registrant's) reach `comity.core.campaigns`, which weighs them.  The cost follows the candidates: the
index is asked by ranges, shapes of names are counted in a sample of it (docs/spec/campaigns.md).
"""

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import Final

import msgspec
import polars as pl

from comity.core.campaign_patterns import Letters, learn_letters
from comity.core.campaigns import GROUP, USUAL, Bounds, Campaign, Candidate, extend_campaign, weigh_campaign
from comity.core.errors import NotFoundError
from comity.sweep.sibling_index import SiblingIndex
from comity.sweep.sibling_signs import SignSearch, with_labels

_LEARNT: Final = 10_000
_SURE: Final = 0.99  # of a sibling from which another step is taken
_STEPS: Final = 10  # siblings from which one is taken


class SiblingSearch(msgspec.Struct, frozen=True):
    """An index, and what is learnt from its sample once for all questions: its labels, how their letters follow."""

    index: SiblingIndex
    labels: pl.DataFrame
    letters: Letters


def prepare_search(index: SiblingIndex) -> SiblingSearch:
    """Learn from the sample."""
    labels = with_labels(index.sample).select("label")
    learnt = labels["label"].gather_every(max(1, labels.height // _LEARNT))
    return SiblingSearch(index, labels, learn_letters(learnt.to_list()))


def find_siblings(
    search: SiblingSearch, seed: str, *, is_guarded: Callable[[str], bool], findings: pl.LazyFrame | None = None,
    bounds: Bounds = USUAL,
) -> Campaign:  # fmt: skip
    """Find the likely siblings of a name; FINDINGS say who looks like whom.  Raises `NotFoundError`."""
    campaign = _find_direct(search, seed, findings, is_guarded, bounds)
    for hop in range(2, bounds.hops + 1):
        steps = [one for one in campaign.members if one.hop == hop - 1 and one.score >= _SURE][:_STEPS]
        further = [_find_direct(search, one.name, findings, is_guarded, bounds) for one in steps]
        campaign = extend_campaign(campaign, further, bounds=bounds)
    return campaign


def _find_direct(
    search: SiblingSearch, seed: str, findings: pl.LazyFrame | None, is_guarded: Callable[[str], bool], bounds: Bounds
) -> Campaign:  # fmt: skip
    own = with_labels(search.index.by_name.filter(pl.col("name") == seed).collect())
    if not own.height:
        raise NotFoundError("is not among the names that were swept", item=seed)
    signs = SignSearch(search.index, search.labels, search.letters, own.row(0, named=True), findings)
    candidates = signs.find_candidates()
    return weigh_campaign(
        seed, own["zone"][0], signs.signs, _with_several(candidates, signs), names=search.index.described.names,
        zones=tuple(search.index.described.zones), is_guarded=is_guarded, bounds=bounds,
    )  # fmt: skip


def _with_several(rows: pl.DataFrame, found: SignSearch) -> Iterator[Candidate]:
    """The candidates that have signs of two groups, or a registrant's."""
    groups: dict[str, list[pl.Expr]] = {}
    for place, sign in enumerate(found.signs):
        if sign.weight:
            groups.setdefault(GROUP[sign.kind], []).append(pl.col(f"sign-{place}"))
    if not groups:
        return
    held = {group: reduce(or_, columns) for group, columns in groups.items()}
    several = pl.sum_horizontal(expression.cast(pl.UInt8) for expression in held.values()) > 1
    kept = rows.filter(several | held.get("holder", pl.lit(value=False)))
    columns = [name for name in kept.columns if name.startswith("sign-")]
    for row in kept.select("name", "zone", *columns).iter_rows():
        yield Candidate(row[0], row[1], tuple(place for place, has in enumerate(row[2:]) if has))
