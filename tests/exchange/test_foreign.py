"""Ours verified by programs that we did not write, and theirs by ours: trees, proofs, notes, cosignatures, tiles.

The two others are Go's own log (golang.org/x/mod/sumdb) and aics-tlog, see foreign/peers.py.  The vectors of the
specification are given to both, so that they are right by another's judgement too.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from comity.core.exchange import ForgedError
from comity.core.ledger import Frontier, Head, PublicKey, leaf_data, leaf_hash
from comity.core.proofs import (
    ReadNode,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    tile_reader,
    verify_consistency,
    verify_inclusion,
)
from comity.demo.feed import Feed
from comity.demo.mix import load_mix
from comity.demo.nodes import Node
from comity.edges.home import open_home
from comity.edges.keys import load_public_keys
from comity.testing.harness import Harness
from comity.wire.checkpoint import (
    check_cosignatures,
    cosign,
    parse_head,
    parse_note,
    read_head,
    render_checkpoint,
    sign_checkpoint,
)
from comity.wire.tiles import list_tiles, parse_entry_bundle, render_entry_bundle, render_tile_path
from exchange.foreign.peers import COSIGNATURE_KEY, GoPeer, aics, verifier_key

VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/ledger.json").read_text())
LINK = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/link.json").read_text())
ORIGIN, RECEIVER = "cctld.ru/ledger/oac.by", "oac.by"
SENDER_KEY, RECEIVER_KEY = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)

# A ledger whose tiles have three levels; what is read of it is computed once.
BIG = 66_000
SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 127, 128, 129, 255, 256, 257, 511, 513, 1_000, 65_535, 65_536, 65_537, BIG]


class OurTree:
    """A tree as Comity keeps it: leaf data, hashes, tiles."""

    def __init__(self, size: int) -> None:
        self.data = [leaf_data("test", str(number), b"%d" % number) for number in range(size)]
        self.rows = [[leaf_hash(data) for data in self.data]]
        while len(row := self.rows[-1]) >= 256:
            full = range(0, len(row) // 256 * 256, 256)
            self.rows.append([Frontier().extend(row[at : at + 256])[0].root() for at in full])
        self.read: ReadNode = tile_reader(self.tile)

    def tile(self, level: int, number: int) -> bytes:
        return b"".join(self.rows[level][number * 256 : (number + 1) * 256]) if level < len(self.rows) else b""

    def root(self, size: int) -> bytes:
        return frontier_at(size, self.read).root()

    def head(self, size: int) -> Head:
        return Head(ORIGIN, size, self.root(size))

    def publish(self, directory: Path, size: int) -> None:
        """Write the tree as it is published, with a receipt."""
        for tile in list_tiles(size):
            file = directory / render_tile_path(tile)
            file.parent.mkdir(parents=True, exist_ok=True)
            start = tile.number * 256
            data = self.data[start : start + tile.width]
            hashes = self.tile(tile.level, tile.number)[: 32 * tile.width]
            file.write_bytes(render_entry_bundle(data) if tile.of_entries else hashes)
        (directory / "checkpoint").write_bytes(receipt_of(self.head(size)))


def checkpoint_of(head: Head) -> bytes:
    return sign_checkpoint(head, bytes(SENDER_KEY.verify_key), lambda data: SENDER_KEY.sign(data).signature)


def receipt_of(head: Head) -> bytes:
    public = bytes(RECEIVER_KEY.verify_key)
    return cosign(checkpoint_of(head), RECEIVER, public, lambda data: RECEIVER_KEY.sign(data).signature, at=AT)


KEYS = (
    verifier_key(ORIGIN, bytes(SENDER_KEY.verify_key)),
    verifier_key(RECEIVER, bytes(RECEIVER_KEY.verify_key), COSIGNATURE_KEY),
)


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> GoPeer:
    return GoPeer(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def ours() -> OurTree:
    return OurTree(BIG)


def inclusions(tree: OurTree) -> Iterator[dict[str, Any]]:
    for size in SIZES:
        for position in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            proof = inclusion_proof(position, size, tree.read)
            yield {
                "leaf": tree.rows[0][position].hex(), "position": position, "size": size,
                "root": tree.root(size).hex(), "proof": [each.hex() for each in proof],
            }  # fmt: skip


def consistencies(tree: OurTree) -> Iterator[dict[str, Any]]:
    for new in SIZES:
        for old in SIZES:
            if old <= new:
                proof = consistency_proof(old, new, tree.read)
                yield {
                    "old": old, "old_root": tree.root(old).hex(), "new": new, "new_root": tree.root(new).hex(),
                    "proof": [each.hex() for each in proof],
                }  # fmt: skip


# ---------------------------------------------------------------------------------------- ours, by Go


def test_go_verifies_our_proofs_and_none_of_them_altered(go: GoPeer, ours: OurTree) -> None:
    inclusion, consistency = list(inclusions(ours)), list(consistencies(ours))
    assert (len(inclusion), len(consistency)) == (129, 300)
    answer = go.verify(inclusion=inclusion, consistency=consistency)
    assert answer["inclusion"] == [True] * len(inclusion)
    assert answer["consistency"] == [True] * len(consistency)
    for one in inclusion:
        one["leaf"] = sha256(bytes.fromhex(one["leaf"])).hexdigest()
    for one in consistency:
        one["old_root"] = sha256(bytes.fromhex(one["old_root"])).hexdigest()
    answer = go.verify(inclusion=inclusion, consistency=consistency)
    assert not any(answer["inclusion"])
    assert not any(answer["consistency"])


def test_go_hashes_our_leaf_data_to_our_leaves_and_root(go: GoPeer, ours: OurTree) -> None:
    answer = go.verify(leaves=[b64encode(data).decode() for data in ours.data[:3_000]])
    assert answer["leaves"] == [leaf.hex() for leaf in ours.rows[0][:3_000]]
    assert answer["root"] == ours.root(3_000).hex()


def test_go_opens_our_notes_and_refuses_them_altered(go: GoPeer, ours: OurTree) -> None:
    heads = [ours.head(size) for size in SIZES]
    right = [{"note": receipt_of(head).decode(), "keys": list(KEYS)} for head in heads]
    wrong = [{**one, "note": one["note"].replace(f"\n{head.size}\n", f"\n{head.size + 1}\n", 1)}
             for one, head in zip(right, heads, strict=True)]  # fmt: skip
    assert go.verify(notes=right)["notes"] == [2] * len(heads)
    assert go.verify(notes=wrong)["notes"] == [-1] * len(heads)
    sender_alone = [{"note": checkpoint_of(head).decode(), "keys": list(KEYS)} for head in heads]
    assert go.verify(notes=sender_alone)["notes"] == [1] * len(heads)


@pytest.mark.parametrize("size", [1, 255, 256, 257, BIG])
def test_go_audits_our_published_tiles(go: GoPeer, ours: OurTree, tmp_path: Path, size: int) -> None:
    ours.publish(tmp_path, size)
    found = go.audit(str(tmp_path), *KEYS)
    assert (found["size"], found["entries"], found["signatures"]) == (size, size, 2)
    assert found["root"] == ours.root(size).hex()
    assert found["inclusion"] == found["consistency"] == min(size, 64)
    assert found["files"] == 1 + len(list(list_tiles(size)))


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/1/000.p/2", "tile/entries/001"])
def test_go_refuses_a_published_ledger_of_which_one_octet_is_another(
    go: GoPeer, ours: OurTree, tmp_path: Path, path: str
) -> None:
    ours.publish(tmp_path, 600)
    data = bytearray((tmp_path / path).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / path).write_bytes(data)
    assert go.refuses(str(tmp_path), *KEYS)


# ---------------------------------------------------------------------------------------- Go's, by us


def test_we_verify_what_go_makes(go: GoPeer) -> None:
    made = go.make(*(size for size in SIZES if size <= 1_000))
    leaves = [bytes.fromhex(leaf) for leaf in made["leaves"]]
    for size, root in made["roots"].items():
        assert Frontier().extend(leaves[: int(size)])[0].root().hex() == root
    for one in made["inclusion"]:
        leaf, root = bytes.fromhex(one["leaf"]), bytes.fromhex(one["root"])
        proof = [bytes.fromhex(each) for each in one["proof"]]
        assert verify_inclusion(leaf, one["position"], one["size"], proof, root)
        assert not verify_inclusion(leaf_hash(leaf), one["position"], one["size"], proof, root)
    for one in made["consistency"]:
        old, new = (Head("l", one[age], bytes.fromhex(one[f"{age}_root"])) for age in ("old", "new"))
        proof = [bytes.fromhex(each) for each in one["proof"]]
        assert verify_consistency(old, new, proof)
        assert not verify_consistency(Head("l", old.size, leaf_hash(old.root)), new, proof)
    assert (len(made["inclusion"]), len(made["consistency"])) == (134, 210)
    key = PublicKey("go", bytes.fromhex(made["public_hex"]))
    for one in made["notes"]:
        found = read_head(one["note"].encode(), sender=[key])
        assert found.signed_by == ("go",)
        assert found.head.root.hex() == made["roots"][str(found.head.size)]
        with pytest.raises(ForgedError):
            read_head(one["note"].replace("\n1", "\n2", 1).replace("\n", "\n9", 1).encode(), sender=[key])


# ---------------------------------------------------------------------------------------- the specification's vectors


def test_go_finds_the_vectors_right(go: GoPeer) -> None:
    tree, tiles, checkpoint = VECTORS["tree"], VECTORS["tiles"], VECTORS["checkpoint"]
    data = [leaf_data(tree["kind"], str(number), b"%d" % number) for number in range(tiles["tree"]["size"])]
    leaves = [leaf_hash(each) for each in data]
    inclusion = [
        {**one, "leaf": leaves[one["position"]].hex(), "root": tree["roots"][str(one["size"])]}
        for one in tree["inclusion"]
    ]
    consistency = [
        {**one, **{f"{age}_root": tree["roots"][str(one[age])] for age in ("old", "new")}}
        for one in tree["consistency"]
        if one["old"]
    ]
    keys = [
        verifier_key(name, bytes(SigningKey(bytes.fromhex(checkpoint[seed])).verify_key), kind)
        for name, seed, kind in ((checkpoint["origin"], "sender_seed", 1), (checkpoint["receiver"], "receiver_seed", 4))
    ]
    notes = [{"note": checkpoint[name], "keys": keys} for name in ("signed", "receipt")]
    answer = go.verify(inclusion=inclusion, consistency=consistency, notes=notes,
                       leaves=[b64encode(each).decode() for each in data])  # fmt: skip
    assert answer["inclusion"] == [True] * 98
    assert answer["consistency"] == [True] * 66
    assert answer["notes"] == [1, 2]
    assert answer["leaves"] == [leaf.hex() for leaf in leaves]
    assert answer["root"] == tree["roots"][str(len(data))]

    entries = [b64encode(bytes.fromhex(entry["leaf_data_hex"])).decode() for entry in VECTORS["entries"]]
    answer = go.verify(leaves=entries)
    assert answer["leaves"] == [entry["leaf_hash"] for entry in VECTORS["entries"]]
    assert answer["root"] == VECTORS["roots"][-1] == checkpoint["root"]

    wrong = VECTORS["negative"]
    answer = go.verify(inclusion=wrong["inclusion"], consistency=wrong["consistency"],
                       notes=[{"note": one["note"], "keys": keys} for one in wrong["notes"]])  # fmt: skip
    assert answer["inclusion"] == [False] * 28
    assert answer["consistency"] == [False] * 29
    refused = [one["wrong"] for one, count in zip(wrong["notes"], answer["notes"], strict=True) if count < 0]
    assert refused == [one["wrong"] for one in wrong["notes"] if one["signed_note_refuses"]]


def test_go_finds_the_vectors_of_the_link_right(go: GoPeer) -> None:
    public = {party: bytes.fromhex(key["public"]) for party, key in LINK["keys"].items()}
    asked = [
        {"note": one["note"], "keys": [verifier_key(one["party"], public[one["party"]])]} for one in LINK["questions"]
    ]
    sender, receiver = LINK["origin"].split("/ledger/")
    keys = [
        verifier_key(LINK["origin"], public[sender]),
        verifier_key(receiver, public[receiver], COSIGNATURE_KEY),
    ]
    size = len(LINK["entries"])
    proven = [
        {
            "old": old,
            "old_root": LINK["roots"][old],
            "new": size,
            "new_root": LINK["roots"][size],
            "proof": one["proof"],
        }
        for one in LINK["parts"]
        if (old := one["start"] + one["count"])
    ]
    answer = go.verify(notes=[*asked, {"note": LINK["receipt"], "keys": keys}], consistency=proven)
    assert answer["notes"] == [1] * len(asked) + [2]
    assert answer["consistency"] == [True] * len(LINK["parts"])


# ---------------------------------------------------------------------------------------- aics-tlog, both directions


def test_aics_verifies_our_receipts_and_we_verify_its(ours: OurTree) -> None:
    """cosignature/v1 by a program that implements it: each accepts the other's and refuses it with another time."""
    other = aics()
    sender, receiver = bytes(SENDER_KEY.verify_key), bytes(RECEIVER_KEY.verify_key)
    log, witness = other.vkey_from_ed25519(ORIGIN, sender), other.cosignature_vkey(RECEIVER, receiver)
    policy = other.WitnessPolicy(witnesses=(witness,), quorum=1)
    private = Ed25519PrivateKey.from_private_bytes(bytes(RECEIVER_KEY))
    ours_to_check = [PublicKey("by", receiver)]
    for size in SIZES:
        head = ours.head(size)
        note = other.parse_note(receipt_of(head))
        assert other.verify_checkpoint(note, log, policy=policy).ok
        (line,) = [each for each in note.signatures if each.name == RECEIVER]
        assert line.key_id == witness.key_id
        assert other.verify_cosignature(line.signature, RECEIVER, receiver, ORIGIN, size, head.root)
        moved = (int.from_bytes(line.signature[:8], "big") + 1).to_bytes(8, "big") + line.signature[8:]
        assert not other.verify_cosignature(moved, RECEIVER, receiver, ORIGIN, size, head.root)

        blob, theirs = other.sign_cosignature(private, RECEIVER, 1_795_435_200 + size, ORIGIN, size, head.root)
        made = other.Note(note.text, (note.signatures[0], theirs)).to_bytes()
        found = read_head(made, sender=[PublicKey("ru", sender)], receiver=ours_to_check, receiver_name=RECEIVER)
        assert (found.signed_by, found.cosigned_by) == (("ru",), ("by",))
        (cosignature,) = check_cosignatures(parse_note(made), RECEIVER, ours_to_check)
        assert int(cosignature.at.timestamp()) == 1_795_435_200 + size == int.from_bytes(blob[:8], "big")
        false = other.SignatureLine(RECEIVER, theirs.key_id, moved)
        with pytest.raises(ForgedError):
            read_head(
                other.Note(note.text, (note.signatures[0], false)).to_bytes(),
                receiver=ours_to_check, receiver_name=RECEIVER,
            )  # fmt: skip


