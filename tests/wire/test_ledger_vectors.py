"""docs/spec/vectors/ledger.json as another implementation would run it: right is found again, wrong refused.

The same vectors are given to Go's own log in tests/exchange/test_foreign.py.
"""

import json
from base64 import b64decode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from comity.core.errors import ComityError, InputError
from comity.core.exchange import OutgoingEntry
from comity.core.ledger import TILE_WIDTH, Frontier, Head, PublicKey, entry_hash, leaf_data, leaf_hash
from comity.core.proofs import (
    ReadNode,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    tile_reader,
    verify_consistency,
    verify_inclusion,
)
from comity.wire.checkpoint import read_head
from comity.wire.link_batch import parse_batch, render_batch
from comity.wire.tiles import TilePath, list_tiles, parse_tile_path, render_entry_bundle, render_tile_path

VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/ledger.json").read_text())
TREE, TILES, NEGATIVE = VECTORS["tree"], VECTORS["tiles"], VECTORS["negative"]


@cache
def tree_data() -> list[bytes]:
    """Leaf data of the tree of the vectors."""
    return [leaf_data(TREE["kind"], str(number), b"%d" % number) for number in range(TILES["tree"]["size"])]


@cache
def tree_leaves() -> list[bytes]:
    return [leaf_hash(data) for data in tree_data()]


@cache
def tree_tile(level: int, number: int) -> bytes:
    if level == 0:
        return b"".join(tree_leaves()[number * TILE_WIDTH : (number + 1) * TILE_WIDTH])
    below = (tree_tile(level - 1, number * TILE_WIDTH + at) for at in range(TILE_WIDTH))
    full = (row for row in below if len(row) == 32 * TILE_WIDTH)
    rows = ([row[at : at + 32] for at in range(0, len(row), 32)] for row in full)
    return b"".join(Frontier().extend(row)[0].root() for row in rows)


def read_tree() -> ReadNode:
    return tile_reader(tree_tile)


def root(size: int) -> bytes:
    return bytes.fromhex(TREE["roots"][str(size)])


def hashes(proof: list[str]) -> tuple[bytes, ...]:
    return tuple(map(bytes.fromhex, proof))


def keys() -> tuple[list[PublicKey], list[PublicKey]]:
    return tuple(  # type: ignore[return-value]  # two of them
        [PublicKey(name, bytes(SigningKey(bytes.fromhex(VECTORS["checkpoint"][f"{name}_seed"])).verify_key))]
        for name in ("sender", "receiver")
    )


def test_the_roots_are_those_of_the_rule() -> None:
    read = read_tree()
    for size, digest in TREE["roots"].items():
        assert frontier_at(int(size), read).root().hex() == digest


def test_every_proof_is_made_again_and_verified() -> None:
    read = read_tree()
    for vector in TREE["inclusion"]:
        position, size, proof = vector["position"], vector["size"], hashes(vector["proof"])
        assert inclusion_proof(position, size, read) == proof
        assert verify_inclusion(tree_leaves()[position], position, size, proof, root(size))
    for vector in TREE["consistency"]:
        old, new, proof = vector["old"], vector["new"], hashes(vector["proof"])
        assert consistency_proof(old, new, read) == proof
        assert verify_consistency(Head("l", old, root(old)), Head("l", new, root(new)), proof)


@pytest.mark.parametrize("vector", NEGATIVE["inclusion"], ids=lambda one: f"{one['wrong']} at {one['size']}")
def test_a_wrong_inclusion_proof_proves_nothing(vector: dict[str, Any]) -> None:
    leaf, top = bytes.fromhex(vector["leaf"]), bytes.fromhex(vector["root"])
    assert not verify_inclusion(leaf, vector["position"], vector["size"], hashes(vector["proof"]), top)


@pytest.mark.parametrize("vector", NEGATIVE["consistency"], ids=lambda one: f"{one['wrong']} at {one['old']}")
def test_a_wrong_consistency_proof_proves_nothing(vector: dict[str, Any]) -> None:
    old, new = (Head("l", vector[age], bytes.fromhex(vector[f"{age}_root"])) for age in ("old", "new"))
    assert not verify_consistency(old, new, hashes(vector["proof"]))


