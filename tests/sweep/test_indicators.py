"""Indicators: folded as names are folded everywhere, counted to the last line, found at and below delegated names."""

import gzip
import json
import pickle
import re
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.errors import InputError, NotFoundError
from comity.core.indicator_details import Told, parse_indicator_detail, render_indicator_detail
from comity.core.names import Name, NameFolder
from comity.core.parties import ZONES
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.edges.suffix_file import load_suffixes
from comity.sweep.columns import FINDINGS, INDICATORS, NAMES, conform, empty
from comity.sweep.fold_lines import LineFolder
from comity.sweep.indicators import IndicatorTable, match_indicators, prepare_indicators, read_indicators
from comity.sweep.text_files import Lines, read_lines

VECTORS = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/spec/vectors/sweep-indicators.json").read_text(encoding="utf-8")
)
SUFFIXES = load_suffixes()


def _read(folder: Path, data: bytes | str, suffixes: SuffixList = SUFFIXES, **more: Any) -> IndicatorTable:
    file = folder / "list.txt"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_indicators([file], suffixes, rejects=folder / "rejects.ndjson", **more)


def _rejects(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "rejects.ndjson").read_text(encoding="utf-8").splitlines()]


def _names(*names: str) -> pl.DataFrame:
    rows = {"name": sorted(names), "ns": 1, "ds": False, "first_seen": None, "last_seen": None}
    return pl.DataFrame(rows, schema=NAMES)


@lru_cache
def _folder(suffixes: SuffixList) -> LineFolder:
    return LineFolder(suffixes)


def _assert_folds_alike(texts: list[str], suffixes: SuffixList) -> None:
    """Every text, a line each: the same host, name and zone, or the same code, as `NameFolder` gives."""
    texts = [
        text for raw in texts
        if (text := raw.strip()) and "\n" not in text and "\r" not in text and " #" not in text
        and text[0] not in "#;!|\ufeff" and not (" " in text and text[0] in "0123456789abcdefABCDEF:")
    ]  # fmt: skip
    if not texts:
        return
    folder = NameFolder(suffixes)
    found = _folder(suffixes).fold(Lines(1, "\n".join(texts).encode()))
    assert found.read == len(texts)
    codes = dict(found.rejects.select("line", "code").iter_rows())
    hosts = {host: (host[before:], ZONES[zone]) for host, before, zone, _ in found.hosts.iter_rows()}
    ours, foreign = [], 0
    for line, text in enumerate(texts, 1):
        one = folder.fold(text)
        if not isinstance(one, Name):
            assert codes.get(line) == one.code, (text, one)
            continue
        assert line not in codes, (text, codes[line])
        if one.zone:
            ours.append(one.ascii)
            assert hosts.get(one.ascii) == (one.registrable, one.zone), text
        else:
            foreign += 1
    assert set(hosts) == set(ours)
    assert (len(found.hosts), found.foreign) == (len(ours), foreign)


@pytest.mark.parametrize("file", ["hard_names.tsv", "url_hosts.tsv"])
def test_hard_names_fold_alike(file: str, shared_data: Path) -> None:
    suffixes = load_suffixes(path=shared_data / "vectors/psl/public_suffix_list.dat")
    rows = (shared_data / "truth" / file).read_text(encoding="utf-8").splitlines()[1:]
    texts = [json.loads(row.split("\t")[0]) for row in rows]
    for form in ("{}", "http://{}/x", "HTTPS://{}:8443", "hxxp://{}", "{}."):
        _assert_folds_alike([form.format(text) for text in texts], suffixes)


def test_browsers_vectors_fold_alike(shared_data: Path) -> None:
    cases = json.loads(gzip.decompress((shared_data / "vectors/url/urltestdata.json.gz").read_bytes()))
    texts = [case["input"] for case in cases if isinstance(case, dict)]
    _assert_folds_alike([text for text in texts if text.isascii() or text.isprintable()], SUFFIXES)