@settings(max_examples=60)
@given(st.integers(min_value=0, max_value=2**63 - 1), st.binary(min_size=32, max_size=32),
       st.binary(min_size=32, max_size=32), st.integers(min_value=0, max_value=253_402_214_400))  # fmt: skip
def test_any_checkpoint_signed_by_either_is_the_same_octets(size: int, root: bytes, seed: bytes, stamp: int) -> None:
    """Ed25519 and both note formats leave no choice, so what we write and what aics-tlog writes is equal."""
    other, key = aics(), SigningKey(seed)
    private, public = Ed25519PrivateKey.from_private_bytes(seed), bytes(key.verify_key)
    head = Head(ORIGIN, size, root)
    note = sign_checkpoint(head, public, lambda data: key.sign(data).signature)
    theirs = other.sign_checkpoint(other.Checkpoint(ORIGIN, size, root), private, ORIGIN)
    assert theirs.to_bytes() == note
    at = datetime.fromtimestamp(stamp, UTC)
    both = cosign(note, RECEIVER, public, lambda data: key.sign(data).signature, at=at)
    _, line = other.sign_cosignature(private, RECEIVER, stamp, ORIGIN, size, root)
    assert other.Note(theirs.text, (*theirs.signatures, line)).to_bytes() == both
    assert parse_head(theirs.text.encode()) == head
    assert theirs.text.encode() == render_checkpoint(head)


