"""The walk over the Public Suffix List against the list's own tests and against `publicsuffixlist`."""

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from comity.core.errors import InputError, SettingError, TooLargeError
from comity.core.labels import Host, fold_host
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.edges import suffix_file
from comity.edges.home import Home, NameSettings, NodeSettings
from comity.edges.suffix_file import load_suffixes

SMALL = """// ===BEGIN ICANN DOMAINS===
by
ru
msk.ru // trailing words are not the rule's
*.ck
!www.ck
рф
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
blog.by
*.host.ru
// ===END PRIVATE DOMAINS===
"""


def _shared_list(shared_data: Path) -> SuffixList:
    return load_suffixes(path=shared_data / "vectors/psl/public_suffix_list.dat")


def test_the_lists_own_vectors(shared_data: Path) -> None:
    suffixes = _shared_list(shared_data)
    text = (shared_data / "vectors/psl/test_psl.txt").read_text(encoding="utf-8")
    cases = re.findall(r"^checkPublicSuffix\((null|'[^']*'), (null|'[^']*')\);", text, re.MULTILINE)
    assert len(cases) == 78
    for given_text, wanted in cases:
        host = fold_host("" if given_text == "null" else given_text.strip("'"))
        got = suffixes.split(host.ascii).registrable_private if isinstance(host, Host) else ""
        expected = "" if wanted == "null" else wanted.strip("'")
        folded = fold_host(expected)
        assert got == (folded.ascii if isinstance(folded, Host) else ""), given_text


def test_split_tells_the_sections_apart() -> None:
    suffixes = parse_suffix_list(SMALL)
    cases = {
        "a.b.by": ("by", "b.by", "by", "b.by"),
        "blog.by": ("by", "blog.by", "blog.by", ""),
        "x.y.blog.by": ("by", "blog.by", "blog.by", "y.blog.by"),
        "x.msk.ru": ("msk.ru", "x.msk.ru", "msk.ru", "x.msk.ru"),
        "a.b.host.ru": ("ru", "host.ru", "b.host.ru", "a.b.host.ru"),
        "host.ru": ("ru", "host.ru", "ru", "host.ru"),
        "a.b.c.ck": ("c.ck", "b.c.ck", "c.ck", "b.c.ck"),
        "www.ck": ("ck", "www.ck", "ck", "www.ck"),
        "b.ck": ("b.ck", "", "b.ck", ""),
        "ck": ("ck", "", "ck", ""),
        "a.b.unlisted": ("unlisted", "b.unlisted", "unlisted", "b.unlisted"),
        "a.xn--p1ai": ("xn--p1ai", "a.xn--p1ai", "xn--p1ai", "a.xn--p1ai"),
    }
    for host, wanted in cases.items():
        split = suffixes.split(host)
        got = (split.suffix, split.registrable, split.suffix_private, split.registrable_private)
        assert got == wanted, host
    assert len(suffixes) == 8


def test_version_is_what_the_file_says_or_its_hash() -> None:
    said = parse_suffix_list("// VERSION: 2026-08-19_10-00-00_UTC\n" + SMALL)
    assert said.version == "2026-08-19_10-00-00_UTC"
    silent = parse_suffix_list(SMALL)
    assert silent.version.startswith("sha256-")
    assert silent.version != parse_suffix_list(SMALL + "\n").version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rule"),
        ("ru\n", "line 1"),
        ("// ===BEGIN ICANN DOMAINS===\nru\nb\x00d\n", "line 3"),
        ("// ===BEGIN ICANN DOMAINS===\nru\na..b\n", "line 3"),
        ("// ===BEGIN ICANN DOMAINS===\n<html>\n", "line 2"),
        ("// ===BEGIN PRIVATE DOMAINS===\nblog.by\n", "ICANN"),
    ],
)
def test_what_is_no_list_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_suffix_list(text)


def test_packaged_list_and_named_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(load_suffixes()) > 8_000
    assert load_suffixes() is load_suffixes()
    (tmp_path / "own.dat").write_text("\ufeff" + SMALL, encoding="utf-8")
    settings = NodeSettings(party="oac.by", zones=("by",), secret_key="k", names=NameSettings(suffix_list="own.dat"))
    assert len(load_suffixes(Home(path=tmp_path, settings=settings))) == 8
    missing = NodeSettings(party="oac.by", zones=("by",), secret_key="k", names=NameSettings(suffix_list="none.dat"))
    with pytest.raises(SettingError, match=r"none\.dat"):
        load_suffixes(Home(path=tmp_path, settings=missing))
    (tmp_path / "latin.dat").write_bytes(b"// ===BEGIN ICANN DOMAINS===\n\xff\n")
    with pytest.raises(InputError, match="not UTF-8"):
        load_suffixes(path=tmp_path / "latin.dat")
    monkeypatch.setattr(suffix_file, "MAX_BYTES", 100)
    with pytest.raises(TooLargeError):
        load_suffixes(path=tmp_path / "own.dat")


LABEL = st.sampled_from(
    ["a", "b", "com", "co", "uk", "ck", "www", "jp", "kobe", "city", "ru", "msk", "github", "io", "by", "zz"]
)


@given(st.lists(LABEL, min_size=1, max_size=6).map(".".join))
def test_publicsuffixlist_agrees_on_made_names(host: str) -> None:
    _assert_agrees(host)


ICANN_ONLY = PublicSuffixList(only_icann=True)
WHOLE = PublicSuffixList()


def _assert_agrees(host: str) -> None:
    suffixes = load_suffixes()
    split = suffixes.split(host)
    below = suffixes.split(f"x.{host}")
    if f"x.{host}" in {below.suffix, below.suffix_private}:
        # "*.{host}" is a rule: by the list's algorithm it does not match {host} itself; publicsuffixlist says it does.
        return
    assert split.registrable == (ICANN_ONLY.privatesuffix(host) or ""), host
    assert split.registrable_private == (WHOLE.privatesuffix(host) or ""), host
    assert split.suffix == ICANN_ONLY.publicsuffix(host), host
    assert split.suffix_private == WHOLE.publicsuffix(host), host


def test_publicsuffixlist_agrees_on_real_names(shared_data: Path) -> None:
    with gzip.open(shared_data / "names/cloudflare_top100k.txt.gz", "rt", encoding="utf-8") as lines:
        hosts = [line.strip() for line in lines if "." in line][::10]
    assert len(hosts) > 4_000
    for host in hosts:
        _assert_agrees(host)
