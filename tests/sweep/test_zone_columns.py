"""What is read in columns is what is read line by line: same records, same skipped lines, same state after them."""

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comity.core.labels import HostProblem, fold_host
from comity.sweep.a_labels import are_simple_a_labels
from comity.sweep.zone_dump import read_dump_block
from comity.sweep.zone_faults import BadLine, ZoneFileError
from comity.sweep.zone_lines import LineReader
from comity.sweep.zone_pieces import PieceReader
from comity.sweep.zone_state import ZoneState
from comity.sweep.zone_terse import read_terse_lines

SOA = "ru.\t60\tIN\tSOA\ta. b. 7 1 1 1 1"
NAMES = ["demo", "demo.ru.", "DEMO.ru.", "b.demo", "xn--e1afmkfd", "xn--zzzzzzzz99999",
         "xn--e1afmkfd.xn--e1afmkfd.ru.", "ru.", "a..ru.", "other.by.",
         f"{'a' * 64}.ru.", f"{'.'.join(['a' * 60] * 5)}.ru.", "@", "$ORIGIN", "300", "in",
         "d\u00e9mo", "a/b", ".ru.", "."]  # fmt: skip
DATA = ["NS ns.demo.net.", "NS ns", "NS NS1.Demo.RU.", "NS a b", "NS", "NS ns..net.", "DS 1 2 3 AB CD", "DS 1 2 3",
        "DS 1 2 3 " + "AB " * 12, "DS 1 2 3 zz", "A 192.0.2.1", "NOTYPE x", "TYPE65 x",
        "RRSIG NS 8 2 1 1 1 1 ru. x y z v w q",
        "NS ( ns.x.net.", ")", "NS ns.y.net. )", 'TXT "a ; (b" c', 'TXT "x', "NS ns.\\x.net.", "SOA a. b. 7 1 1 1 1",
        "soa a. b. 7 1", "com.ru."]  # fmt: skip
LEADS = ["", "", "300 ", "IN ", "300 IN ", "in 1h30m ", "CH ", "1 2 3 "]
ENDS = ["", "", "", " ", "\r", " ; a note", ';\u00e9 ("', "\t", " \x7f", " \x00"]
BLANKS = [" ", "\t", "  \t "]
OWNED = st.tuples(st.sampled_from(NAMES) | st.just(""), st.sampled_from(BLANKS)).map("".join)
ANY_LINES = st.one_of(
    st.tuples(OWNED, st.sampled_from(LEADS), st.sampled_from(DATA), st.sampled_from(ENDS)).map("".join),
    st.sampled_from(["", "  ", "; note", "$ORIGIN com.ru.", "$TTL 2d", "$ORIGIN x", "$WHAT", SOA, "x" * 70_000]),
)
GOOD_LINES = st.tuples(
    st.sampled_from(["demo ", "demo.ru. ", "b.demo\t", "  ", "c ", "xn--e1afmkfd "]),
    st.sampled_from(LEADS[:6]),
    st.sampled_from(["NS ns.demo.net.", "NS ns", "NS NS2.RU.", "DS 1 2 3 AB CD", "A 192.0.2.1", "TYPE65 x"]),
).map("".join)
DUMPED_LINES = st.tuples(
    st.sampled_from([name for name in NAMES if name.endswith(".")]),
    st.sampled_from(["\t300\tIN\t", "\t1\tin\t"]),
    st.sampled_from(DATA).map(lambda data: data.replace(" ", "\t", 1)),
).map("".join)
Seen = tuple[list[tuple[str, str | None]], list[tuple[int, str]], object]


def begin() -> tuple[ZoneState, list[BadLine]]:
    bad: list[BadLine] = []
    state = ZoneState("ru", "ru", bad.append)
    state.take_soa(0, "ru.", "a. b. 7 1 1 1 1")
    return state, bad


def after(state: ZoneState) -> object:
    return state.lines, state.owner, state.relative_to, state.is_closed, state.soa


