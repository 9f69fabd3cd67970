"""UTS 46 / IDNA2008 against the Unicode Consortium's vectors, punycode's, and our own promises."""

import gzip
import json
import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idna import uts46data

from comity.core.labels import _SIMPLE_LABEL, Host, HostProblem, fold_host, is_registrable_label
from comity.core.repertoire import NEWER, NEWER_RANGES, UNICODE_VERSION

# Deliberate exceptions: class and how many vectors fall under it; docs/spec/names.md §8 gives the reasons.
IDNA_EXCEPTIONS = {"not-idna2008": 160, "trailing-dot": 45}


def _unescape(text: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}", lambda found: chr(int(found[1] or found[2], 16)), text)


def _vectors(shared_data: Path) -> list[tuple[str, str, str | None, str]]:
    """Give (source, toUnicode, toAsciiN or None when it must be refused, why)."""
    vectors = []
    with gzip.open(shared_data / "vectors/idna/IdnaTestV2-16.0.0.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            columns = [column.strip() for column in line.partition("#")[0].split(";")]
            if len(columns) < 5:
                continue
            source, unicode, unicode_status, ascii_n, ascii_status = columns[:5]
            source = "" if source == '""' else _unescape(source)
            unicode = source if not unicode else "" if unicode == '""' else _unescape(unicode)
            ascii_n = unicode if not ascii_n else "" if ascii_n == '""' else _unescape(ascii_n)
            good = (ascii_status or unicode_status) in {"", "[]"}
            vectors.append((source, unicode, ascii_n if good else None, ascii_status or unicode_status))
    return vectors


def _not_idna2008(shared_data: Path) -> set[int]:
    points: set[int] = set()
    with gzip.open(shared_data / "vectors/idna/IdnaMappingTable-16.0.0.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            columns = [column.strip() for column in line.partition("#")[0].split(";")]
            if len(columns) > 3 and columns[3] in {"NV8", "XV8"}:
                first, _, last = columns[0].partition("..")
                points.update(range(int(first, 16), int(last or first, 16) + 1))
    return points


def test_unicode_vectors_hold_but_for_the_listed_exceptions(shared_data: Path) -> None:
    vectors = _vectors(shared_data)
    assert len(vectors) == 6389
    not_idna2008 = _not_idna2008(shared_data)
    seen = dict.fromkeys(IDNA_EXCEPTIONS, 0)
    unlisted = []
    for source, unicode, wanted, why in vectors:
        host = fold_host(source, strict=True)
        got = host.ascii if isinstance(host, Host) else None
        if got == (wanted.removesuffix(".") if wanted else wanted):
            continue
        if got is None and any(ord(letter) in not_idna2008 for letter in unicode):
            seen["not-idna2008"] += 1
        elif why == "[A4_2]" and unicode.endswith(".") and not unicode.endswith(".."):
            seen["trailing-dot"] += 1
        else:
            unlisted.append((source, wanted, host))
    assert unlisted == []
    assert seen == IDNA_EXCEPTIONS


def test_accepted_vectors_show_the_unicode_form(shared_data: Path) -> None:
    for source, unicode, wanted, _why in _vectors(shared_data):
        host = fold_host(source, strict=True)
        if wanted is not None and isinstance(host, Host):
            assert host.unicode == unicode.removesuffix("."), source


def test_punycode_vectors(shared_data: Path) -> None:
    cases = json.loads((shared_data / "vectors/idna/punycode_tests.json").read_text(encoding="utf-8"))
    assert len(cases) > 15
    for case in cases:
        assert case["decoded"].encode("punycode").decode("ascii") == case["encoded"]
        host = fold_host("xn--" + case["encoded"].lower(), strict=True)
        if isinstance(host, Host):
            assert host.unicode == case["encoded"].lower().encode("ascii").decode("punycode")


def test_repertoire_is_what_came_after_unicode_14() -> None:
    if unicodedata.unidata_version != UNICODE_VERSION:
        pytest.skip(f"this Python knows Unicode {unicodedata.unidata_version}; only 3.11's can compute the table")
    starts = [*uts46data.uts46_starts, 0x110000]
    newer = set()
    for at, (first, following) in enumerate(pairwise(starts)):
        if uts46data.uts46_statuses[at : at + 1] != b"X":
            newer |= {point for point in range(first, following) if unicodedata.category(chr(point)) == "Cn"}
    listed = set()
    for part in NEWER_RANGES.split():
        first_hex, _, last_hex = part.partition("-")
        listed |= set(range(int(first_hex, 16), int(last_hex or first_hex, 16) + 1))
    assert listed == newer
    assert all(NEWER.match(chr(point)) for point in list(newer)[::50])
    assert NEWER.search("банк中国đạ٠") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (".", "empty"),
        ("a..b", "empty-label"),
        (".a", "empty-label"),
        ("a b", "bad-character"),
        ("a\u202eb.by", "bad-character"),
        ("i❤.ws", "bad-character"),
        ("a" * 64 + ".by", "too-long"),
        ("ж" * 60 + ".by", "too-long"),
        (".".join(["a" * 60] * 5), "too-long"),
        ("ж" * 2000, "too-long"),
        ("жж--ж.by", "bad-hyphen"),
        ("-ж.by", "bad-hyphen"),
        ("xn--kr.by", "bad-a-label"),
        ("xn--.by", "bad-a-label"),
        ("xn--abc-.by", "bad-a-label"),
        ("xn--\u0434.by", "bad-hyphen"),
        ("a\u200db.by", "bad-context"),
        ("a\u00b7b.by", "bad-context"),
        ("1.\u05d0\u05d1.by", "bad-bidi"),
        ("\u05d0a.by", "bad-bidi"),
        ("\U00031350.cn", "new-character"),
        ("\u0301a.by", "bad-character"),
        ("\ud800.by", "bad-character"),
    ],
)
def test_refusals_have_codes(text: str, code: str) -> None:
    host = fold_host(text)
    assert isinstance(host, HostProblem)
    assert host.code == code
    assert host.reason


