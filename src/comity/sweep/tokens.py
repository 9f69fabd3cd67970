"""SipHash-2-4 of a whole column: the tokens of names and registrants, without a loop over them.

What one text's token is, `comity.core.warnings.siphash` says; this module is only its speed, and the tests hold both
equal, and both to the published vectors.
"""

import numpy as np
import polars as pl

from comity.core.warnings import SIPHASH_WORDS

_Words = np.ndarray[tuple[int], np.dtype[np.uint64]]


def tokens_of(texts: pl.Series, key: bytes) -> pl.Series:
    """The tokens (UInt64) of a column of texts without nulls, in its order."""
    lengths = texts.str.len_bytes()
    order = lengths.arg_sort()
    ordered, sizes = texts.gather(order), lengths.gather(order).to_numpy()
    found = np.empty(len(texts), np.uint64)
    places = order.to_numpy()
    edges = np.flatnonzero(np.diff(sizes)) + 1
    for start, end in zip((0, *edges.tolist()), (*edges.tolist(), len(sizes)), strict=True):
        if start < end:
            found[places[start:end]] = _hash(ordered.slice(start, end - start), int(sizes[start]), key)
    return pl.Series("token", found, pl.UInt64)


def _hash(texts: pl.Series, size: int, key: bytes) -> _Words:
    """The tokens of texts that all have the same number of octets."""
    octets = np.zeros((len(texts), size // 8 * 8 + 8), np.uint8)
    if size:
        joined: str = texts.str.join("").item()
        octets[:, :size] = np.frombuffer(joined.encode(), np.uint8).reshape(len(texts), size)
    octets[:, -1] = size & 0xFF
    words = octets.view("<u8")
    keys = (int.from_bytes(key[:8], "little"), int.from_bytes(key[8:16], "little"))
    state = [np.full(len(texts), word ^ keys[at % 2], np.uint64) for at, word in enumerate(SIPHASH_WORDS)]
    for at in range(words.shape[1]):
        state[3] ^= words[:, at]
        _rounds(state, 2)
        state[0] ^= words[:, at]
    state[2] ^= np.uint64(0xFF)
    _rounds(state, 4)
    tokens: _Words = state[0] ^ state[1] ^ state[2] ^ state[3]
    return tokens


def _rounds(v: list[_Words], times: int) -> None:
    for _ in range(times):
        v[0] += v[1]
        v[2] += v[3]
        v[1] = _left(v[1], 13) ^ v[0]
        v[3] = _left(v[3], 16) ^ v[2]
        v[0] = _left(v[0], 32)
        v[2] += v[1]
        v[0] += v[3]
        v[1] = _left(v[1], 17) ^ v[2]
        v[3] = _left(v[3], 21) ^ v[0]
        v[2] = _left(v[2], 32)


def _left(words: _Words, bits: int) -> _Words:
    return (words << np.uint64(bits)) | (words >> np.uint64(64 - bits))
