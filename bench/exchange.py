"""How fast is the exchange between two nodes, beside its limits and its peers, in one run?

    bench/exchange.py [--entries 100000] [--reports 20000] [--backlog 1000000] [--postgresql] [--large] [--only PART …]

Two nodes of `comity init`, our courier and the partner's listener as processes of their own, mutual TLS on loopback,
stores durable (SQLite: WAL, synchronous FULL; PostgreSQL: fsync on).  An entry is *exchanged* when the doubly signed
receipt that covers it is stored at the sender: then it is durable on both sides.  The parts:

    sustained  entries a second, plain (1 KB, only kept) and real reports (applied at the partner), on each store
    latency    from due to visible at the partner, 1,000 a second at random, beside the disk's own sync; one at a time
    backlog    a million entries queued while the partner was away, then drained; peak memory
    verify     `comity link verify` of that ledger, and proofs out of the store, beside bare hashing
    sizes      what an entry costs at ledgers of 10^4 to 10^6 entries (--large: 10^7)
    peers      OpenTAXII, medallion and IntelMQ, where their rigs and programs are

CPU is the figure to compare: wall time tells more about the neighbours.  The limit of the exchange is the database's
upsert of the same rows.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _latency import latency_plain, latency_reports
from _ledgers import Rows, backlog, sizes, verify
from _pair import linked_pair
from _peers import compare, measure_peers
from _stores import Store, stores
from _sustained import sustained_plain, sustained_reports

PARTS = ("sustained", "latency", "backlog", "verify", "sizes", "peers")
PEER_SECONDS = 180.0
IDLE, IDLE_COUNT_AND_RATE = "one at a time", (100, 10)


def measure(options: argparse.Namespace, work: Path, tell: Callable[[str, Rows], None], every: dict[str, Rows]) -> None:
    """Run the parts that were asked for, one after the other; `every` is what was told so far."""
    numbers = iter(range(1_000))

    def pair(store: Store | None = None) -> Any:
        return linked_pair(work / f"{next(numbers)}", store.new_database if store else None)

    with stores(options.postgresql) as found:
        for store in found:
            if "sustained" in options.only:
                with pair(store) as two:
                    tell(
                        "sustained",
                        {f"plain, {store.name}": sustained_plain(two, store, options.entries, options.octets)},
                    )
                with pair(store) as two:
                    tell("sustained", {f"reports, {store.name}": sustained_reports(two, store, options.reports)})
            if "latency" in options.only:
                count = options.rate * options.seconds
                with pair(store) as two:
                    tell("latency", {f"plain, {store.name}": latency_plain(two, count, options.rate, options.octets)})
                with pair(store) as two:
                    tell("latency", {f"reports, {store.name}": latency_reports(two, count, options.rate)})
                with pair(store) as two:  # what the peers are asked
                    tell("latency", {f"reports, {store.name}, {IDLE}": latency_reports(two, *IDLE_COUNT_AND_RATE)})
    if {"backlog", "verify"} & set(options.only):
        with pair() as two:
            tell("backlog", {"plain, SQLite": backlog(two, options.backlog, options.octets)})
            if "verify" in options.only:
                tell("verify", {"SQLite": verify(two, options.backlog, options.octets)})
    if "sizes" in options.only:
        with pair() as two:
            tell("sizes", sizes(two, 10_000_000 if options.large else options.largest))
    if "peers" in options.only:
        peers = measure_peers(seconds=PEER_SECONDS)
        compare(peers, every.get("latency", {}).get(f"reports, SQLite, {IDLE}", {}), {"p50 ms": "p50 ms"})
        compare(peers, every.get("sustained", {}).get("reports, SQLite", {}), {"entries a second": "a second"})
        tell("peers", peers)


def show(part: str, rows: Rows) -> None:
    for name, figures in rows.items():
        print(f"{part:10} {name}")
        for what, figure in figures.items():
            print(f"{'':12} {what:48} {figure:,}" if isinstance(figure, int | float) else f"{'':12} {what:48} {figure}")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--octets", type=int, default=1_024, help="of a plain entry's payload")
    parser.add_argument("--rate", type=int, default=1_000, help="entries a second, for the latency")
    parser.add_argument("--seconds", type=int, default=20, help="how long they come at that rate")
    parser.add_argument("--backlog", type=int, default=1_000_000)
    parser.add_argument("--largest", type=int, default=1_000_000, help="the largest ledger of `sizes`")
    parser.add_argument("--large", action="store_true", help="ledgers of 10^7 entries too: 10 GB and half an hour")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own too")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    every: dict[str, Rows] = {}

    def tell(part: str, rows: Rows) -> None:
        every.setdefault(part, {}).update(rows)
        if not options.as_json:
            show(part, rows)

    with tempfile.TemporaryDirectory(prefix="comity-exchange-") as place:
        measure(options, Path(place), tell, every)
    if options.as_json:
        print(json.dumps(every))


if __name__ == "__main__":
    main()
