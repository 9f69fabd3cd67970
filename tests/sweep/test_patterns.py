"""Patterns in a zone: what they find, whom they never find, and how one that finds too much leaves nothing behind."""

import pickle
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.blast import BlastLimits
from comity.core.errors import InputError, TooLargeError
from comity.core.guards import join_guard_lists, parse_guard_list
from comity.core.name_patterns import parse_pattern
from comity.sweep.columns import FINDINGS, NAMES, conform, empty
from comity.sweep.patterns import (
    PatternTable,
    estimate_patterns,
    leave_out,
    match_patterns,
    prepare_patterns,
    refuse_patterns,
)

LIMITS = BlastLimits(one_in=100, names=20, always=3)


def _names(names: list[str]) -> pl.DataFrame:
    rows = {"name": sorted(names), "ns": 1, "ds": False, "first_seen": None, "last_seen": None}
    return pl.DataFrame(rows, schema=NAMES)


def _run(names: list[str], table: PatternTable, zone: str = "ru", size: int = 10_000) -> pl.DataFrame:
    frame = _names(names)
    parts = [match_patterns(frame[at : at + size], zone, table) for at in range(0, len(frame), size)]
    return conform(pl.concat([empty(FINDINGS), *parts]), FINDINGS)


PLANTED = [f"shop-{number}.ru" for number in range(100, 115)]
ZONE = [f"{''.join(letters)}{number}.ru" for letters in product("abc", repeat=4) for number in range(25)] + PLANTED


def test_a_narrow_pattern_finds_its_names_and_says_so() -> None:
    table = prepare_patterns(["SHOP-{digit:3}.ru", "shop-{digit:1}{digit:2}.ru", "x{hex:9}.by"], limits=LIMITS)
    assert table.patterns == ("shop-{digit:3}.ru", "x{hex:9}.by")
    found = _run(ZONE, table)
    assert found["name"].to_list() == PLANTED
    assert set(found.select("zone", "kind", "subject", "reason", "detail").rows()) == {
        ("ru", "pattern", "shop-{digit:3}.ru", "told-pattern", "template")
    }
    kept, refused = refuse_patterns(found, {"ru": len(ZONE)}, LIMITS)
    assert kept.equals(found)
    assert refused == ()


@pytest.mark.parametrize("text", ["{alnum:1-63}.ru", "{letter:4}{digit:1-2}.ru", "a{alnum:0-20}.ru"])
@pytest.mark.parametrize("size", [7, 10_000])
def test_a_pattern_that_matches_too_much_leaves_nothing_behind(text: str, size: int) -> None:
    table = prepare_patterns([text, "shop-{digit:3}.ru"], limits=LIMITS)
    found = _run(ZONE, table, size=size)
    kept, refused = refuse_patterns(found, {"ru": len(ZONE)}, LIMITS)
    wanted = sum(map(parse_pattern(text).matches, ZONE))
    assert wanted > 500
    assert [(one.pattern, one.names) for one in refused] == [(table.patterns[0] if text[0] != "{" else text, wanted)]
    assert f"{wanted:,} of the {len(ZONE):,} names" in refused[0].sentence
    assert kept["name"].to_list() == PLANTED
    before = estimate_patterns(_names(ZONE[::3]), "ru", len(ZONE), table)
    assert [(one.pattern, one.known) for one in before] == [(text, "estimated")]
    assert leave_out(table, before).patterns == ("shop-{digit:3}.ru",)


def test_what_one_partition_finds_is_bounded() -> None:
    found = _run(ZONE, prepare_patterns(["{alnum:1-63}.ru"], limits=LIMITS))
    assert found.select("name", "reason", "detail").rows() == [("", "too-many", str(len(ZONE) - len(PLANTED)))]


def test_protected_names_are_never_found() -> None:
    guard = join_guard_lists([parse_guard_list("own", "shop-101.ru")])
    table = prepare_patterns(["shop-{digit:3}.ru"], guard, LIMITS)
    assert set(PLANTED) - set(_run(ZONE, table)["name"]) == {"shop-101.ru"}
    assert pickle.loads(pickle.dumps(table)) == table  # noqa: S301 — our own bytes


def test_what_is_no_pattern_is_refused_before_any_run() -> None:
    with pytest.raises(InputError, match="no part of a pattern"):
        prepare_patterns(["shop-{digit:3}.ru", "www-*.ru"])
    with pytest.raises(TooLargeError):
        prepare_patterns([f"shop{number}.ru" for number in range(1_001)])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a{digit:0-2}.ru", "{letter:1-3}.ru", "{ab|b}-{hex:1}.ru", "a-{alnum:2}.ru", "b.ru"]),
        max_size=5,
    ),
    st.lists(st.text("ab1-", min_size=1, max_size=4).map("{}.ru".format), max_size=15, unique=True),
)
def test_the_columns_say_what_the_pattern_says(texts: list[str], names: list[str]) -> None:
    found = _run(names, prepare_patterns(texts))
    wanted = {(name, text) for text in texts for name in names if parse_pattern(text).matches(name)}
    assert sorted(found.select("name", "subject").rows()) == sorted(wanted)


def test_the_widest_patterns_compile() -> None:
    wide = "-".join(["{alnum:0-63}"] * 8)
    patterns = [f"{wide}x{number}.ru" for number in range(60)]
    assert _run(["a-b-c-d-e-f-g-hx7.ru"], prepare_patterns(patterns))["subject"].to_list() == [f"{wide}x7.ru"]


def test_patterns_of_many_long_words_compile() -> None:
    choice = "{" + "|".join(f"{letter}{number:02}{'w' * 25}" for letter in "ab" for number in range(15)) + "}"
    texts = [f"{choice}p{number}.ru" for number in range(200)]
    found = _run([f"b07{'w' * 25}p131.ru"], prepare_patterns(texts))
    assert found["subject"].to_list() == [f"{choice}p131.ru"]