def test_aics_reads_our_tiles_and_makes_the_same_proofs_of_them(ours: OurTree, tmp_path: Path) -> None:
    other, size = aics(), 1_000
    ours.publish(tmp_path, size)
    reader = other.FileSystemTileReader(tmp_path)
    assert other.tree_root_from_tiles(reader, size) == ours.root(size)
    for position in range(0, size, 37):
        proof = other.inclusion_proof_from_tiles(reader, position, size)
        assert tuple(proof) == inclusion_proof(position, size, ours.read)
        assert other.verify_inclusion(ours.rows[0][position], position, size, proof, ours.root(size))
        assert other.read_entry(reader, position, size) == ours.data[position]
    for old in range(1, size, 41):
        proof = other.consistency_proof_from_tiles(reader, old, size)
        assert tuple(proof) == consistency_proof(old, size, ours.read)
        assert other.verify_consistency(old, size, ours.root(old), ours.root(size), proof)


def test_its_tiles_are_our_tiles(ours: OurTree) -> None:
    other = aics()
    for size in (1, 256, 257, 900):
        theirs = other.TileWriter(ours.data[:size]).materialise()
        assert set(theirs) == {render_tile_path(tile) for tile in list_tiles(size)}
        for tile in list_tiles(size):
            data, start = theirs[render_tile_path(tile)], tile.number * 256
            if tile.of_entries:
                assert parse_entry_bundle(data) == tuple(ours.data[start : start + tile.width])
            else:
                assert data == ours.tile(tile.level, tile.number)[: 32 * tile.width]


