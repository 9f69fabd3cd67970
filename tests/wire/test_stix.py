"""What a partner reads in our entries: the same values, as STIX 2.1 that others' software accepts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix2validator import ValidationOptions, validate_string

from comity.core.categories import CATEGORIES
from comity.core.markings import TLPS
from comity.core.reports import Evidence, Report
from comity.wire.stix import (
    EXTENSION,
    EXTENSION_DEFINITION,
    MAX_PAYLOAD_BYTES,
    CaseEventPayload,
    PayloadProblem,
    ReportPayload,
    identity,
    parse_case_event,
    parse_report,
    render_case_event,
    render_report,
)

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 3, 0, 0, 123000, tzinfo=UTC)
REPORT_ID = UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")
SALT = "5a" * 16
CASE = UUID("7f9619ff-8b86-4011-b42d-00c04fc964aa")

times = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)

reports = st.builds(
    Report,
    name=texts.filter(bool),
    category=st.sampled_from(CATEGORIES),
    observed_at=st.none() | times,
    verified_at=st.none() | times,
    narrative=texts,
    tlp=st.sampled_from(TLPS),
    confidence=st.none() | st.sampled_from((0.0, 0.25, 0.6, 1.0)),
    port=st.none() | st.integers(1, 65535),
    tags=st.lists(texts, max_size=3).map(tuple),
    evidence=st.lists(
        st.builds(Evidence, kind=st.sampled_from(("screenshot", "note")), note=texts, captured_at=st.none() | times),
        max_size=2,
    ).map(tuple),
)

payloads = st.builds(
    ReportPayload,
    report_id=st.uuids(),
    case=st.uuids(),
    kind=st.sampled_from(("report", "early-warning")),
    target=texts.filter(lambda text: "\0" not in text),
    report=reports,
    clause=st.sampled_from(("2", "3", "5")),
    memorandum=st.just("sha256:" + "0" * 64),
    decided_at=times,
)


def a_report(**changed: object) -> ReportPayload:
    report = Report(
        name="hxxp://bank-demo-a1[.]by/вход",
        category="phishing",
        observed_at=AT,
        verified_at=AT,
        narrative="A page that asks for the card number under the name of a bank that does not exist.",
        confidence=0.9,
        evidence=(Evidence(kind="screenshot", sha256="a" * 64),),
    )
    fields: dict[str, object] = {
        "report_id": REPORT_ID,
        "case": CASE,
        "kind": "report",
        "target": "http://bank-demo-a1.by/it's\\here",
        "report": report,
        "clause": "3",
        "memorandum": "sha256:" + "0" * 64,
        "decided_at": AT,
    }
    return ReportPayload(**{**fields, **changed})


def an_event() -> CaseEventPayload:
    return CaseEventPayload(
        case=CASE,
        peer_cases=(REPORT_ID,),
        event="outcome",
        registrable="bank-demo-a1.by",
        category="phishing",
        clause="3",
        memorandum="sha256:" + "0" * 64,
        decided_at=AT,
        outcome="undelegated_registrar",
        action="delegation-ended",
        disposition="malicious",
    )


@given(payloads)
def test_a_report_comes_back_as_it_was_sent(payload: ReportPayload) -> None:
    assert parse_report(render_report(payload, sender="cctld.ru", salt=SALT)) == payload


def test_a_case_event_comes_back_as_it_was_sent() -> None:
    assert (
        parse_case_event(render_case_event(an_event(), sender="oac.by", tlp="TLP:AMBER", opened_at=AT, salt=SALT))
        == an_event()
    )


@pytest.mark.parametrize(
    "data",
    [
        render_report(a_report(), sender="cctld.ru", salt=SALT),
        render_case_event(an_event(), sender="oac.by", tlp="TLP:AMBER", opened_at=AT, salt=SALT),
        json.dumps(
            {"type": "bundle", "id": "bundle--7f9619ff-8b86-4011-b42d-00c04fc964ab", "objects": [EXTENSION_DEFINITION]}
        ).encode(),
    ],
    ids=["report", "case-event", "extension-definition"],
)
def test_what_we_write_is_valid_for_the_oasis_validator(data: bytes) -> None:
    result = validate_string(data.decode(), ValidationOptions(version="2.1", strict_properties=False))
    assert result.is_valid, [str(error) for one in result.object_results for error in one.errors]


def test_the_published_vectors_hold() -> None:
    vectors = json.loads((ROOT / "docs" / "spec" / "vectors" / "entries.json").read_text(encoding="utf-8"))
    written = vectors["report"]
    report = parse_report(written["payload"].encode())
    assert report == a_report()
    assert render_report(report, sender=written["sender"], salt=written["salt"]).decode() == written["payload"]
    written = vectors["case-event"]
    event = parse_case_event(written["payload"].encode())
    assert event == an_event()
    assert (
        render_case_event(
            event, sender=written["sender"], tlp=written["tlp"], opened_at=AT, salt=written["salt"]
        ).decode()
        == written["payload"]
    )
    written = vectors["correction"]
    correction = parse_report(written["payload"].encode())
    assert isinstance(correction, ReportPayload)
    created = datetime.fromisoformat(written["created"])
    assert (
        render_report(correction, sender=written["sender"], salt=written["salt"], created=created).decode()
        == written["payload"]
    )
    readers = {"report": parse_report, "case-event": parse_case_event}
    assert [readers[older["kind"]](older["payload"].encode()) for older in vectors["older"]] == [report, event]
    for refused in vectors["refused"]:
        problem = readers[refused["kind"]](refused["payload"].encode())
        assert isinstance(problem, PayloadProblem)
        assert problem.code == refused["code"]


def test_the_same_report_is_the_same_bytes() -> None:
    assert render_report(a_report(), sender="cctld.ru", salt=SALT) == render_report(
        a_report(), sender="cctld.ru", salt=SALT
    )


def test_a_salt_stands_beside_what_is_said_and_changes_only_the_hash() -> None:
    one, other = (render_report(a_report(), sender="cctld.ru", salt=salt) for salt in ("0" * 32, "1" * 32))
    assert one != other
    assert parse_report(one) == parse_report(other)


def test_the_pattern_escapes_what_would_end_it() -> None:
    indicator = json.loads(render_report(a_report(), sender="cctld.ru", salt=SALT))["objects"][0]
    assert indicator["pattern"] == r"[url:value = 'http://bank-demo-a1.by/it\'s\\here']"
    assert indicator["created_by_ref"] == identity("cctld.ru")


@given(st.binary(max_size=300))
def test_rubbish_is_a_problem_and_never_an_exception(data: bytes) -> None:
    assert isinstance(parse_report(data), PayloadProblem)
    assert isinstance(parse_case_event(data), PayloadProblem)


@pytest.mark.parametrize("cut", range(0, len(render_report(a_report(), sender="cctld.ru", salt=SALT)), 37))
def test_a_truncated_report_is_a_problem(cut: int) -> None:
    assert isinstance(parse_report(render_report(a_report(), sender="cctld.ru", salt=SALT)[:cut]), PayloadProblem)


def test_size_is_bounded_before_parsing_and_nesting_does_no_harm() -> None:
    assert parse_report(b" " * (MAX_PAYLOAD_BYTES + 1)) == PayloadProblem("too-large", "65536 bytes; at most 65535")
    assert isinstance(parse_report(b"[" * 60_000), PayloadProblem)


def test_one_kind_is_not_read_as_the_other() -> None:
    assert parse_case_event(render_report(a_report(), sender="cctld.ru", salt=SALT)) == PayloadProblem(
        "not-one-object", "a bundle of exactly one incident is expected"
    )


NAIVE = datetime(2026, 11, 23, 3, 0)  # noqa: DTZ001 — what a partner may send
OUT_OF_TIME = datetime(1, 1, 1, tzinfo=UTC)


def reported(**changed: object) -> ReportPayload:
    """A report payload whose report says something else."""
    return a_report(report=msgspec.structs.replace(a_report().report, **changed))


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (a_report(kind="x"), "bad-value"),
        (a_report(decided_at=NAIVE), "bad-time"),
        (a_report(decided_at=OUT_OF_TIME), "bad-time"),
        (reported(verified_at=NAIVE), "bad-time"),
        (reported(observed_at=OUT_OF_TIME), "bad-time"),
        (reported(evidence=(Evidence(kind="note", captured_at=NAIVE),)), "bad-time"),
        (reported(narrative="x" * 2001), "bad-value"),
        (reported(port=0), "bad-value"),
    ],
)
def test_a_report_that_cannot_be_weighed_is_a_problem(payload: ReportPayload, code: str) -> None:
    data = as_sent(payload, "report", "indicator")
    problem = parse_report(data)
    assert isinstance(problem, PayloadProblem)
    assert problem.code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"decided_at": NAIVE}, "bad-time"),
        ({"reason": "x" * 61}, "bad-value"),
        ({"clause": "x" * 21}, "bad-value"),
        ({"note": "x" * 4001}, "bad-value"),
        ({"note": "a\0b"}, "bad-value"),
        ({"outcome": "x" * 61}, "bad-value"),
    ],
)
def test_an_event_that_a_store_could_not_keep_is_a_problem(changed: dict[str, object], code: str) -> None:
    data = as_sent(msgspec.structs.replace(an_event(), **changed), "event", "incident")
    problem = parse_case_event(data)
    assert isinstance(problem, PayloadProblem)
    assert problem.code == code


def as_sent(payload: ReportPayload | CaseEventPayload, key: str, kind: str) -> bytes:
    """What a partner's own program may write, which need not be ours."""
    extension = {"extension_type": "property-extension", key: payload}
    bundle = {"type": "bundle", "objects": [{"type": kind, "id": "x", "extensions": {EXTENSION: extension}}]}
    return msgspec.json.encode(bundle)
