"""Real reports for the exchange: a feed of the demo's whose every line is a whole claim about a name of the partner's.

It is taken in by `comity intake`, from a file or from a pipe that is fed as the reports fall due.
"""

import json
import subprocess
import sys
import time
from bisect import bisect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from _acts import arrivals
from _pair import Eye, Pair, environment

from comity.demo.feed import Feed
from comity.demo.mix import load_mix
from comity.demo.nodes import Node
from comity.testing.load import ZONES

_WHOLE = ("claim", "second-page")


def claims(count: int, seed: int) -> list[bytes]:
    """So many lines of `comity-report/1`."""
    mix = load_mix()
    zones = {party: {zone: 1 / len(names) for zone in names} for party, names in ZONES.items()}
    never = dict.fromkeys(mix.lines, 0.0)
    mix = msgspec.structs.replace(mix, whose={"own": 0.0, "partner": 1.0, "foreign": 0.0}, zones=zones, lines=never)
    feed = Feed("cctld.ru", "oac.by", mix, seed=seed, start=datetime.now(UTC))
    lines: list[bytes] = []
    while len(lines) < count:
        lines += [line.data for line in feed.lines(count - len(lines)) if line.kind in _WHOLE]
    return lines


def _intake(node: Node, source: str) -> "subprocess.Popen[bytes]":
    command = ("intake", source, "--format", "ndjson", "--reporter", "bench", "--json", "--dir", str(node.place.path))
    return subprocess.Popen(
        [sys.executable, "-m", "comity", *command], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def take_in(node: Node, file: Path, *, cpu: Callable[[], float]) -> tuple[dict[str, Any], float]:
    """Take a file in; answer the summary and the CPU seconds (`cpu` tells those of this process's children)."""
    before = cpu()
    process = _intake(node, str(file))
    out, _ = process.communicate()
    assert process.returncode == 0
    return json.loads(out), cpu() - before


def stream(pair: Pair, lines: list[bytes], rate: int, *, warm: int) -> list[float]:
    """Feed `comity intake -` as the lines fall due, to the end of the command; answer when each was due.

    The first `warm` lines are not paced: they let every process read what it reads once.
    """
    process = _intake(pair.ours, "-")
    pipe = process.stdin
    assert pipe is not None
    pipe.write(b"".join(lines[:warm]))
    pipe.flush()
    ours, theirs = Eye(pair.ours), Eye(pair.theirs)
    while ours.reports() < warm or theirs.held() < ours.sent()[0]:
        assert process.poll() is None
        time.sleep(0.05)
    due, done = arrivals(len(lines) - warm, rate, time.monotonic() + 0.2), 0
    while done < len(due):
        ripe = bisect(due, time.monotonic(), lo=done)
        if ripe == done:
            time.sleep(max(0.0, due[done] - time.monotonic()))
            continue
        pipe.write(b"".join(lines[warm + done : warm + ripe]))
        pipe.flush()
        done = ripe
    process.communicate()
    for eye in (ours, theirs):
        eye.close()
    return due


def due_by_position(pair: Pair, due: list[float], *, warm: int) -> dict[int, float]:
    """When the report was due that stands at each position of our ledger; what a clause withholds stands at none.

    Reports are stored in the order of the lines, and each line is a report of its own.
    """
    stored = pair.our_eye.ask_all(
        "SELECT e.position, r.number "
        "FROM (SELECT uuid, row_number() OVER (ORDER BY id) - 1 AS number FROM report) AS r "
        "JOIN ledger_entry AS e ON e.subject = r.uuid AND e.kind = 'report'"
    )
    assert pair.our_eye.reports() == warm + len(due), "a line was no report of its own"
    return {position: due[number - warm] for position, number in stored if number >= warm}
