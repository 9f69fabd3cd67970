"""Look-alikes by equality: every name against every protected label, at a cost that does not follow their number.

Columns find the few pairs of a name and a protected label that may be one: whole labels by keys (a spelling, a
skeleton, a key of sounds), labels inside labels in one pass for all patterns at once.  What each pair is, and whether
it is anything, says `comity.core.lookalikes.explain`: findings are what it says and nothing else.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from comity.core.brands import Brand
from comity.core.findings import PART
from comity.core.guards import Guard
from comity.core.lookalike_forms import Form, Lookalike, prepare_form, see_label
from comity.core.lookalike_mirrors import find_mirrors
from comity.core.lookalikes import choose, explain
from comity.sweep.columns import FINDINGS, conform
from comity.sweep.lookalike_candidates import Index, find_candidates

_MOST_READY: Final = 2  # sets of protected labels that a process keeps ready


class BrandTables(msgspec.Struct, frozen=True):
    """What protected labels become once, for all partitions; small enough to be sent to every worker.

    `own` are the names that are their owners', `known` labels that are nobody's look-alike, `mirrors` protected
    labels that look like a better known one (`comity.core.lookalike_mirrors`), `digest` tells one set from another: the
    large tables are made from it once in each process.
    """

    brands: tuple[Brand, ...] = ()
    own: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    guard: Guard | None = None
    mirrors: frozenset[str] = frozenset()
    digest: str = ""


class _Ready(msgspec.Struct, frozen=True):
    forms: tuple[Form, ...]
    index: Index
    home: tuple[frozenset[str], ...]  # of each brand: the top-level domains in which its label is its owner's


_ready: OrderedDict[str, _Ready] = OrderedDict()


def prepare_brands(brands: Sequence[Brand], guard: Guard | None = None) -> BrandTables:
    """Make protected labels ready."""
    own = frozenset(name for brand in brands for name in brand.own)
    mirrors = find_mirrors(brands)
    known = {brand.label for brand in brands} - mirrors
    if guard is not None:
        known |= {label for name in (*guard.names, *guard.trees) for label in name.split(".")[:-1]}
    digest = sha256(msgspec.json.encode((brands, sorted(known)))).hexdigest()
    return BrandTables(tuple(brands), own, frozenset(known), guard, mirrors, digest)


def find_lookalikes(names: pl.DataFrame, zone: str, tables: BrandTables) -> pl.DataFrame:
    """Find the names of a partition (NAMES) that look like a protected label: FINDINGS, one row a name and label."""
    ready = _get_ready(tables)
    found = [
        (zone, name, one.kind, label, one.reason, PART.join(one.parts), one.score)
        for name, pairs in _pairs(names["name"], ready, tables)
        for label, one in choose(pairs)
    ]
    return conform(pl.DataFrame(found, schema=FINDINGS, orient="row"), FINDINGS)


def _pairs(names: pl.Series, ready: _Ready, tables: BrandTables) -> Iterator[tuple[str, list[tuple[str, Lookalike]]]]:
    """For each name that may look like something: what it looks like, by protected label."""
    rows, numbers = find_candidates(names, ready.index)
    hits = names.gather(rows).to_list()
    begin = 0
    for end in _run_ends(rows):
        name = hits[begin]
        label, _, rest = name.partition(".")
        if name not in tables.own and not (tables.guard and tables.guard.find(name, name)):
            seen, top = see_label(label), rest.rpartition(".")[2]
            pairs: list[tuple[str, Lookalike]] = []
            for number in numbers[begin:end].tolist():
                form = ready.forms[number]
                one = explain(seen, form, tables.known)
                if one is not None and not (one.kind == "exact" and top in ready.home[number]):
                    pairs.append((form.label, one))
            if pairs:
                yield name, pairs
        begin = end


def _run_ends(rows: npt.NDArray[np.int64]) -> list[int]:
    if not len(rows):
        return []
    return [*(np.flatnonzero(np.diff(rows)) + 1).tolist(), len(rows)]


def _get_ready(tables: BrandTables) -> _Ready:
    ready = _ready.get(tables.digest)
    if ready is None:
        forms = tuple(prepare_form(brand, is_mirror=brand.label in tables.mirrors) for brand in tables.brands)
        home = tuple(
            frozenset(name.rpartition(".")[2] for name in brand.own if name.partition(".")[0] == brand.label)
            for brand in tables.brands
        )
        ready = _ready[tables.digest] = _Ready(forms, Index(forms, tables.known), home)
        while len(_ready) > _MOST_READY:
            _ready.popitem(last=False)
    return ready
