"""What a partner reads in our notices: the same values, as STIX 2.1 that others' software accepts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix2validator import ValidationOptions, validate_string

from comity.core.markings import TLPS
from comity.wire.notices import (
    ErasedPayload,
    ErasureAnswer,
    ErasurePayload,
    ErasureReason,
    MarkingPayload,
    Notice,
    object_of,
    parse_erased,
    parse_erasure,
    parse_marking,
    render_notice,
)
from comity.wire.stix import EXTENSION, MAX_PAYLOAD_BYTES, PayloadProblem

VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "entries.json").read_text(encoding="utf-8")
)
READERS = {"marking": parse_marking, "erasure": parse_erasure, "erased": parse_erased}
TYPES: dict[str, Any] = {"marking": MarkingPayload, "erasure": ErasurePayload, "erased": ErasedPayload}
REPORT = "indicator--6f9619ff-8b86-4011-b42d-00c04fc964ff"

times = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
positions = st.integers(0, 2**53 - 1)
digests = st.just("sha256:" + "0" * 64)
markings = st.builds(
    MarkingPayload, report_id=st.uuids(), tlp=st.sampled_from(TLPS), clause=st.just("3"), memorandum=digests,
    decided_at=times,
)  # fmt: skip
erasures = st.builds(
    ErasurePayload, position=positions, reason=st.sampled_from(get_args(ErasureReason)), clause=st.just("3"),
    memorandum=digests, decided_at=times,
)  # fmt: skip
answers = st.builds(
    ErasedPayload, origin=st.just("oac.by/ledger/cctld.ru"), position=positions,
    answer=st.sampled_from(get_args(ErasureAnswer)), memorandum=digests, decided_at=times,
)  # fmt: skip


@pytest.mark.parametrize(("kind", "notices"), [("marking", markings), ("erasure", erasures), ("erased", answers)])
def test_a_notice_comes_back_as_it_was_sent(kind: str, notices: st.SearchStrategy[Notice]) -> None:
    @given(notices)
    def comes_back(notice: Notice) -> None:
        data = render_notice(notice, sender="cctld.ru", about=REPORT, tlp="TLP:AMBER", salt="5a" * 16)
        assert READERS[kind](data) == notice

    comes_back()


@pytest.mark.parametrize("kind", ["marking", "erasure", "erased"])
def test_the_published_vectors_hold(kind: str) -> None:
    written = VECTORS[kind]
    notice = READERS[kind](written["payload"].encode())
    assert notice == msgspec.convert(written["value"], TYPES[kind])
    data = render_notice(
        notice, sender=written["sender"], about=written["about"], tlp=written["tlp"], salt=written["salt"]
    )
    assert data.decode() == written["payload"]


@pytest.mark.parametrize("kind", ["marking", "erasure", "erased"])
def test_what_we_write_is_valid_for_the_oasis_validator(kind: str) -> None:
    result = validate_string(VECTORS[kind]["payload"], ValidationOptions(version="2.1", strict_properties=False))
    assert result.is_valid, [str(error) for one in result.object_results for error in one.errors]


@pytest.mark.parametrize("kind", ["marking", "erasure", "erased"])
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"decided_at": "2026-11-23T03:00:00"}, "bad-time"),
        ({"decided_at": "0001-01-01T00:00:00Z"}, "bad-time"),
        ({"memorandum": "x" * 72}, "bad-value"),
        ({"memorandum": "\0"}, "bad-value"),
        ({"memorandum": None}, "malformed"),
    ],
)
def test_a_notice_that_cannot_be_kept_is_a_problem(kind: str, changed: dict[str, object], code: str) -> None:
    problem = READERS[kind](as_sent(kind, {**VECTORS[kind]["value"], **changed}))
    assert isinstance(problem, PayloadProblem)
    assert problem.code == code


@pytest.mark.parametrize(
    ("kind", "changed", "code"),
    [
        ("marking", {"tlp": "TLP:WHITE"}, "malformed"),
        ("erasure", {"position": -1}, "bad-value"),
        ("erasure", {"position": 2**53}, "bad-value"),
        ("erasure", {"reason": "because"}, "malformed"),
        ("erased", {"answer": "perhaps"}, "malformed"),
        ("erased", {"origin": "x" * 251}, "bad-value"),
    ],
)
def test_a_word_or_number_that_is_none_of_ours_is_a_problem(kind: str, changed: dict[str, object], code: str) -> None:
    problem = READERS[kind](as_sent(kind, {**VECTORS[kind]["value"], **changed}))
    assert isinstance(problem, PayloadProblem)
    assert problem.code == code


@given(st.binary(max_size=300))
def test_rubbish_is_a_problem_and_never_an_exception(data: bytes) -> None:
    assert all(isinstance(read(data), PayloadProblem) for read in READERS.values())


@pytest.mark.parametrize("kind", ["marking", "erasure", "erased"])
def test_one_kind_is_not_read_as_another_and_size_is_bounded(kind: str) -> None:
    others = [VECTORS[other]["payload"].encode() for other in READERS if other != kind]
    others += [VECTORS["report"]["payload"].encode(), b"[" * 60_000, b" " * (MAX_PAYLOAD_BYTES + 1)]
    assert all(isinstance(READERS[kind](data), PayloadProblem) for data in others)


def test_an_entry_about_nothing_names_its_sender() -> None:
    assert object_of("correction", "6f9619ff-8b86-4011-b42d-00c04fc964ff", "oac.by") == REPORT
    assert object_of("case-event", REPORT.removeprefix("indicator--"), "oac.by").startswith("incident--")
    assert object_of("report", "not-a-uuid", "oac.by") == object_of("hologram", "", "oac.by")


def as_sent(kind: str, value: dict[str, object]) -> bytes:
    """What a partner's own program may write, which need not be ours."""
    extension = {"extension_type": "property-extension", kind: value}
    return msgspec.json.encode(
        {"type": "bundle", "objects": [{"type": "note", "id": "x", "extensions": {EXTENSION: extension}}]}
    )
