"""What stays of a report that is erased, and what is taken out of words that quote it."""

from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from comity.core.categories import CATEGORIES
from comity.core.erasure import ERASED, erased_texts, is_reduced, mask_quotes, reduce_report
from comity.core.markings import TLPS
from comity.core.reports import Evidence, Report
from comity.wire.report_json import render_report

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
HOST = "bank-demo-a1.by"
MARKER = "Ivanova-Demo"
words = st.text(st.characters(categories=("Ll", "Lu", "Nd")), max_size=12)
marked = words.map(lambda text: f"{text} {MARKER} {text}")

reports = st.builds(
    Report,
    name=marked.map(lambda text: f"http://{HOST}/{text}"),
    url=marked.map(lambda text: f"http://{HOST}/{text}"),
    category=st.sampled_from(CATEGORIES),
    observed_at=st.none() | st.just(AT),
    narrative=marked,
    tlp=st.sampled_from(TLPS),
    requested_action=marked,
    legal_basis=marked,
    already_reported_to=marked,
    impersonated_party=marked,
    malware_family=marked,
    sandbox_report=marked,
    linked_report=marked,
    source_ref=marked,
    attack_kind=marked,
    protocol=marked,
    language=marked,
    pap=marked,
    tags=st.lists(marked, max_size=2).map(tuple),
    evidence=st.lists(
        st.builds(Evidence, kind=st.sampled_from(("screenshot", "note")), note=marked, media_type=marked), max_size=2
    ).map(tuple),
    personal_data=st.dictionaries(st.just("registrant_contact"), marked, max_size=1),
)


@given(reports)
def test_no_word_that_somebody_wrote_stays(report: Report) -> None:
    reduced = reduce_report(report, host=HOST)
    assert MARKER.encode() not in render_report(reduced)
    assert (reduced.category, reduced.tlp, reduced.observed_at) == (report.category, report.tlp, report.observed_at)
    assert [piece.kind for piece in reduced.evidence] == [piece.kind for piece in report.evidence]


@given(reports)
def test_erasing_twice_is_erasing_once(report: Report) -> None:
    reduced = reduce_report(report, host=HOST)
    assert not is_reduced(report, host=HOST)
    assert is_reduced(reduced, host=HOST)
    assert reduce_report(reduced, host=HOST) == reduced
    assert ERASED in reduced.tags


@given(reports)
def test_what_quotes_a_report_loses_the_quotation_and_keeps_the_name(report: Report) -> None:
    texts = erased_texts(report, host=HOST)
    said = f"as written: {report.narrative} / {report.url} about {HOST}"
    assert MARKER not in mask_quotes(said, texts)
    assert mask_quotes(said, texts).endswith(f"about {HOST}")


def test_an_address_and_a_line_count_and_what_stands_by_chance_does_not() -> None:
    report = Report(name=HOST, category="phishing", narrative="Write to anna@mail-demo.by\nor call", source_ref="x1")
    texts = erased_texts(report, host=HOST, also=["Anna"])
    note = f"anna@mail-demo.by asked; she will or call Anna about {HOST} x1"
    assert mask_quotes(note, texts) == f"redacted asked; she will redacted redacted about {HOST} x1"


def test_a_report_that_only_names_the_host_gives_nothing_to_mask() -> None:
    assert erased_texts(Report(name=HOST, category="phishing"), host=HOST) == ()
    assert msgspec.structs.replace(Report(name=HOST, category="phishing"), tags=(ERASED,)) != reduce_report(
        Report(name=HOST, category="phishing"), host=HOST
    )
