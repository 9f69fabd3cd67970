"""From due to visible at the partner, at a steady rate and at random, beside what the disk's own sync takes then.

A moment is taken when an arrival is due, not when the filer came to it: who is late is late.  *Visible* is what a
reader of the partner's store sees, which looks every 2 ms.
"""

import threading
import time
from bisect import bisect
from collections.abc import Callable
from typing import Any

from _feeds import claims, due_by_position, stream
from _limits import beside, percentile
from _pair import WARM, Pair, finish_act, warm_up

LOOK_SECONDS = 0.002
SEEN_SECONDS = 300.0


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
