"""What a measurement lets a node do in a process of its own: `python _acts.py VERB DIR …`, the answer as JSON.

CPU is that of the work, without the start of the interpreter; times are of the machine's monotonic clock.
"""

import json
import random
import sys
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

import comity.cli.django_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import use_node
from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, entry_hash
from comity.core.proofs import consistency_proof, inclusion_proof
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.apply_entry import UNKNOWN_KIND
from comity.flows.compose import compose
from comity.flows.receive import receive_batch
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import append_entries, frontier_of, lock_ledger
from comity.store.links import get_ledger, get_link
from comity.store.outgoing import append_outgoing

KIND = "bench-plain"  # of no kind that is applied: it is kept, proven and receipted
BATCH = 1_000
GROWN_AT_ONCE = 10_000


def now() -> datetime:
    return datetime.now(UTC)


def plain(first: int, count: int, octets: int) -> list[OutgoingEntry]:
    """Entries that are only kept, each payload another."""
    fill = random.Random(7).randbytes(octets - 16)
    return [OutgoingEntry(KIND, f"{number:036d}", b"%016d" % number + fill) for number in range(first, first + count)]


def fill(_home: Home, partner: str, first: int, count: int, octets: int, each: int) -> dict[str, float]:
    """File entries in transactions of `each`."""
    started, cpu = time.monotonic(), 0.0
    for begin in range(first, first + count, each):
        entries = plain(begin, min(each, first + count - begin), octets)
        before = time.process_time()
        with transaction.atomic():
            append_outgoing(partner, entries, at=now())
        cpu += time.process_time() - before
    return {"started": started, "ended": time.monotonic(), "cpu": cpu}


def pace(_home: Home, partner: str, count: int, rate: int, octets: int) -> dict[str, object]:
    """File entries as they fall due (Poisson), with one commit for whatever is due; tell when each was due."""
    entries = plain(0, count, octets)
    due = arrivals(count, rate, time.monotonic() + 0.2)
    done, cpu, commits = 0, time.process_time(), 0
    while done < count:
        ripe = bisect(due, time.monotonic(), lo=done)
        if ripe == done:
            time.sleep(max(0.0, due[done] - time.monotonic()))
            continue
        with transaction.atomic():
            append_outgoing(partner, entries[done:ripe], at=now())
        done, commits = ripe, commits + 1
    return {"due": due, "cpu": time.process_time() - cpu, "commits": commits}


def arrivals(count: int, rate: float, start: float) -> list[float]:
    """When each of so many arrivals is due."""
    chance, at, due = random.Random(11), start, []
    for _ in range(count):
        at += chance.expovariate(rate)
        due.append(at)
    return due


def grow(_home: Home, partner: str, direction: str, size: int, octets: int) -> dict[str, float]:
    """Let one of a link's ledgers have so many entries, the short way: hashed and stored, never sent."""
    refusal = UNKNOWN_KIND if direction == "in" else ""
    while True:
        with transaction.atomic():
            ledger = lock_ledger(get_link(partner), direction)
            count = min(GROWN_AT_ONCE, size - ledger.size)
            if count <= 0:
                return {"size": ledger.size}
            entries = plain(ledger.size, count, octets)
            leaves = [entry_hash(*entry) for entry in entries]
            grown = frontier_of(ledger).extend(leaves)
            append_entries(ledger, entries, leaves, grown=grown, refusals=[refusal] * count, at=now())


def send(home: Home, partner: str, batches: int, octets: int, place: str) -> dict[str, float]:
    """Append so many batches, and compose each; the bodies go to files.  Tell what an entry costs of each, in µs."""
    key, link = load_signing_key(home), get_link(partner)
    appended = composed = 0.0
    size = get_ledger(link, "out").size
    edge = frontier_of(get_ledger(link, "out"))
    for number in range(batches):
        entries = plain(size, BATCH, octets)
        before = time.process_time()
        with transaction.atomic():
            append_outgoing(partner, entries, at=now())
        appended += time.process_time() - before
        before = time.process_time()
        made = compose(home, key, link, get_ledger(link, "out"), size, edge=edge)
        composed += time.process_time() - before
        edge, size = made.edge, size + BATCH
        Path(place, f"{number}.batch").write_bytes(made.body)
    return {"append": appended / batches / BATCH * 1e6, "compose": composed / batches / BATCH * 1e6}


def take(home: Home, origin: str, batches: int, place: str) -> dict[str, float]:
    """Receive the batches of `send`.  Tell what an entry costs, in µs."""
    cpu = 0.0
    for number in range(batches):
        body = Path(place, f"{number}.batch").read_bytes()
        before = time.process_time()
        received = receive_batch(home, origin, body, at=now())
        cpu += time.process_time() - before
        assert received.taken == BATCH
    return {"take": cpu / batches / BATCH * 1e6}


def prove(_home: Home, partner: str, count: int) -> dict[str, float]:
    """Make proofs about our ledger out of the store, each with a cold reader; tell how many in a CPU second."""
    ledger = get_ledger(get_link(partner), "out")
    places = [random.Random(5).randrange(1, ledger.size) for _ in range(count)]
    start = time.process_time()
    for place in places:
        inclusion_proof(place, ledger.size, node_reader(ledger.pk))
    middle = time.process_time()
    for place in places:
        consistency_proof(place, ledger.size, node_reader(ledger.pk))
    return {"inclusion": count / (middle - start), "consistency": count / (time.process_time() - middle)}


def hash_only(_home: Home, entries: int, octets: int) -> dict[str, float]:
    """The limit of verification: hash the same payloads, leaves and nodes, and nothing else."""
    cpu, edge = 0.0, Frontier()
    for begin in range(0, entries, GROWN_AT_ONCE):
        made: Sequence[OutgoingEntry] = plain(begin, min(GROWN_AT_ONCE, entries - begin), octets)
        before = time.process_time()
        edge, _ = edge.extend([entry_hash(*entry) for entry in made])
        cpu += time.process_time() - before
    return {"cpu": cpu}


VERBS = {
    "fill": fill, "pace": pace, "grow": grow, "send": send, "take": take, "prove": prove, "hash": hash_only,
}  # fmt: skip


def read(words: Sequence[str]) -> Iterator[str | int]:
    for word in words:
        yield int(word) if word.isdecimal() else word


if __name__ == "__main__":
    verb, directory, *rest = sys.argv[1:]
    print(json.dumps(VERBS[verb](use_node(Path(directory)), *read(rest))))  # type: ignore[operator]