@pytest.mark.parametrize(
    ("text", "ascii_host"),
    [
        ("Faß.DE", "xn--fa-hia.de"),
        ("bad\u3002by.", "bad.by"),
        ("\uff42\uff41\uff44\uff0eby", "bad.by"),
        ("ба\u00adнк.рф", "xn--80ab2al.xn--p1ai"),
        ("и\u0306.рф", "xn--" + "й".encode("punycode").decode() + ".xn--p1ai"),
        ("_dmarc.bad.by", "_dmarc.bad.by"),
        ("r3---sn-x.example.com", "r3---sn-x.example.com"),
        ("xn--_-7sbnylvv.by", "xn--_-7sbnylvv.by"),
    ],
)
def test_folds(text: str, ascii_host: str) -> None:
    host = fold_host(text)
    assert isinstance(host, Host)
    assert host.ascii == ascii_host


@pytest.mark.parametrize(
    ("label", "good"),
    [
        ("a", True),
        ("a-b", True),
        ("-a", False),
        ("a-", False),
        ("ab--c", False),
        ("xn--c", True),
        ("a_b", True),
        ("", False),
    ],
)
def test_registrable_labels(label: str, good: bool) -> None:
    assert is_registrable_label(label) is good


LETTERS = st.sampled_from("abcxyzABC019-_.абвёўіЖßςﬀ①。．ａ中国ạđ\u00ad\u200d\u0301\u05d0\u0627") | st.characters()


@given(st.text(LETTERS, max_size=30))
def test_fold_is_idempotent_and_round_trips(text: str) -> None:
    host = fold_host(text)
    if isinstance(host, Host):
        assert fold_host(host.ascii) == host
        assert fold_host(host.unicode) == host
        assert host.ascii == host.ascii.lower()
        assert host.ascii.isascii()


@given(st.text(LETTERS, max_size=30))
def test_idna_agrees(text: str) -> None:
    """What `idna` takes we fold to the same; what only we take holds an underscore, or hyphens as hosts have them."""
    try:
        theirs = idna.encode(text, uts46=True, std3_rules=True).decode().removesuffix(".")
    except (idna.IDNAError, UnicodeError):
        theirs = None
    host = fold_host(text, strict=True)
    ours = host.ascii if isinstance(host, Host) else None
    if ours is not None:
        assert ours == theirs
    elif theirs is not None:
        assert isinstance(host, HostProblem)
        assert host.code in {"bad-bidi", "new-character"}  # the whole host's Bidi rule; the fixed repertoire


def test_every_letter_of_the_short_way_is_valid_alone_and_beside_others() -> None:
    letters = [chr(point) for point in range(0x11_0000) if _SIMPLE_LABEL(chr(point))]
    assert len(letters) > 20_000
    for letter in letters:
        idna.check_label(f"a{letter}b")
        assert unicodedata.normalize("NFC", f"a{letter}{letter}b") == f"a{letter}{letter}b"
        assert unicodedata.bidirectional(letter) in {"L", "EN", "ES"}
        assert NEWER.search(letter) is None
