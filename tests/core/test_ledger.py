"""The Merkle tree against its definition, against RFC 9162's algorithms both ways, and against another's program."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from comity.core.errors import InputError
from comity.core.ledger import EMPTY_ROOT, TILE_WIDTH, Frontier, Head, entry_hash, leaf_data, leaf_hash, node_hash
from comity.core.proofs import (
    ReadNode,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    tile_reader,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/ledger.json").read_text())
BIG = 70_000  # three levels of tiles

sizes = st.integers(min_value=0, max_value=700)


def definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + definition(leaves[:split]) + definition(leaves[split:])).digest()


def reader(leaves: list[bytes]) -> ReadNode:
    """Tiles as the store keeps them: leaves, and above them one hash for each full tile below."""

    def tile(level: int, number: int) -> bytes:
        row = leaves
        for _ in range(level):
            full = len(row) // TILE_WIDTH
            row = [definition(row[at * TILE_WIDTH : (at + 1) * TILE_WIDTH]) for at in range(full)]
        return b"".join(row[number * TILE_WIDTH : (number + 1) * TILE_WIDTH])

    return tile_reader(tile)


LEAVES = [leaf_hash(b"%d" % number) for number in range(700)]
READ = reader(LEAVES)


@given(st.lists(st.integers(min_value=0, max_value=600), max_size=6))
def test_appending_in_any_batches_gives_the_root_of_the_definition(widths: list[int]) -> None:
    edge = Frontier()
    for width in widths:
        leaves = [leaf_hash(b"%d" % number) for number in range(edge.size, edge.size + width)]
        edge, _ = edge.extend(leaves)
    everything = [leaf_hash(b"%d" % number) for number in range(sum(widths))]
    assert edge.size == len(everything)
    assert edge.root() == definition(everything)
    assert Frontier.from_bytes(edge.to_bytes()) == edge
    assert len(edge.nodes) == edge.size.bit_count()


def test_one_at_a_time_is_the_same_tree_at_every_size() -> None:
    edge = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert edge.root() == definition(LEAVES[:size])
        assert edge == frontier_at(size, READ)
        edge = edge.append(leaf)


@given(sizes, sizes)
def test_growth_is_the_roots_of_the_tiles_that_became_full(first: int, second: int) -> None:
    first, second = sorted((first, second))
    edge, before = Frontier().extend(LEAVES[:first])
    _, after = edge.extend(LEAVES[first:second])
    full = [definition(LEAVES[at : at + TILE_WIDTH]) for at in range(0, second - TILE_WIDTH + 1, TILE_WIDTH)]
    assert before.get(1, []) + after.get(1, []) == full


def test_three_levels_of_tiles() -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(BIG)]
    edge, growth = Frontier().extend(leaves)
    assert set(growth) == {1, 2}
    assert len(growth[1]) == BIG // 256
    assert growth[2] == [definition(leaves[: 256 * 256])]
    read = reader(leaves)
    for position in (0, 255, 256, 65_535, 65_536, BIG - 1):
        proof = inclusion_proof(position, BIG, read)
        assert len(proof) <= 17
        assert verify_inclusion(leaves[position], position, BIG, proof, edge.root())


@given(st.data())
def test_inclusion_is_proven_and_nothing_else_is(data: st.DataObject) -> None:
    size = data.draw(st.integers(min_value=1, max_value=700))
    position = data.draw(st.integers(min_value=0, max_value=size - 1))
    root = definition(LEAVES[:size])
    proof = inclusion_proof(position, size, READ)
    assert verify_inclusion(LEAVES[position], position, size, proof, root)
    assert not verify_inclusion(LEAVES[position], position, size, (*proof, root), root)
    assert not verify_inclusion(LEAVES[position], size, size, proof, root)
    assert not verify_inclusion(leaf_hash(b"another"), position, size, proof, root)
    if proof:
        cut = data.draw(st.integers(min_value=0, max_value=len(proof) - 1))
        assert not verify_inclusion(LEAVES[position], position, size, proof[:cut] + proof[cut + 1 :], root)
        wrong = data.draw(st.integers(min_value=0, max_value=size - 1))
        if wrong != position:
            assert not verify_inclusion(LEAVES[position], wrong, size, proof, root)


@given(sizes, sizes)
def test_consistency_is_proven_and_nothing_else_is(old: int, new: int) -> None:
    old, new = sorted((old, new))
    before, after = Head("l", old, definition(LEAVES[:old])), Head("l", new, definition(LEAVES[:new]))
    proof = consistency_proof(old, new, READ)
    assert verify_consistency(before, after, proof)
    other = Head("l", old, leaf_hash(b"another history"))
    assert not verify_consistency(other, after, proof)
    assert not verify_consistency(before, Head("other ledger", new, after.root), proof)
    if old != new:
        assert not verify_consistency(after, before, proof)
        assert not verify_consistency(before, Head("l", new, leaf_hash(b"x")), proof) or old == 0
    if proof:
        assert not verify_consistency(before, after, proof[:-1])
        assert not verify_consistency(before, after, (*proof, proof[0]))


@given(st.integers(min_value=1, max_value=64), st.data())
def test_pymerkle_agrees_about_roots_and_proofs(size: int, data: st.DataObject) -> None:
    """An implementation we did not write has our roots, and its proofs are made of the same hashes as ours."""
    tree = InmemoryTree(algorithm="sha256")
    for number in range(size):
        tree.append_entry(b"%d" % number)
    root = Frontier().extend(LEAVES[:size])[0].root()
    assert tree.get_root() == root == definition(LEAVES[:size])
    position = data.draw(st.integers(min_value=0, max_value=size - 1))
    theirs = tree.prove_inclusion(position + 1)
    theirs.verify(LEAVES[position], root)
    assert {*inclusion_proof(position, size, READ), LEAVES[position]} == set(theirs.path)
    old = data.draw(st.integers(min_value=1, max_value=size))
    before, after = Head("l", old, tree.get_root(old)), Head("l", size, tree.get_root())
    assert verify_consistency(before, after, consistency_proof(old, size, READ))
    tree.prove_consistency(old, size).verify(definition(LEAVES[:old]), root)


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(InputError, match="no such position"):
        inclusion_proof(5, 5, READ)
    with pytest.raises(InputError, match="never 6 long"):
        consistency_proof(6, 5, READ)
    with pytest.raises(InputError, match="do not reach"):
        READ(0, 700)
    with pytest.raises(InputError, match="right edge"):
        Frontier.from_bytes(b"\0" * 9)


def test_vectors_of_the_specification() -> None:
    leaves = []
    for entry in VECTORS["entries"]:
        payload = bytes.fromhex(entry["payload_hex"])
        assert leaf_data(entry["kind"], entry["subject"], payload) == bytes.fromhex(entry["leaf_data_hex"])
        assert entry_hash(entry["kind"], entry["subject"], payload).hex() == entry["leaf_hash"]
        leaves.append(bytes.fromhex(entry["leaf_hash"]))
    assert EMPTY_ROOT.hex() == VECTORS["roots"][0]
    assert [definition(leaves[:size]).hex() for size in range(len(leaves) + 1)] == VECTORS["roots"]
    read = reader(leaves)
    for vector in VECTORS["inclusion"]:
        proof = tuple(map(bytes.fromhex, vector["proof"]))
        assert inclusion_proof(vector["position"], vector["size"], read) == proof
        root = bytes.fromhex(VECTORS["roots"][vector["size"]])
        assert verify_inclusion(leaves[vector["position"]], vector["position"], vector["size"], proof, root)
    for vector in VECTORS["consistency"]:
        proof = tuple(map(bytes.fromhex, vector["proof"]))
        assert consistency_proof(vector["old"], vector["new"], read) == proof
        old, new = (Head("l", size, bytes.fromhex(VECTORS["roots"][size])) for size in (vector["old"], vector["new"]))
        assert verify_consistency(old, new, proof)


def test_the_tree_of_certificate_transparency_has_its_published_root() -> None:
    """The eight leaves of the reference vectors of Certificate Transparency."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    edge, _ = Frontier().extend([leaf_hash(bytes.fromhex(text)) for text in data])
    assert edge.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert node_hash(b"a", b"b") == sha256(b"\x01ab").digest()
