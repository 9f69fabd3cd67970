"""How many names per CPU-second does Comity fold, beside tldextract, publicsuffixlist and idna on the same real lists?

    python bench/names.py [--shared DIR] [--limit N] [--rounds N] [--json]

The mix is every name list and abuse list of the shared data that has a name or URL per line, shuffled with a fixed
seed, as they come: IDN, upper case, URLs with paths, addresses, malformed lines.  Everybody folds the same texts, in
slices, by turns, in one process on CPU time; nobody saw a text of a slice before it, all start warm from the slices of
a first, unmeasured round.  What is printed is the median over rounds.  The peers get what a user would give them; what
each does and leaves out stands in its line.
"""

import argparse
import csv
import gzip
import json
import logging
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import idna
import tldextract
from publicsuffixlist import PublicSuffixList

from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder
from comity.edges.suffix_file import load_suffixes

SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
SLICE = 20_000
BATCH = 4_096
URL_COLUMNS = {"openphish_timeline_2024-10_2026-08.csv.gz": "url", "phishtank_2018-10-25.csv.gz": "url"}


MANY = "comity, by the batch: full Names, all checks"
ONE = "comity, one by one: full Names, all checks, long ways remembered"
TLDEXTRACT = "tldextract, one by one: cuts, checks nothing"
PAIR = "idna (uts46) + tldextract, one by one: A-label and cut"
LIMIT = "limit: the cuts and a look-up alone, no check, no result"


def read_lists(shared: Path) -> list[str]:
    texts: list[str] = []
    for folder in ("names", "abuse"):
        for file in sorted((shared / folder).glob("*.txt.gz")):
            with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
                texts += [line for raw in lines if (line := raw.strip()) and line[0] not in "#!|/"]
    for file_name, column in URL_COLUMNS.items():
        with gzip.open(shared / "abuse" / file_name, "rt", encoding="utf-8", errors="replace", newline="") as rows:
            texts += [row[column] for row in csv.DictReader(rows) if row.get(column)]
    return texts


def measure(runs: dict[str, Callable[[list[str]], object]], texts: list[str], rounds: int) -> dict[str, float]:
    """Give the median of CPU microseconds per text; each round is another slice, folded by all by turns."""
    taken: dict[str, list[float]] = {label: [] for label in runs}
    for number in range(rounds + 1):
        start = number * SLICE % max(len(texts) - SLICE, 1)
        part = texts[start : start + SLICE]
        for label, run in runs.items():
            fresh = [text.encode().decode() for text in part]  # as from the wire: no hash is known
            begin = time.process_time()
            run(fresh)
            if number:
                taken[label].append((time.process_time() - begin) / len(fresh) * 1e6)
    return {label: round(statistics.median(times), 3) for label, times in taken.items()}


def one_by_one(fold: Callable[[str], object]) -> Callable[[list[str]], None]:
    def run(texts: list[str]) -> None:
        for text in texts:
            fold(text)

    return run


def batches(fold: Callable[..., object], folder: NameFolder) -> Callable[[list[str]], None]:
    def run(texts: list[str]) -> None:
        for at in range(0, len(texts), BATCH):
            fold(texts[at : at + BATCH], folder=folder)

    return run


def cut_only(texts: list[str]) -> None:
    """The least that Python can do per text: find the host, cut it twice, look up its end.  Checks nothing."""
    ends = dict.fromkeys(("ru", "com", "by"), "")
    for text in texts:
        host = text.split("/", 3)[2] if "://" in text else text
        rest, _, tld = host.rpartition(".")
        label = rest.rpartition(".")[2]
        ends.get(f"{label}.{tld}")


def encode(text: str) -> bytes | None:
    try:
        return idna.encode(text, uts46=True)
    except idna.IDNAError:
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--limit", type=int, default=1_500_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    if not (options.shared / "names").is_dir():
        print(f"names: no shared lists in {options.shared}; nothing measured", file=sys.stderr)
        return 0
    logging.disable(logging.CRITICAL)
    texts = read_lists(options.shared)
    random.Random(20260101).shuffle(texts)
    texts = texts[: options.limit]
    hosts = [text for text in texts if "/" not in text]
    urls = [text for text in texts if text.startswith("http")]
    suffixes = load_suffixes()
    folder = NameFolder(suffixes)
    few = [found.ascii for text in hosts[:2_000] if isinstance(found := folder.fold(text), Name)]
    seen = random.Random(1).choices(few, k=len(urls))
    rests = [url.partition("://")[2].partition("/")[2] for url in urls]
    seen_urls = [f"https://{host}/{rest}" for host, rest in zip(seen, rests, strict=True)]
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    whole_list = PublicSuffixList()

    def both(text: str) -> None:
        encode(text)
        extract(text)

    mixed = measure(
        {
            MANY: batches(fold_many, NameFolder(suffixes)),
            ONE: one_by_one(NameFolder(suffixes).fold),
            TLDEXTRACT: one_by_one(extract),
            LIMIT: cut_only,
        },
        texts,
        options.rounds,
    )
    on_hosts = measure(
        {
            MANY: batches(fold_many, NameFolder(suffixes)),
            "publicsuffixlist, one by one: cuts, checks nothing": one_by_one(whole_list.privatesuffix),
            TLDEXTRACT: one_by_one(extract),
            PAIR: one_by_one(both),
        },
        hosts,
        max(options.rounds // 3, 1),
    )
    on_urls = measure(
        {
            "comity, one by one: canonical URL and Name": one_by_one(NameFolder(suffixes).target),
            TLDEXTRACT: one_by_one(extract),
        },
        urls,
        options.rounds,
    )
    again = measure(
        {"comity, one by one: canonical URL and Name": one_by_one(folder.target)}, seen_urls, options.rounds
    ) | measure({"comity, one by one: bare host": one_by_one(folder.fold)}, seen, options.rounds)
    tables = {"mixed": mixed, "hosts": on_hosts, "URLs": on_urls, "hosts seen before": again}
    ratios = {
        "times_tldextract": round(mixed[TLDEXTRACT] / min(mixed[MANY], mixed[ONE]), 1),
        "times_tldextract_on_hosts": round(on_hosts[TLDEXTRACT] / on_hosts[MANY], 1),
        "times_pair_on_hosts": round(on_hosts[PAIR] / on_hosts[MANY], 1),
    }
    if options.as_json:
        print(json.dumps({"microseconds": tables, **ratios}))
        return 0
    print(f"{len(texts):,} real texts, of which {len(urls):,} URLs; medians of {options.rounds} rounds of {SLICE:,}")
    for title, table in tables.items():
        print(f" {title}")
        for label, microseconds in table.items():
            print(f"  {label:72} {1e6 / microseconds:>10,.0f} /CPU s  {microseconds:6.2f} us")
    print(
        f"  Comity does {ratios['times_tldextract']} times tldextract on the mix, {ratios['times_tldextract_on_hosts']}"
        f" times on hosts, and {ratios['times_pair_on_hosts']} times idna + tldextract, which is the same work"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
