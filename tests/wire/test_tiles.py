"""Published tiles: every path has one form, a tree's tiles are all of it and nothing more, bundles are read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError, TooLargeError
from comity.core.ledger import TILE_WIDTH
from comity.wire.tiles import (
    LEAF_MAX_BYTES,
    TilePath,
    is_published,
    list_tiles,
    parse_entry_bundle,
    parse_tile_path,
    render_entry_bundle,
    render_tile_path,
)

numbers = st.one_of(st.integers(min_value=0, max_value=2_000), st.integers(min_value=0, max_value=10**21 - 1))
widths = st.integers(min_value=1, max_value=TILE_WIDTH)
tiles = st.one_of(
    st.builds(TilePath, st.integers(min_value=0, max_value=63), numbers, widths),
    st.builds(TilePath, st.just(0), numbers, widths, st.just(True)),
)


@given(tiles)
def test_a_path_is_read_back(tile: TilePath) -> None:
    assert parse_tile_path(render_tile_path(tile)) == tile


@given(st.one_of(st.text(max_size=80), st.from_regex(r"tile/[0-9a-z]{1,7}(/x?[0-9]{1,4}){1,3}(\.p/[0-9]{0,4})?")))
def test_a_path_has_one_form(text: str) -> None:
    try:
        tile = parse_tile_path(text)
    except InputError:
        return
    assert render_tile_path(tile) == text


@given(st.integers(min_value=0, max_value=200_000))
def test_the_tiles_of_a_tree_are_all_of_it_and_nothing_more(size: int) -> None:
    listed = list(list_tiles(size))
    assert all(is_published(tile, size) for tile in listed)
    for of_entries in (False, True):
        for level in {tile.level for tile in listed} | {0, 1, 2, 3}:
            held = [tile for tile in listed if (tile.level, tile.of_entries) == (level, of_entries)]
            expected = size >> 8 * level if not of_entries or level == 0 else 0
            assert sum(tile.width for tile in held) == expected
            assert [tile.number for tile in held] == list(range(len(held)))
            assert all(tile.is_full for tile in held[:-1])


@given(tiles, st.integers(min_value=0, max_value=2**63 - 1))
def test_a_tile_is_published_where_the_tree_has_all_of_it(tile: TilePath, size: int) -> None:
    last = (tile.number * TILE_WIDTH + tile.width) * TILE_WIDTH**tile.level
    assert is_published(tile, size) is (last <= size)


@given(st.lists(st.binary(max_size=300), max_size=TILE_WIDTH), st.data())
def test_a_bundle_is_read_back_and_none_that_is_cut_short(leaves: list[bytes], data: st.DataObject) -> None:
    bundle = render_entry_bundle(leaves)
    assert parse_entry_bundle(bundle) == tuple(leaves)
    cut = data.draw(st.integers(min_value=0, max_value=len(bundle)))
    try:
        read = parse_entry_bundle(bundle[:cut])
    except InputError:
        return
    assert read == tuple(leaves[: len(read)])


def test_more_than_a_tile_is_no_bundle() -> None:
    with pytest.raises(TooLargeError, match="at most 256 entries"):
        parse_entry_bundle(b"\0\0" * 257)
    with pytest.raises(TooLargeError, match="longer than any"):
        parse_entry_bundle(bytes(TILE_WIDTH * (LEAF_MAX_BYTES + 2) + 1))
