"""Verify: recompute both ledgers of a link from the entries that are stored, and compare with all that was signed.

Answers in words what differs and where: an entry that is missing or altered, a tile, the root, the size, a checkpoint
or receipt whose signature, size or root does not fit.  Entries stream past once: memory does not grow with the ledger.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec

from comity.core.errors import ComityError
from comity.core.ledger import TILE_WIDTH, Frontier, PublicKey, entry_hash
from comity.edges.home import Home
from comity.edges.keys import load_public_keys
from comity.store.ledger_tiles import read_tile
from comity.store.ledgers import StoredEntry, count_entries, read_entries
from comity.store.links import get_ledger, known_keys, list_links
from comity.store.models import Ledger
from comity.wire.checkpoint import read_head

_CHUNK: Final = 8 * TILE_WIDTH
_NAMED_AT_MOST: Final = 50


class LedgerReport(msgspec.Struct):
    """What was found about one ledger.  `differences` empty: everything that was signed is here, unchanged."""

    partner: str
    direction: str
    origin: str
    entries: int
    receipted: int
    root: str
    differences: list[str]
    differences_more: int = 0

    def differ(self, sentence: str) -> None:
        """Note a difference; beyond fifty they are only counted."""
        if len(self.differences) < _NAMED_AT_MOST:
            self.differences.append(sentence)
        else:
            self.differences_more += 1


def verify_ledgers(home: Home, partner: str = "", *, at: datetime) -> Iterator[LedgerReport]:
    """Verify the ledgers of every link, or of one, each as it is now."""
    own = load_public_keys(home)
    for link in list_links():
        if partner and link.partner != partner:
            continue
        theirs = known_keys(link.partner, at=at)
        yield verify_ledger(
            get_ledger(link, "out"), link.partner, sender=own, receiver=theirs, receiver_name=link.partner
        )
        yield verify_ledger(get_ledger(link, "in"), link.partner, sender=theirs, receiver=own, receiver_name=home.party)


def verify_ledger(
    ledger: Ledger, partner: str, *, sender: Sequence[PublicKey], receiver: Sequence[PublicKey], receiver_name: str
) -> LedgerReport:
    """Recompute one ledger and compare it with its row, its tiles, its checkpoint and its receipt."""
    report = LedgerReport(partner, ledger.direction, ledger.origin, 0, ledger.receipt_size, "", [])
    # (1) What was signed, and at which sizes it says something.
    signed: dict[int, list[tuple[str, bytes]]] = {}
    for name, note, needs_both in (("checkpoint", ledger.checkpoint, False), ("receipt", ledger.receipt, True)):
        if note:
            _read_signed(report, ledger, name, note, needs_both, sender, receiver, receiver_name, signed)
    if ledger.receipt_size and not ledger.receipt:
        report.differ(f"{ledger.receipt_size} entries are said to be receipted, but there is no receipt")
    # (2) Every entry once, in order: present, and what it was when it was hashed.
    edge = Frontier()
    stops = sorted({*signed, ledger.size})
    entries = read_entries(ledger.pk, 0, ledger.size)
    for stop in stops:
        edge = _replay(report, ledger, entries, edge, min(stop, ledger.size))
        # (3) The recomputed root is the root that was signed at that size.
        for name, root in signed.get(stop, ()):
            if edge.size != stop:
                report.differ(f"the {name} is of {stop} entries, but only {edge.size} are here in order")
            elif edge.root() != root:
                report.differ(f"the {name} of {stop} entries signs root {root.hex()}, recomputed {edge.root().hex()}")
    # (4) The ledger's own row says the same, and nothing lies behind its end.
    report.entries, report.root = edge.size, edge.root().hex()
    count, implied = count_entries(ledger.pk)
    if edge.size != ledger.size or count != ledger.size or implied != ledger.size:
        report.differ(f"the ledger says {ledger.size} entries; {count} are stored, the last at {implied - 1}")
    if edge.root() != ledger.root:
        report.differ(f"the ledger says root {ledger.root.hex()}, recomputed {edge.root().hex()}")
    if edge.to_bytes() != ledger.frontier and ledger.frontier:
        report.differ("the ledger's right edge differs from the recomputed one; new entries would not fit")
    return report


def _replay(
    report: LedgerReport, ledger: Ledger, entries: Iterator[StoredEntry], edge: Frontier, stop: int
) -> Frontier:
    """Hash entries up to `stop` in chunks that end with a tile; stop short at the first one that is missing."""
    while edge.size < stop:
        width = min(_CHUNK - edge.size % _CHUNK, stop - edge.size)
        leaves: list[bytes] = []
        for expected, entry in enumerate(islice(entries, width), edge.size):
            if entry.position != expected:
                report.differ(f"entry {expected} is missing (the next stored one is {entry.position})")
                return edge.extend(leaves)[0]
            leaf = entry_hash(*entry.outgoing())
            if leaf != entry.leaf:
                report.differ(f"entry {expected} is altered: stored leaf {entry.leaf.hex()}, recomputed {leaf.hex()}")
            leaves.append(leaf)
        if not leaves:
            report.differ(f"entry {edge.size} is missing, and all after it")
            return edge
        _compare_tiles(report, ledger, edge.size, leaves)
        edge = edge.extend(leaves)[0]
    return edge


def _compare_tiles(report: LedgerReport, ledger: Ledger, start: int, leaves: list[bytes]) -> None:
    """Compare the full tiles of leaves within a chunk with the stored ones."""
    first = -(-start // TILE_WIDTH)
    for number in range(first, (start + len(leaves)) // TILE_WIDTH):
        at = number * TILE_WIDTH - start
        if read_tile(ledger.pk, 0, number) != b"".join(leaves[at : at + TILE_WIDTH]):
            report.differ(f"tile 0/{number} differs from its entries")


def _read_signed(
    report: LedgerReport, ledger: Ledger, name: str, note: bytes, needs_both: bool,
    sender: Sequence[PublicKey], receiver: Sequence[PublicKey], receiver_name: str,
    signed: dict[int, list[tuple[str, bytes]]],
) -> None:  # fmt: skip
    try:
        found = read_head(note, sender=sender, receiver=receiver, receiver_name=receiver_name)
    except ComityError as error:
        report.differ(f"the {name} cannot be believed: {error}")
        return
    if found.head.origin != ledger.origin:
        report.differ(f"the {name} is of another ledger, {found.head.origin}")
        return
    if not found.signed_by:
        report.differ(f"the {name} is not signed by its sender")
    if needs_both and not found.cosigned_by:
        report.differ(f"the {name} is not cosigned by its receiver")
    if needs_both and found.head.size != ledger.receipt_size:
        report.differ(f"the receipt is of {found.head.size} entries, the ledger says {ledger.receipt_size}")
    signed.setdefault(found.head.size, []).append((name, found.head.root))
