"""C2SP tlog-proof: written as the specification shows it, read in its one form only."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.wire.tlog_proof import TlogProof, parse_proof, render_proof

HASH = b"\x07" * 32
LINE = b"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
NOTE = "example.com/log\n3\nAA==\n\n— example.com/log AAAAAAA=\n".encode()


def test_it_is_written_as_the_specification_shows() -> None:
    assert render_proof(2, [HASH], NOTE) == b"c2sp.org/tlog-proof@v1\nindex 2\n" + LINE + b"\n\n" + NOTE
    assert render_proof(0, [], NOTE) == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE


@given(st.integers(0, 10**18), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary(max_size=400))
def test_what_is_written_is_read(index: int, hashes: list[bytes], note: bytes) -> None:
    assert parse_proof(render_proof(index, hashes, note)) == TlogProof(index, tuple(hashes), note)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"c2sp.org/tlog-proof@v1\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 01\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex -1\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + LINE[:-1] + b"\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + LINE.replace(b"wc=", b"wd=") + b"\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (LINE + b"\n") * 64 + b"\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + LINE,
        "c2sp.org/tlog-proof@v1\nindex ٣\n\n".encode() + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + b"x" * 30_000,
    ],
)
def test_other_forms_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        parse_proof(data)


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    for candidate in (data, render_proof(1, [HASH], b"")[:-1] + data):
        with suppress(InputError):
            found = parse_proof(candidate)
            assert render_proof(found.index, found.hashes, found.note) == candidate
