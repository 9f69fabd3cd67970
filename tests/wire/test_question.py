"""Questions and parts: the vectors of docs/spec/link.md, what is written is read back, anything else is refused."""

import json
from base64 import b64decode
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from comity.core.errors import ComityError, InputError
from comity.core.examination import take_back
from comity.core.exchange import ForgedError, OutgoingEntry, Question
from comity.core.ledger import Frontier, Head, PublicKey, entry_hash
from comity.wire.checkpoint import read_head
from comity.wire.link_batch import parse_part, render_part
from comity.wire.question import parse_question, read_question, sign_question

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/link.json").read_text())
KEYS = {party: SigningKey(bytes.fromhex(key["seed"])) for party, key in VECTORS["keys"].items()}
PUBLIC = {party: PublicKey(party, bytes(key.verify_key)) for party, key in KEYS.items()}
ENTRIES = [
    OutgoingEntry(one["kind"], one["subject"], bytes.fromhex(one["erased"]), True)
    if "erased" in one
    else OutgoingEntry(one["kind"], one["subject"], one["payload"].encode())
    for one in VECTORS["entries"]
]
LEAVES = [entry_hash(*one) for one in ENTRIES]

asks = st.sampled_from(("status", "fetch", "recall"))
heads = st.builds(
    Head,
    st.sampled_from(("cctld.ru/ledger/oac.by", "oac.by/ledger/cctld.ru")),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)


def head(size: int) -> Head:
    return Head(VECTORS["origin"], size, Frontier().extend(LEAVES[:size])[0].root())


def test_the_ledger_of_the_vectors_is_the_one_they_say() -> None:
    assert [leaf.hex() for leaf in LEAVES] == [one["leaf"] for one in VECTORS["entries"]]
    assert [head(size).root.hex() for size in range(8)] == VECTORS["roots"]


@pytest.mark.parametrize("vector", VECTORS["questions"])
def test_a_question_is_written_to_the_byte(vector: dict[str, Any]) -> None:
    party = vector["party"]
    question = Question(vector["ask"], vector["counter"], head(vector["size"]))
    note = sign_question(question, party, PUBLIC[party].public, lambda data: KEYS[party].sign(data).signature)
    assert note.decode() == vector["note"]
    read = read_question(note, ask=vector["ask"], party=party, keys=[PUBLIC[party]])
    assert (read.question, read.signed_by) == (question, (party,))


@pytest.mark.parametrize("vector", VECTORS["bad_questions"], ids=lambda vector: vector["why"])
def test_a_wrong_question_gets_its_code(vector: dict[str, Any]) -> None:
    party = vector["party"]
    with pytest.raises(ComityError) as refused:
        read_question(vector["note"].encode(), ask=vector["ask"], party=party, keys=[PUBLIC[party]])
    assert refused.value.code == vector["code"]


def test_a_key_that_is_not_known_has_signed_nothing() -> None:
    vector = VECTORS["questions"][1]
    read = read_question(vector["note"].encode(), ask="status", party="cctld.ru", keys=[PUBLIC["oac.by"]])
    assert read.signed_by == ()


@pytest.mark.parametrize("vector", VECTORS["parts"])
def test_a_part_is_written_to_the_byte_and_taken_back(vector: dict[str, Any]) -> None:
    start, end = vector["start"], vector["start"] + vector["count"]
    proof = [bytes.fromhex(node) for node in vector["proof"]]
    body = render_part(VECTORS["receipt"].encode(), start, ENTRIES[start:end], proof)
    assert body == b64decode(vector["body"])
    part = parse_part(body)
    claim = read_head(part.note, sender=[PUBLIC["cctld.ru"]], receiver=[PUBLIC["oac.by"]], receiver_name="oac.by")
    held = Frontier().extend(LEAVES[:start])[0]
    found = take_back(claim, part.start, part.entries, part.proof, origin=VECTORS["origin"], held=held)
    assert found.verdict == "take"
    assert found.frontier.root().hex() == VECTORS["roots"][end]


@given(asks, st.integers(1, 2**63 - 1), heads)
def test_what_is_asked_is_read_back(ask: str, counter: int, asked: Head) -> None:
    question = Question(ask, counter, asked)  # type: ignore[arg-type]  # one of the three words
    note = sign_question(question, "oac.by", PUBLIC["oac.by"].public, lambda data: KEYS["oac.by"].sign(data).signature)
    assert parse_question(note)[0] == question


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_bring_the_reader_down(noise: bytes, at: int, octet: int) -> None:
    note = VECTORS["questions"][1]["note"].encode()
    at %= len(note)
    for data in (noise, note[:at] + bytes([octet]) + note[at + 1 :], note[:at], note + noise):
        with suppress(InputError, ForgedError):
            read_question(data, ask="status", party="cctld.ru", keys=[PUBLIC["cctld.ru"]])
    part = b64decode(VECTORS["parts"][0]["body"])
    at %= len(part)
    for data in (b"comity-part/1\n" + noise, part[:at] + bytes([octet]) + part[at + 1 :], part[:at]):
        with suppress(InputError):
            parse_part(data)
