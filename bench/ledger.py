"""How fast is the ledger, beside the bare hashing it cannot beat and beside pymerkle, in the same run?

    python bench/ledger.py [--leaves N] [--json]

Appending is measured in batches as the store does it (1,000 leaves); the limit is SHA-256 of as many leaves and nodes
in a plain loop.  Verification of an entry and of a receipt is what a third party pays.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from nacl.signing import SigningKey
from pymerkle import InmemoryTree

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import TILE_WIDTH, Frontier, Head, PublicKey, entry_hash, leaf_hash
from comity.core.proofs import ReadNode, consistency_proof, inclusion_proof, tile_reader, verify_inclusion
from comity.wire.checkpoint import cosign, read_head, sign_checkpoint
from comity.wire.link_batch import parse_batch, render_batch

BATCH = 1_000
PEER_LEAVES = 20_000
PROOFS = 2_000


def rate(count: int, work: Callable[[], object]) -> int:
    start = time.process_time()
    work()
    return round(count / (time.process_time() - start))


def append(data: list[bytes]) -> Frontier:
    edge = Frontier()
    for at in range(0, len(data), BATCH):
        edge, _ = edge.extend([leaf_hash(item) for item in data[at : at + BATCH]])
    edge.root()
    return edge


def hash_only(data: list[bytes]) -> None:
    node = b"\x01" + b"\0" * 64
    for item in data:
        sha256(b"\x00" + item).digest()
        sha256(node).digest()


def peer(data: list[bytes]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for item in data:
        tree.append_entry(item)
    tree.get_root()


def tiles(data: list[bytes]) -> dict[tuple[int, int], bytes]:
    """The tiles as the store keeps them."""
    made: dict[tuple[int, int], bytes] = {}
    row = [leaf_hash(item) for item in data]
    level = 0
    while row:
        for number in range(-(-len(row) // TILE_WIDTH)):
            made[level, number] = b"".join(row[number * TILE_WIDTH : (number + 1) * TILE_WIDTH])
        full = len(row) // TILE_WIDTH
        row = [Frontier().extend(row[n * TILE_WIDTH : (n + 1) * TILE_WIDTH])[0].root() for n in range(full)]
        level += 1
    return made


def measure(count: int) -> dict[str, int]:
    data = [b"%040d" % number for number in range(count)]
    found = {
        "append, leaves": rate(count, lambda: append(data)),
        "limit: bare SHA-256 of leaf and node": rate(count, lambda: hash_only(data)),
        "pymerkle in memory, leaves": rate(PEER_LEAVES, lambda: peer(data[:PEER_LEAVES])),
    }
    kept, edge = tiles(data), append(data)

    def reader() -> ReadNode:
        return tile_reader(lambda level, number: kept.get((level, number), b""))

    positions = [random.Random(7).randrange(count) for _ in range(PROOFS)]
    found["inclusion proofs from cold tiles"] = rate(
        PROOFS, lambda: [inclusion_proof(position, count, reader()) for position in positions]
    )
    proofs = [(position, inclusion_proof(position, count, reader())) for position in positions]
    root = edge.root()
    found["inclusion proofs verified"] = rate(
        PROOFS, lambda: [verify_inclusion(leaf_hash(data[at]), at, count, proof, root) for at, proof in proofs]
    )
    found["consistency proofs from cold tiles"] = rate(
        PROOFS, lambda: [consistency_proof(position, count, reader()) for position in positions]
    )
    payload = b"x" * 1_000
    entries = [OutgoingEntry("report", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", payload)] * BATCH
    found["entries of 1 kB hashed"] = rate(
        20 * BATCH, lambda: [entry_hash(*entry) for _ in range(20) for entry in entries]
    )
    ours, theirs = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
    keys = [PublicKey("a", bytes(ours.verify_key))], [PublicKey("b", bytes(theirs.verify_key))]
    note = sign_checkpoint(Head("a/ledger/b", count, root), keys[0][0].public, lambda data: ours.sign(data).signature)
    receipt = cosign(note, "b", keys[1][0].public, lambda data: theirs.sign(data).signature, at=datetime.now(UTC))
    found["receipts verified, both signatures"] = rate(
        1_000, lambda: [read_head(receipt, sender=keys[0], receiver=keys[1], receiver_name="b") for _ in range(1_000)]
    )
    body = render_batch(note, 0, entries)
    found["batch entries of 1 kB parsed"] = rate(20 * BATCH, lambda: [parse_batch(body) for _ in range(20)])
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leaves", type=int, default=1_000_000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(chosen.leaves)
    if chosen.json:
        json.dump({"leaves": chosen.leaves, "per_cpu_second": found}, sys.stdout)
        return
    print(f"ledger of {chosen.leaves:,} leaves, per CPU second:")
    for what, each in found.items():
        print(f"  {what:<42} {each:>12,}")


if __name__ == "__main__":
    main()
