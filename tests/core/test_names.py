"""Names: the ground truth, browsers' vectors, the short way against the long one, and everything people write."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import ada_url
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.block_lists import hosts_of_adblock_line, hosts_of_hosts_line
from comity.core.defang import refang
from comity.core.names import Name, NameFolder, NameRefusal, Target, fold_target, parse_name
from comity.core.parties import PARTY_OF_ZONE
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.core.targets import MAX_INPUT
from comity.edges.suffix_file import load_suffixes

VECTORS = Path(__file__).resolve().parents[2] / "docs/spec/vectors/names.json"

# Deliberate exceptions to the WHATWG vectors; docs/spec/names.md §8 gives the reasons.
URL_EXCEPTIONS = {
    "ip-address": "an address is no name",
    "public-suffix": "a host of one label or a suffix is nobody's name",
    "empty-label": "hosts with an empty label cannot be asked of the DNS",
    "odd-character": "WHATWG lets characters through that no host has",
    "not-idna2008": "symbols that IDNA2008 disallows",
    "control": "control characters are refused, also where WHATWG encodes or drops them",
}


@pytest.fixture(scope="module")
def suffixes(shared_data: Path) -> SuffixList:
    return load_suffixes(path=shared_data / "vectors/psl/public_suffix_list.dat")


def _rows(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]


def test_hard_names_all_agree(shared_data: Path, suffixes: SuffixList) -> None:
    folder = NameFolder(suffixes)
    rows = _rows(shared_data / "truth/hard_names.tsv")
    assert len(rows) == 1991
    for text, _kind, host, zone, registrable, registrable_private, registrable_unicode in rows:
        found = folder.fold(json.loads(text))
        if not registrable:
            assert isinstance(found, NameRefusal), text
            assert (found.code, found.name, found.zone) == ("public-suffix", host, zone), text
            continue
        assert isinstance(found, Name), found
        assert (found.ascii, found.zone) == (host, zone), text
        assert (found.registrable, found.registrable_private) == (registrable, registrable_private), text
        depth = registrable_private.count(".") + 1 if registrable_private else 0
        assert ".".join(found.unicode.split(".")[-depth:] if depth else "") == registrable_unicode, text
        assert found.party == (PARTY_OF_ZONE[zone].id if zone else "")


def test_url_hosts_all_agree(shared_data: Path, suffixes: SuffixList) -> None:
    folder = NameFolder(suffixes)
    rows = _rows(shared_data / "truth/url_hosts.tsv")
    assert len(rows) == 355
    for text, _kind, host, zone, registrable in rows:
        found = folder.target(json.loads(text))
        if not registrable:
            assert isinstance(found, NameRefusal), text
            assert found.code == "ip-address", found
            continue
        assert isinstance(found, Target), found
        name = found.name
        assert (name.ascii, name.zone, name.registrable) == (host.removesuffix("."), zone, registrable), text


def test_browsers_vectors_agree_but_for_the_listed_exceptions(shared_data: Path, suffixes: SuffixList) -> None:
    folder = NameFolder(suffixes)
    cases: list[Any] = json.loads(gzip.decompress((shared_data / "vectors/url/urltestdata.json.gz").read_bytes()))
    seen: dict[str, int] = {}
    unlisted = []
    tried = 0
    for case in cases:
        # A text that only a base completes is not one that stands alone, as ours must.
        if isinstance(case, str) or not re.match(r"[\0-\x20]*https?:", case["input"], re.IGNORECASE):
            continue
        if case.get("base") and not ada_url.check_url(case["input"]):
            continue
        alone = not case.get("base") or re.match(r"[\0-\x20]*https?:[\t\n]*[/\\]{2}", case["input"], re.IGNORECASE)
        if not alone:
            continue
        tried += 1
        wanted = "" if case.get("failure") else case["hostname"].removesuffix(".")
        found = folder.target(case["input"])
        if isinstance(found, Target):
            if found.name.ascii != wanted:
                unlisted.append((case["input"], wanted, found))
            else:
                assert found.url == re.sub(r"#.*", "", re.sub("^([a-z]+:)//[^/]*@", r"\1//", case["href"])).replace(
                    f"{wanted}./", f"{wanted}/"
                )
        elif wanted:
            reason = _exception(found, case["input"], wanted)
            seen[reason] = seen.get(reason, 0) + 1
            if reason not in URL_EXCEPTIONS:
                unlisted.append((case["input"], wanted, found))
    assert unlisted == []
    assert tried > 250
    assert set(seen) == set(URL_EXCEPTIONS)


def _exception(found: NameRefusal, text: str, wanted: str) -> str:
    if found.code == "ip-address" and (wanted.startswith("[") or wanted.rpartition(".")[2].isdigit()):
        return "ip-address"
    if found.code == "public-suffix" and found.name == wanted:
        return "public-suffix"
    if found.code in {"empty-label", "empty"} and "" in wanted.split("."):
        return "empty-label"
    if found.code == "bad-character":
        if re.search(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
            return "control"
        return "not-idna2008" if "xn--" in wanted else "odd-character"
    return f"unlisted: {found.code}"


@pytest.mark.parametrize(
    "case", json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"], ids=lambda case: case["id"]
)
def test_published_vectors(case: dict[str, Any]) -> None:
    published = json.loads(VECTORS.read_text(encoding="utf-8"))
    suffixes = _rules_of(published["suffix_list"])
    found = fold_target(case["input"], suffixes=suffixes)
    if "code" in case:
        assert isinstance(found, NameRefusal), found
        assert found.code == case["code"], found
    else:
        assert isinstance(found, Target), found
        name = found.name
        got = {field: getattr(name, field) for field in case["name"]}
        assert got == case["name"]
        assert found.url == case.get("url", "")
    single = parse_name(case["input"], suffixes=suffixes)
    assert single == (found.name if isinstance(found, Target) else found)


def _rules_of(lines: list[str]) -> SuffixList:
    return parse_suffix_list("\n".join(lines))


def test_every_code_of_the_spec_has_a_vector() -> None:
    spec = (VECTORS.parents[1] / "names.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", spec.partition("## 7")[2].partition("## 8")[0], re.MULTILINE))
    shown = {case["code"] for case in json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"] if "code" in case}
    # bad-utf-8 is of bytes (tests/cli/test_names.py); bad-url needs a lone surrogate, which not every JSON can hold.
    assert shown == listed - {"bad-utf-8", "bad-url"}
    lone = parse_name("http://bad.by/\ud800", suffixes=load_suffixes())
    assert isinstance(lone, NameRefusal)
    assert lone.code == "bad-url"
    assert all(f"`{name}`" in spec for name in URL_EXCEPTIONS)


REAL = (
    "names/ru_gov_full.txt.gz",
    "abuse/chongluadao_urls_2025-11-28.txt.gz",
    "abuse/urlhaus-filter_2022-02-28.txt.gz",
    "abuse/openphish_hosts_2026-08-22.txt.gz",
)


@pytest.mark.parametrize("file", REAL)
def test_short_way_and_long_way_agree_on_real_lists(file: str, shared_data: Path, suffixes: SuffixList) -> None:
    with gzip.open(shared_data / file, "rt", encoding="utf-8", errors="replace") as lines:
        texts = [line.rstrip("\n") for line in lines][::20]
    folder = NameFolder(suffixes)
    for text in texts + [f"https://{text}/a/b?c=d" for text in texts if "/" not in text]:
        _assert_ways_agree(folder, text)


def test_short_way_agrees_on_real_urls(shared_data: Path, suffixes: SuffixList) -> None:
    folder = NameFolder(suffixes)
    with gzip.open(shared_data / "abuse/openphish_timeline_2024-10_2026-08.csv.gz", "rt", encoding="utf-8") as lines:
        urls = [found.group() for line in lines if (found := re.search(r"https?://[^,\"\s]+", line))][::100]
    assert len(urls) > 2_000
    for url in urls:
        _assert_ways_agree(folder, url)


def _assert_ways_agree(folder: NameFolder, text: str) -> None:
    slow = folder._take_apart(text)
    assert folder.target(text) == slow, text
    assert folder.fold(text) == (slow.name if isinstance(slow, Target) else slow), text
    assert folder.fold(text) == folder.fold(text)


# fmt: off
PIECES = st.sampled_from([
      "a", "bad", "www", "xn--p1ai", "банк", "рф", "com", "co.uk", "github.io", "ck", "city.kobe.jp", "ru",
      "by", ".", "..", "-", "_", "1", "0x7f", "127.0.0.1", "http://", "HTTPS://", "hxxp://", "[.]", "(dot)",
      " [.] ", "/", "\\", "\\/", ":80", ":443", ":99999", "?", "#", "@", "%61", "%2e", "%ff", "*.", "/../",
      "/%2E%2e/", "。", "．", "[::1]", "ﬀ", "ß", "\u200b", "\u202e", "\x00", "\t", "'", "|", "{", " ",
])
# fmt: on
TEXTS = st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=40)


@given(TEXTS)
def test_both_ways_agree_and_fold_twice_is_fold_once(text: str) -> None:
    folder = NameFolder(load_suffixes(), remembered=2)
    _assert_ways_agree(folder, text)
    found = folder.target(text)
    if isinstance(found, Target):
        name = found.name
        assert name.input == text
        for form in (name.ascii, name.unicode, found.url or name.ascii, f"http://{name.unicode}/"):
            again = folder.fold(form)
            assert isinstance(again, Name)
            assert msgspec.structs.replace(again, input=text) == name
        if found.url:
            assert folder.target(found.url) == Target(msgspec.structs.replace(name, input=found.url), found.url)
            assert ada_url.normalize_url(found.url) == found.url
        assert name.ascii.endswith(name.registrable)
        assert name.registrable.endswith("." + name.suffix)


def test_memory_is_bounded() -> None:
    folder = NameFolder(load_suffixes(), remembered=100)
    for number in range(1_000):
        folder.fold(f"Имя{number}.рф")
        folder.fold(f"{number} nonsense")
    assert max(len(folder._new), len(folder._old)) <= 100
    assert len(folder._old) <= 100
    long_text = "a" * (MAX_INPUT + 1)
    for text in (long_text, "http://bad.by/" + long_text, "bad.by/" + long_text):
        found = folder.target(text)
        assert isinstance(found, NameRefusal)
        assert found.code == "too-long"
    assert not any(len(text) > 253 for text in folder._new)


def test_hostile_texts_end_soon() -> None:
    """Nothing takes time that grows faster than the text: 16,384 letters each, thousands of times over in a second."""
    folder = NameFolder(load_suffixes())
    for piece in ("[", "[.", " ", "[ ", "(dot", "%", "%41", "@", ":", "xn--", "a.", "[.]", "\u0301", "/", "0"):
        for start in ("", "http://", "hxxp://"):
            text = (start + piece * MAX_INPUT)[:MAX_INPUT]
            assert isinstance(folder.target(text), NameRefusal | Target)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hxxp://bad[.]example", "http://bad.example"),
        ("hXXps[:]//bad(.)by/x", "https://bad.by/x"),
        ("h**p://bad.by", "http://bad.by"),
        ("fxp://bad.by", "ftp://bad.by"),
        ("http[:]//bad.by", "http://bad.by"),
        ("http[://]bad.by", "http://bad.by"),
        ("bad [.] by", "bad.by"),
        ("bad{.}by", "bad.by"),
        ("bad[DOT]by[:]8080[/]x", "bad.by:8080/x"),
        ("http://good.by/a[.]b", "http://good.by/a[.]b"),
        ("hxxp://bad[.]by/a[.]php", "http://bad.by/a.php"),
        ("bad dot by", "bad dot by"),
        ("bad[.by", "bad[.by"),
        ("http://[::1]/", "http://[::1]/"),
    ],
)
def test_defanged_text(text: str, meant: str) -> None:
    assert refang(text) == meant


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("0.0.0.0 bad.by", ("bad.by",)),
        ("127.0.0.1\tbad.by www.bad.by # note", ("bad.by", "www.bad.by")),
        (":: bad.by", ("bad.by",)),
        ("127.0.0.1 localhost", ()),
        ("# 0.0.0.0 bad.by", ()),
        ("bad.by", ()),
        ("", ()),
        ("::1 ip6-localhost ip6-loopback", ()),
    ],
)
def test_hosts_lines(line: str, hosts: tuple[str, ...]) -> None:
    assert hosts_of_hosts_line(line) == hosts


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("||bad.by^", ("bad.by",)),
        ("||bad.by^$all", ("bad.by",)),
        ("||банк.рф^$third-party", ("банк.рф",)),
        ("||bad.by", ("bad.by",)),
        ("||bad.by/path^", ()),
        ("||bad.by^$domain=good.by", ()),
        ("||bad.*^", ()),
        ("@@||good.by^", ()),
        ("! comment", ()),
        ("[Adblock Plus 2.0]", ()),
        ("bad.by##.banner", ()),
        ("", ()),
    ],
)
def test_adblock_lines(line: str, hosts: tuple[str, ...]) -> None:
    assert hosts_of_adblock_line(line) == hosts
