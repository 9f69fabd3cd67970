"""Anybody's STIX is read into our reports; what is not understood is named, and nothing is guessed."""

import gzip
import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.categories import CATEGORIES
from comity.core.errors import InputError
from comity.core.markings import STIX_MARKING, TLPS
from comity.core.reports import Evidence, Report, find_problems
from comity.core.told_items import ToldReport
from comity.wire.document_readers import detect_document, read_document
from comity.wire.documents import MAX_NAMED, Document
from comity.wire.formats import FORMATS
from comity.wire.stix import ReportPayload, render_report
from comity.wire.stix_document import read_stix
from comity.wire.stix_meanings import CATEGORY_OF
from comity.wire.stix_pattern import Pattern, PatternProblem, parse_pattern
from wire.test_stix_objects import CASE, bundle, every_kind, version

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)


def indicator(pattern: str = "[url:value = 'http://bank-demo-a1.by/in']", **changed: object) -> dict[str, object]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid4()}",
        "created": "2026-11-23T03:00:00.000Z",
        "modified": "2026-11-23T03:00:00.000Z", "pattern": pattern, "pattern_type": "stix", "labels": ["phishing"],
        "valid_from": "2026-11-23T03:00:00Z", **changed,
    }  # fmt: skip


def read(*objects: object) -> Document:
    return read_stix(json.dumps({"type": "bundle", "id": f"bundle--{uuid4()}", "objects": objects}).encode())


def problems(document: Document) -> list[str]:
    return [record.problem.code for record in document.records if record.problem is not None]


def reports(document: Document) -> list[Report]:
    return [record.report for record in document.records if record.report is not None]


def test_each_name_of_a_pattern_is_a_report_and_the_rest_is_named() -> None:
    made = indicator(
        "[url:value = 'http://a-demo.by/it\\'s'] OR [domain-name:value IN ('b-demo.ru', 'c-demo.ru') "
        "AND ipv4-addr:value = '198.51.100.7' AND file:hashes.'SHA-256' = '" + "A" * 64 + "']",
        confidence=85, name="A wave", valid_until="2027-01-01T00:00:00Z",
        object_marking_refs=[STIX_MARKING["TLP:GREEN"]],
    )  # fmt: skip
    document = read(made)
    found = reports(document)
    assert [one.name for one in found] == ["http://a-demo.by/it's", "b-demo.ru", "c-demo.ru"]
    assert len({one.report_id for one in found}) == 3
    one = found[0]
    assert (one.category, one.confidence, one.tlp, one.observed_at, one.narrative) == (
        "phishing", 0.85, "TLP:GREEN", AT, "A wave",
    )  # fmt: skip
    assert (one.sha256, one.source_ref, one.machine_only) == ("a" * 64, made["id"], True)
    assert one.tags == ("phishing", "valid-until:2027-01-01T00:00:00Z")
    assert [(left.item, left.reason) for left in document.not_understood] == [
        (made["id"], "ipv4-addr:value: not modelled here")
    ]
    assert reports(read(made)) == found  # taken again, it is the same


@pytest.mark.parametrize(("word", "category"), sorted(CATEGORY_OF.items()))
def test_words_mean_what_the_table_says(word: str, category: str) -> None:
    assert [one.category for one in reports(read(indicator(labels=[word.upper()])))] == [category]
    phase = [{"kill_chain_name": "x", "phase_name": word}]
    assert [one.category for one in reports(read(indicator(labels=[], kill_chain_phases=phase)))] == [category]


def test_what_has_no_category_is_a_problem_and_its_words_are_named() -> None:
    document = read(indicator(labels=["anonymization", "malicious-activity"]))
    assert problems(document) == ["no-category"]
    assert document.records[0].name == "http://bank-demo-a1.by/in"
    assert [left.reason for left in document.not_understood] == ["no category is known for: anonymization"]


def test_an_indicator_of_a_malware_is_malware_and_says_which() -> None:
    made = indicator(labels=[])
    malware = {"type": "malware", "id": f"malware--{uuid4()}", "name": "DemoLoader", "is_family": True}
    indicates = {
        "type": "relationship", "id": f"relationship--{uuid4()}", "relationship_type": "indicates",
        "source_ref": made["id"], "target_ref": malware["id"],
    }  # fmt: skip
    (one,) = reports(read(made, malware, indicates))
    assert (one.category, one.malware_family) == ("malware", "DemoLoader")