# fmt: off
PIECES = st.sampled_from([
    "a", "Bad", "www", "xn--p1ai", "xn--80ak6aa92e", "банк", "ПОЧТА", "рф", "москва", "com", "co.uk", "github.io",
    "kawasaki.jp", "city.kobe.jp", "ru", "by", "com.ru", "msk.ru", "com.vn", ".", ".", ".", "..", "-", "_", "1",
    "0x7f", "127.0.0.1", "http://", "https://", "HTTPS://", "hxxp://", "ftp://", "user:p@", "[.]", "(dot)", "/", "\\",
    ":80", ":65535", ":65536", ":08", ":", "?", "#", "@", "%61", "%2e", "*.", "/../", "。", "İ", "K", "ß", "\u202e",
    "\x00", "\x7f", "é", "百度", "'", "{", " ", "İstanbul",
])
# fmt: on
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join) | st.text(max_size=20)


@settings(max_examples=40)
@given(st.lists(TEXTS, max_size=25))
def test_whatever_is_written_folds_alike(texts: list[str]) -> None:
    _assert_folds_alike([text.encode(errors="ignore").decode() for text in texts], SUFFIXES)


# fmt: off
LABELS = st.sampled_from([
    "a", "Demo", "www", "a-b", "a--b", "-a", "a-", "_x", "x_", "-", "1", "123", "xn--p1ai", "xn--80ak6aa92e", "xn--a",
    "", "a" * 15, "b" * 16, "c" * 17, "d" * 30, "e" * 63, "f" * 64, "почта", "ПОЧТА", "İ", "kawasaki", "city", "k12",
])
ENDS = st.sampled_from([
    "ru", "RU", "by", "cn", "com.cn", "com.vn", "msk.ru", "рф", "РФ", "xn--p1ai", "бел", "moscow", "москва", "com",
    "co.uk", "github.io", "kawasaki.jp", "city.kawasaki.jp", "k12.ma.us", "compute.amazonaws.com", "nosuch", "1", "ru.",
    "com..", "-ru", "vermögensberatung", "xn--vermgensberatung-pwb", "travelersinsurance", "0x1f", "ru-", "ck", "fr",
])
BEFORE = st.sampled_from([
    "", "", "http://", "https://", "HTTP://", "hxxp://", "hXXps://", "ftp://", "fxp://", "ws://", "https://http://",
    "//", "http:/", "http:///", "http://user@", "https://u:p@", "hxxp://u:p@", "user@", "http://u[.]v@", "0.0.0.0 ",
    "||", "*.", "http[:]//", "a.ru://", " ", "\t", ".", "\r",
])
AFTER = st.sampled_from([
    "", "", "/", "/x/y.php", "?q=a.b", "#f", ":80", ":80/", ":0", ":080", ":65535/x", ":65536/x", ":99999", ":", ":/",
    "://x", ":8a/", ":80.", ":80@b.ru", "/[.]/x", "/почта", "/\x01", "/a--b..c", "\\x", "\\@b.ru", "@b.ru", " x", "/ x",
    "%2e", "^", "^$third-party", ".", "..", "\r", "/@b.ru", "?@b.ru", "/hxxp://", ",b.ru", "/" + "y" * 5500,
    "/" + "z" * 16_400,
])
# fmt: on
DOTS = st.sampled_from([".", ".", ".", "[.]", "。", "..", "(.)"])


@st.composite
def hosts_in_lines(draw: st.DrawFn) -> str:
    labels = [*draw(st.lists(LABELS, max_size=3)), draw(ENDS)]
    return draw(BEFORE) + draw(DOTS).join(labels) + draw(AFTER)


@settings(max_examples=60)
@given(st.lists(hosts_in_lines(), min_size=1, max_size=30))
def test_hosts_in_lines_of_all_kinds_fold_alike(texts: list[str]) -> None:
    _assert_folds_alike(texts, SUFFIXES)


@pytest.mark.parametrize("case", VECTORS["lines"], ids=lambda case: case["id"])
def test_published_lines(case: dict[str, Any], tmp_path: Path) -> None:
    table = _read(tmp_path, case["text"], parse_suffix_list("\n".join(VECTORS["suffix_list"])))
    counts = {field: getattr(table, field) for field in ("read", "accepted", "duplicate", "rejected", "foreign")}
    assert counts == {**dict.fromkeys(counts, 0), **case["counts"]}
    hosts = table.frame.sort("name", "host").select("host", "name", "zone", "line", "times")
    assert hosts.rows() == [tuple(row) for row in case["hosts"]]
    assert [(one["line"], one["code"]) for one in _rejects(tmp_path)] == [tuple(one) for one in case.get("rejects", [])]


