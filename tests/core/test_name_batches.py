"""The batch API means what the one-by-one API means, for made and for real texts."""

import gzip
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder
from comity.core.suffixes import SuffixList
from comity.edges.suffix_file import load_suffixes

# fmt: off
PIECES = st.sampled_from([
    "a", "bad", "www", "xn--p1ai", "xn--80ab2al", "xn--", "банк", "рф", "com", "co.uk", "github.io", "ck", "www.ck",
    "city.kobe.jp", "kobe.jp", "ru", "by", "msk.ru", ".", "..", "-", "--", "_", "1", "127.0.0.1", "http://", "https://",
    "HTTP://", "ftp://", "://", "/", "\\", ":80", "?", "#", "@", "%61", "*.", "\n", "\r", "\t", "\x00", "\x7f", " ",
    "!", "A", "é", "\ud800", "[.]", "b" * 63, "b" * 64, "/..",
])
# fmt: on
TEXTS = st.lists(st.lists(PIECES, max_size=7).map("".join) | st.text(max_size=20), max_size=12)
SUFFIXES = load_suffixes()


def _assert_equal_one_by_one(texts: list[str], suffixes: SuffixList) -> None:
    one_by_one = [NameFolder(suffixes, remembered=2).fold(text) for text in texts] if len(texts) < 20 else []
    folder = NameFolder(suffixes)
    one_by_one = one_by_one or [folder.fold(text) for text in texts]
    assert fold_many(texts, folder=NameFolder(suffixes)) == one_by_one


@given(TEXTS)
@example([])
@example(["", ""])
@example(["%61\ud800.by", "http://%61\ud800"])
@example([".by", "a.by\nb.by", "c.ru"])
@example(["a.by", ".ru", "b..by", "c.by."])
@example(["https://a.by/\n", "https://a.by/b c", "https://a.by:80/", "http://127.0.0.1/", "http://", "x://a.by/"])
@example(["a.-b.co.uk", "-a.by", "a-.by", "a.b-.github.io", "r3---sn.by", "-x.bad.by", "com", "co.uk", ".co.uk"])
def test_batches_equal_one_by_one(texts: list[str]) -> None:
    _assert_equal_one_by_one(texts, SUFFIXES)


@pytest.mark.parametrize(
    "file",
    [
        "names/ru_gov_full.txt.gz",
        "names/umbrella_top100k.txt.gz",
        "names/tb0hdan_by_hostnames_2020.txt.gz",
        "abuse/chongluadao_urls_2025-11-28.txt.gz",
        "abuse/phishingdb_links_ACTIVE5.txt.gz",
        "abuse/urlhaus-filter_2022-02-28.txt.gz",
    ],
)
def test_batches_equal_one_by_one_on_real_lists(file: str, shared_data: Path) -> None:
    with gzip.open(shared_data / file, "rt", encoding="utf-8", errors="replace") as lines:
        texts = [line.rstrip("\n") for line in lines][::7]
    _assert_equal_one_by_one(texts, SUFFIXES)


def test_a_host_that_was_seen_is_the_same_in_a_url_and_alone() -> None:
    folder = NameFolder(SUFFIXES)
    for text in ("*.bad.by", "1 bad.by", "БАД.рф", "bad.by:80"):  # remembered, and other things than these in a URL
        folder.fold(text)
        for url in (f"http://{text}/", f"https://{text}/x?y=z"):
            assert folder.fold(url) == NameFolder(SUFFIXES).fold(url)
            assert folder.target(url) == folder._take_apart(url)


@given(st.text(alphabet="абйёіўя中文a0-", min_size=1, max_size=12))
def test_simple_labels_are_what_idna_says(label: str) -> None:
    found = NameFolder(SUFFIXES).fold(f"{label}.by")
    if isinstance(found, Name):
        expected = label if label.isascii() else "xn--" + label.encode("punycode").decode()
        assert found.ascii == f"{expected}.by"
        again = NameFolder(SUFFIXES).fold(found.ascii)
        assert isinstance(again, Name)
        assert again.unicode == found.unicode
    else:
        assert label.startswith("-") or label.endswith("-") or label[2:4] == "--"