@pytest.mark.parametrize(
    ("refs", "tlp"),
    [
        (["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"], "TLP:CLEAR"),  # 1.x white
        (["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"], "TLP:AMBER"),  # 1.x amber
        (["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"], "TLP:RED"),
        (["marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"], "TLP:AMBER+STRICT"),  # OpenCTI
        *(([id_], tlp) for tlp, id_ in STIX_MARKING.items()),
        ([STIX_MARKING["TLP:GREEN"], STIX_MARKING["TLP:AMBER"]], "TLP:AMBER"),
        ([STIX_MARKING["TLP:CLEAR"], f"marking-definition--{uuid4()}"], "TLP:AMBER"),
        ([], "TLP:AMBER"),
    ],
)
def test_markings_of_three_families_are_read_and_the_strictest_holds(refs: list[str], tlp: str) -> None:
    assert [one.tlp for one in reports(read(indicator(object_marking_refs=refs)))] == [tlp]


def test_a_sighting_is_a_further_report_and_what_claims_nothing_is_told() -> None:
    made, other = indicator(), indicator("[file:hashes.MD5 = 'aa']")
    sighting = {"type": "sighting", "id": f"sighting--{uuid4()}", "last_seen": "2026-11-25T00:00:00Z"}
    document = read(
        made, other, {**sighting, "sighting_of_ref": made["id"]}, {**sighting, "sighting_of_ref": "indicator--x"},
        indicator(revoked=True), indicator(pattern_type="snort"), indicator("[url:value = ]"),
        {"type": "domain-name", "id": f"domain-name--{uuid4()}", "value": "a-demo.by"},
        {"type": "tool", "id": f"tool--{uuid4()}", "name": "x"},
    )  # fmt: skip
    assert [one.observed_at for one in reports(document)] == [AT, datetime(2026, 11, 25, tzinfo=UTC)]
    assert problems(document) == ["no-name", "not-a-claim", "revoked", "other-pattern", "bad-pattern", "not-a-claim"]
    assert [record.line for record in document.records] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [left.reason for left in document.not_understood] == ["tool is not modelled here"]


def test_observed_data_of_stix_2_0_with_a_category_is_a_report() -> None:
    observed = {
        "type": "observed-data", "id": f"observed-data--{uuid4()}", "labels": ["phishing"],
        "last_observed": "2026-11-23T03:00:00Z", "objects": {"0": {"type": "url", "value": "http://a-demo.by/x"}},
    }  # fmt: skip
    assert [(one.name, one.observed_at) for one in reports(read(observed))] == [("http://a-demo.by/x", AT)]
    assert problems(read({**observed, "labels": []})) == ["not-a-claim"]


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
times = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
built = st.builds(
    Report, name=texts.filter(bool), category=st.sampled_from(CATEGORIES), url=texts, host=texts,
    observed_at=st.none() | times, verified_at=st.none() | times, narrative=texts, language=texts,
    tlp=st.sampled_from(TLPS), confidence=st.none() | st.floats(0, 1), malware_family=texts, impersonated_party=texts,
    sha256=st.sampled_from(("", "b" * 64)), port=st.none() | st.integers(1, 65535), protocol=texts,
    tags=st.lists(texts, max_size=3).map(tuple), disposition=st.sampled_from((None, "malicious", "compromised")),
    evidence=st.lists(st.builds(Evidence, kind=st.just("note"), note=texts, captured_at=st.none() | times), max_size=2)
    .map(tuple), machine_only=st.booleans(),
).filter(lambda report: not find_problems(report))  # fmt: skip


