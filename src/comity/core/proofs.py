"""Proofs about a ledger (RFC 9162 §2.1): this entry stands at this position; this tree extends that one.

Proofs read perfect subtrees through a `ReadNode`, which `tile_reader` makes of C2SP tlog-tiles of 256 hashes; a proof
costs two or three tiles a level whatever the ledger's size.  A proof that does not fit is False, never an exception.
"""

from collections.abc import Callable, Iterable, Sequence

from comity.core.errors import InputError
from comity.core.ledger import EMPTY_ROOT, TILE_HEIGHT, TILE_WIDTH, Frontier, Head, node_hash, perfect_heights

# Reads the hash of a perfect subtree: (height, index) covers leaves index·2^height … (index + 1)·2^height − 1.
ReadNode = Callable[[int, int], bytes]


def _cover(begin: int, end: int) -> Iterable[tuple[int, int]]:
    """Split the leaves begin … end − 1 into perfect subtrees (height, index) from the left."""
    for height in perfect_heights(end - begin):
        yield height, begin >> height
        begin += 1 << height


def _range_hash(begin: int, end: int, read: ReadNode) -> bytes:
    return Frontier(end - begin, tuple(read(height, index) for height, index in _cover(begin, end))).root()


def frontier_at(size: int, read: ReadNode) -> Frontier:
    """Rebuild the right edge the tree had at an earlier size."""
    return Frontier(size, tuple(read(height, index) for height, index in _cover(0, size)))


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (RFC 6962 §2.1's k)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(position: int, size: int, read: ReadNode) -> tuple[bytes, ...]:
    """Prove that a leaf stands at a position of the tree of that size (RFC 9162 §2.1.3.1), nearest sibling first."""
    if not 0 <= position < size:
        raise InputError(f"a ledger of {size} entries has no such position", item=str(position))
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if position < middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, read))
            begin = middle
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Answer whether the proof shows that leaf hash at that position under that root (RFC 9162 §2.1.3.2)."""
    if not 0 <= position < size:
        return False
    place, last, found = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(old: int, new: int, read: ReadNode) -> tuple[bytes, ...]:
    """Prove that the tree of size `new` extends the tree of size `old` (RFC 9162 §2.1.4.1)."""
    if not 0 <= old <= new:
        raise InputError(f"a ledger of {new} entries was never {old} long", item="consistency")
    if old in {0, new}:
        return ()
    proof: list[bytes] = []
    begin, end, whole = 0, new, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(begin, middle, read))
            begin, whole = middle, False
    if not whole:
        proof.append(_range_hash(begin, end, read))
    return tuple(reversed(proof))


def verify_consistency(old: Head, new: Head, proof: Sequence[bytes]) -> bool:
    """Answer whether the proof shows that the newer head extends the older (RFC 9162 §2.1.4.2)."""
    if old.origin != new.origin or old.size > new.size:
        return False
    if old.size == new.size:
        return not proof and old.root == new.root
    if old.size == 0:
        return not proof and old.root == EMPTY_ROOT
    path = list(proof)
    if old.size & (old.size - 1) == 0:
        path.insert(0, old.root)
    if not path:
        return False
    place, last = old.size - 1, new.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old.root and after == new.root


def tile_reader(read_tile: Callable[[int, int], bytes]) -> ReadNode:
    """Read perfect subtrees out of tiles: `read_tile(level, number)` gives up to 256 hashes, each of 256^level leaves.

    A tile is read once; one proof reads two or three tiles of a level.
    """
    kept: dict[tuple[int, int], bytes] = {}

    def read(height: int, index: int) -> bytes:
        level, rise = divmod(height, TILE_HEIGHT)
        first = index << rise
        number, offset = divmod(first, TILE_WIDTH)
        tile = kept.get((level, number))
        if tile is None:
            tile = kept[level, number] = read_tile(level, number)
        hashes = tile[32 * offset : 32 * (offset + (1 << rise))]
        if len(hashes) != 32 << rise:
            raise InputError("the stored tiles do not reach that far", item=f"tile {level}/{number}")
        row = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        while len(row) > 1:
            pairs = iter(row)
            row = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=True)]
        return row[0]

    return read
