"""What a partner reads in a consultation, in a part of an attachment and in an expert: the same values, as STIX 2.1."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2validator import ValidationOptions, validate_string

from comity.core.consultations import (
    ATTACHMENT_BYTES,
    EVENTS,
    PART_BYTES,
    SUBJECT_LETTERS,
    TEXT_LETTERS,
    Message,
    fold,
)
from comity.core.markings import TLPS
from comity.wire.attachment_parts import (
    MOST_PARTS,
    AttachmentPartPayload,
    cut,
    parse_attachment_part,
    put_together,
    render_attachment_part,
)
from comity.wire.consultation import (
    AttachedPart,
    ConsultationPayload,
    parse_consultation,
    render_consultation,
    thread_of,
)
from comity.wire.expert import ExpertPayload, parse_expert, render_expert
from comity.wire.stix import EXTENSION, MAX_PAYLOAD_BYTES, PayloadProblem

VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "consultations.json").read_text(encoding="utf-8")
)
SALT = "5a" * 16
READERS = {"consultation": parse_consultation, "attachment-part": parse_attachment_part, "expert": parse_expert}
TYPES: dict[str, Any] = {
    "consultation": ConsultationPayload, "attachment-part": AttachmentPartPayload, "expert": ExpertPayload,
}  # fmt: skip

times = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
letters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
texts = st.text(letters, min_size=1, max_size=200).filter(str.strip)
digests = st.just("sha256:" + "0" * 64)
attachments = st.builds(
    AttachedPart, sha256=st.binary(min_size=4, max_size=4).map(lambda data: sha256(data).hexdigest()),
    name=st.sampled_from(("log.txt", "снимок.png")), media_type=st.sampled_from(("text/plain", "image/png")),
    size=st.integers(1, ATTACHMENT_BYTES),
)  # fmt: skip
messages = st.builds(
    ConsultationPayload, thread=st.uuids(), message=st.uuids(), event=st.sampled_from(EVENTS[:4]),
    tlp=st.sampled_from(TLPS), clause=st.just("3"), memorandum=digests, decided_at=times, subject=texts, text=texts,
    language=st.sampled_from(("", "ru", "zh")), topic=st.sampled_from(("", "law")), due_at=st.none() | times,
    after=st.none() | st.uuids(), others=st.sampled_from(((), ("vnnic.vn",))),
    attachments=st.lists(attachments, max_size=3, unique_by=lambda one: one.sha256).map(tuple),
)  # fmt: skip
roles = texts.map(lambda text: text[:120]).filter(str.strip)
experts = st.builds(
    ExpertPayload, expert=st.uuids(), event=st.sampled_from(("published", "withdrawn")), tlp=st.sampled_from(TLPS),
    clause=st.just("3"), memorandum=digests, decided_at=times, role=roles,
    contact=st.just("ask@example.by"), languages=st.just(("be", "ru")), topics=st.just(("law", "dns")),
)  # fmt: skip


def file(**changed: object) -> dict[str, object]:
    return {"sha256": "0" * 64, "name": "x", "media_type": "a/b", "size": 1, **changed}


@settings(max_examples=40)
@given(messages)
def test_a_message_comes_back_as_it_was_sent(payload: ConsultationPayload) -> None:
    assert parse_consultation(render_consultation(payload, sender="cctld.ru", salt=SALT)) == payload


@settings(max_examples=20)
@given(experts)
def test_an_expert_comes_back_as_it_was_sent(payload: ExpertPayload) -> None:
    assert parse_expert(render_expert(payload, sender="cctld.ru", salt=SALT)) == payload


@settings(max_examples=15)
@given(st.binary(min_size=1, max_size=64), st.integers(1, 3), st.randoms(use_true_random=False))
def test_an_attachment_is_put_together_from_its_parts_in_whatever_order(
    seed: bytes, times_over: int, order: Any
) -> None:
    data = (seed * (PART_BYTES // len(seed) + 1))[: PART_BYTES - 1] * times_over
    announced = AttachedPart(sha256=sha256(data).hexdigest(), name="dump.txt", media_type="text/plain", size=len(data))
    pieces = cut(data)
    assert len(pieces) == announced.parts
    told = [
        render_attachment_part(part_of(announced, number, piece), sender="cctld.ru", tlp="TLP:AMBER", salt=SALT)
        for number, piece in enumerate(pieces)
    ]
    assert all(len(one) <= MAX_PAYLOAD_BYTES for one in told)
    order.shuffle(told)
    got: dict[int, bytes] = {}
    for count, one in enumerate(told, start=1):
        read = parse_attachment_part(one)
        assert isinstance(read, AttachmentPartPayload)
        got[read.number] = read.octets
        assert put_together(announced, got) == (data if count == len(told) else None)


def test_another_content_than_was_announced_is_not_believed() -> None:
    announced = AttachedPart(sha256=sha256(b"one").hexdigest(), name="a.txt", media_type="text/plain", size=3)
    for other in (b"two", b"ones", b""):
        with pytest.raises(ValueError, match=announced.sha256):
            put_together(announced, {0: other})


def test_the_longest_message_of_any_script_fits_into_an_entry() -> None:
    longest = {"text": "例" * TEXT_LETTERS, "subject": "例" * SUBJECT_LETTERS}
    names = [
        AttachedPart(sha256=sha256(bytes([number])).hexdigest(), name="例" * 120, media_type="a/b", size=1)
        for number in range(5)
    ]
    payload = message(**longest, event="opened", attachments=tuple(names))
    assert len(render_consultation(payload, sender="cctld.ru", salt=SALT)) <= MAX_PAYLOAD_BYTES
    assert MOST_PARTS == 45


def test_the_published_standings_hold() -> None:
    for written in VECTORS["folds"]:
        messages = msgspec.convert(written["messages"], list[Message])
        standing = msgspec.to_builtins(fold(messages, ("cctld.ru", "oac.by")))
        told = {**standing, "after_close": sorted(standing["after_close"]), "order": list(standing["order"])}
        assert told == written["standing"], written["name"]
    named = VECTORS["thread"]
    assert str(thread_of(UUID(named["consultation"]), named["partner"])) == named["thread"]


def test_threads_of_one_consultation_cannot_be_told_from_one_another() -> None:
    one = UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")
    assert thread_of(one, "oac.by") == thread_of(one, "oac.by")
    assert len({thread_of(one, party) for party in ("oac.by", "vnnic.vn", "cnnic.cn")}) == 3


@pytest.mark.parametrize("kind", list(READERS))
def test_the_published_vectors_hold(kind: str) -> None:
    written = VECTORS[kind]
    read = READERS[kind](written["payload"].encode())
    assert read == msgspec.convert(written["value"], TYPES[kind])
    assert render(kind, read, written["salt"]) == written["payload"].encode()


@pytest.mark.parametrize("kind", list(READERS))
def test_what_we_write_is_valid_for_the_oasis_validator(kind: str) -> None:
    result = validate_string(VECTORS[kind]["payload"], ValidationOptions(version="2.1", strict_properties=False))
    assert result.is_valid, [str(error) for one in result.object_results for error in one.errors]


@pytest.mark.parametrize(
    ("kind", "changed", "code"),
    [
        ("consultation", {"decided_at": "2026-11-23T03:00:00"}, "bad-time"),
        ("consultation", {"due_at": "9999-12-31T00:00:00Z"}, "bad-time"),
        ("consultation", {"text": "x" * (TEXT_LETTERS + 1)}, "bad-value"),
        ("consultation", {"subject": "\0"}, "bad-value"),
        ("consultation", {"text": " "}, "bad-value"),
        ("consultation", {"subject": ""}, "bad-value"),
        ("consultation", {"event": "refused"}, "bad-value"),
        ("consultation", {"about": "6f9619ff-8b86-4011-b42d-00c04fc964ff"}, "bad-value"),
        ("consultation", {"event": "shouted"}, "malformed"),
        ("consultation", {"tlp": "TLP:WHITE"}, "malformed"),
        ("consultation", {"others": ["x"] * 32}, "malformed"),
        ("consultation", {"others": [""]}, "bad-value"),
        ("consultation", {"attachments": [file(name="../x")]}, "bad-value"),
        ("consultation", {"attachments": [file(media_type="ab")]}, "bad-value"),
        ("consultation", {"attachments": [file(), file()]}, "bad-value"),
        ("consultation", {"attachments": [file(size=0)]}, "malformed"),
        ("consultation", {"attachments": [file(sha256="0" * 63)]}, "malformed"),
        ("attachment-part", {"data": "@@@@"}, "bad-value"),
        ("attachment-part", {"data": ""}, "bad-value"),
        ("attachment-part", {"data": b64encode(b"x" * (PART_BYTES + 1)).decode()[:60_000] + "eHg="}, "bad-value"),
        ("attachment-part", {"number": MOST_PARTS}, "malformed"),
        ("attachment-part", {"decided_at": "2026-11-23T03:00:00"}, "bad-time"),
        ("attachment-part", {"clause": "x" * 21}, "bad-value"),
        ("expert", {"topics": []}, "bad-value"),
        ("expert", {"topics": ["Law"]}, "malformed"),
        ("expert", {"name": "x" * 121}, "bad-value"),
        ("expert", {"decided_at": "1999-12-31T00:00:00Z"}, "bad-time"),
        ("expert", {"event": "sold"}, "malformed"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_a_problem(kind: str, changed: dict[str, object], code: str) -> None:
    problem = READERS[kind](as_sent(kind, {**VECTORS[kind]["value"], **changed}))
    assert isinstance(problem, PayloadProblem)
    assert problem.code == code


@settings(max_examples=30)
@given(st.binary(max_size=300))
def test_rubbish_is_a_problem_and_never_an_exception(data: bytes) -> None:
    assert all(isinstance(read(data), PayloadProblem) for read in READERS.values())


@pytest.mark.parametrize("kind", list(READERS))
def test_one_kind_is_not_read_as_another_and_size_is_bounded(kind: str) -> None:
    others = [VECTORS[other]["payload"].encode() for other in READERS if other != kind]
    others += [b"[" * 60_000, b" " * (MAX_PAYLOAD_BYTES + 1)]
    assert all(isinstance(READERS[kind](data), PayloadProblem) for data in others)


def render(kind: str, payload: Any, salt: str) -> bytes:
    if kind == "consultation":
        return render_consultation(payload, sender="cctld.ru", salt=salt)
    if kind == "expert":
        return render_expert(payload, sender="cctld.ru", salt=salt)
    return render_attachment_part(payload, sender="cctld.ru", tlp="TLP:AMBER", salt=salt)


def message(**changed: Any) -> ConsultationPayload:
    value = msgspec.convert(VECTORS["consultation"]["value"], ConsultationPayload)
    return msgspec.structs.replace(value, **changed)


def part_of(announced: AttachedPart, number: int, piece: str) -> AttachmentPartPayload:
    value = msgspec.convert(VECTORS["attachment-part"]["value"], AttachmentPartPayload)
    return msgspec.structs.replace(value, sha256=announced.sha256, number=number, data=piece)


def as_sent(kind: str, value: dict[str, object]) -> bytes:
    """What a partner's own program may write, which need not be ours."""
    extension = {"extension_type": "property-extension", kind.replace("-", "_"): value}
    return msgspec.json.encode(
        {"type": "bundle", "objects": [{"type": "note", "id": "x", "extensions": {EXTENSION: extension}}]}
    )
