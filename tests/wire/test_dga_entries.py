"""The entries of algorithmic names: the vectors of docs/spec/dga.md; what is written is read again, lies are not."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.dga import PART_BYTES, count_part, cut_parts, parse_answers, render_answers
from comity.wire.dga_entries import (
    AnswerPayload,
    CountsOfDay,
    SharePayload,
    StatusPayload,
    kind_of,
    list_uuid,
    parse_answer,
    parse_share,
    parse_status,
    part_of,
    render_dga,
    write_days,
)
from comity.wire.stix import MAX_PAYLOAD_BYTES, PayloadProblem

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/spec/vectors/dga.json").read_text(encoding="utf-8")
)
PARSE = {"dga-share": parse_share, "dga-answer": parse_answer, "dga-status": parse_status}
SALT = "00112233445566778899aabbccddeeff"
BASE = {
    "list": UUID("00000000-0000-4000-8000-000000000001"), "tlp": "TLP:AMBER", "clause": "3",
    "memorandum": "sha256:" + "1" * 64, "decided_at": datetime(2026, 11, 26, 9, tzinfo=UTC),
}  # fmt: skip


@pytest.mark.parametrize("entry", VECTORS["entries"], ids=lambda entry: entry["kind"])
def test_the_vectors_are_read_and_written_to_the_byte(entry: dict[str, str]) -> None:
    data = entry["payload"].encode()
    found = PARSE[entry["kind"]](data)
    assert not isinstance(found, PayloadProblem)
    assert kind_of(found) == entry["kind"]
    assert render_dga(found, sender=entry["sender"], salt=SALT) == data
    for kind, parse in PARSE.items():
        assert (kind == entry["kind"]) != isinstance(parse(data), PayloadProblem)


@pytest.mark.parametrize("entry", VECTORS["refused"], ids=lambda entry: entry["code"])
def test_what_is_not_in_the_one_form_is_refused(entry: dict[str, str]) -> None:
    found = PARSE[entry["kind"]](entry["payload"].encode())
    assert isinstance(found, PayloadProblem)
    assert found.code == entry["code"]


def test_the_vectors_of_parts_and_answers() -> None:
    said = VECTORS["list"]
    assert str(list_uuid(said["origin"], said["family"], said["digest"])) == said["uuid"]
    by_day: dict[str, list[str]] = {}
    for day, host in VECTORS["part"]["hosts"]:
        by_day.setdefault(day, []).append(host)
    (part,) = cut_parts(VECTORS["part"]["zone"], by_day.items())
    assert list(msgspec.to_builtins(write_days(part))) == VECTORS["part"]["days"]
    answers = VECTORS["answers"]
    assert render_answers(answers["said"]) == answers["runs"]
    assert parse_answers(answers["runs"], count=part.count) == answers["said"]
    counts = [
        {"zone": zone, "day": day, "counts": dict(counter)}
        for (zone, day), counter in sorted(count_part(part, answers["runs"]).items())
    ]
    assert counts == answers["counts"]
    for wrong in answers["wrong"]:
        assert parse_answers(wrong, count=part.count) is None


def test_each_truncation_is_a_problem() -> None:
    for entry in VECTORS["entries"]:
        data = entry["payload"].encode()
        for length in range(len(data)):
            assert isinstance(PARSE[entry["kind"]](data[:length]), PayloadProblem)


LABELS = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
DAYS = st.sampled_from(["", "2026-12-01", "2026-12-02", "2027-01-31"])


@given(st.dictionaries(DAYS, st.frozensets(LABELS, min_size=1, max_size=30), min_size=1))
def test_a_part_crosses_as_it_is(by_day: dict[str, frozenset[str]]) -> None:
    (part,) = cut_parts("by", [(day, [f"{label}.by" for label in labels]) for day, labels in by_day.items()])
    payload = SharePayload(
        **BASE, family="demo", zone="by", number=0, of=1, source="", terms="", parties=("cctld.ru", "oac.by"),
        days=write_days(part),
    )  # fmt: skip
    found = parse_share(render_dga(payload, sender="cctld.ru", salt=SALT))
    assert found == payload
    assert isinstance(found, SharePayload)
    assert part_of(found) == part


def test_the_largest_of_each_fits_into_an_entry() -> None:
    days = [(f"2{number // 365:03}-01-{1 + number % 28:02}", [f"n{number}.xn--80adxhks"]) for number in range(20_000)]
    parts = cut_parts(
        "xn--80adxhks", [*sorted(dict(days).items()), ("", [f"{n:012}.xn--80adxhks" for n in range(9000)])]
    )
    for part in parts:
        share = SharePayload(
            **BASE, family="f" * 60, zone=part.zone, number=part.number, of=part.of, source="й" * 200,
            terms="й" * 200, parties=tuple(f"registry-{number:02}.example" for number in range(40)),
            days=write_days(part),
        )  # fmt: skip
        assert len(render_dga(share, sender="cctld.ru", salt=SALT)) <= MAX_PAYLOAD_BYTES
    counts = dict.fromkeys(
        ("waiting", "blocked", "sinkholed", "registered-by-victim", "not-registered", "declined", "already-acted"),
        10_000_000,
    )
    rows = tuple(CountsOfDay("xn--80adxhks", f"2026-01-{number:02}", counts) for number in range(1, 201))
    status = StatusPayload(**BASE, family="f" * 60, rows=rows)
    assert len(render_dga(status, sender="cctld.ru", salt=SALT)) <= MAX_PAYLOAD_BYTES
    answer = AnswerPayload(**BASE, zone="by", number=0, answers="wb" * (PART_BYTES // 4))
    assert not isinstance(parse_answer(render_dga(answer, sender="oac.by", salt=SALT)), PayloadProblem)
