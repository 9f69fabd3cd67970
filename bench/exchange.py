"""How fast is the exchange between two nodes, beside its limits and its peers, in one run?

    bench/exchange.py [--entries 100000] [--reports 20000] [--backlog 1000000] [--postgresql] [--large] [--only PART …]

Two nodes of `comity init`, our courier and the partner's listener as processes of their own, mutual TLS on loopback,
stores durable (SQLite: WAL, synchronous FULL; PostgreSQL: fsync on).  An entry is *exchanged* when the doubly signed
receipt that covers it is stored at the sender: then it is durable on both sides.  The parts:

    sustained  entries a second, plain (1 KB, only kept) and real reports (applied at the partner), on each store
    latency    from due to visible at the partner, 1,000 a second at random, beside the disk's own sync
    backlog    a million entries queued while the partner was away, then drained; peak memory
    verify     `comity link verify` of that ledger, and proofs out of the store, beside bare hashing
    sizes      what an entry costs at ledgers of 10^4 to 10^6 entries (--large: 10^7)
    peers      OpenTAXII, medallion and IntelMQ, where their rigs and programs are

CPU is the figure to compare: wall time tells more about the neighbours.  The limit of the exchange is the database's
upsert of the same rows.
"""

import argparse
import json
import resource
import sys
import tempfile
import threading
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _feeds import claims, due_by_position, stream, take_in
from _limits import PLAIN, REPORTS, beside, percentile, upsert
from _pair import Eye, Pair, family_cpu_seconds, finish_act, linked_pair
from _peers import measure_peers

from comity.testing.postgres import PostgresCluster, make_databases

PARTS = ("sustained", "latency", "backlog", "verify", "sizes", "peers")
FILED_AT_ONCE = 1_000
LOOK_SECONDS = 0.002
WARM = 200
PROOFS = 500
SIZE_OCTETS = 256
SIZE_BATCHES = 10
PEER_SECONDS = 180.0
SEEN_SECONDS = 300.0

Rows = dict[str, dict[str, Any]]


class Store:
    """Which store the nodes have, and what its server costs."""

    def __init__(self, name: str, cluster: PostgresCluster | None = None, url: str = "") -> None:
        self.name, self._cluster, self._url, self._made = name, cluster, url, 0

    @property
    def server(self) -> int:
        return self._cluster.pid if self._cluster else 0

    @property
    def new_database(self) -> Callable[[], str] | None:
        return self._new if self._cluster else None

    def cpu(self) -> float:
        return family_cpu_seconds(self._cluster.pid) if self._cluster else 0.0

    def _new(self) -> str:
        self._made += 1
        name = f"bench-{self._made}"
        return make_databases(self._url, [name])[name]


@contextmanager
def stores(postgresql: bool) -> Iterator[list[Store]]:
    found = [Store("SQLite")]
    if not postgresql:
        yield found
        return
    cluster = PostgresCluster(durable=True)
    try:
        yield [*found, Store("PostgreSQL", cluster, cluster.start())]
    finally:
        cluster.stop()


def children_cpu() -> float:
    """CPU of the children that this process has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def warm_up(pair: Pair, octets: int) -> None:
    """Let every process read what it reads once."""
    size = pair.our_eye.sent()[0]
    pair.act(pair.ours, "fill", "oac.by", size, WARM, octets, WARM)
    pair.until_receipted(size + WARM)


def sustained_plain(pair: Pair, store: Store, count: int, octets: int) -> dict[str, Any]:
    """File plain entries as fast as one process can; until the last receipt."""
    pair.start()
    warm_up(pair, octets)
    before = pair.courier.cpu, pair.listener.cpu, store.cpu()
    filed = pair.act(pair.ours, "fill", "oac.by", WARM, count, octets, FILED_AT_ONCE)
    ended = pair.until_receipted(WARM + count)
    costs = {
        "filer": filed["cpu"], "courier": pair.courier.cpu - before[0], "listener": pair.listener.cpu - before[1],
        "server": store.cpu() - before[2],
    }  # fmt: skip
    pair.stop()
    limit = upsert((pair.ours, pair.theirs), PLAIN, pair.directory, server=store.server)
    return _sustained(count, ended - filed["started"], costs, limit, count + WARM)


def sustained_reports(pair: Pair, store: Store, count: int) -> dict[str, Any]:
    """Take a feed in about the partner's names; until the last receipt.  Everything is applied at the partner."""
    pair.start()
    lines = claims(count + WARM, seed=3)
    first, feed = pair.directory / "warm.ndjson", pair.directory / "feed.ndjson"
    first.write_bytes(b"".join(lines[:WARM]))
    feed.write_bytes(b"".join(lines[WARM:]))
    _, start_cpu = take_in(pair.ours, first, cpu=children_cpu)  # starting Python, Django and the lists is paid once
    pair.until_receipted(pair.our_eye.sent()[0])
    size = pair.our_eye.sent()[0]
    before = pair.courier.cpu, pair.listener.cpu, store.cpu()
    begin: list[float] = []
    watch = threading.Thread(target=lambda: begin.append(_first_growth(pair, size)))
    watch.start()
    summary, cpu = take_in(pair.ours, feed, cpu=children_cpu)
    watch.join()
    sent = pair.our_eye.sent()[0]
    ended = pair.until_receipted(sent)
    costs = {
        "intake": cpu - start_cpu, "courier": pair.courier.cpu - before[0], "listener": pair.listener.cpu - before[1],
        "server": store.cpu() - before[2],
    }  # fmt: skip
    pair.stop()
    applied = pair.their_eye.ask("SELECT count(*) FROM report")[0]
    refused = pair.their_eye.ask("SELECT count(*) FROM ledger_entry WHERE refused <> ''")[0]
    limit = upsert((pair.ours, pair.theirs), REPORTS, pair.directory, server=store.server)
    found = _sustained(sent - size, ended - begin[0], costs, limit, sent)
    return found | {"accepted": summary["accepted"], "applied at the partner": applied, "refused there": refused}


