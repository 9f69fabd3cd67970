"""XARF read: the official samples and vectors, whom each type accuses, evidence that lies, and what is no XARF."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.core.categories import CATEGORIES
from comity.core.errors import InputError
from comity.core.reports import Report
from comity.wire.out_of_scope import CODE, HOTLINE
from comity.wire.xarf_document import MAX_EVIDENCE, is_xarf, read_xarf_document
from wire.test_xarf import AT, FACTS, render_xarf

SAMPLE = (Path(__file__).parent.parent / "samples/xarf.json").read_bytes()
PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def changed(**values: Any) -> bytes:
    """The sample with fields changed; None takes a field away."""
    whole = json.loads(SAMPLE) | values
    return json.dumps({field: value for field, value in whole.items() if value is not None}).encode()


def only(data: bytes) -> Report:
    (record,) = read_xarf_document(data).records
    assert record.report is not None, record.problem
    return record.report


def code(data: bytes) -> str:
    (record,) = read_xarf_document(data).records
    assert record.problem is not None, record.report
    return record.problem.code


def test_the_sample_is_read_with_its_evidence_and_what_is_not_modelled_is_named() -> None:
    document = read_xarf_document(SAMPLE)
    report = only(SAMPLE)
    assert (report.name, report.category, report.confidence) == ("https://kassa.sample-xarf.ru/login", "phishing", 0.9)
    assert (report.disposition, report.impersonated_party, report.tags) == (
        "malicious",
        "Demo Bank",
        ("target:banking",),
    )
    (file,) = document.enclosed
    assert (file.record, file.media_type) == (0, "text/plain")
    assert report.evidence[0].sha256 == hashlib.sha256(file.data).hexdigest()
    assert {one.item for one in document.not_understood} == {"reporter", "sender", "credential_fields"}


V4_READ = {
    "content-phishing": ("phishing", "http://secure-banking-login.example.com/auth"),
    "content-malware": ("malware", "http://download-center.example.com/setup.exe"),
    "content-remote-compromise": ("unauthorized-access", "https://compromised-blog.example.com/wp-admin/shell.php"),
    "infrastructure-botnet": ("botnet-c2", "malicious-command.example.com"),
    "infrastructure-compromised-server": ("unauthorized-access", "203.0.113.150"),
    "messaging-spam": ("spam-vector", "192.168.1.100"),
}


def test_the_official_samples_end_where_the_table_says(shared_data: Path) -> None:
    files = sorted((shared_data / "vectors/xarf/spec/v4").glob("*.json"))
    assert len(files) == 32
    for file in files:
        data = file.read_bytes()
        assert is_xarf(data)
        (record,) = read_xarf_document(data).records
        if file.stem in V4_READ:
            assert record.report is not None, (file.stem, record.problem)
            assert (record.report.category, record.name) == V4_READ[file.stem]
        else:
            assert record.problem is not None
            assert record.problem.code == CODE
            assert "no such type" not in record.problem.message, file.stem
            is_child = file.stem in {"content-csam", "content-csem"}
            assert (record.problem == HOTLINE, record.raw is None) == (is_child, is_child)


def test_the_older_vectors_accuse_nobody_who_is_not_named(shared_data: Path) -> None:
    accused = {}
    for part in ("spec/v3", "abusix/positive/3", "abusix/negative/3"):
        for file in sorted((shared_data / "vectors/xarf" / part).glob("*.json")):
            (record,) = read_xarf_document(file.read_bytes()).records
            if record.report is not None:
                accused[f"{part}/{file.stem}"] = (record.report.category, record.name)
    assert accused == {
        "spec/v3/phishing_v3_sample": ("phishing", "https://malicious-example.net/banking-login/"),
        "abusix/positive/3/malware_sample": ("malware", "http://example.org/hosted_malware.exe"),
        "abusix/positive/3/phishing_sample": ("phishing", "http://phish.example.org/index.html"),
    }


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_this_node_writes_it_reads(category: str) -> None:
    written = render_xarf(replace(FACTS, category=category))
    assert written is not None
    report = only(written)
    assert (report.category, report.report_id, report.confidence) == (category, report.report_id, 0.85)
    assert str(report.report_id) == FACTS.report_id
    assert report.name in {FACTS.target, FACTS.host}
    assert (report.observed_at, report.disposition) == (AT, "malicious")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"confidence": 85}, "bad-field"),
        ({"confidence": True}, "bad-field"),
        ({"confidence": -0.1}, "bad-field"),
        ({"timestamp": "yesterday"}, "bad-time"),
        ({"timestamp": "2026-11-20T08:30:00"}, "bad-time"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "bad-time"),
        ({"timestamp": None}, "missing"),
        ({"url": None}, "missing"),
        ({"url": 5}, "bad-field"),
        ({"domain": "victim-bank.ru"}, "contradiction"),
        ({"source_port": 70000}, "bad-field"),
        ({"evidence": {}}, "bad-field"),
        ({"xarf_version": "5.0.0"}, "bad-field"),
        ({"category": "content", "type": "new"}, CODE),
        ({"type": "csam_x"}, CODE),
        ({"tags": [1]}, "bad-field"),
        ({"category": "infrastructure", "type": "botnet"}, "no-name"),
        ({"file_hash": "sha256:12"}, "bad-field"),
        ({"source_identifier": " "}, "no-name"),
        ({"report_id": None}, "missing"),
    ],
)
def test_a_report_that_cannot_be_true_is_refused_with_its_reason(values: dict[str, Any], why: str) -> None:
    assert code(changed(**values)) == why


def item(payload: str, **more: Any) -> dict[str, Any]:
    return {"content_type": "image/png", "payload": payload, **more}


@pytest.mark.parametrize(
    ("piece", "is_kept", "has_hash"),
    [
        (item(base64.b64encode(PNG).decode()), True, True),
        (item(base64.b64encode(PNG).decode(), hash="sha256:" + hashlib.sha256(PNG).hexdigest().upper()), True, True),
        (
            item(base64.b64encode(PNG).decode(), hash="md5:" + hashlib.md5(PNG, usedforsecurity=False).hexdigest()),
            True,
            True,
        ),
        (item(base64.b64encode(PNG).decode(), hash="sha256:" + "0" * 64), False, False),
        (item(base64.b64encode(PNG).decode(), hash="crc32:00000000"), False, False),
        (item(base64.b64encode(PNG).decode(), size=3), False, False),
        (item("not base64!"), False, False),
        (item("\u0430\u0431\u0432"), False, False),
        (item(base64.b64encode(b"MZ" + b"\0" * 60).decode(), content_type="application/octet-stream"), False, True),
        (item(base64.b64encode(b"PK\x03\x04zip").decode(), content_type="application/zip"), False, True),
        (item(base64.b64encode(b"<html>").decode(), content_type="text/html"), False, True),
        ({"content_type": "image/png"}, False, False),
        ("text", False, False),
    ],
)
def test_evidence_that_lies_or_could_run_is_not_kept_and_named(piece: Any, is_kept: bool, has_hash: bool) -> None:
    document = read_xarf_document(changed(evidence=[piece]))
    report = document.records[0].report
    assert report is not None
    assert bool(document.enclosed) is is_kept
    assert bool(report.evidence) is has_hash
    assert any(one.item == "evidence[0]" for one in document.not_understood) is not is_kept


def test_more_files_than_a_report_holds_are_named() -> None:
    pieces = [item(base64.b64encode(b"log %d" % number).decode(), content_type="text/plain") for number in range(60)]
    document = read_xarf_document(changed(evidence=pieces))
    assert len(document.enclosed) == MAX_EVIDENCE
    assert any(one.item == "evidence" for one in document.not_understood)


def test_a_list_is_read_one_by_one_and_one_that_is_none_stops_no_other() -> None:
    whole = b"[%s, 5, {}, %s]" % (SAMPLE, changed(url="https://b.sample-xarf.ru/", confidence=7))
    codes = [record.problem.code if record.problem else "read" for record in read_xarf_document(whole).records]
    assert codes == ["read", "not-xarf", "not-xarf", "bad-field"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"[" * 100_000,
        b'{"xarf_version": "4.2.0"',
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"xarf_version":"4.2.0","xarf_version":"4.2.0"}',
        b"\xff\xfe{}",
        b'{"a":"\\ud800"}',
        b'{"a":1e999}',
    ],
)
def test_what_is_no_xarf_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(InputError):
        read_xarf_document(data)


def test_cut_at_every_byte_it_is_a_clear_error_and_never_a_report() -> None:
    for end in range(len(SAMPLE.rstrip()) - 1):
        with pytest.raises(InputError):
            read_xarf_document(SAMPLE[:end])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(json.loads(SAMPLE))), _JSON, max_size=4))
def test_whatever_stands_in_its_fields_it_is_a_report_or_a_problem(values: dict[str, Any]) -> None:
    whole = json.loads(SAMPLE) | values
    try:
        document = read_xarf_document(json.dumps(whole).encode())
    except InputError:
        return
    assert all((record.report is None) is not (record.problem is None) for record in document.records)
    assert all(file.record < len(document.records) for file in document.enclosed)