@settings(max_examples=60)
@given(built, st.uuids(version=4))
def test_what_we_write_comes_back_as_it_was(report: Report, report_id: object) -> None:
    told = msgspec.convert(
        {"type": "report", "report_id": report_id, "case": CASE, "party": "oac.by", "registrable": "a-demo.by",
         "host": "a-demo.by", "zone": "by", "target": "http://a-demo.by/", "report": report}, ToldReport,
    )  # fmt: skip
    document = read_stix(bundle(version("report", told, subject=str(report_id), tlp=report.tlp)))
    assert [msgspec.structs.replace(one, report_id=None) for one in reports(document)] == [report]
    assert (problems(document), document.not_understood) == ([], ())


def test_every_kind_we_write_is_read_without_a_word() -> None:
    document = read_stix(bundle(*every_kind()))
    assert (len(reports(document)), problems(document)) == (2, [])  # the report, and its sighting
    assert {left.reason for left in document.not_understood} == {
        "incident is not modelled here", "opinion is not modelled here", "course-of-action is not modelled here",
        "note is not modelled here",
    }  # fmt: skip


def test_a_ledgers_payload_is_read_as_the_report_it_is() -> None:
    report = Report(name="hxxp://a-demo[.]by", category="malware", observed_at=AT, narrative="It loads a file.")
    payload = ReportPayload(
        report_id=uuid4(), case=CASE, kind="report", target="http://a-demo.by/", report=report, clause="3",
        memorandum="sha256:" + "0" * 64, decided_at=AT,
    )  # fmt: skip
    found = reports(read_stix(render_report(payload, sender="cctld.ru", salt="5a" * 16)))
    assert found == [msgspec.structs.replace(report, report_id=payload.report_id)]


def test_a_record_is_read_again_from_its_own_text() -> None:
    pretty = json.dumps({"type": "bundle", "objects": [indicator(), indicator("[url:value")]}, indent=2).encode()
    for record in read_stix(pretty).records:
        assert record.raw is not None
        assert "\n" not in record.raw
        (again,) = read_stix(record.raw.encode()).records
        assert (again.report, again.problem) == (record.report, record.problem)


def test_a_bundle_is_known_by_its_first_octets() -> None:
    assert detect_document(bundle(*every_kind())[:65536]) == "stix"
    assert detect_document(b'{"Event":{"type":"bundles"}}') == ""
    assert len(read_document(FORMATS["stix"], bundle(*every_kind())).records) == 2


# bad input


SAMPLE = json.dumps({"type": "bundle", "id": "bundle--1", "objects": [indicator(), indicator()]}).encode()


def test_a_truncated_bundle_is_an_error_with_the_place_at_every_octet() -> None:
    for size in range(len(SAMPLE)):
        with pytest.raises(InputError, match=r"line 1, letter \d+"):
            read_stix(SAMPLE[:size])


