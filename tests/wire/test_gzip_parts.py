"""Parts that were compressed apart are one gzip stream, whatever they hold and in whatever order."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from comity.wire.gzip_parts import combine_crc, join_gzip, pack_part, stored_part, unpack_part

DATA = st.binary(max_size=2000) | st.builds(
    lambda part, count: part * count, st.binary(max_size=20), st.integers(0, 900)
)


@given(parts=st.lists(st.tuples(DATA, st.booleans()), max_size=6))
def test_joined_parts_are_what_was_packed(parts: list[tuple[bytes, bool]]) -> None:
    packed = [stored_part(data) if is_stored else pack_part(data) for data, is_stored in parts]
    whole = b"".join(data for data, _ in parts)
    assert gzip.decompress(b"".join(join_gzip(packed))) == whole
    stored = [part for part, (_, is_stored) in zip(packed, parts, strict=True) if not is_stored]
    assert [unpack_part(part) for part in stored] == [data for data, is_stored in parts if not is_stored]


@given(one=DATA, other=DATA)
def test_checksums_are_combined_without_the_octets(one: bytes, other: bytes) -> None:
    assert combine_crc(zlib.crc32(one), zlib.crc32(other), len(other)) == zlib.crc32(one + other)
