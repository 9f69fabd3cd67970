"""Where is a host cut?  The answers of `SuffixList.split` for many plain hosts at once, by whole words of eight octets.

The last sixteen octets of a label, its length and what stands behind it are looked up in a table of what the list
knows.  What is found there was compared in full; what is not found is not in the list.  Where two labels are not enough
to tell (rules of three labels, labels too long for the table), or two rules share a place of the table, the answer is
`UNSURE`, and the list itself must be asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from comity.core.suffixes import SuffixList
from comity.sweep.host_places import LOWER, ROOM, HostPlaces, Places, Words, words_of

UNSURE: Final = -1
FOREIGN: Final = -2
SUFFIX: Final = -3
_ABSENT: Final = -2
_LETTERS: Final = 16
_ROOM_FOR_ONE: Final = 128  # places of a table for each of its rows: few of them share one,
_ROOM_FOR_ENDS: Final = 1_024  # and hardly any top-level domain
_TRIES: Final = 4
_MOST_OF_SUFFIX: Final = 3
_NOBODY: Final = "-" * 64  # no rule has such a label
_MIX: Final = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)))

Keys = tuple[Words, Words, Words]


class SuffixWords:
    """Cuts plain hosts; those that end in none of `zones` are told to be names, and no more."""

    def __init__(self, suffixes: SuffixList, zones: Sequence[str]) -> None:
        plain = sorted(suffixes.plain)
        foreign = len(zones)
        self._foreign = foreign
        # The last two stand for what is in no table: it has no number, and so comes from the end.
        numbers = [zones.index(name) if name in zones else foreign for name in plain]
        self._zone = np.array([*numbers, foreign, foreign], np.uint8)
        self._plain = _Table(_keys_of(plain, [0] * len(plain)), room=_ROOM_FOR_ENDS)
        number = {name: at for at, name in enumerate(plain)}
        second = sorted(name for name in suffixes.second if name.rpartition(".")[2] in number)
        # How many labels more the registrable domain has, below which the list says nothing of three labels.
        self._more = np.array(
            [suffixes.split(f"{_NOBODY}.{_NOBODY}.{name}").registrable.count(".") - 1 for name in second], np.int8
        )
        self._second = _Table(_keys_of(*_cut_first(second, number)))
        number = {name: at for at, name in enumerate(second)}
        third = sorted(name for name in suffixes.third if name.partition(".")[2] in number)
        self._is_last = np.array([suffixes.third[name] >= 0 for name in third], np.bool_)
        self._third = _Table(_keys_of(*_cut_first(third, number)))

    def cut(self, places: HostPlaces) -> tuple[Places, NDArray[np.uint8]]:
        """Give for each host the place where its registrable domain begins, or one of the three words; and its zone."""
        words = words_of(places.text)
        last, second, third = places.last, places.second, places.third
        end = self._plain.find(_keys(words, last, places.ends, np.zeros(len(last), np.int64)))
        known = self._second.find(_keys(words, second, last, end))
        cut = np.where(known == _ABSENT, second + 1, UNSURE)
        rows = np.flatnonzero((known >= 0) & (end >= 0) & (places.dots > 1))
        more, dots = self._more[known[rows]], places.dots[rows]
        deeper = self._third.find(_keys(words, third[rows], second[rows], known[rows]))
        below = np.where(more > 0, third[rows], second[rows]) + 1
        below[more > 1] = UNSURE
        below[(more > 1) & (dots < _MOST_OF_SUFFIX)] = SUFFIX
        cut[rows] = np.where(deeper == _ABSENT, below, UNSURE)
        # Where the list says nothing of more than three labels, no suffix has more: four are a name below one.
        is_last = deeper == _ABSENT
        is_last[deeper >= 0] = self._is_last[deeper[deeper >= 0]]
        is_name = cut >= 0
        is_name[rows] |= is_last & (dots >= _MOST_OF_SUFFIX)
        zone = self._zone[end]
        cut[is_name & (zone == self._foreign)] = FOREIGN
        cut[end < 0] = UNSURE
        return cut, zone


class _Table:
    """Rows by their keys: open to one row in a place; places of several rows are unsure, and so is what is too long."""

    def __init__(self, keys: Keys, *, room: int = _ROOM_FOR_ONE) -> None:
        self._keys = keys
        self._bits = (room * len(keys[0]) + 1).bit_length()
        self._mix = max(range(_TRIES), key=lambda mix: len(np.unique(_slots(keys, mix, self._bits))))
        slots = _slots(keys, self._mix, self._bits)
        self._rows = np.full(1 << self._bits, _ABSENT, np.int32)
        self._rows[slots] = np.arange(len(slots), dtype=np.int32)
        places, times = np.unique(slots, return_counts=True)
        self._rows[places[times > 1]] = UNSURE
        self._is_cut = (keys[2] & np.uint64(0xFF)) > _LETTERS

    def find(self, keys: Keys) -> Places:
        """Give the row of each key, `_ABSENT` or `UNSURE`."""
        rows = self._rows[_slots(keys, self._mix, self._bits)].astype(np.int64)
        maybe = np.flatnonzero(rows >= 0)
        found = rows[maybe]
        is_same = np.ones(len(maybe), np.bool_)
        for mine, wanted in zip(self._keys, keys, strict=True):
            is_same &= mine[found] == wanted[maybe]
        rows[maybe] = np.where(is_same, np.where(self._is_cut[found], UNSURE, found), _ABSENT)
        return rows


def _keys(words: Words, before: Places, ends: Places, behind: Places) -> Keys:
    """Of labels between places: the last eight octets, the eight before them, what stands behind and the length."""
    length = ends - before - 1
    used = np.clip(length, 1, _LETTERS)
    first = words[ends + (ROOM - 8)] >> (8 * np.maximum(8 - used, 0)).astype(np.uint64)
    more = words[ends + (ROOM - 16)] >> (8 * np.minimum(_LETTERS - used, 7)).astype(np.uint64)
    return first | LOWER, np.where(used > 8, more | LOWER, 0), ((behind << 8) | length).astype(np.uint64)


def _keys_of(labels: Sequence[str], behind: Sequence[int]) -> Keys:
    """Of labels, and of what stands behind them."""
    text = bytes(ROOM) + "".join(f"{label}\n" for label in labels).encode("ascii") + bytes(ROOM)
    closed = np.array([len(label) + 1 for label in labels], np.int64)
    ends = np.cumsum(closed) - 1
    return _keys(words_of(text), ends - closed, ends, np.array(behind, np.int64))


def _cut_first(names: Iterable[str], number: Mapping[str, int]) -> tuple[list[str], list[int]]:
    """The first label of each name, and the number of the rest."""
    cut = [name.partition(".") for name in names]
    return [label for label, _, _ in cut], [number[rest] for _, _, rest in cut]


def _slots(keys: Keys, mix: int, bits: int) -> Places:
    mixed = (keys[0] * _MIX[0]) ^ (keys[1] * _MIX[1]) ^ ((keys[2] + np.uint64(mix)) * _MIX[2])
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX[3]
    slots: Places = (mixed >> np.uint64(64 - bits)).astype(np.int64)
    return slots
