"""The IDN labels of a partition decoded and read, all at once: what `comity.core` does letter by letter, over columns.

Punycode is decoded for all labels step by step: each step reads one digit of every label that has one left (RFC 3492).
Letters of the usual scripts are read by tables.  A label with any other letter, or that does not decode, is left to
`comity.core.lookalike_letters` and `comity.core.lookalike_sounds`, which are the reference: the result is the same.
"""

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from comity.core.lookalike_letters import PAIRS, PREFIX, decode_label, fold_letter, read_label
from comity.core.lookalike_sounds import has_cyrillic, sound_of

_Ints = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]

# Scripts whose letters stand for themselves: none composes with the next, none has another lower case.
_RANGES: Final = ((0x61, 0x7B), (0x30, 0x3A), (0x2D, 0x2E), (0xDF, 0x250), (0x370, 0x530))
_HAN: Final = (0x4E00, 0xA000)
_CYRILLIC: Final = (0x400, 0x500)
_TOP: Final = 0x10000
_HYPHEN: Final = ord("-")
_DIGITS: Final = np.full(256, -1, dtype=np.int64)
_DIGITS[ord("a") : ord("z") + 1] = np.arange(26)
_DIGITS[ord("0") : ord("9") + 1] = np.arange(26, 36)


class IdnLabels(NamedTuple):
    """Labels decoded, their skeletons, and of those with Cyrillic letters (`cyrillic`: places) the keys of sounds."""

    texts: pl.Series
    skeletons: pl.Series
    cyrillic: _Ints
    sounds: pl.Series


class _Letters(NamedTuple):
    usual: _Flags
    folded: npt.NDArray[np.uint32]
    sounds: npt.NDArray[np.uint32]


def read_idn_labels(labels: pl.Series) -> IdnLabels:
    """Decode A-labels and read them down to skeletons and sounds."""
    letters = _letters()
    codes, is_sure = _decode(labels)
    is_sure &= (codes < _TOP).all(axis=1)
    codes[~is_sure] = 0
    is_sure &= letters.usual[codes].all(axis=1)
    others = np.flatnonzero(~is_sure)
    codes[others] = 0
    is_cyrillic = ((codes >= _CYRILLIC[0]) & (codes < _CYRILLIC[1])).any(axis=1)
    texts = _write(codes.astype(np.uint32))
    skeletons = pl.Series(_write(letters.folded[codes]), dtype=pl.String).str.replace_many(PAIRS)
    sounds = _write(letters.sounds[codes[is_cyrillic]])
    if not len(others):
        cyrillic = np.flatnonzero(is_cyrillic)
        return IdnLabels(pl.Series(texts, dtype=pl.String), skeletons, cyrillic, _without_gaps(sounds))
    read = [decode_label(label) for label in labels.gather(others).to_list()]
    for place, text in zip(others.tolist(), read, strict=True):
        texts[place] = text
    skeletons = skeletons.scatter(others, [read_label(text).skeleton for text in read])
    with_sound = [place for place, text in zip(others.tolist(), read, strict=True) if has_cyrillic(text)]
    places = np.concatenate([np.flatnonzero(is_cyrillic), np.array(with_sound, dtype=np.int64)])
    keys = pl.concat(
        [_without_gaps(sounds), pl.Series([sound_of(texts[place]) for place in with_sound], dtype=pl.String)]
    )
    order = np.argsort(places, kind="stable")
    return IdnLabels(pl.Series(texts, dtype=pl.String), skeletons, places[order], keys.gather(order))


def _write(codes: npt.NDArray[np.uint32]) -> list[str]:
    """Rows of code points, filled up with zeros behind, as texts."""
    if not codes.size:
        return [""] * len(codes)
    rows = np.ascontiguousarray(codes, dtype="<u4").view(f"<U{codes.shape[1]}")
    return [str(text) for text in rows.ravel().tolist()]


def _without_gaps(texts: list[str]) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).str.replace_all("\0", "", literal=True)


