"""What do clocks cost: a round of the desk over many open cases with nothing due and with some due, and a verb on many?

    python bench/clocks.py [--cases 200000] [--due 1000]

A node on SQLite (WAL, synchronous FULL).  The cases are opened in batches of 10,000, once with their clocks and once
without, so that the difference is what the clocks cost.  Prints one JSON line for each; times are of this process,
CPU seconds beside wall seconds.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction

import comity.cli.django_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import use_node
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.keep_clocks import begin_clocks, first_clocks, first_due, rebuild_clocks
from comity.flows.set_up import NewNode, set_up
from comity.flows.tend_clocks import tend_clocks
from comity.store.case_writes import NewCase, open_cases
from comity.store.cases import CaseFilter, list_cases
from comity.store.clocks import list_due

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
BATCH = 10_000
SEVERITIES = ("high", "normal", "high", "critical")


def tell(what: str, **figures: Any) -> None:
    print(json.dumps({"what": what, **figures}), flush=True)


def timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """What came of it, CPU milliseconds, wall milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    return found, round((time.process_time() - cpu) * 1000, 2), round((time.perf_counter() - wall) * 1000, 2)


def open_many(home: Home, count: int, *, with_clocks: bool, prefix: str, at: datetime) -> None:
    for start in range(0, count, BATCH):
        new = [
            NewCase(f"{prefix}{number}.by", "phishing", 1, "by", home.party, SEVERITIES[number % 4])
            for number in range(start, min(start + BATCH, count))
        ]
        with transaction.atomic():
            clocks = first_clocks(home, set(SEVERITIES), at=at) if with_clocks else {}
            opened = open_cases(home.party, new, actor="bench", role="system", at=at, due_at=first_due(clocks))
            if clocks:
                begin_clocks(clocks, [case.pk for case in opened])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--due", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="comity-clocks-") as directory:
        place = Path(directory) / "node"
        set_up(place, NewNode(party="oac.by", zones=("by",), host="127.0.0.1", web_port=1, link_port=2,
                              database="sqlite:///comity.sqlite3"), at=AT)  # fmt: skip
        home = use_node(place)
        call_command("migrate", interactive=False, verbosity=0)
        for with_clocks, prefix in ((False, "a"), (True, "b"), (False, "c"), (True, "d")):
            _, cpu, wall = timed(
                lambda clocks=with_clocks, prefix=prefix: open_many(
                    home, asked.cases // 2, with_clocks=clocks, prefix=prefix, at=AT
                )
            )
            each = round(cpu * 2000 / asked.cases, 2)
            tell("open cases", cases=asked.cases // 2, clocks=with_clocks, cpu_us_per_case=each, wall_ms=wall)
        rounds = [timed(lambda: tend_clocks(home, at=AT + timedelta(minutes=1)))[2] for _ in range(200)]
        tell("a round with nothing due", cases=asked.cases * 2, with_running_clocks=asked.cases,
             median_ms=statistics.median(rounds), slowest_ms=max(rounds))  # fmt: skip
        rounds = [timed(lambda: list_due(limit=100))[2] for _ in range(50)]
        tell("the hundred cases that are due first", median_ms=statistics.median(rounds))
        open_many(home, asked.due, with_clocks=True, prefix="e", at=AT - timedelta(hours=3))
        due = AT + timedelta(minutes=10)
        written, cpu, wall = timed(lambda: tend_clocks(home, at=due))
        tell(
            "a round with clocks due",
            entries=written,
            cpu_us_per_entry=round(cpu * 1000 / max(written, 1), 1),
            wall_ms=wall,
        )
        refs = [case.ref for case in list_cases(CaseFilter(state="received"), limit=1000).cases]
        _, cpu, wall = timed(lambda: acknowledge(home, refs, Actor("anna", "analyst", home.party), at=due))
        tell("acknowledge a thousand cases", cpu_us_per_case=round(cpu * 1000 / len(refs), 1), wall_ms=wall)
        count, cpu, wall = timed(lambda: rebuild_clocks(home))
        tell("make all clocks anew", cases=count, cpu_us_per_case=round(cpu * 1000 / count, 1), wall_ms=wall)
    return 0


if __name__ == "__main__":
    sys.exit(main())
