"""Warnings as values: every code has its words, small counts are rounded, a comparison is exact."""

import ast
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity.core.warning_terms as terms
from comity.core.errors import TooLargeError
from comity.core.intersections import BUCKETS, PART_BYTES, POINT_BYTES, bucket_of, check_points, size_of_part
from comity.core.warnings import (
    SIGNS,
    TOO_MUCH_FLOOR,
    SignCount,
    Signs,
    Warned,
    find_faults,
    most_of,
    parse_patterns,
    parse_server_set,
    round_count,
)
from comity.web.warning_labels import WARNING_QUESTION, WARNING_WHY
from comity.wire import warning_texts
from comity.wire.decision_texts import LANGUAGES, QUESTIONS, REASONS, question_text, reason_text

COUNTS = st.integers(0, 10_000_000)


def codes() -> tuple[set[str], set[str]]:
    """The questions and the reasons that `core.warning_terms` writes."""
    tree = ast.parse(Path(terms.__file__ or "").read_text(encoding="utf-8"))
    places = {"_object": (2, 3), "TraceStep": (1, 2), "Decision": (None, 2), "_allow": (2, None)}
    found: tuple[set[str], set[str]] = (set(), set())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
            for into, place in zip(found, places[node.func.id], strict=True):
                if place is not None and isinstance(part := node.args[place], ast.Constant):
                    into.add(part.value)
    return found


def test_every_code_of_a_decision_has_its_words() -> None:
    questions, reasons = codes()
    assert questions - set(QUESTIONS) == set(warning_texts.WARNING_QUESTIONS) == set(WARNING_QUESTION)
    assert reasons - set(REASONS) - {"yes"} == set(warning_texts.WARNING_REASONS) == set(WARNING_WHY)
    for table in (warning_texts.WARNING_QUESTIONS, warning_texts.WARNING_REASONS):
        assert all(len(set(texts)) == len(LANGUAGES) for texts in table.values())
    assert reason_text("needs-release", "en") == "A supervisor must release this answer."
    assert question_text("intersection", "zh-hans") == "预警条款是否允许此项集合比对？"


@given(COUNTS, st.integers(1, 1000))
def test_a_count_is_exact_or_says_that_it_is_fewer(names: int, at_least: int) -> None:
    told = round_count("label", names, at_least)
    assert told.fewer == (0 < names < at_least)
    assert told == (SignCount("label", at_least, fewer=True) if told.fewer else SignCount("label", names))


@given(COUNTS, COUNTS, st.integers(1, 1000))
def test_a_stricter_guard_never_lets_more_through(names: int, zone: int, permille: int) -> None:
    for sign in SIGNS:
        assert most_of(sign, zone, permille) >= most_of(sign, zone, max(1, permille - 1))
        assert most_of(sign, zone, permille) >= (50 if sign == "pattern" else TOO_MUCH_FLOOR)
    assert most_of("pattern", zone, permille) <= most_of("label", zone, permille)


WARNED = Warned(
    zones=("by",), category="phishing", tlp="TLP:AMBER", first_day=date(2026, 11, 26), last_day=date(2026, 12, 26),
    case="RU-7", text="One form", signs=Signs(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("demo-*.by", "is no part of a pattern"),
        ("demo-{digit:2}{digit:3}.by", "is not in its one form, demo-{digit:5}.by"),
        ("demo-{digit:2}.ru", "is about .ru, which is none of the zones"),
        ("a" * 300 + ".by", "has more than 200 characters"),
        ("demo", "must end in a dot and a zone of a party"),
    ],
)
def test_a_pattern_that_is_told_is_one_in_its_one_form_about_a_zone_of_the_warning(pattern: str, said: str) -> None:
    faults = list(find_faults(msgspec.structs.replace(WARNED, signs=Signs(patterns=(pattern,)))))
    assert [part for part, _ in faults] == ["pattern"]
    assert said in faults[0][1]
    assert not list(find_faults(msgspec.structs.replace(WARNED, signs=Signs(patterns=("demo-{digit:2}.by",)))))
    assert parse_patterns([" Demo-{digit:2}{digit:3}.BY", "demo-{digit:5}.by"]) == ("demo-{digit:5}.by",)


def test_what_is_withheld_is_gone_and_the_key_goes_with_the_last_token() -> None:
    signs = Signs(labels=("a",), name_tokens=("0" * 16,), registrant_tokens=("1" * 16,), token_key="2" * 32)
    assert signs.without(SIGNS) == Signs()
    assert signs.without(("name-token",)).token_key
    assert signs.without(("name-token", "registrant-token")) == Signs(labels=("a",))


def test_a_set_of_servers_has_one_form() -> None:
    assert parse_server_set(" NS2.Demo.ru., ns1.demo.ru\tns2.demo.ru") == "ns1.demo.ru ns2.demo.ru"


def test_parts_of_a_message_are_its_size() -> None:
    for bucket in BUCKETS:
        parts = range(-(-bucket * POINT_BYTES // PART_BYTES))
        assert sum(size_of_part(bucket, number) for number in parts) == bucket * POINT_BYTES
    assert check_points(b"\x03" + b"\x00" * 32, 1)
    assert not check_points(b"\x04" + b"\x00" * 32, 1)
    with pytest.raises(TooLargeError):
        bucket_of(BUCKETS[-1] + 1)


@settings(max_examples=20)
@given(st.integers(1, BUCKETS[-1]))
def test_a_bucket_holds_its_set(size: int) -> None:
    assert size <= bucket_of(size)
    assert bucket_of(size) in BUCKETS
