"""Notes, checkpoints and cosignatures: the specifications' own vectors, what we write, and what we refuse."""

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from comity.core.errors import InputError, TooLargeError
from comity.core.exchange import ForgedError
from comity.core.ledger import Head, PublicKey
from comity.wire.checkpoint import (
    NOTE_MAX_BYTES,
    check_cosignatures,
    check_signatures,
    cosign,
    cosign_head,
    key_id,
    parse_head,
    parse_note,
    read_head,
    render_checkpoint,
    sign_checkpoint,
)

VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/ledger.json").read_text())
SENDER, RECEIVER = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
RU = PublicKey("ru-2026-1", bytes(SENDER.verify_key))
BY = PublicKey("by-2026-1", bytes(RECEIVER.verify_key))
HEAD = Head("cctld.ru/ledger/oac.by", 7, b"\x07" * 32)
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def sign(data: bytes) -> bytes:
    return SENDER.sign(data).signature


def countersign(data: bytes) -> bytes:
    return RECEIVER.sign(data).signature


def receipt() -> bytes:
    return cosign(sign_checkpoint(HEAD, RU.public, sign), "oac.by", BY.public, countersign, at=AT)


def test_the_published_note_of_the_specifications_first_implementation() -> None:
    """The example of Go's sumdb/note, whose format C2SP took over: its signature is valid under its key."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    public = b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    note = parse_note(f"{text}\n— PeterNeumann {line}\n".encode())
    assert key_id("PeterNeumann", public).hex() == "c74f20a3"
    assert check_signatures(note, "PeterNeumann", [PublicKey("p", public)]) == ("p",)
    with pytest.raises(ForgedError):
        check_signatures(
            parse_note(f"{text.upper()}\n— PeterNeumann {line}\n".encode()), "PeterNeumann", [PublicKey("p", public)]
        )


def test_the_cosigned_checkpoint_of_the_specification_is_read() -> None:
    """The example of tlog-cosignature: both lines have the shape, the key ids and the time that the text gives."""
    example = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 "
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    note = parse_note(example.encode())
    head = parse_head(note.text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert render_checkpoint(head) == note.text
    assert [len(line.blob) for line in note.signatures] == [64, 72]
    assert int.from_bytes(note.signatures[1].blob[:8], "big") == 1_679_315_147


def test_a_receipt_bears_both_signatures() -> None:
    found = read_head(receipt(), sender=[RU], receiver=[BY], receiver_name="oac.by")
    assert found.head == HEAD
    assert found.signed_by == ("ru-2026-1",)
    assert found.cosigned_by == ("by-2026-1",)
    assert [c.at for c in check_cosignatures(parse_note(receipt()), "oac.by", [BY])] == [AT]


def test_a_cosignature_is_renewed_and_others_are_kept() -> None:
    again = cosign(receipt(), "oac.by", BY.public, countersign, at=AT + timedelta(hours=1))
    assert len(parse_note(again).signatures) == 2
    assert check_cosignatures(parse_note(again), "oac.by", [BY])[0].at == AT + timedelta(hours=1)
    older = SigningKey(b"\x03" * 32)
    both = cosign(again, "oac.by", bytes(older.verify_key), lambda data: older.sign(data).signature, at=AT)
    rotated = (BY, PublicKey("by-2025-1", bytes(older.verify_key)))
    assert read_head(both, receiver=rotated, receiver_name="oac.by").cosigned_by == ("by-2026-1", "by-2025-1")


def test_a_receiver_without_entries_signs_alone() -> None:
    note = cosign_head(Head("a/ledger/b", 0, b"\0" * 32), "b", BY.public, countersign, at=AT)
    found = read_head(note, sender=[RU], receiver=[BY], receiver_name="b")
    assert (found.signed_by, found.cosigned_by) == ((), ("by-2026-1",))


def test_signatures_of_strangers_are_ignored_and_false_ones_refuse_the_note() -> None:
    assert read_head(receipt(), sender=[BY], receiver=[RU], receiver_name="oac.by").signed_by == ()
    forged = receipt().replace(b"\n7\n", b"\n8\n")
    with pytest.raises(ForgedError, match="ru-2026-1"):
        read_head(forged, sender=[RU])
    with pytest.raises(ForgedError, match="by-2026-1"):
        read_head(forged, receiver=[BY], receiver_name="oac.by")


def test_a_signature_for_one_use_is_none_for_another() -> None:
    """A note signature moved under the cosignature's key id, or the reverse, is false, not valid."""
    line = parse_note(sign_checkpoint(HEAD, BY.public, countersign)).signatures[0]
    moved = key_id("oac.by", BY.public, kind=4) + b"\0" * 8 + line.blob
    note = render_checkpoint(HEAD) + b"\n" + f"— oac.by {b64encode(moved).decode()}\n".encode()
    with pytest.raises(ForgedError):
        read_head(note, receiver=[BY], receiver_name="oac.by")


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (b"", "text, an empty line"),
        (b"a\n1\n\n", "text, an empty line"),
        (b"a\n1\n\n- a AAAAAAAA\n", "malformed signature line"),
        ("a\n1\n\n— a\n".encode(), "malformed signature line"),
        ("a\n1\n\n— a AAAA\n".encode(), "malformed signature line"),
        ("a\n1\n\n— a AAAAAAAB=\n".encode(), "base64"),
        ("a\r\n1\n\n— a AAAAAAAA\n".encode(), "control"),
        (b"a\xff\n1\n\n\xe2\x80\x94 a AAAAAAAA\n", "UTF-8"),
        ("a\n1\n\n— a AAAAAAAA".encode(), "text, an empty line"),
    ],
)
def test_malformed_notes_are_refused_with_the_reason(note: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_note(note)


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n1\nAAAA\nmore\n", "\n1\nA\n", "a\n01\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n",
     "a\n9223372036854775808\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n", "a\n1\n" + "A" * 42 + "B=\n",
     "a\n１\n" + "A" * 43 + "=\n"],
)  # fmt: skip
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_head(text.encode())


