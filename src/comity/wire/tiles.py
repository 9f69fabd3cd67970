"""What of a ledger is published, and under which paths: C2SP tlog-tiles, read and written (docs/spec/tiles.md).

    tile/<level>/<number>[.p/<width>]      up to 256 hashes, each of 256^level leaves
    tile/entries/<number>[.p/<width>]      up to 256 entries: a uint16 length, then the leaf data, for each

A number is written in groups of three digits, all but the last with an x before them: 1234067 is x001/x234/067.  Every
path has one form; any other is refused.  `is_published` says which tiles a tree of some size has: one that has more
hashes by now still answers for the narrower one it was.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from comity.core.errors import InputError, TooLargeError
from comity.core.ledger import TILE_HEIGHT, TILE_WIDTH

ENTRIES: Final = "entries"
PATH_MAX_CHARACTERS: Final = 64
LEAF_MAX_BYTES: Final = 0xFFFF

_LEVEL_MAX: Final = 63
_SIZE_BITS: Final = 63
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?!x000/)(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


class TilePath(msgspec.Struct, frozen=True):
    """Which tile is meant: of hashes at a level, or of entries; its number; and how many it holds (256: it is full)."""

    level: int
    number: int
    width: int = TILE_WIDTH
    of_entries: bool = False

    @property
    def is_full(self) -> bool:
        """Whether nothing will ever be added to it."""
        return self.width == TILE_WIDTH


def parse_tile_path(text: str) -> TilePath:
    """Read a path from `tile/` on.  Raises `InputError` for one that is not in its one form."""
    match = _PATH.fullmatch(text) if len(text) <= PATH_MAX_CHARACTERS else None
    if match is None:
        raise InputError("is no tile: tile/<level>/<number>[.p/<width>] or tile/entries/…", item=text[:100])
    of_entries = match["level"] == ENTRIES
    level = 0 if of_entries else int(match["level"])
    number = int(match["number"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    if level > _LEVEL_MAX or (match["width"] and width >= TILE_WIDTH):
        raise InputError("has a level over 63, or a width that is not 1 to 255", item=text)
    return TilePath(level, number, width, of_entries)


def render_tile_path(tile: TilePath) -> str:
    """Write the path of a tile."""
    digits = f"{tile.number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    level = ENTRIES if tile.of_entries else str(tile.level)
    return f"tile/{level}/{number}" + ("" if tile.is_full else f".p/{tile.width}")


def is_published(tile: TilePath, size: int) -> bool:
    """Answer whether the tree of `size` entries has all that this tile holds."""
    shift = TILE_HEIGHT * tile.level
    return shift <= _SIZE_BITS and tile.number * TILE_WIDTH + tile.width <= size >> shift


def list_tiles(size: int) -> Iterable[TilePath]:
    """Name every tile of a tree of `size` entries: what a complete copy of it holds."""
    for of_entries in (False, True):
        level, count = 0, size
        while count:
            full, rest = divmod(count, TILE_WIDTH)
            for number in range(full):
                yield TilePath(level, number, of_entries=of_entries)
            if rest:
                yield TilePath(level, full, rest, of_entries)
            level, count = level + 1, 0 if of_entries else full


def render_entry_bundle(leaves: Iterable[bytes]) -> bytes:
    """Write the leaf data of consecutive entries, each with its length before it."""
    return b"".join([len(leaf).to_bytes(2, "big") + leaf for leaf in leaves])


def parse_entry_bundle(data: bytes) -> tuple[bytes, ...]:
    """Read what `render_entry_bundle` wrote.  Raises `InputError` when it is cut short or holds more than a tile."""
    if len(data) > TILE_WIDTH * (LEAF_MAX_BYTES + 2):
        raise TooLargeError("is longer than any entry bundle", item="bundle")
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise InputError("is cut short", item=f"entry {len(leaves)}")
        if len(leaves) == TILE_WIDTH:
            raise TooLargeError(f"an entry bundle has at most {TILE_WIDTH} entries", item="bundle")
        leaves.append(data[at + 2 : end])
        at = end
    return tuple(leaves)
