"""The body of a batch: what is written is read back; what is not a batch is refused with the item and the reason."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError, TooLargeError
from comity.core.exchange import OutgoingEntry
from comity.wire.link_batch import (
    BATCH_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    check_entry,
    parse_batch,
    render_batch,
)

VECTORS = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/ledger.json").read_text())

kinds = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)
subjects = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=36)
whole = st.builds(OutgoingEntry, kinds, subjects, st.binary(max_size=200), st.just(False))
erased = st.builds(OutgoingEntry, kinds, subjects, st.binary(min_size=32, max_size=32), st.just(True))
entries = st.lists(st.one_of(whole, erased), max_size=8)


@given(st.integers(min_value=0, max_value=2**62), st.binary(min_size=1, max_size=500), entries)
def test_what_is_written_is_read_back(start: int, note: bytes, made: list[OutgoingEntry]) -> None:
    for entry in made:
        check_entry(entry)
    body = render_batch(note, start, made)
    read = parse_batch(body)
    assert (read.note, read.start) == (note, start)
    assert [tuple(entry[1:]) for entry in read.entries] == [tuple(entry) for entry in made]
    assert [entry.position for entry in read.entries] == list(range(start, start + len(made)))


@given(entries, st.data())
def test_every_truncation_and_every_addition_is_refused(made: list[OutgoingEntry], data: st.DataObject) -> None:
    body = render_batch(b"note", 3, made)
    cut = data.draw(st.integers(min_value=0, max_value=len(body) - 1))
    if made or cut < len(body) - len(b"note"):
        with pytest.raises(InputError):
            parse_batch(body[:cut])
    with pytest.raises(InputError):
        parse_batch(body + b"\n")


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    for body in (data, b"comity-batch/1\n" + data, b"comity-batch/1\n0 1 4\nnote" + data):
        with suppress(InputError):
            read = parse_batch(body)
            assert render_batch(read.note, read.start, [OutgoingEntry(*entry[1:]) for entry in read.entries]) == body


@pytest.mark.parametrize(
    ("body", "item", "reason"),
    [
        (b"GET / HTTP/1.1\r\n", "batch", "does not begin"),
        (b"comity-batch/1\n", "batch", "malformed"),
        (b"comity-batch/1\n00 0 4\nnote", "batch", "malformed"),
        (b"comity-batch/1\n0 99999 4\nnote", "batch", "at most 10000 entries"),
        (b"comity-batch/1\n5 1 4\nnoteREPORT a 1\nx\n", "entry 5", "malformed"),
        (b"comity-batch/1\n5 1 4\nnotereport a 2\nx\n", "entry 5", "cut short"),
        (b"comity-batch/1\n5 1 4\nnotereport a 1\nxy\n", "entry 5", "longer than it says"),
        (b"comity-batch/1\n5 1 4\nnotereport a 99999\nx\n", "entry 5", "at most 65535 bytes"),
        (b"comity-batch/1\n5 2 4\nnotereport a 1\nx\n", "entry 6", "cut short"),
        (b"comity-batch/1\n5 0 4\nnotereport a 1\nx\n", "batch", "does not end"),
        (b"comity-batch/1\n5 1 4\nnote" + b"x" * 100 + b"\n", "entry 5", "malformed"),
    ],
)
def test_malformed_batches_are_refused_with_item_and_reason(body: bytes, item: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        parse_batch(body)
    assert caught.value.item == item


def test_sizes_are_bounded_before_anything_is_read() -> None:
    with pytest.raises(TooLargeError, match="16777216"):
        parse_batch(b"comity-batch/1\n" + b"x" * BATCH_MAX_BYTES)


@pytest.mark.parametrize(
    "entry",
    [
        OutgoingEntry("Report", "", b""),
        OutgoingEntry("", "", b""),
        OutgoingEntry("a" * 21, "", b""),
        OutgoingEntry("report", "two words", b""),
        OutgoingEntry("report", "x" * 37, b""),
        OutgoingEntry("report", "дело", b""),
        OutgoingEntry("report", "a\nb", b""),
        OutgoingEntry("report\n", "", b""),
        OutgoingEntry("report", "", b"x" * (PAYLOAD_MAX_BYTES + 1)),
    ],
)
def test_what_no_batch_could_carry_is_never_appended(entry: OutgoingEntry) -> None:
    with pytest.raises(InputError):
        check_entry(entry)


def test_vectors_of_the_specification() -> None:
    vector = VECTORS["batch"]
    made = [
        OutgoingEntry(entry["kind"], entry["subject"], bytes.fromhex(entry["payload_hex"]))
        for entry in VECTORS["entries"][vector["start"] : vector["end"]]
    ]
    assert render_batch(VECTORS["checkpoint"]["signed"].encode(), vector["start"], made).hex() == vector["body_hex"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"comity-batch/2\n", "unsupported-version"),
        (b"comity-batch/0\n0 0 0\n", "unsupported-version"),
        (b"comity-batch/9999\n", "unsupported-version"),
        (b"comity-batch/99999\n", "bad-input"),
        (b"comity-batch/2", "bad-input"),
        (b"comity-batch/two\n", "bad-input"),
        (b" comity-batch/2\n", "bad-input"),
    ],
)
def test_another_version_is_told_which_ones_are_spoken(line: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_batch(line + b"whatever a later version means")
    assert refused.value.code == code
    assert refused.value.http_status == 400
    assert "comity-batch/1" in refused.value.message
