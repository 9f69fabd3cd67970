"""Many hosts are cut as one host is: what whole words say is what the list says, or they say that they are not sure."""

from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.names import Name, NameFolder, NameRefusal
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.edges.suffix_file import load_suffixes
from comity.sweep.host_places import ROOM, find_hosts, take_texts
from comity.sweep.suffix_words import FOREIGN, SUFFIX, UNSURE, SuffixWords

ZONES = ("ru", "cn", "xn--p1ai")
LABELS = st.text("ab-", min_size=1, max_size=20) | st.sampled_from(
    ["x" * 16, "y" * 17, "yy" * 17, "www", "com", "city"]
)
HOSTS = st.builds(lambda labels, end: ".".join([*labels, end]), st.lists(LABELS, max_size=4), st.sampled_from(
    ["ru", "cn", "com.cn", "io", "github.io", "jp", "kawasaki.jp", "city.kawasaki.jp", "xn--p1ai", "none", "z" * 17],
))  # fmt: skip
RULES = st.lists(
    st.builds(
        lambda mark, labels, end: mark + ".".join([*labels, end]),
        st.sampled_from(["", "", "*.", "!"]),
        st.lists(st.sampled_from(["a", "b", "x" * 16, "y" * 17, "z" * 17, "yy" * 17]), max_size=2),
        st.sampled_from(["ru", "cn", "com", "xn--p1ai"]),
    ),
    max_size=8,
)


def _assert_cut_alike(hosts: list[str], suffixes: SuffixList, words: SuffixWords) -> int:
    """Each plain host is cut where `NameFolder` cuts it, or not at all; how many of a hundred were cut."""
    places = find_hosts("\n".join(hosts).encode())
    found = take_texts(places.text, places.begins + ROOM, places.ends + ROOM, lower=True).to_list()
    assert found == [hosts[line] for line in places.lines]
    folder = NameFolder(suffixes)
    cuts, zones = words.cut(places)
    for host, begin, cut, zone in zip(found, places.begins, cuts, zones, strict=True):
        if cut == UNSURE:
            continue
        one = folder.fold(host)
        if cut == SUFFIX:
            assert isinstance(one, NameRefusal)
            assert one.code == "public-suffix"
            continue
        assert isinstance(one, Name), host
        if cut == FOREIGN:
            assert one.ascii.rpartition(".")[2] not in ZONES
        else:
            assert host[cut - begin :] == one.registrable
            assert ZONES[zone] == host.rpartition(".")[2]
    return int(100 * (cuts != UNSURE).sum()) // max(1, len(cuts))


@lru_cache
def _all() -> tuple[SuffixList, SuffixWords]:
    suffixes = load_suffixes()
    return suffixes, SuffixWords(suffixes, ZONES)


@given(st.lists(HOSTS, max_size=20))
def test_hosts_are_cut_as_the_list_cuts_them(hosts: list[str]) -> None:
    _assert_cut_alike(hosts, *_all())


@settings(max_examples=30)
@given(RULES, st.lists(HOSTS, min_size=1, max_size=20))
def test_whatever_the_list_says(rules: list[str], hosts: list[str]) -> None:
    text = "\n".join(["// ===BEGIN ICANN DOMAINS===", "ru", "cn", *rules[::2], "// ===END ICANN DOMAINS==="])
    text += "\n".join(["", "// ===BEGIN PRIVATE DOMAINS===", *rules[1::2], "// ===END PRIVATE DOMAINS==="])
    suffixes = parse_suffix_list(text)
    _assert_cut_alike(hosts, suffixes, SuffixWords(suffixes, ZONES))


def test_ordinary_hosts_are_not_left_unsure() -> None:
    suffixes, words = _all()
    ends = [name for name in sorted(suffixes.plain) if len(name) <= 16]
    ends += [
        name for name in sorted(suffixes.second) if suffixes.second[name] > 0 and len(name.partition(".")[0]) <= 16
    ]
    hosts = [f"www.demo-shop.{end}" for end in ends if end.rpartition(".")[2] in suffixes.plain]
    assert _assert_cut_alike(hosts, suffixes, words) >= 99
