"""What a registrar, a host or a registrant may read: by the memorandum's own onward rules, and never who reported."""

from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.markings import TLPS, is_within
from comity.core.onward import Audience, Source, select_onward
from comity.core.reports import Evidence, Report
from memoranda_made import made

AUDIENCES: tuple[Audience, ...] = ("registrar", "host", "registrant")
REPORT = Report(
    name="https://victim:secret@kassa-demo.ru/login?to=anna.k@bank-demo.by", category="phishing", report_id=uuid4(),
    narrative="Write to anna.k@bank-demo.by, she was cheated.", source_ref="TICKET-7", tags=("kit:demo",),
    linked_report="other-case", already_reported_to="police", sandbox_report="https://sandbox.example/1",
    personal_data={"victim_contact": "anna.k@bank-demo.by", "registrant_contact": "+375"},
    evidence=(Evidence(kind="screenshot", sha256="a" * 64, note="found by our honeypot, anna.k@bank-demo.by"),),
)  # fmt: skip
SOURCE = Source(REPORT, REPORT.name)
PARTNERS = Source(REPORT, REPORT.name, is_partners=True, memorandum=made())


@pytest.mark.parametrize("source", [SOURCE, PARTNERS])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_person_and_no_reporter_is_told_of(source: Source, audience: Audience) -> None:
    (told,) = select_onward([source], audience)
    said = repr(told)
    for hidden in ("anna", "secret", "TICKET", "+375", "other-case", "police", str(REPORT.report_id)):
        assert hidden not in said, hidden
    assert told.target.startswith("https://kassa-demo.ru/login")
    assert told.report.evidence[0].sha256 == "a" * 64


@pytest.mark.parametrize("audience", ["host", "registrant"])
def test_how_it_was_detected_stays_with_the_registry(audience: Audience) -> None:
    (told,) = select_onward([SOURCE], audience)
    assert "honeypot" not in repr(told)
    assert told.report.tags == ()
    assert told.report.sandbox_report == ""


@pytest.mark.parametrize("tlp", TLPS)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_is_for_the_organisation_only_reaches_nobody(tlp: str, audience: Audience) -> None:
    marked = msgspec.structs.replace(REPORT, tlp=tlp)
    told = select_onward([Source(marked, "kassa-demo.ru")], audience)
    assert bool(told) is (tlp not in {"TLP:AMBER+STRICT", "TLP:RED"})


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, {"registrar", "host", "registrant"}),
        ({"marking.onward.registrar": None}, {"host", "registrant"}),
        ({"marking.onward.registrant_notice": None}, {"registrar"}),
        ({"marking.onward.registrar.allowed": "on_consent"}, {"host", "registrant"}),
        ({"marking.onward.registrar.allowed": False}, {"host", "registrant"}),
        ({"marking.onward.registrar.only": "TLP:GREEN"}, {"host", "registrant"}),
        ({"marking.onward.host": {"allowed": False}}, {"registrar", "registrant"}),
    ],
)
def test_a_partner_s_report_goes_where_its_memorandum_lets_it(changes: dict[str, object], allowed: set[str]) -> None:
    source = msgspec.structs.replace(PARTNERS, memorandum=made(changes))
    assert {audience for audience in AUDIENCES if select_onward([source], audience)} == allowed


def test_without_a_memorandum_a_partner_s_report_goes_nowhere() -> None:
    source = Source(REPORT, REPORT.name, is_partners=True)
    assert not any(select_onward([source], audience) for audience in AUDIENCES)


def test_the_registrar_may_read_how_it_was_detected_unless_the_memorandum_says_otherwise() -> None:
    (told,) = select_onward([PARTNERS], "registrar")
    assert told.report.sandbox_report == REPORT.sandbox_report
    stripped = made({"marking.onward.registrar.strip": ["reporter_identity", "detection_methods"]})
    (less,) = select_onward([msgspec.structs.replace(PARTNERS, memorandum=stripped)], "registrar")
    assert less.report.sandbox_report == ""


REPORTS = st.builds(
    Report, name=st.text(max_size=30), category=st.just("phishing"), tlp=st.sampled_from(TLPS),
    narrative=st.text(max_size=40), source_ref=st.text(max_size=5),
    personal_data=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)  # fmt: skip


@given(st.lists(REPORTS, max_size=4), st.sampled_from(AUDIENCES))
def test_nothing_is_added_and_nothing_personal_is_kept(reports: list[Report], audience: Audience) -> None:
    told = select_onward([Source(report, report.name) for report in reports], audience)
    assert len(told) == sum(is_within(report.tlp, "TLP:AMBER") for report in reports)
    for one in told:
        assert not one.report.personal_data
        assert not one.report.source_ref
        assert one.report.report_id is None
