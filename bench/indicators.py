"""What does it cost to read indicators, and to find them and patterns in zones, beside limits and peers, in one run?

    python bench/indicators.py [--indicators N] [--names N] [--data DIR] [--json]

Lines are invented with a fixed seed in the proportions of real lists (URLs, ports, upper case, defanged, U-labels,
addresses, rubbish; a third in zones of parties); with `--data` they are the first N of `DIR/indicators.txt` and the
zones `DIR/names/*.txt`.  All is CPU seconds of this process, threads included.  The limit of reading is reading the
bytes and counting lines; the peers, tldextract, `urllib.parse` and `NameFolder` asked line by line, take the same
lines, evenly drawn (200,000 at most), and their cost is given for all of them.  `urllib.parse` finds no registrable
name, knows nothing defanged and refuses little: it is the least that any Python does.  The limit of finding is one
pass over the bytes of the names; the peer is Polars' own join of all names with all registrable names, which says
neither what is below nor why.  Patterns are counted over a million names at most, in the largest zone.
"""

import argparse
import json
import logging
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import tldextract

from comity.core.names import NameFolder
from comity.core.parties import ZONES
from comity.core.suffixes import SuffixList
from comity.edges.suffix_file import load_suffixes
from comity.sweep.columns import NAMES
from comity.sweep.indicators import IndicatorTable, match_indicators, read_indicators
from comity.sweep.patterns import match_patterns, prepare_patterns

PEER_LINES = 200_000
TARGET_READING = 10.0 / 10_000_000  # CPU seconds for a line
TARGET_FINDING = 5.0 / 28_000_000  # and for a name
PATTERNS = (1, 10, 100, 1_000)
PARTITION = 1_000_000
WORDS = ["demo", "shop", "pay", "bank", "mail", "news", "gold", "star", "cafe", "home", "auto", "tech", "blue", "moon"]
OTHERS = ("com", "net", "org", "info", "top", "co.uk", "github.io")


def name(chosen: random.Random, ends: tuple[str, ...]) -> str:
    return f"{chosen.choice(WORDS)}{chosen.choice(WORDS)}-{chosen.randrange(10**6)}.{chosen.choice(ends)}"


def lines(count: int) -> Iterator[str]:
    """Invented lines."""
    chosen = random.Random(20261126)
    for _ in range(count):
        host = name(chosen, ZONES if chosen.random() < 0.33 else OTHERS)
        host = chosen.choice(("", "", "", "www.", "login.", "a.b.", "cdn-7.static.")) + host
        host = host.upper() if chosen.random() < 0.2 else host
        odd = chosen.random()
        if odd < 0.02:
            host = host.replace(".", "[.]")
        elif odd < 0.05:
            host = f"{chosen.randrange(1, 223)}.{chosen.randrange(255)}.0.{chosen.randrange(255)}"
        elif odd < 0.055:
            host = chosen.choice(("not a host", "n/a", "foo..ru", "co.uk"))
        elif odd < 0.06:
            host = f"почта{chosen.randrange(1000)}.рф"
        if chosen.random() < 0.6:
            port = f":{chosen.randrange(80, 60_000)}" if chosen.random() < 0.1 else ""
            host = (
                f"{chosen.choice(('http', 'https'))}://{host}{port}/{chosen.choice(WORDS)}/{chosen.choice(WORDS)}.php"
            )
        yield host + "\n"