def _first_growth(pair: Pair, size: int) -> float:
    eye = Eye(pair.ours)
    while eye.sent()[0] == size:
        time.sleep(LOOK_SECONDS)
    eye.close()
    return time.monotonic()


def _sustained(
    count: int, seconds: float, costs: dict[str, float], limit: dict[str, float], limit_rows: int
) -> dict[str, Any]:
    each = {name: round(cpu / count * 1e6, 1) for name, cpu in costs.items() if cpu}
    limit_us = limit["cpu"] / limit_rows * 1e6
    return {
        "entries a second": round(count / seconds), "CPU us/entry": each, "in all us": round(sum(each.values()), 1),
        "limit: upsert, both sides us": round(limit_us, 1), "times the limit": round(sum(each.values()) / limit_us, 1),
        "limit: upsert of the slower side, a second": round(limit_rows / limit["wall"]),
    }  # fmt: skip


def _seen(pair: Pair, upto: Callable[[], int]) -> list[tuple[float, int]]:
    """Look every 2 ms how many entries the partner's readers see, until all are there; tell when it became more."""
    seen: list[tuple[float, int]] = []
    held, end = pair.their_eye.held(), time.monotonic() + SEEN_SECONDS
    while held < upto():
        assert time.monotonic() < end, f"{held} entries are visible at the partner, and no more"
        time.sleep(LOOK_SECONDS)
        now_held = pair.their_eye.held()
        if now_held != held:
            held = now_held
            seen.append((time.monotonic(), held))
    return seen


def _latencies(due: dict[int, float], seen: list[tuple[float, int]]) -> list[float]:
    """From due to visible, in milliseconds, for each position."""
    sizes = [size for _, size in seen]
    return [(seen[bisect(sizes, position)][0] - when) * 1e3 for position, when in due.items()]


def _latency_row(took: list[float], sync: list[float], rate: int) -> dict[str, Any]:
    return {
        "a second": rate, "p50 ms": round(percentile(took, 0.5), 1), "p99 ms": round(percentile(took, 0.99), 1),
        "longest ms": round(max(took), 1), "limit: 4 KiB append + fdatasync p50 ms": round(percentile(sync, 0.5), 2),
        "its p99 ms": round(percentile(sync, 0.99), 2),
    }  # fmt: skip


def latency_plain(pair: Pair, count: int, rate: int, octets: int) -> dict[str, Any]:
    pair.start()
    warm_up(pair, octets)

    def paced() -> tuple[dict[str, Any], list[tuple[float, int]]]:
        process = pair.start_act(pair.ours, "pace", "oac.by", count, rate, octets)
        seen = _seen(pair, lambda: WARM + count)
        return finish_act(process), seen

    (filed, seen), sync = beside(paced, pair.directory)
    pair.stop()
    took = _latencies(dict(enumerate(filed["due"], WARM)), seen)
    return _latency_row(took, sync, rate) | {"commits of the filer": filed["commits"]}


def latency_reports(pair: Pair, count: int, rate: int) -> dict[str, Any]:
    pair.start()
    lines = claims(count + WARM, seed=4)

    def streamed() -> tuple[list[float], list[tuple[float, int]]]:
        due: list[list[float]] = []
        feeder = threading.Thread(target=lambda: due.append(stream(pair, lines, rate, warm=WARM)))
        feeder.start()
        seen = _seen(pair, lambda: WARM + count if feeder.is_alive() else pair.our_eye.sent()[0])
        feeder.join()
        return due[0], seen

    (due, seen), sync = beside(streamed, pair.directory)
    pair.stop()
    took = _latencies(due_by_position(pair, due, warm=WARM), seen)
    return _latency_row(took, sync, rate) | {"of them sent to the partner": len(took)}


