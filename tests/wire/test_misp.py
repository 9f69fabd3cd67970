"""MISP events written and read: the same claims, and what a hostile or careless event does not do."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pymisp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymisp import MISPEvent

from comity.core.categories import CATEGORIES
from comity.core.errors import InputError
from comity.core.markings import TLPS
from comity.core.reports import Report
from comity.core.told_items import ToldReport
from comity.wire.document_readers import detect_document, read_document
from comity.wire.documents import Document
from comity.wire.formats import FORMATS
from comity.wire.misp_document import MAX_BYTES, read_misp
from comity.wire.misp_event import EventFacts, EventItem, render_event
from comity.wire.misp_taxonomies import CATEGORY_TAG, category_of, confidence_of, confidence_tag, tlp_of, tlp_tag
from comity.wire.misp_templates import CATEGORY_OF_TYPE, TEMPLATES

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "samples" / "misp-json.json"
PYMISP = Path(pymisp.__file__).parent / "data"

words = st.text("abcdefghijklmnop ", max_size=20).map(lambda text: " ".join(text.split()))
times = st.integers(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds))
reports = st.builds(
    Report, name=st.just(""), category=st.sampled_from(CATEGORIES), observed_at=st.none() | times,
    narrative=words.filter(bool), pap=st.sampled_from(["PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"]),
    confidence=st.none() | st.floats(0, 1), disposition=st.sampled_from([None, "malicious", "compromised"]),
    malware_family=words, sha256=st.sampled_from(["", "a" * 64]),
)  # fmt: skip


def event_of(told: ToldReport | None, **more: Any) -> bytes:
    facts = EventFacts(
        feed="cert-demo", party="oac.by", tlp=more.pop("tlp", "TLP:GREEN"), day="2026-11-23", part=1, stamp=1795348800,
        category=more.pop("category", "phishing" if told is None else told.report.category),
    )  # fmt: skip
    item = EventItem(subject="s", told=told, stamp=1795348800, **more)
    return render_event(facts, [item]).body


def told(report: Report, target: str, host: str) -> ToldReport:
    return ToldReport(
        report_id=UUID(int=1), case=UUID(int=2), party="oac.by", registrable="kassa.by", host=host, zone="by",
        target=target, report=report,
    )  # fmt: skip


def one_report(document: Document) -> Report:
    (record,) = document.records
    assert record.report is not None, record.problem
    return record.report


@settings(max_examples=60)
@given(reports, st.sampled_from(["https://www.kassa.by/a?b=c", "www.kassa.by", "kassa.by"]), st.sampled_from(TLPS[:4]))
def test_a_report_is_read_as_it_was_written(report: Report, target: str, tlp: Any) -> None:
    body = event_of(told(report, target, target.removeprefix("https://").partition("/")[0]), tlp=tlp)
    assert read_misp(body).not_understood == ()
    read = one_report(read_misp(body))
    assert read.name == target
    assert read.tlp == tlp
    for field in ("category", "observed_at", "narrative", "pap", "disposition", "malware_family", "sha256"):
        assert getattr(read, field) == getattr(report, field), field
    if report.confidence is None:
        assert read.confidence is None
    else:
        assert read.confidence is not None
        assert confidence_tag(read.confidence) == confidence_tag(report.confidence)


def test_a_page_that_phishes_says_whom_it_imitates_and_when_it_was_verified() -> None:
    report = Report(name="", category="phishing", impersonated_party="Demo Bank", verified_at=AT, observed_at=AT)
    read = one_report(read_misp(event_of(told(report, "https://kassa.by/a", "kassa.by"))))
    assert (read.impersonated_party, read.verified_at, read.observed_at) == ("Demo Bank", AT, AT)


def test_what_was_withdrawn_is_no_claim_and_keeps_no_value() -> None:
    report = Report(name="", category="malware", sha256="b" * 64)
    target = told(report, "https://kassa.by:8443/a", "kassa.by")
    facts = EventFacts(feed="f", party="oac.by", tlp="TLP:GREEN", category="malware", day="2026-11-23", part=1, stamp=5)
    first = render_event(facts, [EventItem(subject="s", told=target, stamp=4)])
    gone = render_event(facts, [EventItem(subject="s", told=None, stamp=5, shape=first.shapes[0])])
    assert gone.shapes == first.shapes
    assert gone.attributes == first.attributes
    assert b"kassa" not in gone.body
    assert b"bbbb" not in gone.body
    document = read_misp(gone.body)
    assert document.records == ()
    assert {left.reason for left in document.not_understood} == {"deleted: the sender withdrew it"}
    event = MISPEvent()
    event.load(gone.body.decode())
    assert all(one.deleted for one in event.objects)


def test_templates_and_types_are_those_that_pymisp_knows() -> None:
    types = json.loads((PYMISP / "describeTypes.json").read_text())["result"]["category_type_mappings"]
    for name, template in TEMPLATES.items():
        published = json.loads((PYMISP / "misp-objects" / "objects" / name / "definition.json").read_text())
        assert (template.uuid, template.version) == (published["uuid"], str(published["version"]))
        assert (template.meta_category, template.description) == (published["meta-category"], published["description"])
        for relation, kind in template.relations.items():
            assert published["attributes"][relation]["misp-attribute"] == kind
            assert kind in types[CATEGORY_OF_TYPE[kind]]


def test_words_are_mapped_both_ways() -> None:
    for category, tag in CATEGORY_TAG.items():
        assert category_of(tag) == category
    for tlp in TLPS:
        assert tlp_of(tlp_tag(tlp)) == tlp
    assert (tlp_of("tlp:white"), tlp_of("TLP:Amber"), tlp_of("tlp:unclear")) == ("TLP:CLEAR", "TLP:AMBER", "TLP:RED")
    assert confidence_of('misp:confidence-level="usually-confident"') == 0.75


def test_every_tag_of_the_table_is_in_its_taxonomy(shared_data: Path) -> None:
    for name in ("rsit", "domain-abuse", "ecsirt", "circl", "phishing", "tlp", "PAP"):
        taxonomy = json.loads((shared_data / "vectors" / "misp" / "taxonomies" / f"{name}.json").read_text())
        known = {(value["predicate"], one["value"]) for value in taxonomy.get("values", []) for one in value["entry"]}
        known |= {(one["value"], "") for one in taxonomy["predicates"]}
        said = {key[1:] for key in _tables() if key[0] == name.lower()}
        assert said <= {(predicate.lower(), value.lower()) for predicate, value in known}, name


def _tables() -> set[tuple[str, str, str]]:
    from comity.wire import misp_taxonomies

    return set(misp_taxonomies._CATEGORY_OF)


def test_the_sample_is_read_and_what_is_left_is_named() -> None:
    data = SAMPLE.read_bytes()
    assert detect_document(data) == "misp-json"
    document = read_document(FORMATS["misp-json"], data)
    said = [
        (record.name, record.report.category, record.report.tlp)
        if record.report
        else (record.name, record.problem.code)
        for record in document.records
        if record.report or record.problem
    ]
    assert said == [
        ("https://kassa-demo.ru/login", "phishing", "TLP:GREEN"),
        ("demo-bank.by", "botnet-c2", "TLP:AMBER+STRICT"),
        ("bank.example.ru", "no-claim"),
        ("mail-demo.ru", "phishing", "TLP:GREEN"),
        ("http://demo-shop.by/pay", "phishing", "TLP:GREEN"),
    ]
    first, second, *_, page = (record.report for record in document.records)
    assert first is not None
    assert second is not None
    assert page is not None
    assert (first.observed_at, first.narrative) == (datetime(2026, 11, 23, 6, 30, tzinfo=UTC), "asks for the card")
    assert (second.malware_family, second.evidence[0].note) == ("Demo Stealer", "address 192.0.2.7")
    assert (page.impersonated_party, page.evidence[0].note) == ("Demo Shop", "address 192.0.2.9")
    assert [left.reason for left in document.not_understood] == [
        "says nothing that is known here", "deleted: the sender withdrew it", "ip-dst: an address belongs to no zone",
        "uri: a path without its host",
    ]  # fmt: skip


def test_what_pymisp_writes_is_known_by_its_content() -> None:
    event = MISPEvent()
    event.info = "A wave"
    event.add_tag('rsit:fraud="phishing"')
    event.add_attribute("url", "http://kassa-demo.ru/login", to_ids=True)
    bare = event.to_json().encode()
    assert b'"Event"' not in bare
    assert detect_document(bare) == "misp-json"
    assert [record.name for record in read_misp(bare).records] == ["http://kassa-demo.ru/login"]
    assert (
        detect_document(b'{"name": "kassa-demo.ru", "info": "an object of something else", "uuid": ""}') != "misp-json"
    )


def test_a_record_is_read_again_from_what_is_kept_of_it() -> None:
    for record in read_misp(SAMPLE.read_bytes()).records:
        assert record.raw is not None
        assert "\n" not in record.raw
        (again,) = read_misp(record.raw.encode()).records
        assert msgspec.structs.replace(again, line=record.line) == record


def test_a_sample_cut_at_any_byte_is_an_error_with_its_place() -> None:
    data = SAMPLE.read_bytes().rstrip()
    for size in range(len(data)):
        with pytest.raises(InputError, match=r"(?i)json|utf-8"):
            read_misp(data[:size])


def event(**more: Any) -> dict[str, Any]:
    attribute = {"type": "domain", "value": "kassa.by", "to_ids": True, **more.pop("attribute", {})}
    return {"Event": {"info": "i", "Tag": [{"name": 'rsit:fraud="phishing"'}], "Attribute": [attribute], **more}}


def problem_of(tree: Any) -> str:
    (record,) = read_misp(json.dumps(tree).encode()).records
    return record.problem.code if record.problem else ""


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, ""),
        ({"attribute": {"timestamp": "9" * 400}}, "bad-time"),
        ({"attribute": {"timestamp": -1}}, "bad-time"),
        ({"attribute": {"first_seen": "yesterday"}}, "bad-time"),
        ({"attribute": {"first_seen": "0001-01-01T00:00:00+14:00"}}, "bad-time"),
        ({"attribute": {"to_ids": False}}, "no-claim"),
        ({"attribute": {"to_ids": "0"}}, "no-claim"),
        ({"Tag": []}, "category-unknown"),
        ({"Tag": [{"name": 'CIRCL:incident-classification="Phishing"'}]}, ""),
        ({"Tag": [{"name": 'rsit:fraud="phishing"'}, {"name": 'rsit:abusive-content="spam"'}]}, "category-unclear"),
        ({"Tag": [{"name": 'rsit:fraud="copyright"'}]}, "category-out-of-scope"),
        ({"Tag": "no list", "Galaxy": 7, "Object": {"a": 1}}, "category-unknown"),
    ],
)
def test_what_an_event_says_wrongly_is_refused_by_name(more: dict[str, Any], code: str) -> None:
    assert problem_of(event(**more)) == code


def test_of_the_gravest_matter_nothing_is_kept() -> None:
    tree = event(Tag=[{"name": 'rsit:abusive-content="violence"'}, {"name": 'rsit:fraud="phishing"'}])
    (record,) = read_misp(json.dumps(tree).encode()).records
    assert (record.raw, record.problem.code if record.problem else "") == (None, "category-out-of-scope")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"Event":{"info":"a","info":"b"}}', "same key"),
        (b'{"Event":' * 40 + b"1" + b"}" * 40, "deeper than"),
        (b"[" * 10**6, "deeper than"),
        (b'{"Event":{"Attribute":[{"timestamp":1e999}]}}', "beyond what a JSON number"),
        (b'{"Event":{"info":"\\ud800"}}', "surrogate"),
        (b'{"Event":{"timestamp":' + b"9" * 5000 + b"}}", "is not JSON"),
        (b'{"type":"bundle","objects":[]}', "STIX bundle"),
        (b'{"5f0d2a3e":{"info":"i","timestamp":"1"}}', "manifest"),
        (b'{"name":"x"}', "holds no MISP event"),
        (b" " * (MAX_BYTES + 1), "at most"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_one_clear_error(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_misp(data)


def test_nodes_of_the_wrong_kind_are_named_and_the_rest_is_read() -> None:
    tree = event(
        Attribute=[None, 7, {"type": "domain", "value": "kassa.by"}, {"type": ["x"], "value": {}}], Object=[[]]
    )
    document = read_misp(json.dumps([tree, "x", tree]).encode())
    assert [record.name for record in document.records] == ["kassa.by", "kassa.by"]
    assert Counter(left.reason for left in document.not_understood)["is no object"] == 6


def test_what_is_named_is_bounded() -> None:
    tree = event(Attribute=[{"type": "sha1", "value": "a"}] * 1500)
    document = read_misp(json.dumps(tree).encode())
    assert len(document.not_understood) == 1001
    assert document.not_understood[-1].item == "500 more"


def read_vector(path: Path) -> tuple[str, dict[str, int]]:
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    try:
        records = read_misp(data).records
    except InputError as error:
        return error.message, {}
    said = Counter(
        one.report.category if one.report else one.problem.code for one in records if one.report or one.problem
    )
    return "", dict(said)


# What the real files hold: claims by category, and what a person must decide.  All others of eset/ name no domain.
VECTORS: dict[str, dict[str, int]] = {
    "eset/badiis_misp-badiis": {"no-claim": 54},
    "eset/dukes_misp-dukes-operation-ghost-event": {"no-claim": 69},
    "eset/glupteba_glupteba.misp-event": {"category-unknown": 274},
    "eset/invisimole_misp_invisimole": {"no-claim": 13},
    "eset/machete_misp-machete-event": {"no-claim": 15},
    "eset/oceanlotus_oceanlotus-macOS.misp.event": {"no-claim": 3},
    "eset/oceanlotus_oceanlotus.misp.event": {"no-claim": 65},
    "eset/turla_misp-mosquito-event": {"no-claim": 21},
    "eset/turla_misp-turla-lightneuron-event": {"no-claim": 1},
    "eset/windigo_ebury.misp": {"category-unknown": 5},
    "eset/xdspy_misp-xdspy-event": {"no-claim": 29},
    "misp-stix/test_attributes_collection_1": {"category-unknown": 1},
    "misp-stix/test_attributes_collection_2": {"category-unknown": 1},
    "misp-stix/test_events_collection_1": {"category-unknown": 1},
    "misp-stix/test_events_collection_2": {"category-unknown": 1},
    "misp-stix/test_objects_collection_1": {"category-unknown": 1},
    "misp-stix/test_objects_collection_2": {"category-unknown": 1},
    "pymisp/mispevent_testfiles_def_param": {"category-unknown": 2, "no-claim": 1},
    "pymisp/mispevent_testfiles_existing_event": {"malware": 19},
    "pymisp/reportlab_testfiles_image_event": {"malware": 1},
    "pymisp/reportlab_testfiles_to_delete1": {"malware": 4},
}
NO_EVENTS = {
    "eset/dnsbirthday_rqz-dnsduvel_blocklist": "holds no MISP event",
    "misp-stix/test_event1_stix20": "is a STIX bundle and no MISP event",
    "misp-stix/test_event1_stix21": "is a STIX bundle and no MISP event",
    "misp-stix/test_event2_stix20": "is a STIX bundle and no MISP event",
    "misp-stix/test_event2_stix21": "is a STIX bundle and no MISP event",
    "pymisp/mispevent_testfiles_galaxy": "holds no MISP event",
    "pymisp/mispevent_testfiles_overwrite_file_definition": "holds no MISP event",
    "pymisp/mispevent_testfiles_sighting": "holds no MISP event",
}


def test_the_real_events_are_read(shared_data: Path) -> None:
    folder = shared_data / "vectors" / "misp"
    files = sorted(folder.glob("*/*.json*"))
    assert len(files) == 58
    for path in files:
        name = f"{path.parent.name}/{path.name.partition('.json')[0]}"
        refused, said = read_vector(path)
        expected = "holds no MISP event" if path.parent.name == "taxonomies" else NO_EVENTS.get(name, "")
        assert refused == expected, name
        assert said == VECTORS.get(name, {}), name


_TO_STIX = """
import json, sys, warnings
warnings.simplefilter("ignore")
from misp_stix_converter import MISPtoSTIX21Parser
from stix2validator import ValidationOptions, validate_instance
for line in sys.stdin:
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(json.loads(line))
    objects = [json.loads(one.serialize()) if hasattr(one, "serialize") else one for one in parser.bundle.objects]
    wrong = [str(e) for one in objects for e in validate_instance(one, ValidationOptions(version="2.1")).errors]
    kinds = sorted({one["type"] for one in objects})
    print(json.dumps({"errors": str(dict(parser.errors)), "wrong": wrong, "kinds": kinds}))
