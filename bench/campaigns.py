"""Siblings of a confirmed name: how many are right, how many are found, what a question costs.  Figures for the docs.

    python bench/campaigns.py [ZONES] [--shared DIR] [--seeds N] [--folder DIR]

ZONES is a folder of synthetic zones (zones/*.zone, reg/*.tsv, truth/campaigns.parquet); without one they are
invented. Each planted campaign is looked for from members drawn by lot, with all signs and with some taken away: no
registrations, servers of large hosters, days spread over a year. Names of no campaign are seeds as well: what is
found for them is wrong. With --shared, real families of malware: how many of a family's names the patterns of one of
them have, and how rare they are among ordinary names. With --folder an index is written there and asked from disk.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import polars as pl
from _made_zones import make_zones

from comity.core.campaign_patterns import learn_letters, suppose_patterns
from comity.core.campaigns import AT_LEAST
from comity.sweep.sibling_index import make_index, open_index, read_registrations, write_index
from comity.sweep.sibling_signs import match_pattern, with_labels
from comity.sweep.siblings import SiblingSearch, find_siblings, prepare_search

ORDINARY = 200


def read_zones(folder: Path) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, pl.DataFrame]:
    """NAMES by zone, SERVERS, REGISTRATIONS of the synthetic zones; first seen is nothing that tells."""
    zones, sets = {}, []
    for file in sorted((folder / "zones").glob("*.zone")):
        lines = pl.scan_csv(
            file,
            separator="\t",
            has_header=False,
            quote_char=None,
            new_columns=["owner", "ttl", "class", "type", "data"],
        ).filter((pl.col("type") == "NS") & (pl.col("owner") != f"{file.stem}."))
        servers = pl.col("data").str.strip_chars_end(".").sort().str.join(" ")
        frame = lines.group_by("owner").agg(servers.alias("servers")).collect()
        frame = frame.with_columns(
            pl.col("owner").str.strip_chars_end(".").alias("name"), pl.col("servers").hash(1).alias("ns")
        )
        sets.append(frame.select("ns", "servers").unique())
        seen = pl.lit("2026-11-23").str.to_date()
        zones[file.stem] = frame.select(
            "name", "ns", pl.lit(value=False).alias("ds"), seen.alias("first_seen"), seen.alias("last_seen")
        ).sort("name")
    registrations = pl.concat([read_registrations(path) for path in sorted((folder / "reg").glob("*.tsv"))])
    return zones, pl.concat(sets).unique().sort("ns"), registrations


def hide_servers(zones: dict[str, pl.DataFrame], hidden: list[str], lot: random.Random) -> dict[str, pl.DataFrame]:
    """Give names the servers of names drawn by lot: as good as random hosters, by their sizes."""
    pool = pl.concat([frame["ns"] for frame in zones.values()]).to_list()
    table = pl.DataFrame(
        {"name": hidden, "other": [lot.choice(pool) for _ in hidden]}, schema={"name": pl.String, "other": pl.UInt64}
    )
    return {
        zone: frame.join(table, on="name", how="left", maintain_order="left")
        .with_columns(pl.coalesce("other", "ns").alias("ns")).drop("other")
        for zone, frame in zones.items()
    }  # fmt: skip


def spread_days(registrations: pl.DataFrame, names: list[str], lot: random.Random) -> pl.DataFrame:
    """Give names days drawn by lot from a year."""
    table = pl.DataFrame({"name": names, "back": [lot.randrange(365) for _ in names]})
    return (
        registrations.join(table, on="name", how="left", maintain_order="left")
        .with_columns((pl.col("created") - pl.duration(days=pl.col("back").fill_null(0))).cast(pl.Date))
        .drop("back")
    )  # fmt: skip


def judge(
    search: SiblingSearch, campaigns: dict[object, list[str]], seeds: int, lot: random.Random
) -> dict[str, float]:
    """Precision and recall over all questions, and what one costs in CPU seconds."""
    right = proposed = to_find = 0
    of_campaign, costs = [], []
    for members in campaigns.values():
        for seed in lot.sample(members, min(seeds, len(members))):
            begun = time.process_time()
            found = find_siblings(search, seed, is_guarded=lambda _name: False)
            costs.append(time.process_time() - begun)
            names = {one.name for one in found.members}
            hit = len(names & set(members))
            right, proposed, to_find = right + hit, proposed + len(names), to_find + len(members) - 1
            of_campaign.append(hit / max(1, len(members) - 1))
    return {
        "questions": len(costs), "precision": right / max(1, proposed), "recall": right / max(1, to_find),
        "recall, mean of questions": sum(of_campaign) / len(of_campaign),
        "cpu median": median(costs), "cpu most": max(costs),
    }  # fmt: skip


def synthetic(folder: Path, seeds: int, written: Path | None) -> dict[str, dict[str, float]]:
    """All figures of the synthetic zones."""
    zones, servers, registrations = read_zones(folder)
    names = set(pl.concat([frame["name"] for frame in zones.values()]).to_list())
    truth: dict[object, list[str]] = defaultdict(list)
    for name, campaign in pl.read_parquet(folder / "truth/campaigns.parquet").select("name", "campaign").iter_rows():
        if name in names:
            truth[campaign].append(name)
    campaigns = {key: sorted(members) for key, members in truth.items() if len(members) > 1}
    planted = sorted(name for members in campaigns.values() for name in members)
    lot = random.Random(11)
    hosted = hide_servers(zones, planted, lot)
    half = hide_servers(zones, [name for name in planted if lot.random() < 0.5], lot)
    spread = spread_days(registrations, planted, lot)
    figures = {}
    begun = time.process_time()
    index = make_index(zones, servers, registrations)
    figures["index in memory"] = {"cpu": time.process_time() - begun, "names": len(names)}
    ways = {
        "all signs": index,
        "no registrations (servers, pattern)": make_index(zones, servers),
        "half of each campaign at large hosters": make_index(half, servers, registrations),
        "all at large hosters (days, registrar, pattern)": make_index(hosted, servers, registrations),
        "days spread over a year": make_index(zones, servers, spread),
        "days spread, half at large hosters": make_index(half, servers, spread),
    }
    for way, made in ways.items():
        figures[way] = judge(prepare_search(made), campaigns, seeds, random.Random(7))
        print(way, figures[way], file=sys.stderr)
    figures["ordinary names as seeds"] = wrong(prepare_search(index), sorted(names - set(planted)))
    if written is not None:
        begun = time.process_time()
        write_index(written, zones.items(), servers, dict.fromkeys(zones, ""), registrations)
        figures["index on disk"] = {
            "cpu": time.process_time() - begun, "bytes": sum(file.stat().st_size for file in written.iterdir()),
        }  # fmt: skip
        figures["all signs, from disk"] = judge(prepare_search(open_index(written)), campaigns, 1, random.Random(7))
    return figures


def wrong(search: SiblingSearch, names: list[str]) -> dict[str, float]:
    """What is proposed for names of no campaign: all of it wrong."""
    counts, costs = [], []
    for seed in random.Random(5).sample(names, ORDINARY):
        begun = time.process_time()
        found = find_siblings(search, seed, is_guarded=lambda _name: False)
        costs.append(time.process_time() - begun)
        counts.append(len(found.members) + found.left_out)
    return {
        "seeds": len(counts), "seeds with any": sum(count > 0 for count in counts), "names proposed": sum(counts),
        "cpu median": median(costs), "cpu most": max(costs),
    }  # fmt: skip


def families(shared: Path, seeds: int) -> dict[str, dict[str, float]]:
    """Real families: the share of a family that the patterns of one of its names have, by patterns that would count."""
    real = pl.read_csv(shared / "truth/campaigns_maltrail.tsv.gz", separator="\t", quote_char=None)
    usual = [
        pl.read_csv(path, separator="\t", quote_char=None)
        .filter(pl.col("class") == "ordinary")
        .select(pl.col("registrable").alias("name"))
        for path in sorted((shared / "names/zones").glob("*.tsv.gz"))
    ]
    ordinary = with_labels(pl.concat(usual).unique().sort("name").sample(200_000, seed=3))
    letters = learn_letters(ordinary["label"].gather_every(20).to_list())
    figures: dict[str, dict[str, float]] = {}
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    lot = random.Random(7)
    for (family,), rows in real.filter(pl.col("zone").is_not_null()).group_by("family", maintain_order=True):
        members = with_labels(rows.select(pl.col("registrable").alias("name")).unique().sort("name"))
        if members.height < 5 or family in {"bad_history", "bad_service", "generic", "immortal"}:
            continue
        for label in lot.sample(members["label"].to_list(), min(seeds, members.height)):
            best = (0.0, 1.0, "none")
            for pattern in suppose_patterns(label, letters):
                many = int(match_pattern(members, pattern, letters).sum())
                rare = (int(match_pattern(ordinary, pattern, letters).sum()) + 1) / ordinary.height
                if many >= AT_LEAST and many >= 5 * rare * members.height and rare <= 0.01:
                    best = max(best, ((many - 1) / (members.height - 1), rare, pattern.kind))
            found[best[2]].append((best[0], best[1]))
    total = sum(map(len, found.values()))
    for kind, pairs in sorted(found.items()):
        figures[f"real families: {kind}"] = {
            "seeds": len(pairs), "share of seeds": len(pairs) / total,
            "median share of the family": median(one for one, _ in pairs),
            "median share of ordinary names": median(rare for _, rare in pairs),
        }  # fmt: skip
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zones", type=Path, nargs="?", help="[default: 300,000 invented names]")
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="comity-bench-campaigns-") as made:
        told = synthetic(asked.zones or make_zones(Path(made), 100_000), asked.seeds, asked.folder)
    if asked.shared is not None:
        told |= families(asked.shared, asked.seeds)
    print(json.dumps(told, indent=1))