def backlog(pair: Pair, count: int, octets: int) -> dict[str, Any]:
    """Queue entries while the partner is away, then let it come back: how fast they go, and in how much memory."""
    filed = pair.act(pair.ours, "fill", "oac.by", 0, count, octets, FILED_AT_ONCE)
    pair.start()
    began = pair.until_receipted(1)
    first = pair.our_eye.sent()[1]
    pair.until_receipted(count // 10)
    early = pair.courier.peak_mb, pair.listener.peak_mb
    before = pair.courier.cpu, pair.listener.cpu
    after = pair.our_eye.sent()[1]
    ended = pair.until_receipted(count)
    late = pair.courier.peak_mb, pair.listener.peak_mb
    costs = {"courier": pair.courier.cpu - before[0], "listener": pair.listener.cpu - before[1]}
    pair.stop()
    return {
        "entries": count, "queued a second": round(count / (filed["ended"] - filed["started"])),
        "drained a second": round((count - first) / (ended - began)),
        "CPU us/entry": {name: round(cpu / max(1, count - after) * 1e6, 1) for name, cpu in costs.items()},
        "peak MB of courier at a tenth, at the end": [early[0], late[0]],
        "peak MB of listener at a tenth, at the end": [early[1], late[1]],
    }  # fmt: skip


def verify(pair: Pair, count: int, octets: int) -> dict[str, Any]:
    """`comity link verify` of what the partner holds, beside bare hashing of the same bytes; proofs of our ledger."""
    idle_cpu, idle = _timed(lambda: pair.theirs.work("link", "status", "--json"))  # what it takes to start a command
    cpu, wall = _timed(lambda: pair.theirs.work("link", "verify", "--json"))
    cpu, wall = cpu - idle_cpu, wall - idle
    bare = pair.act(pair.ours, "hash", count, octets)["cpu"]
    proofs = pair.act(pair.ours, "prove", "oac.by", PROOFS)
    return {
        "entries": count, "verified a second": round(count / wall), "CPU us/entry": round(cpu / count * 1e6, 1),
        "limit: bare hashing us": round(bare / count * 1e6, 1), "times the limit": round(cpu / bare, 1),
        "inclusion proofs a CPU second": round(proofs["inclusion"]),
        "consistency proofs a CPU second": round(proofs["consistency"]),
    }  # fmt: skip


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of the children, and seconds."""
    before, start = children_cpu(), time.monotonic()
    act()
    return children_cpu() - before, time.monotonic() - start


def sizes(pair: Pair, upto: int) -> Rows:
    """What an entry costs at each size of the ledger: appended, composed, taken; and what it weighs in the file."""
    found: Rows = {}
    place = pair.directory / "batches"
    place.mkdir()
    size = 10_000
    while size <= upto:
        sides = ((pair.ours, "oac.by", "out"), (pair.theirs, "cctld.ru", "in"))
        for process in [pair.start_act(node, "grow", partner, way, size, SIZE_OCTETS) for node, partner, way in sides]:
            finish_act(process)
        weight = Path(pair.theirs.place.database["NAME"]).stat().st_size
        costs = pair.act(pair.ours, "send", "oac.by", SIZE_BATCHES, SIZE_OCTETS, place)
        costs |= pair.act(pair.theirs, "take", "cctld.ru/ledger/oac.by", SIZE_BATCHES, place)
        found[f"{size:,}"] = {f"{name} us": round(cost, 1) for name, cost in costs.items()} | {
            "in all us": round(sum(costs.values()), 1), f"octets/entry of {SIZE_OCTETS}": round(weight / size),
        }  # fmt: skip
        size *= 10
    return found


def measure(options: argparse.Namespace, work: Path, tell: Callable[[str, Rows], None]) -> None:
    """Run the parts that were asked for, one after the other."""
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
    if {"backlog", "verify"} & set(options.only):
        with pair() as two:
            tell("backlog", {"plain, SQLite": backlog(two, options.backlog, options.octets)})
            if "verify" in options.only:
                tell("verify", {"SQLite": verify(two, options.backlog, options.octets)})
    if "sizes" in options.only:
        with pair() as two:
            tell("sizes", sizes(two, 10_000_000 if options.large else options.largest))
    if "peers" in options.only:
        tell("peers", measure_peers(seconds=PEER_SECONDS))


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
        measure(options, Path(place), tell)
    if options.as_json:
        print(json.dumps(every))


if __name__ == "__main__":
    main()
