"""Sources are handed out as whole lines in bounded blocks; damage ends them without losing or inventing a line."""

import gzip
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError, NotFoundError, TooLargeError
from comity.edges import report_source
from comity.edges.report_source import Limits, Source

LIMIT = 300


def read(path: Path, limits: Limits | None = None) -> tuple[dict[int, bytes], dict[int, str]]:
    """Lines by number, and spoilt lines with their reason."""
    lines: dict[int, bytes] = {}
    spoilt: dict[int, str] = {}
    with Source(str(path), limits or Limits(line_bytes=LIMIT)) as source:
        for block in source.blocks():
            if block.spoilt is not None:
                spoilt[block.spoilt.line] = block.spoilt.reason
                continue
            parts = block.data.split(b"\n")
            assert len(parts) == block.count
            lines |= dict(enumerate(parts, block.first_line))
    return lines, spoilt


LINES = st.lists(st.integers(0, 5 * LIMIT).map(lambda size: b"x" * size), max_size=20)


@given(LINES, st.booleans(), st.integers(1, 2 * LIMIT), st.booleans())
def test_every_line_is_handed_out_once_whatever_the_chunks(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ends_with_newline: bool, chunk: int, packed: bool
) -> None:
    path = tmp_path_factory.mktemp("s") / "source"
    data = b"\n".join(lines) + (b"\n" if ends_with_newline and lines else b"")
    path.write_bytes(gzip.compress(data) if packed else data)
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(report_source, "_BLOCK", chunk)
        found, spoilt = read(path)
    wanted = lines if ends_with_newline else lines[:-1] if lines and not lines[-1] else lines
    assert {number: line for number, line in found.items() if line} == {
        number: line for number, line in enumerate(wanted, 1) if 0 < len(line) <= LIMIT
    }
    assert set(spoilt) == {number for number, line in enumerate(wanted, 1) if len(line) > LIMIT}
    assert set(spoilt.values()) <= {"line-too-long"}


def test_a_source_that_was_cut_off_keeps_its_whole_lines_and_tells_the_broken_one_apart(tmp_path: Path) -> None:
    # Bytes that do not pack: a cut leaves half a line.
    rng = random.Random(1)
    text = "\n".join(rng.randbytes(40).hex() for _ in range(5_000))
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(text.encode())[:-60_000])
    lines: list[bytes] = []
    reasons: list[str] = []
    with Source(str(path), Limits()) as source:
        blocks = source.blocks()
        for block in blocks:
            if block.spoilt is not None:
                reasons.append(block.spoilt.reason)
                break
            lines += block.data.split(b"\n")
        with pytest.raises(InputError, match="ends too early"):
            next(blocks)
    assert reasons == ["cut-off"]
    assert [line.decode() for line in lines] == text.split("\n")[: len(lines)]
    assert len(lines) > 1_000


def test_damaged_gzip_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.gz"
    path.write_bytes(gzip.compress(b"a.ru\n" * 100)[:10] + b"\xff" * 40)
    with pytest.raises(InputError, match="damaged gzip") as caught:
        read(path)
    assert caught.value.item == str(path)


def test_a_bomb_is_stopped_by_its_ratio_and_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"a.sample.ru\n" * 1_000_000))
    with pytest.raises(TooLargeError, match="200 times its size"):
        read(path, Limits())
    with pytest.raises(TooLargeError, match="more than 1000 bytes"):
        read(path, Limits(unpacked_bytes=1_000))


def test_gzip_of_several_members_is_one_source(tmp_path: Path) -> None:
    path = tmp_path / "members.gz"
    path.write_bytes(gzip.compress(b"a.ru\nb") + gzip.compress(b".ru\nc.ru") + b"\0" * 8)
    assert list(read(path)[0].values()) == [b"a.ru", b"b.ru", b"c.ru"]


def test_what_is_no_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        Source(str(tmp_path), Limits())
    with pytest.raises(NotFoundError, match="no such file"):
        Source(str(tmp_path / "none"), Limits())


def test_peeking_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(b"a.ru\nb.ru\n")
    with Source(str(path), Limits()) as source:
        assert source.peek() == source.peek() == b"a.ru\nb.ru\n"
        assert [block.data for block in source.blocks()] == [b"a.ru\nb.ru"]
