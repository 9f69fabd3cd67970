"""What is asked of the readers of sweeps beside reading: patterns are written and read again, lines all counted."""

import tempfile
from pathlib import Path

from comity.core.indicator_details import parse_indicator_detail, render_indicator_detail
from comity.core.name_patterns import length_of, parse_pattern, render_pattern, render_regex
from comity.core.pattern_examples import infer_pattern
from comity.core.warnings import parse_patterns
from comity.edges.suffix_file import load_suffixes
from comity.sweep.indicators import read_indicators
from fuzz import corpus
from fuzz.readings import LINE_MAX_BYTES

PATTERN_WORDS = (
    b"{digit:3}",
    b"{letter:1-9}",
    b"{a|b}",
    b"{",
    b"}",
    b":",
    b"|",
    b"-",
    b".ru",
    b".",
    b"xn--",
    b"63",
    b"*",
)
MAX_PATTERN_BYTES = LINE_MAX_BYTES


def patterns() -> list[bytes]:
    vectors = corpus.vectors("name-patterns")
    return [one["text"].encode() for one in vectors["patterns"]]


def read_pattern(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    infer_pattern(text[:2_000].split(":"))
    pattern = parse_pattern(text)
    assert parse_pattern(render_pattern(pattern)) == pattern
    assert parse_patterns([text, render_pattern(pattern)]) == (render_pattern(pattern),)
    assert length_of(pattern)[0] <= 63
    assert not pattern.matches("\n" + render_regex(pattern))
    return pattern


def details() -> list[bytes]:
    return [b"2\x1f1\x1f3\x1fdemo.ru\x1flist.txt\x1f1\x1fwww.demo.ru\x1flist.txt\x1f2", b"1\x1f0\x1f1"]


def read_detail(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    detail = parse_indicator_detail(text)
    again = render_indicator_detail(detail.hosts, detail.itself, detail.lines, detail.told)
    assert parse_indicator_detail(again) == detail
    return detail


def indicator_lists() -> list[bytes]:
    return [one["text"].encode() for one in corpus.vectors("sweep-indicators")["lines"]]


def read_indicator_list(data: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        file, rejects = Path(folder) / "list", Path(folder) / "rejects"
        file.write_bytes(data)
        table = read_indicators([file], load_suffixes(), rejects=rejects, block_bytes=1 << 16)
        assert table.read == table.accepted + table.duplicate + table.rejected + table.foreign
        assert rejects.read_bytes().count(b"\n") == table.rejected
        assert table.accepted == table.frame["host"].n_unique()
    return table
