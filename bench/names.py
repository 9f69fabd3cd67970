"""How many names per CPU-second does Comity fold, beside tldextract and idna in the same run on the same real lists?

    python bench/names.py [--shared DIR] [--limit N] [--json]

The mix is every name list and abuse list of the shared data that has a name or URL per line, shuffled with a fixed
seed, as they come: IDN, upper case, URLs with paths, addresses, malformed lines.  The peers get what a user would
give them: hosts for `idna`, anything for `tldextract` (which checks nothing, it only cuts), and both for what a `Name`
holds.
"""

import argparse
import csv
import gzip
import json
import logging
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import idna
import tldextract

from comity.core.names import Name, NameFolder
from comity.edges.suffix_file import load_suffixes

SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
PEER_SECONDS = 4.0
SLICE = 5_000
URL_COLUMNS = {"openphish_timeline_2024-10_2026-08.csv.gz": "url", "phishtank_2018-10-25.csv.gz": "url"}


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


def measure(fold: Callable[[str], object], texts: list[str], seconds: float) -> dict[str, float]:
    """Run over slices until the list or the CPU time is used up."""
    done, cpu = 0, 0.0
    for at in range(0, len(texts), SLICE):
        part = [
            text.encode().decode() for text in texts[at : at + SLICE]
        ]  # fresh from the wire, as when a file is read
        start = time.process_time()
        for text in part:
            fold(text)
        cpu += time.process_time() - start
        done += len(part)
        if cpu > seconds:
            break
    return {"names": done, "cpu_seconds": round(cpu, 3), "names_per_cpu_second": round(done / cpu)}


def encode(text: str) -> bytes | None:
    try:
        return idna.encode(text, uts46=True)
    except idna.IDNAError:
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--limit", type=int, default=1_500_000)
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
    repeated = random.Random(1).choices(urls[: len(urls) // 10], k=len(urls)) if urls else []
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    extract("a.ru")  # reads its list once

    def cut(text: str) -> str:
        return extract(text).top_domain_under_public_suffix

    def both(text: str) -> None:
        encode(text)
        cut(text)

    results = {
        "comity: mixed names and URLs -> Name": measure(NameFolder(suffixes).fold, texts, PEER_SECONDS),
        "comity: hosts only -> Name": measure(NameFolder(suffixes).fold, hosts, PEER_SECONDS),
        "comity: URLs -> canonical URL and Name": measure(NameFolder(suffixes).target, urls, PEER_SECONDS),
        "comity: URLs, each host seen before": measure(NameFolder(suffixes).target, repeated, PEER_SECONDS),
        "tldextract: mixed (cuts only)": measure(cut, texts, PEER_SECONDS),
        "idna: hosts (uts46, no suffix)": measure(encode, hosts, PEER_SECONDS),
        "idna + tldextract: hosts": measure(both, hosts, PEER_SECONDS),
    }
    folder = NameFolder(suffixes)
    named = sum(isinstance(folder.fold(text), Name) for text in texts[:100_000])
    ours = results["comity: mixed names and URLs -> Name"]["names_per_cpu_second"]
    theirs = results["tldextract: mixed (cuts only)"]["names_per_cpu_second"]
    hosts_ratio = (
        results["comity: hosts only -> Name"]["names_per_cpu_second"]
        / results["idna + tldextract: hosts"]["names_per_cpu_second"]
    )
    if options.as_json:
        print(json.dumps({"results": results, "times_tldextract": ours / theirs, "times_pair": hosts_ratio}))
        return 0
    print(f"{len(texts):,} real names and URLs ({len(urls):,} URLs); of the first 100,000, {named:,} are names")
    for label, result in results.items():
        rate = result["names_per_cpu_second"]
        print(f"  {label:42} {rate:>12,} names/CPU s  {1e6 / rate:6.2f} us  ({result['names']:,} done)")
    print(
        f"  Comity does {ours / theirs:.1f} times tldextract (mixed), {hosts_ratio:.1f} times idna + tldextract (hosts)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