"""


def test_an_event_becomes_valid_stix_for_a_second_reader() -> None:
    """misp-stix and stix2-validator, in a process of their own: what they import changes how others are imported."""
    report = Report(name="", category="phishing", observed_at=AT, impersonated_party="Demo Bank", sha256="a" * 64)
    lines = b"\n".join(
        event_of(told(report, target, "www.kassa.by")) for target in ("https://kassa.by/a", "www.kassa.by")
    )
    done = subprocess.run([sys.executable, "-c", _TO_STIX], input=lines, capture_output=True, check=True)
    for line in done.stdout.splitlines():
        said = json.loads(line)
        assert (said["errors"], said["wrong"]) == ("{}", [])
        assert {"identity", "marking-definition", "observed-data"} <= set(said["kinds"])


# What wrong feeds of the conformance checks become: claims by marking; all others are read as the right one is.
WRONG_FEEDS = {
    "bad-missing-event-file": {"TLP:GREEN": 5},
    "bad-object-relation": {"TLP:GREEN": 9},
    "bad-tlp-red": {"TLP:GREEN": 5, "TLP:RED": 5},
    "bad-two-tlp": {"TLP:GREEN": 5, "TLP:AMBER": 5},  # of two markings the stricter holds
    "bad-unknown-type": {"TLP:GREEN": 9},
}


def test_events_of_wrong_feeds_are_read_as_far_as_they_are_right(shared_data: Path) -> None:
    samples = shared_data.parent / "conformance" / "misp" / "samples"
    if not samples.is_dir():
        pytest.skip(f"no shared samples of feeds in {samples}")
    folders = sorted(samples.iterdir())
    assert len(folders) > 10
    for folder in folders:
        documents = [read_misp(file.read_bytes()) for file in sorted(folder.glob("*-*.json"))]
        said = Counter(one.report.tlp for document in documents for one in document.records if one.report)
        assert dict(said) == WRONG_FEEDS.get(folder.name, {"TLP:GREEN": 10}), folder.name
        with pytest.raises(InputError, match="manifest"):
            read_misp((folder / "manifest.json").read_bytes())


def test_identifiers_are_those_of_the_specification() -> None:
    vector = json.loads((Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "misp.json").read_text())
    facts = EventFacts(**vector["event"], stamp=1795348800)
    claim = told(Report(name="", category="phishing"), vector["target"], "kassa.by")
    body = render_event(facts, [EventItem(subject=vector["subject"], told=claim, stamp=1795348800)]).body
    written = json.loads(body)["Event"]
    assert (written["uuid"], written["Orgc"]["uuid"]) == (vector["uuid"], vector["org"])
    (made,) = written["Object"]
    assert made["uuid"] == vector["object"]
    assert {one["object_relation"]: one["uuid"] for one in made["Attribute"]} == vector["attributes"]


def test_the_page_says_every_tag_of_a_category() -> None:
    page = (Path(__file__).parents[2] / "docs" / "spec" / "misp.md").read_text(encoding="utf-8")
    for category, tag in CATEGORY_TAG.items():
        assert f"| {category} | `{tag}` |" in page
