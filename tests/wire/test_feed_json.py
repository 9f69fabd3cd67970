"""ThreatFox's export and CERT Polska's list: what each row becomes, and what spoilt ones are refused for."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import ComityError, InputError, TooLargeError
from comity.core.names import NameFolder, NameRefusal
from comity.core.zone_hints import find_zone_hint
from comity.edges.suffix_file import load_suffixes
from comity.wire import documents
from comity.wire.document_readers import detect_document, read_document
from comity.wire.documents import Document
from comity.wire.feed_json import CERT_PL, THREATFOX, read_cert_pl, read_threatfox
from comity.wire.formats import FORMATS

SAMPLES = Path(__file__).parent.parent / "samples"
DAYS = [f"2026-07-{day:02d}" for day in range(8, 16)] + ["union_2026-07-08_2026-07-24"]


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def told(document: Document) -> list[tuple[str, str, str]]:
    found = []
    for record in document.records:
        if record.report is None:
            assert record.problem is not None
            found.append((record.name, record.problem.code, ""))
        else:
            at = record.report.observed_at
            found.append((record.name, record.report.category, at.isoformat() if at else ""))
    return found


def test_threatfox_rows_become_reports_or_say_why_not() -> None:
    assert detect_document(sample(THREATFOX)) == THREATFOX
    document = read_document(FORMATS[THREATFOX], sample(THREATFOX))
    assert told(document) == [
        ("c2.sample-fox.ru", "botnet-c2", "2026-11-20T05:10:11+00:00"),
        ("https://hacked.sample-fox.by/wp-content/x.js", "malware", "2026-11-20T05:09:02+00:00"),
        ("198.51.100.7:4444", "botnet-c2", "2026-11-20T05:08:40+00:00"),
        ("00112233445566778899aabbccddeeff", "no-name", ""),
        ("bet.sample-fox.ru", "category-out-of-scope", ""),
    ]
    first, hacked = (record.report for record in document.records[:2])
    assert first is not None
    assert hacked is not None
    assert (first.malware_family, first.tags, first.confidence) == ("SampleRat", ("SampleRat", "windows"), 0.75)
    assert (hacked.disposition, hacked.malware_family) == ("compromised", "")
    assert {one.item for one in document.not_understood} == {
        "member 'malware'", "member 'malware_alias'", "member 'last_seen_utc'", "member 'anonymous'",
        "member 'reporter'",
    }  # fmt: skip


def test_an_entry_taken_off_the_list_accuses_nobody() -> None:
    assert detect_document(sample(CERT_PL)) == CERT_PL
    document = read_document(FORMATS[CERT_PL], sample(CERT_PL))
    assert told(document) == [
        ("sample-paczka.ru", "phishing", "2026-11-20T08:15:00+00:00"),
        ("sample-doplata.by", "phishing", "2026-11-20T08:20:30+00:00"),
        ("sample-mended.by", "delisted", ""),
    ]


@pytest.mark.parametrize("name", [THREATFOX, CERT_PL])
def test_what_was_refused_can_be_read_again_from_its_line(name: str) -> None:
    declared = FORMATS[name]
    for record in read_document(declared, sample(name)).records:
        assert record.raw is not None
        assert "\n" not in record.raw
        (again,) = read_document(declared, record.raw.encode()).records
        assert (again.name, again.report, again.problem) == (record.name, record.report, record.problem)


@pytest.mark.parametrize("name", [THREATFOX, CERT_PL])
def test_a_truncated_file_is_refused_whole_at_every_byte(name: str) -> None:
    data = sample(name).rstrip()
    for end in range(len(data)):
        with pytest.raises(InputError):
            read_document(FORMATS[name], data[:end])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[]", "no object"),
        (b'{"1": [], "1": []}', "twice"),
        (b'{"1": [{"ioc_value": NaN}]}', "JSON"),
        (b'{"1":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper"),
        (b'{"1": [{"ioc_value": "\xff"}]}', "UTF-8"),
        (b'{"1": [{"confidence_level": ' + b"9" * 5_000 + b"}]}", "JSON"),
        (b"<html>Just a moment...</html>", "JSON"),
    ],
)
def test_what_is_no_such_json_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_threatfox(data)


def test_more_than_a_document_may_have_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.wire.feed_json.MAX_DOCUMENT_BYTES", 100)
    with pytest.raises(TooLargeError, match="at most 100"):
        read_threatfox(b'{"1":' + b" " * 200 + b"[]}")
    assert documents.MAX_DOCUMENT_BYTES > 100


GOOD: dict[str, Any] = {"ioc_value": "a.ru", "ioc_type": "domain", "threat_type": "botnet_cc"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ioc_value": None}, "no-name"),
        ({"ioc_value": "  "}, "no-name"),
        ({"ioc_type": "asn"}, "bad-field"),
        ({"threat_type": 7}, "no-category"),
        ({"confidence_level": 101}, "bad-field"),
        ({"confidence_level": True}, "bad-field"),
        ({"first_seen_utc": "yesterday"}, "bad-time"),
        ({"first_seen_utc": "0001-01-01 00:00:00"}, "bad-time"),
        ({"tags": ["a"]}, "bad-field"),
        ({"tags": ",".join("a" * 201)}, "bad-field"),
        ({"reference": {}}, "bad-field"),
        ({"malware_printable": "x" * 5_000}, "bad-field"),
    ],
)
def test_a_spoilt_row_is_its_own_reason_and_the_rest_goes_on(change: dict[str, Any], code: str) -> None:
    data = json.dumps({"1": [GOOD | change], "2": [GOOD], "3": "?"}).encode()
    spoilt, good, odd = read_threatfox(data).records
    assert spoilt.problem is not None
    assert spoilt.problem.code == code
    assert good.report is not None
    assert odd.problem is not None


def test_of_what_must_not_be_kept_nothing_is_kept() -> None:
    (record,) = read_threatfox(json.dumps({"1": [GOOD | {"threat_type": "csam"}]}).encode()).records
    assert record.raw is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from([*GOOD, "DomainAddress", "InsertDate"]), inner, max_size=4),
                    max_leaves=12))  # fmt: skip
def test_any_json_is_read_or_refused(value: object) -> None:
    data = json.dumps(value).encode()
    for read in (read_threatfox, read_cert_pl):
        try:
            document = read(data)
        except ComityError:
            continue
        assert all((record.report is None) != (record.problem is None) for record in document.records)


@pytest.mark.parametrize("day", DAYS)
def test_counts_of_real_exports_equal_the_ground_truth(day: str, shared_data: Path) -> None:
    folder = NameFolder(load_suffixes())
    file = f"abuse/threatfox_json/{day}.json.gz"
    document = read_threatfox(gzip.decompress((shared_data / file).read_bytes()))
    with (shared_data / "truth" / "list_totals.csv").open(encoding="utf-8") as rows:
        truth = next(row for row in csv.DictReader(rows) if row["file"] == file)
    answers = [folder.target(record.name) for record in document.records if record.report is not None]
    refused = [one for one in answers if isinstance(one, NameRefusal)]
    assert len(document.records) == int(truth["data_rows"])
    assert sum(one.code == "ip-address" for one in refused) == int(truth["rows_with_ip"])
    assert sum(record.report is None for record in document.records) == int(truth["rows_other"])
    ours = [one.name.zone for one in answers if not isinstance(one, NameRefusal) and one.name.zone]
    ours += [zone for one in refused if one.code != "ip-address" and (zone := find_zone_hint(one.input))]
    assert len(ours) == int(truth["rows_in_our_zones"])