def zones_of(data: Path | None, count: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """Zones in order of their names."""
    if data is not None:
        for file in sorted((data / "names").glob("*.txt")):
            yield file.stem, frame_of(pl.read_csv(file, has_header=False, new_columns=["name"])["name"])
        return
    chosen = random.Random(1)
    made = pl.Series([name(chosen, ZONES) for _ in range(count)])
    for zone in ZONES:
        yield zone, frame_of(made.filter(made.str.ends_with(f".{zone}")).unique())


def frame_of(names: pl.Series) -> pl.DataFrame:
    column = names.sort().alias("name").to_frame()
    rest = {field: pl.lit(None, kind) for field, kind in NAMES.items() if field != "name"}
    return column.with_columns(**rest)


def timed(what: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.process_time()
    found = what()
    return found, time.process_time() - begin


def count_bytes(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(8 << 20), b""))


def drawn(file: Path, total: int) -> list[str]:
    step = max(1, -(-total // PEER_LINES))
    with file.open(encoding="utf-8") as stream:
        return [line.strip() for at, line in enumerate(stream) if at % step == 0]


def host_of(text: str) -> str | None:
    """What the standard library does, where it can."""
    try:
        return urlsplit(text if "://" in text else f"//{text}").hostname
    except ValueError:
        return None


def some_patterns(count: int, zone: str) -> list[str]:
    """Invented patterns of all kinds under one zone."""
    chosen = random.Random(count)

    def word() -> str:
        return chosen.choice(WORDS) + chosen.choice(("", "-", "24")) + chosen.choice(WORDS)

    kinds = (
        lambda: f"{word()}-{{digit:{chosen.randrange(1, 7)}}}", lambda: f"{word()}{{letter:{chosen.randrange(3, 8)}}}",
        lambda: f"{{{word()}|{word()}}}-{{hex:4-8}}", lambda: f"{{letter:{chosen.randrange(3, 8)}}}{word()}",
        lambda: f"{{consonant:7-9}}{{digit:{chosen.randrange(1, 6)}}}{chosen.choice(WORDS)}",
    )  # fmt: skip
    made: set[str] = set()
    while len(made) < count:
        made.add(f"{chosen.choice(kinds)()}.{zone}")
    return sorted(made)


def measure_reading(file: Path, suffixes: SuffixList) -> tuple[IndicatorTable, dict[str, float]]:
    total, limit = timed(lambda: count_bytes(file))
    with tempfile.TemporaryDirectory() as folder:
        table, reading = timed(lambda: read_indicators([file], suffixes, rejects=Path(folder) / "rejects"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    texts = drawn(file, total)
    share = total / len(texts)
    fold = NameFolder(suffixes).fold
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    extract("demo.ru")  # its list is read once
    peers = {"tldextract": extract, "urllib.parse": host_of, "NameFolder": fold}
    figures = {
        "lines": total, "accepted": table.accepted, "duplicate": table.duplicate, "rejected": table.rejected,
        "foreign": table.foreign, "read: comity s": reading, "read: limit, the bytes s": limit,
        "read: lines a second": total / reading, "read: of the target": reading / total / TARGET_READING,
        "read: peak MB": peak, "peers: lines": len(texts),
    }  # fmt: skip
    for name, peer in peers.items():
        _, used = timed(lambda peer=peer: [peer(text) for text in texts])
        figures[f"read: {name} s"] = used * share
        figures[f"read: times {name}"] = used * share / reading
    return table, figures


def measure_finding(table: IndicatorTable, data: Path | None, names: int) -> dict[str, float]:
    found = searched = 0
    finding = pass_over = joined = 0.0
    keys = table.frame.select("name").unique()
    largest, zone_of_largest = pl.DataFrame(), ""
    for zone, frame in zones_of(data, names):
        searched += len(frame)
        if len(frame) > len(largest):
            largest, zone_of_largest = frame.head(PARTITION), zone
        _, used = timed(lambda frame=frame: frame["name"].str.contains("\n", literal=True).sum())
        pass_over += used
        _, used = timed(lambda frame=frame: frame.select("name").join(keys, on="name", how="semi"))
        joined += used
        for at in range(0, len(frame), PARTITION):
            hits, used = timed(
                lambda at=at, frame=frame, zone=zone: match_indicators(frame[at : at + PARTITION], zone, table)
            )
            finding += used
            found += len(hits)
    return {
        "names": searched, "found": found, "find: comity s": finding, "find: limit, one pass s": pass_over,
        "find: Polars semi-join s": joined, "find: names a second": searched / max(finding, 1e-9),
        "find: of the target": finding / searched / TARGET_FINDING,
        **measure_patterns(largest, zone_of_largest),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def measure_patterns(names: pl.DataFrame, zone: str) -> dict[str, float]:
    figures: dict[str, float] = {"patterns: names": len(names)}
    match_patterns(names, zone, prepare_patterns(["warm-{digit:9}.ru"]))
    for count in PATTERNS:
        table = prepare_patterns(some_patterns(count, zone))
        _, used = timed(lambda table=table: match_patterns(names, zone, table))
        figures[f"patterns: {count} s"] = used
    return figures


def measure(file: Path, data: Path | None, names: int) -> dict[str, float]:
    table, figures = measure_reading(file, load_suffixes())
    return {**figures, **measure_finding(table, data, names)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indicators", type=int, default=300_000)
    parser.add_argument("--names", type=int, default=300_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "indicators.txt"
        if options.data is not None:
            with (options.data / "indicators.txt").open("rb") as given, file.open("wb") as some:
                some.writelines(islice(given, options.indicators))
        else:
            file.write_text("".join(lines(options.indicators)), encoding="utf-8")
        figures = {what: round(number, 3) for what, number in measure(file, options.data, options.names).items()}
    if options.as_json:
        print(json.dumps({"indicators": figures}))
    else:
        for what, number in figures.items():
            print(f"{what:36s} {number:>14,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
