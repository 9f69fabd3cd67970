"""The Merkle tree of a ledger: how an entry, a leaf and a node are hashed (RFC 6962), and the right edge that appends.

Answers: what is the root after these entries.  It holds no tree: appending needs only the `Frontier` (at most 64
hashes), and tells by which hashes the tiles above the leaves grew.  Proofs are in `core.proofs`.
docs/spec/ledger.md is the normative text.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.errors import InputError

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
EMPTY_ROOT: Final = sha256(b"").digest()


class PublicKey(msgspec.Struct, frozen=True):
    """A party's Ed25519 key by its name in the memorandum: what a checkpoint or a receipt is checked with."""

    kid: str
    public: bytes


class Head(msgspec.Struct, frozen=True):
    """A ledger at one size: whose it is, how many entries it has, and the root that commits to all of them."""

    origin: str
    size: int
    root: bytes


def ledger_origin(sender: str, recipient: str) -> str:
    """Name the ledger of one direction of a link; it is the first line of every checkpoint."""
    return f"{sender}/ledger/{recipient}"


def leaf_data(kind: str, subject: str, payload: bytes, erased: bool = False) -> bytes:
    """Write what is hashed of an entry: its kind, its subject and the SHA-256 of its payload (spec §2).

    The payload enters by its hash, so that it can be erased and the entry stays provable; of an erased entry `payload`
    is that hash.
    """
    commitment = payload if erased else sha256(payload).digest()
    return b"comity-entry/1\n%b\n%b\n%b\n" % (kind.encode(), subject.encode(), commitment.hex().encode())


def leaf_hash(data: bytes) -> bytes:
    """Hash leaf data (RFC 6962 §2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


def entry_hash(kind: str, subject: str, payload: bytes, erased: bool = False) -> bytes:
    """Hash an entry: the leaf hash of its leaf data."""
    return leaf_hash(leaf_data(kind, subject, payload, erased))


class Frontier(msgspec.Struct, frozen=True):
    """The right edge of a tree: the roots of its perfect subtrees, the largest first, one for each 1 in the size."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Fold the edge into the tree's root."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            root = node_hash(left, root)
        return root

    def append(self, leaf: bytes) -> "Frontier":
        """Return the edge after one more leaf hash."""
        return self.extend((leaf,))[0]

    def extend(self, leaves: Sequence[bytes]) -> "tuple[Frontier, Growth]":
        """Return the edge after more leaf hashes, and the hashes by which the tiles above the leaves grew."""
        edge = dict(zip(perfect_heights(self.size), self.nodes, strict=True))
        grown: dict[int, list[bytes]] = {}
        level, height = list(leaves), 0
        while level:
            if height and height % TILE_HEIGHT == 0:
                grown[height // TILE_HEIGHT] = level[:]
            waiting = edge.pop(height, None)
            if waiting is not None:
                level.insert(0, waiting)
            if len(level) % 2:
                edge[height] = level.pop()
            pairs = iter(level)
            level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            height += 1
        size = self.size + len(leaves)
        return Frontier(size, tuple(edge[height] for height in perfect_heights(size))), grown

    def to_bytes(self) -> bytes:
        """Write the edge: the size in eight octets, then its hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Read what `to_bytes` wrote; no bytes at all are the empty tree."""
        if not data:
            return cls()
        size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + 32 * size.bit_count():
            raise InputError("is not the right edge of a tree of that size", item="frontier")
        return cls(size, tuple(data[at : at + 32] for at in range(8, len(data), 32)))


# Hashes new in the tiles of each level from 1 up, in order.
Growth = dict[int, list[bytes]]


def perfect_heights(size: int) -> list[int]:
    """Tell the heights of the perfect subtrees of a tree of that size, the largest first."""
    return [height for height in range(size.bit_length() - 1, -1, -1) if size >> height & 1]