# ---------------------------------------------------------------------------------------- real nodes


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Harness, Node, Node]]:
    with Harness(tmp_path) as harness:
        ru, by = harness.node("cctld.ru"), harness.node("oac.by")
        harness.memorandum(ru, by)
        harness.start()
        lines = Feed("oac.by", "cctld.ru", load_mix(), seed=7, start=datetime.now(UTC)).lines(1_500)
        harness.take_in(by, b"".join(line.data for line in lines))
        harness.settle(ru, by)
        yield harness, ru, by


@pytest.mark.processes
def test_go_audits_the_ledger_that_a_real_node_publishes(nodes: tuple[Harness, Node, Node], go: GoPeer) -> None:
    """Over HTTPS, with an auditor's token, at the sender and at the receiver: the same ledger, signed by both."""
    _, ru, by = nodes
    sender, receiver = (load_public_keys(open_home(node.place.path))[0].public for node in (by, ru))
    keys = (
        verifier_key("oac.by/ledger/cctld.ru", sender),
        verifier_key("cctld.ru", receiver, COSIGNATURE_KEY),
    )
    audits = []
    for node in (by, ru):
        node.work("person", "add", "auditor-1", "--role", "auditor", "--no-password")
        token = node.comity_json("person", "token", "auditor-1", "--label", "audit")["token"]
        base = f"{node.place.url.rstrip('/')}/log/oac.by/ledger/cctld.ru"
        audits.append(go.audit(base, *keys, ca=node.place.path / "tls" / "ca.pem", token=token))
    assert audits[0] == audits[1]
    assert audits[0]["signatures"] == 2
    assert audits[0]["entries"] == audits[0]["size"] > 256
    assert audits[0]["inclusion"] == audits[0]["consistency"] == 64