@pytest.mark.parametrize("case", VECTORS["matches"], ids=lambda case: case["id"])
def test_published_matches(case: dict[str, Any], tmp_path: Path) -> None:
    table = _read(tmp_path, "\n".join(case["lines"]), parse_suffix_list("\n".join(VECTORS["suffix_list"])))
    found = conform(match_indicators(_names(*case["names"]), case["zone"], table), FINDINGS)
    got = [
        [row["name"], row["reason"], row["subject"], row["detail"].split("\x1f")] for row in found.iter_rows(named=True)
    ]
    assert got == case["findings"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "www", "com"]), min_size=1, max_size=3).map(".".join), max_size=12),
    st.lists(
        st.lists(st.sampled_from(["a", "b", "com"]), min_size=1, max_size=2).map(".".join), max_size=12, unique=True
    ),
    st.integers(1, 4),
)
def test_hits_are_those_of_the_meaning_however_the_zone_is_cut(hosts: list[str], names: list[str], size: int) -> None:
    folded = [one for host in hosts if isinstance(one := NameFolder(SUFFIXES).fold(f"{host}.ru"), Name)]
    rows = {one.ascii: (one.ascii, one.registrable, "ru", 0, at, 1) for at, one in enumerate(folded, 1)}
    table = prepare_indicators(pl.DataFrame(list(rows.values()), schema=INDICATORS, orient="row"), SUFFIXES)
    delegated = sorted(f"{name}.ru" for name in names)
    wanted = {
        name for name in delegated for host, registrable, *_ in rows.values()
        if f".{host}".endswith(f".{name}") and f".{name}".endswith(f".{registrable}")
    }  # fmt: skip
    frame = _names(*delegated)
    parts = [match_indicators(frame[at : at + size], "ru", table) for at in range(0, len(frame), size)]
    assert pl.concat([empty(FINDINGS), *parts])["name"].to_list() == sorted(wanted)
    assert match_indicators(frame, "by", table).is_empty()


@pytest.mark.parametrize(
    ("zone", "names", "wanted"),
    [
        # `com.cn` is the registry's own: a name below it is found, `com.cn` never is, nor a neighbour.
        ("cn", ["com.cn", "demo.cn", "demo.com.cn", "demo.bj.cn", "other.com.cn"],
         [("demo.bj.cn", "named-below"), ("demo.com.cn", "named-itself")]),
        # `msk.ru` was registered, and gives names to others: it is accused of them least, a name of them is itself.
        ("ru", ["demo.msk.ru", "demo.ru", "msk.ru", "other.msk.ru", "spb.ru"],
         [("demo.msk.ru", "named-below"), ("msk.ru", "named-below-shared"), ("spb.ru", "named-itself")]),
        ("xn--p1ai", ["xn--e1afmkfd.xn--p1ai"], [("xn--e1afmkfd.xn--p1ai", "named-itself")]),
        ("by", ["demo.by"], []),
    ],
)  # fmt: skip
def test_names_below_sub_zones_are_found_by_what_was_registered(
    zone: str, names: list[str], wanted: list[tuple[str, str]], tmp_path: Path
) -> None:
    lines = [
        "https://Demo.COM.CN:8443/x", "hxxp://pay[.]demo[.]bj[.]cn", "login.demo.msk.ru.", "http://spb.ru", "пример.рф",
        "com.cn", "msk.ru.example.com",
    ]  # fmt: skip
    table = _read(tmp_path, "\n".join(lines))
    assert [(one["line"], one["code"]) for one in _rejects(tmp_path)] == [(6, "public-suffix")]
    found = match_indicators(_names(*names), zone, table).sort("name")
    assert found.select("name", "reason").rows() == wanted


