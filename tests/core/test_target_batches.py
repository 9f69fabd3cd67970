"""A column of texts folds to what each of them folds to by itself: names, refusals and canonical URLs."""

import gzip
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.core.names import NameFolder, Target
from comity.core.target_batches import fold_targets
from comity.edges.suffix_file import load_suffixes

# fmt: off
PIECES = st.sampled_from([
    "a", "bad", "www", "xn--p1ai", "банк", "рф", "com", "co.uk", "github.io", "ru", "by", ".", "..", "-", "_", "1", "A",
    "127.0.0.1", "300.1.2.3", "0x7f.1", "http://", "https://", "HTTP://", "hxxp://", "ftp://", "://", "/", "/.", "/..",
    "/.well-known", "\\", ":80", ":443", ":8080", ":60000", ":65536", ":080", "?", "#", "@", "%61", "%2e", "%2F", "%",
    "'", '"', "*", "\n", "\t", " ", "[.]", "é",
])
# fmt: on
HOSTS = st.sampled_from(
    ["bad.by", "BAD.by", "a.b.co.uk", "127.0.0.1", "300.1.2.3", "банк.рф", "xn--80ab2al.xn--p1ai", "a"]
)
PORTS = st.sampled_from(["", ":80", ":443", ":1", ":0", ":01", ":8080", ":59999", ":60000", ":65535", ":65536", ":"])
PATHS = st.text(st.sampled_from("aZ0._~!$&'()*+,;=:@%/?#-2eE\\ é"), max_size=8).map("/{}".format) | st.just("")
URLS = st.builds("{}://{}{}{}".format, st.sampled_from(["http", "https", "HTTP", "ws"]), HOSTS, PORTS, PATHS)
TEXTS = st.lists(st.lists(PIECES, max_size=7).map("".join) | URLS | st.text(max_size=20), max_size=12)
SUFFIXES = load_suffixes()


def assert_equal_one_by_one(texts: list[str]) -> None:
    one_by_one = map(NameFolder(SUFFIXES).target, texts)
    expected = [(one.name, one.url) if isinstance(one, Target) else (one, "") for one in one_by_one]
    names, urls = fold_targets(texts, folder=NameFolder(SUFFIXES))
    assert list(zip(names, urls, strict=True)) == expected


@given(TEXTS)
@example([])
@example(["", "http:///", "http://a.by", "http://a.by/", "http://A.by/x?y=/z", "https://a.by/%2", "http://a.by/?."])
@example(["http://1.2.3.4:59999/x", "http://1.2.3.4:65536/x", "http://1.2.3.4:1/%zz", "http://999.999.999.999:1/"])
@example(["http://bad.by/" + "a" * 16_384, "a" * 20_000, "http://1.2.3.4:80/" + "a" * 16_384])
def test_batches_equal_one_by_one(texts: list[str]) -> None:
    assert_equal_one_by_one(texts)


@pytest.mark.parametrize(
    "file",
    [
        "abuse/chongluadao_urls_2025-11-28.txt.gz",
        "abuse/phishingdb_links_ACTIVE5.txt.gz",
        "abuse/urlhaus-filter_2022-02-28.txt.gz",
        "names/umbrella_top100k.txt.gz",
    ],
)
def test_batches_equal_one_by_one_on_real_lists(file: str, shared_data: Path) -> None:
    with gzip.open(shared_data / file, "rt", encoding="utf-8", errors="replace") as lines:
        assert_equal_one_by_one([line.rstrip("\n") for line in lines][::11])
