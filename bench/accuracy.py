"""What do look-alikes find among real names, what do they miss, whom do they accuse, beside dnstwist and openSquat?

    python bench/accuracy.py                    real names of the shared data: by kind, by relation, beside the peers
    python bench/accuracy.py --everywhere       all names of all lists there, in any zone, for all protected labels
    python bench/accuracy.py --everywhere       all names of all lists there, in any zone, all protected labels
    python bench/accuracy.py --planted FOLDER   a generated zone (`names/`, `brands.txt`, `truth/lookalikes.parquet`)
                                                reader, who says of each what docs/accuracy.md asks

`abuse` says that an abuse list has the name: a look-alike that no list has counts as not labelled, so the share is a
lower bound of precision.  `found` of `labelled` is recall over `truth/lookalikes_abuse.tsv`, by relation.  The peers
are asked for the chosen labels, among the names of both truth files and a seeded sample of the others.
"""

import argparse
import gzip
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import dnstwist
import polars as pl
from opensquat.squatting_detector import SquattingDetector

from comity.core.brands import Brand, parse_brands
from comity.core.lookalike_letters import decode_label
from comity.sweep.columns import NAMES
from comity.sweep.lookalikes import find_lookalikes, prepare_brands

SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
SEED = 20261126
BANDS = ((1, 100), (101, 300), (301, 1_000))
OTHERS = 20_000  # names beside those of the truth, for the peers
_HOST = r"((?:[a-z0-9_-]{1,63}\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}))(?:[^a-z0-9_.-]|$)"
_LEFT_OUT = ("dga_", "hagezi", "misp_public")  # made by algorithms, or hosts and not names
_Pairs = set[tuple[str, str]]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--everywhere", action="store_true")
    asked.add_argument("--planted", type=Path, metavar="FOLDER")
    asked.add_argument("--read", type=int, metavar="N", default=0)
    given = asked.parse_args()
    pl.Config.set_tbl_rows(60)
    pl.Config.set_tbl_hide_dataframe_shape(active=True)
    if given.planted:
        _tell_planted(given.planted)
        return
    if not SHARED.is_dir():
        sys.exit(f"no shared data in {SHARED}: nothing is measured")
    brands = parse_brands((SHARED / "brands/brands.tsv").read_text("utf-8")).brands
    if given.everywhere:
        _tell(_everywhere(), brands, "all names of all lists", given.read)
        return
    names = _zones()
    _tell(names, brands, "names of the zones, all protected labels", given.read)
    own = {brand.label: brand.own for brand in brands}
    tokens = pl.read_csv(SHARED / "brands/brands_priority.tsv", separator="\t")["token"].to_list()
    chosen = [Brand(token, own.get(token, ())) for token in tokens]
    found = _tell(names, chosen, "names of the zones, chosen labels", given.read)
    truth = _truth(names)
    _tell_recall(truth, set(found.select("name", "subject").rows()))
    _tell_peers(names, truth, chosen)


def _zones() -> pl.DataFrame:
    """The names of our zones, without algorithmic ones: name, abuse."""
    files = sorted((SHARED / "names/zones").glob("*.gz"))
    zones = pl.concat([pl.read_csv(file, separator="\t", quote_char=None) for file in files])
    zones = zones.filter(pl.col("class") != "dga-only").unique("registrable", maintain_order=True)
    return zones.select(name="registrable", abuse=pl.col("class").str.contains("abuse"))


def _everywhere() -> pl.DataFrame:
    """Registrable names of every list, in any zone."""
    rules = _text(SHARED / "vectors/psl/public_suffix_list.dat").partition("===begin private")[0].split("\n")
    tops = [rule for rule in rules if rule.isascii() and rule.strip() and "." not in rule and not rule.startswith("//")]
    seconds = [rule for rule in rules if rule.isascii() and rule.count(".") == 1 and rule[0] not in "*!/"]
    frames = [_zones()]
    for kind in ("abuse", "abuse/jpcert", "abuse/otx", "names"):
        for file in sorted((SHARED / kind).glob("*")):
            if not file.is_file() or file.name.startswith(_LEFT_OUT) or ".json" in file.name or ".tar" in file.name:
                continue
            line = pl.DataFrame({"line": _text(file).split("\n")})
            host = pl.coalesce(
                pl.col("line").str.extract(r"://(?:[^/@\s]*@)?" + _HOST), pl.col("line").str.extract(_HOST)
            )
            hosts = line.select(host=host).drop_nulls().unique()
            two, three = (pl.col("host").str.extract(rf"([^.]+(?:\.[^.]+){{{count}}})$") for count in (1, 2))
            named = hosts.filter(pl.col("host").str.extract(r"([^.]+)$").is_in(tops)).select(
                name=pl.when(two.is_in(seconds)).then(three).otherwise(two), abuse=pl.lit(kind != "names")
            )
            frames.append(named.drop_nulls())
    return pl.concat(frames).group_by("name").agg(pl.col("abuse").any()).sort("name")