@pytest.mark.parametrize("vector", NEGATIVE["notes"], ids=lambda one: one["wrong"])
def test_a_wrong_note_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    sender, receiver = keys()
    with pytest.raises(ComityError) as caught:
        read_head(
            vector["note"].encode(), sender=sender, receiver=receiver, receiver_name=VECTORS["checkpoint"]["receiver"]
        )
    assert caught.value.code == vector["code"]


def test_the_notes_that_are_right_are_taken() -> None:
    sender, receiver = keys()
    note = VECTORS["checkpoint"]["receipt"].encode()
    found = read_head(note, sender=sender, receiver=receiver, receiver_name=VECTORS["checkpoint"]["receiver"])
    assert (found.signed_by, found.cosigned_by) == (("sender",), ("receiver",))


@pytest.mark.parametrize("vector", NEGATIVE["batches"], ids=lambda one: one["wrong"])
def test_a_wrong_batch_is_refused_with_its_code_and_entry(vector: dict[str, Any]) -> None:
    with pytest.raises(ComityError) as caught:
        parse_batch(bytes.fromhex(vector["body_hex"]))
    assert (caught.value.code, caught.value.item) == (vector["code"], vector["item"])


def test_a_batch_with_erased_entries_gives_the_root_it_gave_before() -> None:
    vector = VECTORS["erased_batch"]
    body = bytes.fromhex(vector["body_hex"])
    read = parse_batch(body)
    assert [entry.position for entry in read.entries if entry.erased] == vector["erased"]
    entries = [OutgoingEntry(*entry[1:]) for entry in read.entries]
    assert render_batch(read.note, read.start, entries) == body
    for entry, whole in zip(entries, VECTORS["entries"][vector["start"] : vector["end"]], strict=True):
        assert entry_hash(*entry).hex() == whole["leaf_hash"]
        assert entry.payload == (
            sha256(bytes.fromhex(whole["payload_hex"])).digest() if entry.erased else entry.payload
        )
    before = [bytes.fromhex(entry["leaf_hash"]) for entry in VECTORS["entries"][: vector["start"]]]
    edge = Frontier().extend([*before, *(entry_hash(*entry) for entry in entries)])[0]
    assert edge.root().hex() == VECTORS["roots"][vector["end"]]
    assert b64decode(read.note.split(b"\n")[2]) == edge.root()


def test_the_published_tiles_are_those_of_the_vectors() -> None:
    leaves = [bytes.fromhex(entry["leaf_data_hex"]) for entry in VECTORS["entries"]]
    told = {vector["path"]: bytes.fromhex(vector["hex"]) for vector in TILES["ledger"]}
    assert told == {
        "tile/0/000.p/7": b"".join(map(leaf_hash, leaves)),
        "tile/entries/000.p/7": render_entry_bundle(leaves),
    }
    assert set(told) == {render_tile_path(tile) for tile in list_tiles(len(leaves))}
    size = TILES["tree"]["size"]
    listed = {render_tile_path(tile): tile for tile in list_tiles(size)}
    assert len(listed) == TILES["tree"]["count"]
    for vector in TILES["tree"]["tiles"]:
        data = _content(listed[vector["path"]])
        assert (len(data), sha256(data).hexdigest()) == (vector["octets"], vector["sha256"])


def _content(tile: TilePath) -> bytes:
    if tile.of_entries:
        start = tile.number * TILE_WIDTH
        return render_entry_bundle(tree_data()[start : start + tile.width])
    return tree_tile(tile.level, tile.number)[: 32 * tile.width]


@pytest.mark.parametrize("vector", TILES["paths"], ids=lambda one: one["path"])
def test_paths_of_tiles(vector: dict[str, Any]) -> None:
    tile = TilePath(vector["level"], vector["number"], vector["width"], vector["entries"])
    assert render_tile_path(tile) == vector["path"]
    assert parse_tile_path(vector["path"]) == tile


@pytest.mark.parametrize("path", TILES["refused"])
def test_paths_that_are_none(path: str) -> None:
    with pytest.raises(InputError):
        parse_tile_path(path)
