"""A warning that has half a zone in slices: the widest signs are refused until the rest is few."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.sweep.warning_bounds import bound_whole
from comity.sweep.warnings import HITS, SweptSigns


def hits(**found: int) -> SweptSigns:
    """Signs, each with so many names of its own."""
    rows = [(f"{label}-{number}.by", "label", label) for label, count in found.items() for number in range(count)]
    return SweptSigns(pl.DataFrame(rows, schema=HITS, orient="row"))


def test_slices_that_are_half_a_zone_together_are_refused_from_the_widest() -> None:
    found = bound_whole(hits(a=600, b=500, c=400, d=5), zone_names=3_000, permille=200)
    assert found.too_much == (("label", "a", 600),)
    assert found.hits.height == 905
    assert bound_whole(hits(a=600, b=500), zone_names=3_000, permille=400).too_much == ()
    assert bound_whole(hits(a=600, b=400), zone_names=1_000, permille=1).too_much == ()  # few enough to be named


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 700)), st.integers(1, 1_000))
def test_what_is_left_is_bounded_and_nothing_is_lost_uncounted(found: dict[str, int], permille: int) -> None:
    left = bound_whole(hits(**found), zone_names=4_000, permille=permille)
    assert left.hits["name"].n_unique() <= max(1_000, 4 * permille)
    told = {subject: number for _sign, subject, number in left.too_much}
    assert told | dict(left.hits.group_by("subject").len().iter_rows()) == found
