"""IDN labels decoded and read over columns are what the reference reads, also where they do not decode."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.lookalike_letters import decode_label, read_label
from comity.core.lookalike_sounds import has_cyrillic, sound_of
from comity.sweep.lookalike_idn import read_idn_labels

_WRITTEN = st.text(st.sampled_from("bankобъекті0ßñΣσς中文한ㅏéé\u0301\u0b47\u0b3e🦊\ud800"), min_size=1, max_size=12)
_ENCODED = _WRITTEN.map(lambda text: "xn--" + text.encode("punycode").decode("ascii"))
_ANY = st.text(st.sampled_from("abcxyz0189-_"), max_size=59).map(lambda text: "xn--" + text)


@settings(max_examples=60, deadline=None)
@given(st.lists(_ENCODED | _ANY, min_size=1, max_size=12))
def test_columns_read_what_the_reference_reads(labels: list[str]) -> None:
    read = read_idn_labels(pl.Series(labels, dtype=pl.String))
    texts = [decode_label(label) for label in labels]
    assert read.texts.to_list() == texts
    assert read.skeletons.to_list() == [read_label(text).skeleton for text in texts]
    assert read.cyrillic.tolist() == [place for place, text in enumerate(texts) if has_cyrillic(text)]
    assert read.sounds.to_list() == [sound_of(texts[place]) for place in read.cyrillic.tolist()]


def test_half_a_pair_is_no_letter_and_stops_no_sweep() -> None:
    label = "xn--" + "\ud800a".encode("punycode").decode("ascii")
    assert decode_label(label) == label
    assert read_idn_labels(pl.Series([label])).texts.to_list() == [label]