def test_packed_files_and_small_blocks_say_the_same(tmp_path: Path) -> None:
    text = "".join(f"http://h{number}.demo{number % 13}.ru/{number}\nnot a host {number}\n\n" for number in range(400))
    plain = _read(tmp_path, text)
    assert (plain.read, plain.rejected, plain.accepted) == (800, 400, 400)
    assert plain.frame["line"].sort().to_list() == [1 + 3 * at for at in range(400)]
    for data in (gzip.compress(text.encode()), zstandard.compress(text.encode()), text.replace("\n", "\r\n").encode()):
        other = _read(tmp_path, data, block_bytes=512)
        assert other.frame.equals(plain.frame)
        assert other.read == other.accepted + other.duplicate + other.rejected + other.foreign == plain.read


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"demo.ru\n\0\0\0", "NUL byte"),
        ("demo.ru\n".encode("utf-16"), "NUL byte"),
        (gzip.compress(b"demo.ru\n" * 99, mtime=0)[:-9], "packing is cut"),
        (zstandard.compress(b"demo.ru\n" * 99)[:-3], "packing is cut"),
        (gzip.compress(b"demo.ru\n" * 99, mtime=0)[:-8] + bytes(8), "packing is broken"),
        (b"\x28\xb5\x2f\xfdrubbish and more rubbish", "packing is broken"),
        (
            b"".join(b"no name %d\n" % number for number in range(10_001)),
            "none of its first 10001 lines is one (of the last 10001 are 10001 bad-character, as line 1:",
        ),
        (gzip.compress(b"x" * (70 << 20), mtime=0), "times its size"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        _read(tmp_path, data)


def test_a_table_goes_to_a_worker_whole(tmp_path: Path) -> None:
    table = _read(tmp_path, "a.b.demo.ru\nx.shops.ru\n", parse_suffix_list("\n".join(VECTORS["suffix_list"])))
    there = pickle.loads(pickle.dumps(table))  # noqa: S301 — our own bytes
    names = _names("demo.ru", "shops.ru")
    assert match_indicators(names, "ru", there).equals(match_indicators(names, "ru", table))
    assert len(match_indicators(names, "ru", there)) == 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"absent\.txt"):
        read_indicators([tmp_path / "absent.txt"], SUFFIXES, rejects=tmp_path / "rejects.ndjson")
    with pytest.raises(InputError, match="directory"):
        read_indicators([tmp_path], SUFFIXES, rejects=tmp_path / "rejects.ndjson")


def test_a_huge_line_is_dropped_and_told_with_its_place(tmp_path: Path) -> None:
    data = b"a.ru\n" + b"x" * (3 << 20) + b"\nb.ru\n" + b"y" * 70_000 + b"\nc.ru\n" + b"z" * 70_000
    for block_bytes in (1 << 16, 8 << 20):
        table = _read(tmp_path, data, block_bytes=block_bytes)
        assert table.frame.select("host", "line").rows() == [("a.ru", 1), ("b.ru", 3), ("c.ru", 5)]
        assert [(one["line"], one["code"]) for one in _rejects(tmp_path)] == [(at, "line-too-long") for at in (2, 4, 6)]
        assert (table.read, table.rejected) == (6, 3)


def test_bytes_that_are_no_text_are_told_line_by_line(tmp_path: Path) -> None:
    table = _read(tmp_path, b"a.ru\n\xff\xfe.ru\n\nb.ru\n" + "банк.рф".encode("cp1251"))
    assert table.frame["line"].to_list() == [1, 4]
    assert [(one["line"], one["code"]) for one in _rejects(tmp_path)] == [(2, "bad-utf-8"), (5, "bad-utf-8")]
    assert table.read == 4


@given(st.lists(st.builds(Told, st.text("ab.", max_size=5), st.text("x", max_size=3), st.integers(1, 9)), max_size=3))
def test_details_come_back(told: list[Told]) -> None:
    detail = parse_indicator_detail(render_indicator_detail(5, 2, 9, told))
    assert (detail.hosts, detail.itself, detail.lines, list(detail.told)) == (5, 2, 9, told)


@given(st.text("0123456789\x1fa", max_size=20))
def test_a_detail_that_is_none_is_refused(text: str) -> None:
    try:
        parse_indicator_detail(text)
    except InputError:
        return
    assert text.count("\x1f") in {2, 5, 8, 11}


@settings(max_examples=20)
@given(
    st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"").replace(b"\0", b"")), max_size=20),
    st.integers(1, 60),
)
def test_blocks_are_the_file(lines: list[bytes], block_bytes: int) -> None:
    got: dict[int, bytes] = {}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "lines"
        file.write_bytes(b"\n".join(lines))
        for block in read_lines(file, block_bytes=block_bytes, line_bytes=20):
            for at, line in enumerate(block.data.split(b"\n")):
                assert block.first + at not in got
                got[block.first + at] = b"long" if block.too_long else line
    wanted = {at: (line if len(line) <= 20 else b"long") for at, line in enumerate(lines, 1)}
    for at, line in wanted.items():
        assert got.get(at, b"") == line
