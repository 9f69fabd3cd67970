"""Patterns of names: read, written, refused; found from examples; and held back where they would find too much."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.blast import BlastLimits, check_blast, estimate_blast
from comity.core.errors import InputError
from comity.core.name_patterns import (
    CLASSES,
    Choice,
    Literal,
    NamePattern,
    Part,
    Run,
    length_of,
    make_pattern,
    parse_pattern,
    render_pattern,
    render_regex,
)
from comity.core.pattern_examples import find_shape, infer_pattern

VECTORS = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/spec/vectors/name-patterns.json").read_text(encoding="utf-8")
)
WORDS = st.text("abz09-", min_size=1, max_size=6)
PARTS = st.one_of(
    st.builds(Literal, WORDS),
    st.builds(lambda letters, least, more: Run(letters, least, least + more), st.sampled_from(list(CLASSES)),
              st.integers(0, 4), st.integers(0, 3)),
    st.builds(lambda words: Choice(tuple(words)), st.lists(WORDS, min_size=1, max_size=4)),
)  # fmt: skip
SUFFIXES = st.sampled_from(["ru", "com.vn", "xn--p1ai"])


def _made(parts: list[Part], suffix: str) -> NamePattern | None:
    try:
        return make_pattern(parts, suffix)
    except InputError:
        return None


@pytest.mark.parametrize("case", VECTORS["patterns"], ids=lambda case: case["text"])
def test_published_patterns(case: dict[str, Any]) -> None:
    pattern = parse_pattern(case["text"])
    assert render_pattern(pattern) == case["canonical"]
    assert find_shape(pattern) == case["shape"]
    assert [name for name in case["names"] if pattern.matches(name)] == case["matches"]


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_published_refusals(text: str) -> None:
    with pytest.raises(InputError):
        parse_pattern(text)


@pytest.mark.parametrize("case", VECTORS["examples"], ids=lambda case: case["pattern"] or "none")
def test_published_examples(case: dict[str, Any]) -> None:
    found = infer_pattern(case["names"])
    assert (render_pattern(found) if found else "") == case["pattern"]


@given(st.lists(PARTS, min_size=1, max_size=5), SUFFIXES)
def test_what_is_written_reads_back_and_is_canonical(parts: list[Part], suffix: str) -> None:
    pattern = _made(parts, suffix)
    if pattern is None:
        return
    text = render_pattern(pattern)
    assert parse_pattern(text) == pattern
    assert parse_pattern(text.upper()) == pattern
    assert make_pattern(list(pattern.parts), suffix) == pattern
    least, most = length_of(pattern)
    assert 0 <= least <= most


@given(st.data(), st.lists(PARTS, min_size=1, max_size=5))
def test_the_canonical_form_matches_what_was_meant(data: st.DataObject, parts: list[Part]) -> None:
    pattern = _made(parts, "ru")
    if pattern is None:
        return
    label = ""
    for part in parts:
        if isinstance(part, Literal):
            label += part.text
        elif isinstance(part, Choice):
            label += data.draw(st.sampled_from(part.words))
        else:
            letters = st.from_regex(f"[{CLASSES[part.letters]}]", fullmatch=True)
            label += "".join(data.draw(st.lists(letters, min_size=part.least, max_size=part.most)))
    assert pattern.matches(label + ".ru")
    assert not pattern.matches(label + ".by")
    assert not pattern.matches("a." + label + ".ru")
    assert not pattern.matches(label + ".ru\n")


@given(st.text("{}|:-.*?+^$()[]\\ab1ru", max_size=40) | st.text(max_size=20))
def test_whatever_a_partner_writes_is_a_pattern_or_a_refusal(text: str) -> None:
    try:
        pattern = parse_pattern(text)
    except InputError:
        return
    assert set(re.sub(r"\[[^]]*\]\{[0-9,]+\}", "", render_regex(pattern))) <= set(
        "^$()?:|\\.-abcdefghijklmnopqrstuvwxyz0123456789"
    )


@given(st.lists(st.text("abcxyz012-", min_size=1, max_size=14), min_size=1, max_size=12), SUFFIXES)
def test_what_is_found_from_examples_matches_all_of_them(labels: list[str], suffix: str) -> None:
    names = [f"{label}.{suffix}" for label in labels]
    found = infer_pattern(names)
    if found is not None:
        assert all(map(found.matches, names))
        assert infer_pattern(list(reversed(names))) == found
        assert parse_pattern(render_pattern(found)) == found


def test_limits_follow_the_zone_within_their_bounds() -> None:
    limits = BlastLimits()
    assert [limits.most(size) for size in (0, 150_000, 6_000_000, 28_000_000)] == [50, 50, 600, 2_000]


def test_a_count_over_the_limit_is_refused_with_its_number() -> None:
    sizes = {"ru": 6_000_000}
    counts = {("a.ru", "ru"): 600, ("b.ru", "ru"): 601, ("c.by", "by"): 51}
    refused = check_blast(counts, sizes, BlastLimits())
    assert [(one.pattern, one.names, one.most) for one in refused] == [("b.ru", 601, 600), ("c.by", 51, 50)]
    assert "b.ru would find 601 of the 6,000,000 names of ru, one in 9,983; at most 600 may be" in refused[0].sentence


@given(st.integers(0, 5_000), st.integers(1, 5_000), st.integers(5_000, 10_000_000))
def test_a_sample_never_refuses_what_it_cannot_know(count: int, sample: int, size: int) -> None:
    count = min(count, sample)
    limits = BlastLimits()
    refused = estimate_blast({("p.ru", "ru"): count}, {"ru": sample}, {"ru": size}, limits)
    if refused:
        assert count > 16
        assert count / sample * size > limits.most(size)
        assert "about" in refused[0].sentence
    if count == sample and count > 100:
        assert refused
