"""Counting: the example that is counted by hand, sums that add up, and quantiles against a naive count."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.core.periods import parse_period, period_of, periods_before
from comity.core.quantiles import nearest_rank, spread_of
from comity.core.statistics import Said, count_matters
from comity.core.zone_figures import MEASURES, Beside, OwnCase, OwnClock, count_zone, suppress
from comity.wire.statistics import StatisticsDocument, differing_paths, parse_signed, parse_statistics

PAGE = json.loads((Path(__file__).parents[2] / "docs/spec/vectors/statistics.json").read_text(encoding="utf-8"))
MONTH = parse_period("2026-11")
assert MONTH is not None
AT = datetime(2026, 12, 12, tzinfo=UTC)


def test_the_example_of_the_page_is_what_was_counted_by_hand() -> None:
    assert MONTH is not None
    entries = [msgspec.convert(one, Said) for one in PAGE["said"]]
    figures = count_matters(entries, MONTH, lambda _d, _c: None, reporter="cctld.ru", answerer="oac.by", as_of=AT)
    assert parse_statistics(PAGE["document"].encode()).figures == figures
    said = msgspec.structs.astuple(figures.answered)
    assert said == (4, 3, 1, 2, 1)  # cases, acknowledged, refused, closed, open
    assert figures.further_reports == 2
    assert (figures.received[0].reports, figures.received[0].early_warnings, figures.received[0].cases) == (6, 1, 4)
    assert (figures.acknowledge.median, figures.acknowledge.p75, figures.acknowledge.p90) == (3600, 10_800, 10_800)
    assert (figures.outcome.median, figures.outcome.p75, figures.outcome.p90) == (36_000, 144_000, 144_000)
    assert (figures.public_lines.restored, figures.public_lines.insufficient_grounds) == (1, 1)
    assert msgspec.structs.astuple(figures.reversed) == (2, 1, 0, 1)
    assert figures.erased.reports == 1


def test_the_published_schema_is_that_of_the_document() -> None:
    page = json.loads((Path(__file__).parents[2] / "docs/spec/comity-statistics-1.schema.json").read_text("utf-8"))
    assert page == msgspec.json.schema(StatisticsDocument)


def test_a_file_whose_document_or_signature_was_changed_is_refused() -> None:
    data = PAGE["file"].encode()
    assert {one.party for one in parse_signed(data).signatures} == {"cctld.ru", "oac.by"}
    with pytest.raises(InputError, match="does not hold"):
        parse_signed(data.replace(b'\\"open\\":1', b'\\"open\\":0'))
    first = parse_signed(data).signatures[0]
    with pytest.raises(InputError, match="does not hold"):
        parse_signed(data.replace(first.signature.encode(), b"A" * 86 + b"=="))
    with pytest.raises(InputError, match="none of its two parties"):
        parse_signed(data.replace(b'"party":"oac.by"', b'"party":"cctld.ru"'))


def test_what_differs_is_told_by_member() -> None:
    data = PAGE["document"].encode()
    assert differing_paths(data, data) == ()
    assert differing_paths(data, data.replace(b'"open":1', b'"open":2')) == ("/figures/answered/open",)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60), st.integers(1, 100))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[int], percent: int) -> None:
    naive = min(one for one in values if 100 * sum(other <= one for other in values) >= percent * len(values))
    assert nearest_rank(sorted(values), percent) == naive
    assert spread_of(values).count == len(values)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2199, 12, 31)), st.sampled_from(("month", "half-year")))  # noqa: DTZ001
def test_periods_tile_time(naive: datetime, kind: str) -> None:
    at = naive.replace(tzinfo=UTC)
    period = period_of(at, kind)  # type: ignore[arg-type]
    assert period.start <= at < period.end
    assert parse_period(period.name) == period
    former = [one for one in periods_before(at, months=1, halves=1) if one.kind == kind]
    assert former[0].end == period.start


words = st.sampled_from(("accepted", "asked", "info", "withdrawn", "refused", "outcome", "retracted", "paused", "odd"))
some = st.builds(
    Said,
    side=st.sampled_from(("reporter", "answerer")),
    kind=st.sampled_from(("report", "correction", "case-event")),
    word=st.one_of(words, st.sampled_from(("report", "early-warning"))),
    case=st.sampled_from("abc"),
    peers=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    at=st.one_of(
        st.none(),
        st.datetimes(datetime(2026, 7, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    ),
    category=st.sampled_from(("phishing", "malware", "nonsense")),
    clause=st.text(max_size=3),
    reason=st.text(max_size=3),
    outcome=st.sampled_from(("", "hold_registry", "restored_on_appeal", "not-a-code", "partner_refused:over-cap")),
    erased=st.booleans(),
)


@given(st.lists(some, max_size=40))
def test_counts_add_up_whatever_is_said(entries: list[Said]) -> None:
    assert MONTH is not None
    ordered = sorted(entries, key=lambda one: one.side, reverse=True)
    figures = count_matters(ordered, MONTH, lambda _d, _c: None, reporter="a.ru", answerer="b.by", as_of=AT)
    cases = figures.answered.cases
    assert cases == sum(one.cases for one in figures.received)
    assert cases == figures.answered.refused + figures.answered.closed + figures.answered.open
    assert figures.answered.closed == sum(one.cases for one in figures.outcomes)
    assert figures.answered.closed == sum(msgspec.structs.astuple(figures.public_lines))
    assert figures.answered.refused == sum(one.cases for one in figures.refusals)
    assert figures.outcome.count == figures.answered.refused + figures.answered.closed


def test_the_public_reads_no_small_count_and_no_source() -> None:
    clocks = {"acknowledge": OwnClock(60, "within")}
    case = OwnCase(
        category="phishing", source="public", registrar="REG-DEMO", reports=1, outcome="false_positive", closed=True,
        protected=False, appealed=True, reversed=False, retracted=False, clocks=clocks,
    )  # fmt: skip
    own = count_zone([case] * 4, Beside(personal_data_looks=7))
    assert (own.appeals, own.by_source[0].key, own.by_registrar[0].key) == (4, "public", "REG-DEMO")
    public = suppress(own, MEASURES)
    assert (public.appeals, public.reversed, public.personal_data_looks) == (None, 0, 7)
    assert (public.acknowledge, public.by_source, public.by_registrar) == (None, (), ())
    assert suppress(own, ("acted",)).by_category == ()
