"""comity-report/1: what is written is canonical and read back, what is wrong is told in full."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
from hypothesis import given
from hypothesis import strategies as st

import comity.wire
from comity.core.reports import Evidence, Report, find_problems
from comity.wire.canonical import canonical
from comity.wire.report_json import NdjsonReader, parse_report, render_report, report_schema

SCHEMA = Path(comity.wire.__file__).parent / "schemas" / "report-1.schema.json"
TEXT = st.text(max_size=20)
TIMES = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 — bounds
MEMBERS = st.sampled_from(["name", "category", "port", "evidence"])
DOCUMENTS = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
)
EVIDENCE = st.builds(Evidence, kind=st.sampled_from(["note", "screenshot"]), note=TEXT, captured_at=TIMES)
REPORTS = st.builds(
    Report,
    name=st.text(min_size=1, max_size=30),
    category=st.sampled_from(["phishing", "malware", "botnet-c2"]),
    report_id=st.none() | st.uuids(version=4),
    url=TEXT,
    observed_at=TIMES,
    narrative=TEXT,
    confidence=st.none() | st.floats(0, 1),
    port=st.none() | st.integers(1, 65_535),
    tags=st.lists(TEXT, max_size=3).map(tuple),
    personal_data=st.dictionaries(TEXT, TEXT, max_size=3),
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
    good_faith=st.booleans(),
)  # fmt: skip


@given(REPORTS)
def test_a_report_is_written_canonically_and_read_back(report: Report) -> None:
    data = render_report(report)
    assert data == canonical(msgspec.to_builtins(report))
    assert parse_report(data) == report


@given(REPORTS)
def test_what_is_written_follows_the_published_schema(report: Report) -> None:
    jsonschema.Draft202012Validator(report_schema()).validate(json.loads(render_report(report)))


def test_the_published_schema_is_the_one_made_from_the_value() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(report_schema()))


def test_schema_and_reader_agree_on_bounds() -> None:
    validator = jsonschema.Draft202012Validator(report_schema())
    good = {"name": "a.ru", "category": "phishing"}
    for wrong in (
        {"confidence": 2}, {"port": 0}, {"sha256": "x"}, {"narrative": "x" * 2001}, {"tags": ["t"] * 201},
        {"category": "copyright"}, {"tlp": "TLP:WHITE"}, {"report_id": 5}, {"name": None},
        {"evidence": [{"kind": "gossip"}]},
    ):  # fmt: skip
        document = good | wrong
        assert not validator.is_valid(document), wrong
        assert not isinstance(parse_report(json.dumps(document)), Report), wrong
    assert validator.is_valid(good | {"unknown": 1})
    assert isinstance(parse_report(json.dumps(good | {"unknown": 1})), Report)


def test_every_reason_is_told_at_once() -> None:
    found = parse_report('{"category":"malware","port":"x","confidence":7,"observed_at":"soon","tlp":"TLP:PINK"}')
    assert not isinstance(found, Report)
    said = " | ".join(problem.message for problem in found)
    for field in ("port", "observed_at", "tlp", "name is missing"):
        assert field in said
    assert {problem.code for problem in found} == {"bad-field", "bad-time", "missing-field"}


def test_times_come_out_in_utc() -> None:
    report = parse_report('{"name":"a.ru","category":"malware","observed_at":"2026-11-20T12:00:00+03:00"}')
    assert isinstance(report, Report)
    assert report.observed_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert b"2026-11-20T09:00:00Z" in render_report(report)


def test_lines_that_are_no_reports_have_reasons_and_keep_their_name() -> None:
    lines = ["", "nonsense", "[1]", '{"name":"x.ru","category":"csam"}', '{"name":"y.by","category":"politics"}',
             '{"name":"z.by","category":"malware","port":99999}']  # fmt: skip
    records = list(NdjsonReader().read(lines, 1))
    assert [(one.line, one.problem.code if one.problem else "", one.name) for one in records] == [
        (2, "bad-json", ""),
        (3, "bad-json", ""),
        (4, "category-out-of-scope", "x.ru"),
        (5, "category-out-of-scope", "y.by"),
        (6, "bad-field", "z.by"),
    ]
    assert [one.raw for one in records] == [lines[1], lines[2], None, lines[4], lines[5]]


@given(st.text(max_size=60) | DOCUMENTS.map(json.dumps))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    found = parse_report(text)
    assert isinstance(found, Report) or found
    if isinstance(found, Report):
        assert find_problems(found) == ()