@pytest.mark.parametrize(
    "data",
    [
        SAMPLE + b"x", b"\xff\xfe", b'{"objects":[],"objects":[]}', b'{"objects":[1' + b"," * 5, b"[NaN]",
        b'{"objects":' + b"[" * 200_000, b'[{"a":' * 200_000, b"[" + b"9" * 10_000 + b"]", b"", b"null",
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(InputError, match="document"):
        read_stix(data)


def test_one_bad_object_stops_no_other() -> None:
    twice = json.dumps(indicator())[:-1] + ',"pattern":"[url:value = \'http://evil-demo.by/\']"}'
    half = json.dumps(indicator(name="x")).replace('"x"', '"\\ud800"')
    deep = {"a": {}}
    for _ in range(200):
        deep = {"a": deep}
    others = [
        json.dumps(one)
        for one in (
            1, None, [], {}, {"type": "indicator"}, indicator(id="malware--" + str(uuid4())), indicator(id=7),
            indicator(pattern=7), indicator(labels="phishing"), indicator(valid_from="yesterday"),
            {**indicator(), **deep},
        )
    ]  # fmt: skip
    document = read_stix(f"[{twice},{half},{','.join(others)},{json.dumps(indicator())}]".encode())
    assert problems(document) == [
        "duplicate-key", "bad-text", "malformed", "malformed", "malformed", "bad-id", "bad-id", "bad-id", "bad-id",
        "bad-pattern", "no-category", "bad-time",
    ]  # fmt: skip
    assert len(reports(document)) == 2


def test_very_many_things_not_understood_are_counted() -> None:
    document = read(*({"type": "tool", "id": f"tool--{uuid4()}"} for _ in range(MAX_NAMED + 5)))
    assert len(document.not_understood) == MAX_NAMED + 1
    assert document.not_understood[-1].reason == "5 further things were not understood"


def test_a_bundle_of_very_many_objects_is_read_in_bounded_memory() -> None:
    one = json.dumps(indicator()).encode()
    data = b'{"objects":[' + b",".join([one] * 5_000) + b"]}"
    tracemalloc.start()
    document = read_stix(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(document.records) == 5_000
    assert peak < 12 * len(data)
    with pytest.raises(InputError, match="holds more than 200000 objects"):
        read_stix(b"[" + b",".join([b"1"] * 200_001) + b"]")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[domain-name:value='a.by']", ("a.by",)),
        ("([url:value = 'u'] AND [domain-name:value = 'a']) WITHIN 300 SECONDS", ("u", "a")),
        ("[domain-name:value NOT = 'a.by' OR domain-name:value = 'b.by']", ("b.by",)),
        ("[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'a.by']", ("a.by",)),
        ("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.1']", ()),
        ("[domain-name:value MATCHES 'a.*']", ()),
        ("[EXISTS domain-name:value AND (url:value = 'a\\\\b')]", ("a\\b",)),
    ],
)
def test_patterns(text: str, names: tuple[str, ...]) -> None:
    found = parse_pattern(text)
    assert isinstance(found, Pattern), found
    assert found.names == names


@given(st.sampled_from(("domain-name", "url", "x")), st.text(max_size=20))
def test_the_short_way_says_what_the_long_way_says(kind: str, value: str) -> None:
    text = f"[{kind}:value = '{value}']"
    short, long = parse_pattern(text), parse_pattern(f" {text}")
    if isinstance(short, PatternProblem) or isinstance(long, PatternProblem):
        assert type(short) is type(long)
    else:
        assert short == long


@pytest.mark.parametrize(
    "text",
    ["", "[", "[]", "domain-name:value = 'a'", "[a:b = ]", "[a:b 'c']", "[[a:b = 'c']]", "[a:b = 'c' AND]",
     "[a:b = 'c'", "(" * 60 + "[a:b = 'c']" + ")" * 60,
     "[a:b = 'c'] [d:e = 'f']", "[a:b = 'c' d:e = 'f']", "[AND a:b = 'c']", "([a:b = 'c']", "[a:b IN ('c',)]",
     "[a:b = 'c'] ;", "[a:b = 'c'" + " OR a:b = 'c'" * 1000 + "]", "x" * 70_000],
)  # fmt: skip
def test_what_is_no_pattern_is_told_with_its_place(text: str) -> None:
    found = parse_pattern(text)
    assert isinstance(found, PatternProblem)
    assert 0 <= found.place <= len(text)


# real bundles


def real(shared_data: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted((shared_data / "vectors" / "stix").rglob("*")):
        if file.suffix in {".json", ".gz"}:
            data = file.read_bytes()
            yield file.name, gzip.decompress(data) if file.suffix == ".gz" else data


def test_real_bundles_are_read_and_every_object_is_accounted_for(shared_data: Path) -> None:
    codes: Counter[str] = Counter()
    left: Counter[str] = Counter()
    unread = []
    for name, data in real(shared_data):
        try:
            document = read_stix(data)
        except InputError:
            unread.append(name)
            continue
        codes.update(problems(document))
        codes["report"] += len(reports(document))
        left.update(one.reason.partition(" ")[0] for one in document.not_understood)
        indicators = sum(one.get("type") == "indicator" for one in objects_of(data))
        told = {record.line for record in document.records}
        assert len(told) >= indicators, name
    assert unread == ["invalid_braces.json"]
    assert codes == {"no-name": 2402, "no-category": 569, "not-a-claim": 51, "report": 36, "bad-id": 1}
    assert (left["attack-pattern"], left["x-misp-attribute"], left["ipv4-addr:value:"]) == (489, 72, 19)


def objects_of(data: bytes) -> list[dict[str, object]]:
    value = json.loads(data)
    found: list[dict[str, object]] = value if isinstance(value, list) else value.get("objects", [value])
    return found
