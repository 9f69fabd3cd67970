"""What protected labels become once: hashes of every spelling that a whole label may have, to be found by equality.

A spelling is kept as its hash with the number of its label, sorted; before them stands a bitmap, which most labels of a
zone do not pass.  Two spellings of one hash do no harm: `comity.core.lookalikes` looks at whatever passes.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from comity.core.lookalike_forms import Form

_BITS: Final = 27  # of the bitmap at most: 16 MiB
_BITS_OF_A_KEY: Final = 32  # the bitmap has so many bits for each key, as far as it may grow


class Keys:
    """Hashes of spellings, each with the number of a protected label."""

    __slots__ = ("_bitmap", "_hashes", "_numbers", "_shift")

    def __init__(self, spellings: pl.Series, numbers: npt.NDArray[np.uint32]) -> None:
        hashes = hash_of(spellings)
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._numbers = hashes[order], numbers[order]
        bits = min(max(10, (len(hashes) * _BITS_OF_A_KEY).bit_length()), _BITS)
        self._shift = np.uint64(64 - bits)
        place = hashes >> self._shift
        self._bitmap = np.zeros(1 << (bits - 3), dtype=np.uint8)
        np.bitwise_or.at(self._bitmap, place >> np.uint64(3), np.uint8(1) << (place & np.uint64(7)).astype(np.uint8))

    def __len__(self) -> int:
        return len(self._hashes)

    def find(self, labels: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
        """Find which labels are a spelling: places in `labels` and numbers of protected labels, pair by pair."""
        hashes = hash_of(labels)
        place = hashes >> self._shift
        bit = (self._bitmap[place >> np.uint64(3)] >> (place & np.uint64(7)).astype(np.uint8)) & np.uint8(1)
        rows = np.flatnonzero(bit)
        wanted = hashes[rows]
        begin, end = np.searchsorted(self._hashes, wanted, "left"), np.searchsorted(self._hashes, wanted, "right")
        times = end - begin
        found = np.repeat(rows, times)
        offsets = np.arange(len(found)) - np.repeat(np.cumsum(times) - times, times)
        return found, self._numbers[np.repeat(begin, times) + offsets]


def hash_of(labels: pl.Series) -> npt.NDArray[np.uint64]:
    """Hash labels, equal in one process: never stored and never sent."""
    return labels.hash(20261126).to_numpy()


def make_spelling_keys(forms: Iterable[Form]) -> Keys:
    """The spellings of a whole label that are the label: itself, the other layout, Latin letters for Cyrillic ones."""
    return make_keys(
        (text, number)
        for number, form in enumerate(forms)
        for text in {form.text, form.text.replace("-", ""), form.layout, *form.spellings}
        if text
    )


def make_edit_keys(forms: Iterable[Form]) -> Keys:
    """The spellings one edit away from a label of which slips of the finger are looked for."""
    frames = [pl.DataFrame(schema={"spelling": pl.String, "number": pl.UInt32})]
    by_alphabet: dict[str, list[tuple[str, int]]] = {}
    for number, form in enumerate(forms):
        if form.letters:
            by_alphabet.setdefault(form.letters, []).append((form.text, number))
    for letters, texts in by_alphabet.items():
        frames += list(_edits(_frame(texts), letters))
    made = pl.concat(frames)
    return Keys(made["spelling"], made["number"].to_numpy())


def make_keys(texts: Iterable[tuple[str, int]]) -> Keys:
    """Keys of spellings as given."""
    frame = _frame(list(texts))
    return Keys(frame["spelling"], frame["number"].to_numpy())


def _frame(rows: list[tuple[str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"spelling": pl.String, "number": pl.UInt32}, orient="row")


def _edits(brands: pl.DataFrame, letters: str) -> Iterable[pl.DataFrame]:
    """All spellings one Damerau edit away."""
    text, place = pl.col("spelling"), pl.col("place")
    length = text.str.len_chars()
    at = brands.with_columns(place=pl.int_ranges(0, length + 1)).explode("place")
    at = at.with_columns(
        before=text.str.slice(0, place), one=text.str.slice(place, 1), two=text.str.slice(place + 1, 1),
        rest=text.str.slice(place + 1), last=place >= length,
    )  # fmt: skip
    inner = at.filter(~pl.col("last"))
    with_letter = at.join(pl.DataFrame({"letter": list(letters)}), how="cross")
    yield inner.select(spelling=pl.col("before") + pl.col("rest"), number="number")
    yield inner.filter(pl.col("two") != "").select(
        spelling=pl.concat_str("before", "two", "one", pl.col("rest").str.slice(1)), number="number"
    )
    yield with_letter.select(spelling=pl.concat_str("before", "letter", "one", "rest"), number="number")
    yield with_letter.filter(~pl.col("last")).select(
        spelling=pl.concat_str("before", "letter", "rest"), number="number"
    )
