"""Large ledgers: a backlog that is drained, its verification and proofs, and what an entry costs as a ledger grows."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _pair import Pair, children_cpu, finish_act

FILED_AT_ONCE = 1_000
PROOFS = 500
SIZE_OCTETS = 256
SIZE_BATCHES = 10

Rows = dict[str, dict[str, Any]]


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


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of the children, and seconds."""
    before, start = children_cpu(), time.monotonic()
    act()
    return children_cpu() - before, time.monotonic() - start