def test_notes_are_bounded() -> None:
    with pytest.raises(TooLargeError):
        parse_note(b"x" * (NOTE_MAX_BYTES + 1))
    with pytest.raises(TooLargeError):
        parse_note(b"a\n\n" + "— a AAAAAAAA\n".encode() * 65)


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    for note in (data, receipt()[:50] + data, render_checkpoint(HEAD) + b"\n" + data):
        with suppress(InputError, ForgedError):
            found = read_head(note, sender=[RU], receiver=[BY], receiver_name="oac.by")
            assert parse_note(note).text == render_checkpoint(found.head)


@given(st.integers(min_value=0, max_value=2**63 - 1), st.binary(min_size=32, max_size=32))
def test_equal_heads_are_equal_bytes(size: int, root: bytes) -> None:
    head = Head("cctld.ru/ledger/oac.by", size, root)
    assert parse_head(render_checkpoint(head)) == head
    assert read_head(sign_checkpoint(head, RU.public, sign), sender=[RU]).signed_by == ("ru-2026-1",)


def test_vectors_of_the_specification() -> None:
    vector = VECTORS["checkpoint"]
    sender, receiver = (SigningKey(bytes.fromhex(vector[name])) for name in ("sender_seed", "receiver_seed"))
    head = Head(vector["origin"], vector["size"], bytes.fromhex(vector["root"]))
    note = sign_checkpoint(head, bytes(sender.verify_key), lambda data: sender.sign(data).signature)
    assert note.decode() == vector["signed"]
    both = cosign(
        note,
        vector["receiver"],
        bytes(receiver.verify_key),
        lambda data: receiver.sign(data).signature,
        at=datetime.fromtimestamp(vector["time"], UTC),
    )
    assert both.decode() == vector["receipt"]
