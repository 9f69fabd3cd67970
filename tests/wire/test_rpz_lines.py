"""A policy zone as a source: only rules by name accuse, and nothing of the zone itself does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.core.reports import Record
from comity.wire.formats import FORMATS, fixed_category
from comity.wire.rpz_lines import RpzReader

ZONE = fixed_category(FORMATS["rpz"], "malware")


def read(*lines: str) -> list[Record]:
    return list(RpzReader(ZONE).read(lines, 1))


def said(*lines: str) -> list[str]:
    return [record.problem.code if record.problem else record.name for record in read(*lines)]


def test_absolute_owners_are_cut_at_the_origin() -> None:
    origin = "$ORIGIN rpz.sample.example."
    assert said(origin, "bad.ru.rpz.sample.example. CNAME .", "worse.by CNAME *.") == ["bad.ru", "worse.by"]
    assert said("rpz.x.example. 3600 IN SOA a. b. 1 2 3 4 5", "bad.ru.rpz.x.example. CNAME .") == ["bad.ru"]
    assert said(origin, "rpz.sample.example. CNAME .", "bad.ru. CNAME .") == ["outside-zone"]


@pytest.mark.parametrize("line", ["", "; bad.ru CNAME .", "  CNAME .", "$TTL 30", "@ CNAME .", "@ NS localhost.", " )"])
def test_the_zones_own_lines_accuse_nobody(line: str) -> None:
    assert read(line) == []


def test_what_parentheses_hold_belongs_to_the_record_before() -> None:
    assert said("@ SOA a. b. (", "1 ; serial", "bad.ru CNAME .", ")", "worse.ru CNAME .") == ["worse.ru"]


@pytest.mark.parametrize("line", ["bad.ru", "bad.ru CNAME", "$INCLUDE other.zone", "bad.ru WAT .", "bad.ru 60"])
def test_a_line_that_is_no_record_is_refused(line: str) -> None:
    assert said(line) == ["bad-record"]


def test_a_zone_without_a_category_is_refused() -> None:
    with pytest.raises(InputError, match="--category"):
        RpzReader(FORMATS["rpz"])


@given(st.lists(st.text(alphabet=" ab.*@$();CNAME\t-0", max_size=30), max_size=8))
def test_any_lines_are_read_or_refused(lines: list[str]) -> None:
    for record in read(*lines):
        assert (record.report is None) != (record.problem is None)


@pytest.mark.parametrize("ttl", ["1" * 60_000 + "x", "1h" * 30_000 + "x", "9" * 60_000])
def test_a_ttl_that_is_none_is_refused_at_once(ttl: str) -> None:
    """A pattern that could match a number in many ways would try them all."""
    assert said(f"bad.ru {ttl} CNAME .") == ["bad-record"]


@pytest.mark.parametrize("line", ["bad.ru 60 IN CNAME .", "bad.ru IN 1h30m CNAME .", "bad.ru in 1W CNAME ."])
def test_class_and_ttl_stand_in_either_order(line: str) -> None:
    assert said(line) == ["bad.ru"]
