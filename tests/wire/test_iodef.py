"""IODEF v2 written and read: by a grammar of RFC 7970's classes, back as the same claims, and against hostile XML."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import comity.testing
from comity.core.categories import CATEGORIES
from comity.core.errors import InputError
from comity.core.markings import TLPS
from comity.core.reports import Report
from comity.core.told_items import ToldCase, ToldReport
from comity.wire.document_readers import detect_document, read_document
from comity.wire.formats import FORMATS
from comity.wire.iodef import FOOTER, HEADER, Marked, render_incident
from comity.wire.iodef_document import read_iodef
from comity.wire.iodef_words import NAMESPACE, NODE_ROLE
from comity.wire.iodef_xml import MAX_BYTES

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "samples" / "iodef.xml"
GRAMMAR = etree.RelaxNG(etree.parse(str(Path(comity.testing.__file__).parent / "iodef.rng")))

times = st.none() | st.integers(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds))
texts = st.text(max_size=30).map(lambda text: " ".join(text.split()))
reports = st.builds(
    Report, name=st.just(""), category=st.sampled_from(CATEGORIES), observed_at=times, reported_at=times,
    narrative=texts.filter(bool), pap=st.sampled_from(["PAP:CLEAR", "PAP:AMBER", "PAP:RED"]), verified_at=times,
    confidence=st.none() | st.floats(0, 1), disposition=st.sampled_from([None, "malicious", "compromised"]),
    malware_family=texts, sha256=st.sampled_from(["", "a" * 64]), impersonated_party=texts, protocol=texts,
    attack_kind=texts, legal_basis=texts, requested_action=texts, port=st.none() | st.integers(1, 65_535),
)  # fmt: skip


def told(report: Report, target: str = "https://www.kassa.by/a?b=c&d") -> ToldReport:
    host = target.removeprefix("https://").partition("/")[0]
    return ToldReport(
        report_id=UUID(int=1), case=UUID(int=2), party="oac.by", registrable="kassa.by", host=host, zone="by",
        target=target, report=report,
    )  # fmt: skip


def case(**more: Any) -> ToldCase:
    given: dict[str, Any] = {
        "case": UUID(int=2), "party": "oac.by", "registrable": "kassa.by", "zone": "by", "category": "phishing",
        "state": "confirmed", "severity": "critical", "opened_at": AT, "changed_at": AT, "first_seen": AT,
        "disposition": "malicious", "action": "server-hold", "targets": ("https://www.kassa.by/a", "b.kassa.by"),
        "malware_family": "Demo", "is_blockable": True, "report_count": 2,
    }  # fmt: skip
    return ToldCase(**(given | more))


def document(*items: Marked) -> bytes:
    return HEADER + render_incident("oac.by", items, at=AT) + FOOTER


def writable(text: str) -> str:
    """As XML can say it: what it cannot is U+FFFD, and a line ends in one way only."""
    return "".join(letter if letter >= " " and letter not in "\ufffe\uffff" else "\ufffd" for letter in text)


@settings(max_examples=60)
@given(
    reports, st.sampled_from(["https://www.kassa.by/a?b=c&d", "www.kassa.by", "kassa.by"]), st.sampled_from(TLPS[:4])
)
def test_a_report_is_valid_and_read_as_it_was_written(report: Report, target: str, tlp: Any) -> None:
    data = document(Marked(told(report, target), tlp))
    assert GRAMMAR.validate(etree.fromstring(data)), GRAMMAR.error_log
    read = read_iodef(data)
    (record,) = read.records
    assert record.report is not None, record.problem
    assert (record.report.name, record.report.tlp) == (target, tlp)
    for field in (
        "category", "observed_at", "reported_at", "verified_at", "pap", "confidence", "disposition", "sha256", "port",
    ):  # fmt: skip
        assert getattr(record.report, field) == getattr(report, field), field
    for field in ("narrative", "malware_family", "impersonated_party", "protocol", "attack_kind", "legal_basis",
                  "requested_action"):  # fmt: skip
        assert getattr(record.report, field) == writable(getattr(report, field)).strip(), field
    assert {left.item for left in read.not_understood} == {"Incident[1].Contact"}


def test_a_case_with_its_reports_is_one_incident_of_the_strictest_marking() -> None:
    one = told(Report(name="", category="phishing"))
    data = document(Marked(case(), "TLP:AMBER"), Marked(one, "TLP:GREEN"))
    root = etree.fromstring(data)
    assert GRAMMAR.validate(root), GRAMMAR.error_log
    (incident,) = root
    assert (incident.get("restriction"), incident.get("status")) == ("amber", "in-progress")
    tag = f"{{{NAMESPACE}}}"
    assert [event.get("restriction") for event in incident.iterchildren(f"{tag}EventData")] == ["amber", "green"]
    assert incident.find(f".//{tag}DomainData").get("domain-status") == "registryLock"
    referred = [one.get("uid-ref") for one in incident.iter(f"{tag}ObservableReference")]
    marked = {one.get("observable-id"): one for one in incident.iter() if one.get("observable-id")}
    assert sorted(referred) == sorted(marked)
    assert len(referred) == 3
    assert [contact.get("role") for contact in incident.iter(f"{tag}Contact")] == ["creator"]


@pytest.mark.parametrize(
    ("state", "blockable", "indicators"), [("triage", False, 0), ("closed", False, 0), ("on_hold", False, 1)]
)
def test_only_what_is_confirmed_is_an_indicator(state: str, blockable: bool, indicators: int) -> None:
    root = etree.fromstring(document(Marked(case(state=state, is_blockable=blockable), "TLP:AMBER+STRICT")))
    assert GRAMMAR.validate(root), GRAMMAR.error_log
    assert root[0].get("restriction") == "ext-value"
    assert len(list(root.iter(f"{{{NAMESPACE}}}Indicator"))) == indicators


@pytest.mark.parametrize("wrong", ["purpose='fun'", "status='begun'", "restriction='TLP:GREEN'"])
def test_the_grammar_refuses_a_wrong_word(wrong: str) -> None:
    name = wrong.partition("=")[0]
    root = etree.fromstring(document(Marked(case(), "TLP:GREEN")))
    root[0].set(name, wrong.partition("=")[2].strip("'"))
    assert not GRAMMAR.validate(root)


def test_the_grammar_refuses_members_out_of_order() -> None:
    root = etree.fromstring(document(Marked(case(), "TLP:GREEN")))
    root[0].append(root[0][0])
    assert not GRAMMAR.validate(root)


def test_the_sample_is_read_and_what_is_left_is_named() -> None:
    data = SAMPLE.read_bytes()
    assert detect_document(data) == "iodef"
    read = read_document(FORMATS["iodef"], data)
    page, drop = (record.report for record in read.records)
    assert page is not None
    assert drop is not None
    assert (page.name, page.category, page.tlp, page.pap) == (
        "https://kassa-demo.ru/login", "phishing", "TLP:GREEN", "PAP:RED",
    )  # fmt: skip
    assert (page.observed_at, page.disposition, page.port) == (AT.replace(hour=5), "malicious", 443)
    assert page.evidence[0].note == "address 192.0.2.7"
    assert (drop.name, drop.category, drop.tlp) == ("drop.example.by", "botnet-c2", "TLP:AMBER")
    assert (drop.disposition, drop.malware_family) == ("compromised", "Demo Stealer")
    assert [left.reason for left in read.not_understood] == [
        "contacts are personal data", "target: not what did it", "is not read",
    ]  # fmt: skip
    for record in read.records:
        assert record.raw is not None
        assert "\n" not in record.raw
        assert "csirt.example.by</EmailTo>" not in record.raw
        (again,) = read_iodef(record.raw.encode()).records
        assert msgspec.structs.replace(again, line=record.line) == record


def test_the_first_version_is_read_too(shared_data: Path) -> None:
    read = read_iodef((shared_data / "vectors" / "iodef" / "iodef_v1_marknl.xml").read_bytes())
    (record,) = read.records
    assert record.name == "irc.example.com"
    assert record.problem is not None
    assert record.problem.code == "category-unknown"
    assert {left.item for left in read.not_understood} == {
        "Incident[1].Contact", "Incident[1].AdditionalData", "Incident[1].EventData[1].System[1]",
    }  # fmt: skip


def incident(inner: str, *, attributes: str = 'restriction="green"') -> bytes:
    return (
        f'<IODEF-Document version="2.00" xmlns="{NAMESPACE}"><Incident purpose="reporting" {attributes}>'
        f"<IncidentID name='a'>1</IncidentID>{inner}</Incident></IODEF-Document>"
    ).encode()


def event(word: str = "phishing", *, role: str = "", time: str = "", category: str = "source") -> str:
    return (
        f"<EventData>{f'<DetectTime>{time}</DetectTime>' if time else ''}"
        f"<Assessment><IncidentCategory>{word}</IncidentCategory></Assessment><Flow><System category='{category}'>"
        f"<Node><DomainData><Name>kassa.by</Name></DomainData></Node>"
        f"{f'<NodeRole category={role!r}/>' if role else ''}</System></Flow></EventData>"
    )


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (event(), ""),
        (event("Malware  Distribution"), ""),
        (event("dull", role="phishing-site"), ""),
        (event("dull"), "category-out-of-scope"),
        (event(""), "category-unknown"),
        (event("phishing", role="c2-server"), ""),
        (event(time="yesterday"), "bad-time"),
        (event(time="9999-12-31T23:59:59-14:00"), "bad-time"),
        (event(time="2026-11-23T05:00:00" + "9" * 5000), "bad-time"),
    ],
)
def test_what_an_event_says_wrongly_is_refused_by_name(inner: str, code: str) -> None:
    (record,) = read_iodef(incident(inner)).records
    assert (record.problem.code if record.problem else "") == code


def test_of_the_gravest_matter_nothing_is_kept() -> None:
    (record,) = read_iodef(incident(event("CSAM"))).records
    assert record.raw is None
    assert record.report is None


@pytest.mark.parametrize(
    ("attributes", "tlp"),
    [
        ("", "TLP:RED"),
        ('restriction="white"', "TLP:CLEAR"),
        ('restriction="partner"', "TLP:GREEN"),
        ('restriction="ext-value" ext-restriction="TLP:AMBER+STRICT"', "TLP:AMBER+STRICT"),
        ('restriction="ext-value" ext-restriction="whatever"', "TLP:RED"),
        ('restriction="loose"', "TLP:RED"),
    ],
)
def test_a_restriction_that_cannot_be_read_is_the_strictest(attributes: str, tlp: str) -> None:
    (record,) = read_iodef(incident(event(), attributes=attributes)).records
    assert record.report is not None
    assert record.report.tlp == tlp


def test_a_target_is_never_accused_and_every_written_role_is_read() -> None:
    assert read_iodef(incident(event(category="target"))).records == ()
    for category, role in NODE_ROLE.items():
        (record,) = read_iodef(incident(event("", role=role))).records
        assert record.report is not None
        assert record.report.category == category


BOMB = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {one} '{f'&{before};' * 10}'>" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not XML"),
        (b"{}", "is not XML"),
        (f"<?xml version='1.0'?>{BOMB}]>".encode() + incident("&i;"), "document type"),
        (f"{BOMB}]>".encode() + incident(event()).replace(b'purpose="', b'purpose="&i;'), "document type"),
        (b"<!DOCTYPE d SYSTEM 'http://127.0.0.1/x.dtd'>" + incident(event()), "document type"),
        (b"<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + incident("&x;"), "document type"),
        (("<!DOCTYPE d []>" + incident(event()).decode()).encode("utf-16"), "UTF-8"),
        (incident("&nothing;"), "is not XML"),
        (incident("<a>" * 60 + "</a>" * 60), "nested deeper than 40"),
        (incident("<a>" * 5000), "(?i)depth|nested deeper"),
        (incident("<a/>" * 400_001), "elements"),
        (incident(event()).replace(b"iodef-2.0", b"iodef-3.0"), "the root is"),
        (incident(event()).replace(b"IODEF-Document", b"Document"), "the root is"),
        (incident(event(), attributes="restriction='green' restriction='red'"), "is not XML"),
        (incident("\0"), "is not XML"),
        (f'<IODEF-Document xmlns="{NAMESPACE}"/>'.encode(), "holds no Incident"),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", "at most"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_one_clear_error(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_iodef(data)


def test_a_document_cut_at_any_byte_is_an_error_with_its_place() -> None:
    data = SAMPLE.read_bytes().rstrip()
    for size in range(len(data)):
        with pytest.raises(InputError, match="XML"):
            read_iodef(data[:size])


def test_what_is_named_is_bounded() -> None:
    read = read_iodef(incident("<Related/>" * 1500))
    assert len(read.not_understood) == 1001
    assert read.not_understood[-1].item == "500 more"