@lru_cache(maxsize=1)
def _letters() -> _Letters:
    """What each code point is read as; those that are not `usual` are left to the reference."""
    usual = np.zeros(_TOP, dtype=np.bool_)
    folded = np.arange(_TOP, dtype=np.uint32)
    sounds = np.arange(_TOP, dtype=np.uint32)
    usual[0] = True  # behind the end
    usual[_HAN[0] : _HAN[1]] = True
    for begin, end in _RANGES:
        for code in range(begin, end):
            letter = chr(code)
            stays = unicodedata.normalize("NFC", letter.lower()) == letter and not unicodedata.combining(letter)
            usual[code] = stays and unicodedata.category(letter) != "Cn"
            folded[code] = ord(fold_letter(letter))
            sounds[code] = ord(sound_of(letter) or "\0")
    return _Letters(usual, folded, sounds)


def _decode(labels: pl.Series) -> tuple[_Ints, _Flags]:
    """Decode A-labels: rows of code points with zeros behind, and which rows are decoded for certain."""
    tails = labels.str.slice(len(PREFIX))
    ends = tails.str.len_bytes().to_numpy().astype(np.int64)
    width = max(int(ends.max() or 0), 1)
    read = np.array(tails.to_list(), dtype=f"S{width}").view(np.uint8).reshape(len(tails), width)
    hyphens = read == _HYPHEN
    basic = np.where(hyphens.any(axis=1), width - 1 - np.argmax(hyphens[:, ::-1], axis=1), 0)
    columns = np.arange(width)
    out = np.where(columns < basic[:, None], read, 0).astype(np.int64)
    is_sure = read.max(axis=1, initial=0) < 0x80
    state = _State(out, read, ends, basic, hyphens.any(axis=1))
    while len(state.active):
        state.step(is_sure)
    return out, is_sure


class _State:
    """Where the decoding of each label stands: the variables of RFC 3492, a column each."""

    def __init__(self, out: _Ints, read: npt.NDArray[np.uint8], ends: _Ints, basic: _Ints, has_basic: _Flags) -> None:
        rows = len(out)
        self._out, self._read, self._ends = out, read, ends
        self._columns = np.arange(out.shape[1])
        self._length = basic.copy()
        self._place = basic + has_basic
        self._code = np.full(rows, 128, dtype=np.int64)
        self._index, self._before = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
        self._bias, self._base = np.full(rows, 72, dtype=np.int64), np.full(rows, 36, dtype=np.int64)
        self._weight = np.ones(rows, dtype=np.int64)
        self._is_first = np.ones(rows, dtype=np.bool_)
        self.active = np.flatnonzero(self._place < ends)

    def step(self, is_sure: _Flags) -> None:
        """Read one digit of every label that is still open; a label that breaks a rule is no longer sure."""
        rows = self.active
        digit = _DIGITS[self._read[rows, self._place[rows]]]
        self._place[rows] += 1
        self._index[rows] += digit * self._weight[rows]
        least = np.clip(self._base[rows] - self._bias[rows], 1, 26)
        is_last = digit < least
        is_bad = (digit < 0) | (self._index[rows] >= _MOST)
        more = rows[~is_last & ~is_bad]
        self._weight[more] *= 36 - least[~is_last & ~is_bad]
        self._base[more] += 36
        done = rows[is_last & ~is_bad]
        self._insert(done)
        is_bad |= (self._code[rows] >= _MOST_CODE) | (~is_last & (self._place[rows] >= self._ends[rows]))
        is_bad |= self._weight[rows] >= _MOST
        is_sure[rows[is_bad]] = False
        self.active = rows[~is_bad & (self._place[rows] < self._ends[rows])]

    def _insert(self, rows: _Ints) -> None:
        index, size = self._index[rows], self._length[rows] + 1
        delta = index - self._before[rows]
        delta = np.where(self._is_first[rows], delta // 700, delta // 2)
        delta += delta // size
        bias = np.zeros(len(rows), dtype=np.int64)
        while (large := delta > 455).any():
            delta = np.where(large, delta // 35, delta)
            bias += 36 * large
        self._bias[rows] = bias + 36 * delta // (delta + 38)
        self._code[rows] += index // size
        index %= size
        moved = np.take_along_axis(self._out[rows], self._columns - (self._columns > index[:, None]), axis=1)
        moved[np.arange(len(rows)), index] = np.minimum(self._code[rows], _MOST_CODE)
        self._out[rows] = moved
        self._length[rows] = size
        self._index[rows] = self._before[rows] = index + 1
        self._weight[rows], self._base[rows] = 1, 36
        self._is_first[rows] = False


_MOST: Final = 1 << 31
_MOST_CODE: Final = 0x110000
