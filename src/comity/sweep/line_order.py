"""Are the names of a zone file in an order in which no name can come again later?  Then none needs to be remembered.

Three orders are known: that of octets, that of octets with the final dot, and the canonical one of RFC 4034 §6.1, in
which Knot and BIND write.  An order is that of a file when all its names are in it, from the first.
"""

from collections.abc import Callable
from typing import Final

import polars as pl

from comity.sweep.zone_faults import ZoneOrderError

_FIRST_ASKED: Final = 4_096
_SEPARATOR: Final = "\x00"


def _canonical(names: pl.Series) -> pl.Series:
    labels = pl.col("name").str.split(".").list.reverse().list.join(_SEPARATOR)
    return pl.DataFrame({"name": names}).select(labels)["name"]


def _is_rising(keys: pl.Series) -> bool:
    return keys.is_sorted()


_KEYS: Final[dict[str, Callable[[pl.Series], pl.Series]]] = {
    "octets": lambda names: names,
    "dotted": lambda names: names + ".",
    "canonical": _canonical,
}


class LineOrder:
    """Follows the names of a file."""

    __slots__ = ("_item", "_last", "_may_be")

    def __init__(self, item: str) -> None:
        self._item = item
        self._last = pl.Series("name", [], dtype=pl.String)
        self._may_be = list(_KEYS)

    def check(self, names: pl.Series) -> None:
        """Follow the next names, of which no two equal ones stand side by side.  Raises `ZoneOrderError`."""
        if names.is_empty():
            return
        every = pl.concat([self._last, names.alias("name")])
        self._last = every.tail(1)
        for some in (every.head(_FIRST_ASKED), every):  # most orders that are not the file's show it at once
            self._may_be = [order for order in self._may_be if _is_rising(_KEYS[order](some))]
        if self._may_be:
            return
        raise ZoneOrderError("its names are in no order in which zones are dumped", item=self._item)
