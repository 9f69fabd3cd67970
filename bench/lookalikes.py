"""Look-alikes beside dnstwist, openSquat and rapidfuzz: CPU time and finds, on the same names in one run.

    python bench/lookalikes.py [FOLDER]

FOLDER is a planted zone (`names/*.txt`, `brands.txt`, `truth/lookalikes.parquet`); without one it is invented.  The
names are all planted ones and
a seeded sample of the others, the protected labels some that have planted names.  What a tool finds is a pair of a name
and a protected label; right is a pair that was planted.  dnstwist's candidates are compared as labels, in any zone.  At
last all names are swept for all labels, beside the limit, and beside what rapidfuzz would take for them.
"""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dnstwist
import numpy as np
import polars as pl
from _made_zones import make_zones
from opensquat.squatting_detector import SquattingDetector
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cdist

from comity.core.brands import Brand
from comity.core.lookalike_letters import decode_label
from comity.sweep.columns import NAMES
from comity.sweep.lookalikes import find_lookalikes, prepare_brands

SEED = 20261126
MOST_NAMES = 20_000
MOST_LABELS = 100
LIMIT = 1.4  # CPU seconds a million names, against 5,000 labels
_Found = set[tuple[str, str]]


def main() -> None:
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory(prefix="comity-bench-lookalikes-") as made:
        measure(make_zones(Path(made), 200_000))


def measure(folder: Path) -> None:
    truth = pl.read_parquet(folder / "truth/lookalikes.parquet").unique("name", maintain_order=True)
    labels = truth["brand"].unique(maintain_order=True).sample(MOST_LABELS, seed=SEED).to_list()
    every = pl.concat(
        [pl.read_csv(file, has_header=False, new_columns=["name"]) for file in sorted((folder / "names").glob("*.txt"))]
    )["name"]
    names = pl.concat([truth["name"], every.sample(MOST_NAMES - len(truth), seed=SEED)]).unique(maintain_order=True)
    planted = set(truth.filter(pl.col("brand").is_in(labels)).select("name", "brand").rows())
    print(f"{len(names)} names, {len(labels)} protected labels, {len(planted)} planted pairs")
    ours = _measure("comity", lambda: _ask_comity(names, labels), planted, 0.0)
    texts = [name.partition(".")[0] for name in names.to_list()]
    _measure("dnstwist", lambda: _ask_dnstwist(names, texts, labels), planted, ours)
    _measure("openSquat", lambda: _ask_opensquat(names, labels), planted, ours)
    _measure("rapidfuzz cdist", lambda: _ask_rapidfuzz(names, texts, labels), planted, ours)
    every_label = (folder / "brands.txt").read_text("utf-8").split()
    planted = set(truth.select("name", "brand").rows())
    print(f"{len(names)} names, {len(every_label)} protected labels, {len(planted)} planted pairs")
    _measure("comity", lambda: _ask_comity(names, every_label), planted, 0.0)
    pairwise = _measure("rapidfuzz cdist", lambda: _ask_rapidfuzz(names, texts, every_label), planted, 0.0)
    _tell_size(every, every_label, pairwise * len(every) / len(names))


def _tell_size(names: pl.Series, labels: list[str], pairwise: float) -> None:
    """At size, tables ready, as in a sweep; a pairwise tool costs in proportion to the names."""
    tables = prepare_brands([Brand(label) for label in labels])
    find_lookalikes(_frame(names.head(1_000)), "all", tables)
    begun = time.process_time()
    find_lookalikes(_frame(names), "all", tables)
    spent = (time.process_time() - begun) * 1_000_000 / len(names)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{len(names)} names x {len(labels)} labels: {spent:.2f} CPU s a million, {spent / LIMIT:.2f} of the limit "
        f"of {LIMIT}; peak {peak} MB; rapidfuzz cdist, by its names above, {pairwise / spent:.0f} x comity"
    )


def _measure(tool: str, ask: Callable[[], _Found], planted: _Found, ours: float) -> float:
    begun = time.process_time()
    found = ask()
    spent = time.process_time() - begun
    right = len(found & planted)
    ratio = f", {spent / ours:.1f} x comity" if ours else ""
    print(
        f"{tool}: {spent:.2f} CPU s{ratio}; found {len(found)} pairs, {right} planted: "
        f"recall {right / len(planted):.2f}, precision {right / max(len(found), 1):.2f}"
    )
    return spent


def _ask_comity(names: pl.Series, labels: list[str]) -> _Found:
    tables = prepare_brands([Brand(label) for label in labels])
    return set(find_lookalikes(_frame(names), "all", tables).select("name", "subject").rows())


def _frame(names: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"name": names}).select(
        "name", *(pl.lit(None, kind).alias(name) for name, kind in list(NAMES.items())[1:])
    )


def _ask_dnstwist(names: pl.Series, texts: list[str], labels: list[str]) -> _Found:
    found: _Found = set()
    for label in labels:
        fuzzer = dnstwist.Fuzzer(f"{label}.ru")
        fuzzer.generate()
        made = {one["domain"].partition(".")[0] for one in fuzzer.domains}
        found |= {(name, label) for name, text in zip(names.to_list(), texts, strict=True) if text in made}
    return found


def _ask_opensquat(names: pl.Series, labels: list[str]) -> _Found:
    detector = SquattingDetector(confidence_level=1)
    asked = names.to_list()
    return {(name, label) for label in labels for name in detector.check(decode_label(label), asked, io.StringIO())}


def _ask_rapidfuzz(names: pl.Series, texts: list[str], labels: list[str]) -> _Found:
    distances = cdist(
        [decode_label(text) for text in texts],
        [decode_label(label) for label in labels],
        scorer=DamerauLevenshtein.distance,
        score_cutoff=1,
        dtype=np.uint8,
    )
    asked = names.to_list()
    return {(asked[row], labels[column]) for row, column in np.argwhere(distances <= 1).tolist()}


main()
