"""Entries a second that are durable on both sides: from the first filing to the last receipt; what each part costs."""

import threading
import time
from typing import Any

from _feeds import claims, take_in
from _limits import PLAIN, REPORTS, upsert
from _pair import WARM, Eye, Pair, children_cpu, warm_up
from _stores import Store

FILED_AT_ONCE = 1_000
LOOK_SECONDS = 0.002


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
    _, start_cpu = take_in(pair.ours, first, cpu=children_cpu)  # with the start of Python and Django, paid once
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
        "intake": (cpu - start_cpu) * count / (count - WARM),
        "courier": pair.courier.cpu - before[0], "listener": pair.listener.cpu - before[1],
        "server": store.cpu() - before[2],
    }  # fmt: skip
    pair.stop()
    applied = pair.their_eye.ask("SELECT count(*) FROM report")[0]
    refused = pair.their_eye.ask("SELECT count(*) FROM ledger_entry WHERE refused <> ''")[0]
    limit = upsert((pair.ours, pair.theirs), REPORTS, pair.directory, server=store.server)
    assert applied + refused == sent, "a report was lost or doubled"
    found = _sustained(sent - size, ended - begin[0], costs, limit, sent)
    return found | {"taken in": summary["accepted"], "sent, the first 200 too": sent, "applied at the partner": applied}


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
    limit_us, in_all = limit["cpu"] / limit_rows * 1e6, sum(each.values())
    carried = in_all - each.get("filer", 0.0) - each.get("intake", 0.0)
    return {
        "entries a second": round(count / seconds), "CPU us/entry": each, "in all us": round(in_all, 1),
        "limit: upsert, both sides us": round(limit_us, 1), "in all, times the limit": round(in_all / limit_us, 1),
        "without who files, times the limit": round(carried / limit_us, 1),
        "limit: upsert of the slower side, a second": round(limit_rows / limit["wall"]),
    }  # fmt: skip