def _text(file: Path) -> str:
    data = file.read_bytes()
    return (gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8", "replace").lower()


def _tell(names: pl.DataFrame, brands: Sequence[Brand], title: str, read: int) -> pl.DataFrame:
    begun = time.process_time()
    found = find_lookalikes(_frame(names["name"]), "all", prepare_brands(brands))
    spent = time.process_time() - begun
    found = found.join(names, on="name").sort("score", "name", "subject", descending=[True, False, False])
    print(f"{title}: {len(names)} names, {names['abuse'].mean():.0%} of them in abuse lists, {len(brands)} labels")
    print(f"{len(found)} findings, {spent:.1f} CPU s")
    print(found.group_by("kind").agg(findings=pl.len(), abuse=pl.col("abuse").sum()).sort("kind"))
    for best in (100, 300, 1_000):
        top = found.head(best)
        print(f"of the best {best}: {len(top)} findings, {top['abuse'].sum()} labelled as abuse")
    if read:
        _give_sample(found, read)
    return found


def _give_sample(found: pl.DataFrame, count: int) -> None:
    found = found.with_columns(rank=pl.int_range(1, pl.len() + 1))
    for first, last in BANDS:
        band = found.filter(pl.col("rank").is_between(first, last))
        share = min(len(band), round(count / len(BANDS)))
        for row in band.sample(share, seed=SEED).sort("rank").iter_rows(named=True):
            label, _, rest = row["name"].partition(".")
            print(f"{row['rank']}\t{decode_label(label)}.{rest}\t{decode_label(row['subject'])}\t{row['reason']}")


def _truth(names: pl.DataFrame) -> pl.DataFrame:
    truth = pl.read_csv(SHARED / "truth/lookalikes_abuse.tsv", separator="\t", quote_char=None)
    return truth.filter(pl.col("registrable").is_in(names["name"].implode()))


def _tell_recall(truth: pl.DataFrame, found: _Pairs) -> None:
    hit = [pair in found for pair in truth.select("registrable", "brand_token").rows()]
    told = truth.with_columns(hit=pl.Series(hit, dtype=pl.Boolean)).group_by("relation")
    print(told.agg(labelled=pl.len(), found=pl.col("hit").sum()).sort("relation"))


def _tell_peers(names: pl.DataFrame, truth: pl.DataFrame, chosen: Sequence[Brand]) -> None:
    ordinary = pl.read_csv(SHARED / "truth/lookalikes_ordinary.tsv", separator="\t", quote_char=None)
    told = pl.concat([truth["registrable"], ordinary["registrable"]]).unique(maintain_order=True)
    told = told.filter(told.is_in(names["name"].implode()))
    asked = pl.concat([told, names["name"].sample(OTHERS, seed=SEED)]).unique(maintain_order=True)
    abuse = set(names.filter("abuse")["name"].to_list())
    ours = set(ordinary.filter(pl.col("official") == 1)["registrable"].to_list())
    print(f"the same {len(asked)} names and {len(chosen)} labels for each tool")
    labels = [brand.label for brand in chosen]
    _measure("comity", lambda: _ask_comity(asked, chosen), truth, abuse, ours)
    _measure("dnstwist", lambda: _ask_dnstwist(asked, labels), truth, abuse, ours)
    _measure("openSquat", lambda: _ask_opensquat(asked, labels), truth, abuse, ours)


def _measure(tool: str, ask: Callable[[], _Pairs], truth: pl.DataFrame, abuse: set[str], ours: set[str]) -> None:
    begun = time.process_time()
    found = ask()
    spent = time.process_time() - begun
    listed = sum(name in abuse for name, _ in found)
    accused = sum(name in ours for name, _ in found)
    print(
        f"{tool}: {spent:.2f} CPU s; {len(found)} pairs, {listed} of them in abuse lists "
        f"({listed / max(len(found), 1):.0%}), {len(found) - listed} in none, {accused} the owner's own"
    )
    _tell_recall(truth, found)


def _ask_comity(names: pl.Series, chosen: Sequence[Brand]) -> _Pairs:
    return set(find_lookalikes(_frame(names), "all", prepare_brands(chosen)).select("name", "subject").rows())


def _ask_dnstwist(names: pl.Series, labels: Sequence[str]) -> _Pairs:
    by_label: dict[str, list[str]] = {}
    for name in names.to_list():
        by_label.setdefault(name.partition(".")[0], []).append(name)
    found: _Pairs = set()
    for label in labels:
        fuzzer = dnstwist.Fuzzer(f"{label}.ru")
        fuzzer.generate()
        for made in {one["domain"].partition(".")[0] for one in fuzzer.domains}:
            found |= {(name, label) for name in by_label.get(made, ())}
    return found


def _ask_opensquat(names: pl.Series, labels: Sequence[str]) -> _Pairs:
    detector = SquattingDetector(confidence_level=1)
    asked = names.to_list()
    return {(name, label) for label in labels for name in detector.check(decode_label(label), asked, io.StringIO())}


def _frame(names: pl.Series) -> pl.DataFrame:
    empty = [pl.lit(None, kind).alias(name) for name, kind in list(NAMES.items())[1:]]
    return pl.DataFrame({"name": names}).select("name", *empty)


def _tell_planted(folder: Path) -> None:
    files = sorted((folder / "names").glob("*.txt"))
    names = pl.concat([pl.read_csv(file, has_header=False, new_columns=["name"], quote_char=None) for file in files])
    brands = parse_brands((folder / "brands.txt").read_text("utf-8")).brands
    begun = time.process_time()
    found = find_lookalikes(_frame(names["name"]), "all", prepare_brands(brands))
    spent = time.process_time() - begun
    print(f"{len(names)} names, {len(brands)} labels, {len(found)} findings, {spent:.1f} CPU s, tables included")
    truth = pl.read_parquet(folder / "truth/lookalikes.parquet").select("name", "brand", planted="kind").unique("name")
    joined = truth.join(found, left_on=["name", "brand"], right_on=["name", "subject"], how="left")
    anyhow = truth.join(found.unique("name"), on="name", how="left")
    by_kind = joined.group_by("planted").agg(names=pl.len(), found=pl.col("kind").is_not_null().sum())
    other = anyhow.group_by("planted").agg(for_any_label=pl.col("kind").is_not_null().sum())
    print(by_kind.join(other, on="planted").sort("planted"))
    right = found.join(truth, on="name", how="left")
    print(right.group_by("kind").agg(findings=pl.len(), planted=pl.col("planted").is_not_null().sum()).sort("kind"))


main()