def read_slowly(block: bytes) -> Seen | None:
    state, bad = begin()
    reader = LineReader(state)
    try:
        records = reader.read(block.lower().split(b"\n")[:-1])
    except ZoneFileError:
        return None
    state.lines = block.count(b"\n")
    found = []
    for record in records:
        host = fold_host(record.owner.removesuffix(".ru."))
        if isinstance(host, HostProblem):
            state.reject(record.line, host.code, host.reason)
        else:
            found.append((record.owner, record.server))
    return found, sorted((one.line, one.code) for one in bad), (after(state), reader.is_within_group)


def read_in_columns(block: bytes, *, at_once: bool) -> Seen | None:
    state, bad = begin()
    reader = PieceReader(state, fewest=2)
    half = block.index(b"\n", len(block) // 2) + 1 if not at_once else len(block)
    try:
        frames = [reader.read(some) for some in (block[:half], block[half:]) if some]
    except ZoneFileError:
        return None
    return pl.concat(frames).rows(), sorted((one.line, one.code) for one in bad), (after(state), reader.is_within_group)


@settings(max_examples=120)
@given(lines=st.lists(GOOD_LINES | ANY_LINES, min_size=1, max_size=9), at_once=st.booleans())
@example(lines=["demo NS ns", "  \t ", "", "  NS ns.b.net.", " DS 1 2 3 AB CD"], at_once=True)
@example(lines=['demo NS ns ; "', 'demo TXT "a;b" ; c', "c NS ( ; d", "ns.d.net. )"], at_once=True)
def test_any_lines_are_read_alike(lines: list[str], at_once: bool) -> None:
    block = "".join(f"{line}\n" for line in lines).encode("latin-1")
    assert read_in_columns(block, at_once=at_once) == read_slowly(block)


@settings(max_examples=60)
@given(lines=st.lists(DUMPED_LINES, min_size=1, max_size=4))
def test_a_dump_is_read_alike_or_not_at_all(lines: list[str]) -> None:
    block = "".join(f"{line}\n" for line in lines).encode("latin-1")
    state, bad = begin()
    try:
        records = read_dump_block(block, state)
    except ZoneFileError:
        assert read_slowly(block) is None
        return
    if records is None:
        assert (after(state), bad) == (after(begin()[0]), [])
    else:
        seen = records.rows(), sorted((one.line, one.code) for one in bad), (after(state), False)
        assert seen == read_slowly(block)


def test_lines_of_a_plain_zone_need_no_other_way_than_columns() -> None:
    state, _ = begin()
    text = b"demo 300 in ns ns\n  ns ns.b.net.\n ds 1 2 3 ab cd\n\nb.demo.ru. ns ns.b.net.\n" * 3
    found = read_terse_lines(text, state)
    assert found is not None
    assert found.rows() == [
        ("demo.ru.", "ns.ru."), ("demo.ru.", "ns.b.net."), ("demo.ru.", None), ("b.demo.ru.", "ns.b.net."),
    ] * 3  # fmt: skip


@settings(max_examples=100)
@given(
    labels=st.lists(
        st.one_of(
            st.text("\u0430\u0431\u0451\u044f\u0456\u4e00\u9fa5-a0", min_size=1, max_size=20).map(
                lambda text: "xn--" + text.encode("punycode").decode("ascii")
            ),
            st.text("abz019-", max_size=12).map("xn--".__add__),
            st.sampled_from(["demo", "xn--", "xn---", "xn--a-", "xn--a_b-k", "xn--e1afmkfd", f"xn--{'a' * 70}"]),
        ),
        max_size=8,
    )
)
@example(labels=["xn--e1afmkfd"])
def test_an_a_label_that_is_plainly_good_is_good(labels: list[str]) -> None:
    for label, is_simple in zip(labels, are_simple_a_labels(pl.Series(labels, dtype=pl.String)), strict=True):
        assert not is_simple or not isinstance(fold_host(label), HostProblem)
        assert is_simple or label != "xn--e1afmkfd"
