"""Which A-labels are plainly good, seen in columns: the punycode of many labels at once (RFC 3492 §6.2).

A label is plainly good when it decodes to letters that need no further rule: Cyrillic of the zones' languages, common
Han, letters, digits, and hyphens where hyphens may stand.  Of punycode each text has one form only, so what decodes
without a rest is written as its A-label is.  Of any other label nothing is said: `fold_host` must be asked.
"""

from typing import Final

import numpy as np
import polars as pl

from comity.core.labels import MAX_LABEL

_PREFIX: Final = 4  # octets of `xn--`
_WIDTH: Final = MAX_LABEL - _PREFIX
_FIRST, _BIAS, _DAMP, _SKEW, _BASE, _LEAST, _MOST = 128, 72, 700, 38, 36, 1, 26
_MOST_HYPHENS: Final = 4  # a label with more is asked in full
_SIMPLE: Final = ((0x430, 0x44F), (0x451, 0x451), (0x456, 0x456), (0x45E, 0x45E), (0x4E00, 0x9FA5))
_TOO_LARGE: Final = 1 << 40
_NO_DIGIT: Final = 99
_AT_A_TIME: Final = 1 << 16
_HYPHEN: Final = ord("-")
_DIGITS: Final = np.full(256, _NO_DIGIT, dtype=np.int64)
_DIGITS[ord("a") : ord("z") + 1] = np.arange(26)
_DIGITS[ord("0") : ord("9") + 1] = np.arange(26, 36)
_IS_SIMPLE: Final = np.zeros(_SIMPLE[-1][1] + 2, dtype=bool)
for _begin, _end in _SIMPLE:
    _IS_SIMPLE[_begin : _end + 1] = True


def are_simple_a_labels(labels: pl.Series) -> np.ndarray:
    """Which of some labels (lower-case letters, digits, hyphens, underscores) are A-labels that are plainly good."""
    if not len(labels):
        return np.zeros(0, dtype=bool)
    return np.concatenate([_are_simple(some) for some in _slices(labels)])


def _slices(labels: pl.Series) -> list[pl.Series]:
    return [labels.slice(at, _AT_A_TIME) for at in range(0, len(labels), _AT_A_TIME)]


def _are_simple(labels: pl.Series) -> np.ndarray:
    sizes = labels.str.len_bytes().to_numpy().astype(np.int64) - _PREFIX
    good = labels.str.starts_with("xn--").to_numpy() & (sizes > 0) & (sizes <= _WIDTH)
    good &= ~labels.str.contains("_", literal=True).to_numpy()
    rows = np.flatnonzero(good)
    if len(rows):
        padded = labels.gather(rows).str.slice(_PREFIX).str.pad_end(_WIDTH, "_").str.join("").item()
        text = np.frombuffer(padded.encode("ascii"), dtype=np.uint8).reshape(-1, _WIDTH)
        good[rows] = _decode_all(text, sizes[rows])
    return good


def _decode_all(text: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Decode rows of octets: whether each is simple.  Where hyphens come to stand is followed, not the text itself."""
    count = len(text)
    is_hyphen = text == _HYPHEN
    last = np.where(is_hyphen.any(axis=1), _WIDTH - 1 - is_hyphen[:, ::-1].argmax(axis=1), -1)
    basic = np.maximum(last, 0)
    good = last != 0  # a delimiter with nothing before it
    good &= is_hyphen.sum(axis=1) <= _MOST_HYPHENS
    hyphens = _positions(is_hyphen & (np.arange(_WIDTH) < last[:, None]))
    at, length = last + 1, basic.copy()
    good &= at < sizes
    number, index = np.full(count, _FIRST), np.zeros(count, dtype=np.int64)
    bias, is_first = np.full(count, _BIAS), np.ones(count, dtype=bool)
    old, weight, key = index.copy(), np.ones(count, dtype=np.int64), np.full(count, _BASE)
    live = np.flatnonzero(good)
    while len(live):
        digit = _DIGITS[text[live, at[live]]]
        index[live] += digit * weight[live]
        good[live] &= (digit != _NO_DIGIT) & (index[live] < _TOO_LARGE) & (weight[live] < _TOO_LARGE)
        threshold = np.clip(key[live] - bias[live], _LEAST, _MOST)
        ends = digit < threshold
        weight[live] *= np.where(ends, 1, _BASE - threshold)
        key[live] += _BASE
        at[live] += 1
        good[live] &= ends | (at[live] < sizes[live])  # it must not end within a number
        done = live[ends & good[live]]
        length[done] += 1
        bias[done] = _adapt(index[done] - old[done], length[done], is_first[done])
        number[done] += index[done] // length[done]
        index[done] %= length[done]
        good[done] &= _IS_SIMPLE[np.minimum(number[done], len(_IS_SIMPLE) - 1)]
        hyphens[done] += hyphens[done] >= index[done, None]
        index[done] += 1
        old[done], weight[done], key[done], is_first[done] = index[done], 1, _BASE, False
        live = live[good[live] & (at[live] < sizes[live])]
    stands = hyphens >= 0
    at_end = (stands & ((hyphens == 0) | (hyphens == length[:, None] - 1))).any(axis=1)
    is_double = (hyphens == 2).any(axis=1) & (hyphens == 3).any(axis=1)  # third and fourth
    return np.asarray(good & ~at_end & ~is_double)


def _positions(is_hyphen: np.ndarray) -> np.ndarray:
    """Where the hyphens of each row stand; below zero, and for ever, where there is none."""
    found = np.full((len(is_hyphen), _MOST_HYPHENS), -_TOO_LARGE)
    rows, columns = np.nonzero(is_hyphen)
    number = (np.cumsum(is_hyphen, axis=1) - 1)[rows, columns]
    fits = number < _MOST_HYPHENS
    found[rows[fits], number[fits]] = columns[fits]
    return found


def _adapt(delta: np.ndarray, length: np.ndarray, is_first: np.ndarray) -> np.ndarray:
    delta = np.where(is_first, delta // _DAMP, delta // 2)
    delta += delta // length
    key = np.zeros(len(delta), dtype=np.int64)
    while (over := delta > ((_BASE - _LEAST) * _MOST) // 2).any():
        delta = np.where(over, delta // (_BASE - _LEAST), delta)
        key += np.where(over, _BASE, 0)
    key += (_BASE - _LEAST + 1) * delta // (delta + _SKEW)
    return key


__all__ = ("are_simple_a_labels",)
