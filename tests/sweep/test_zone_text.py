"""A zone file in any style says the same; what is broken is told; what is cut is no zone."""

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.sweep.delegations import DELEGATIONS
from comity.sweep.server_sets import join_servers, sign_servers
from comity.sweep.zone_faults import BadLine, ZoneFileError, ZoneOrderError, ZoneTruncatedError
from comity.sweep.zone_state import ZoneFacts
from comity.sweep.zone_text import read_zone
from sweep.zones_written import DS, Delegation, Zone, dump, terse

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
NAMES = st.one_of(LABELS.map("{}.ru".format), LABELS.map("{}.com.ru".format), st.just("xn--e1afmkfd.ru"))
SERVERS = st.one_of(LABELS.map("ns.{}.net".format), LABELS.map("{}.dns.ru".format))
DELEGATED = st.builds(Delegation, st.frozensets(SERVERS, min_size=1, max_size=4), st.booleans())
ZONES = st.dictionaries(NAMES, DELEGATED, min_size=1, max_size=12)


def read(path: Path, text: str | bytes, **more: object) -> tuple[pl.DataFrame, list[BadLine], ZoneFacts]:
    path.write_bytes(text.encode("latin-1") if isinstance(text, str) else text)
    bad: list[BadLine] = []
    facts: list[ZoneFacts] = []
    frames = list(read_zone(path, bad=bad.append, told=facts.append, **more))  # type: ignore[arg-type]
    return pl.concat([pl.DataFrame(schema=DELEGATIONS), *frames]), bad, facts[0]


def meant(zone: Zone) -> set[tuple[str, int, bool, str]]:
    return {
        (name, sign_servers(join_servers(one.servers)), one.ds, join_servers(one.servers)) for name, one in zone.items()
    }


@settings(max_examples=12)
@given(zone=ZONES, seed=st.integers(0, 1 << 20))
def test_every_style_says_the_same(tmp_path_factory: pytest.TempPathFactory, zone: Zone, seed: int) -> None:
    file = tmp_path_factory.mktemp("zone") / "ru.zone"
    for text, more in ((dump(zone), {}), (terse(zone, seed=seed), {}), (dump(zone), {"in_order": False})):
        frame, bad, facts = read(file, text, **more)
        assert set(frame.rows()) == meant(zone)
        assert frame.height == len(zone) == facts.names
        assert bad == []
        assert (facts.origin, facts.serial) == ("ru", 7)
    shuffled = terse(zone, seed=seed).splitlines(keepends=True)
    frame, bad, _ = read(file, "".join(shuffled) + "other.ru. NS ns.x.net.\n", in_order=False)
    assert set(frame.rows()) >= meant({name: one for name, one in zone.items() if name != "other.ru"})


def test_blocks_cut_a_zone_anywhere(tmp_path: Path) -> None:
    zone = {
        f"demo-{number:05}.ru": Delegation(
            frozenset({f"ns{one}.demo.net" for one in range(number % 4 + 1)}), number % 7 == 0
        )
        for number in range(6_000)
    }
    whole, _, facts = read(tmp_path / "one", dump(zone))
    cut, bad, also = read(tmp_path / "many", dump(zone), block_bytes=1)
    assert whole.equals(cut)
    assert facts == also
    assert bad == []
    assert set(whole.rows()) == meant(zone)
    assert whole["name"].is_sorted()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_packed_files_are_read_and_cut_ones_refused(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    zone = {f"demo-{number}.ru": Delegation(frozenset({"ns.demo.net"}), ds=False) for number in range(500)}
    data = pack(dump(zone).encode())
    frame, _, _ = read(tmp_path / "ru", data)
    assert frame.height == 500
    for size in (len(data) // 2, len(data) - 1):
        with pytest.raises(ZoneTruncatedError):
            read(tmp_path / "ru", data[:size])


def test_what_is_unpacked_is_bounded(tmp_path: Path) -> None:
    bomb = gzip.compress(b"x" * 10_000_000 + b"\n")
    with pytest.raises(ZoneFileError, match="unpacks to more than"):
        read(tmp_path / "ru", bomb, most_bytes=1 << 20)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("demo.by. NS ns.demo.net.", "other-zone"),
        ("a..ru. NS ns.demo.net.", "empty-label"),
        (f"{'a' * 64}.ru. NS ns.demo.net.", "too-long"),
        (f"{'.'.join(['a' * 60] * 5)}.ru. NS ns.demo.net.", "too-long"),
        ("d\u00e9mo.ru. NS ns.demo.net.", "not-ascii"),
        ("d\u0130mo.ru. NS ns.demo.net.".encode().decode("latin-1"), "not-ascii"),
        ("a\x00b.ru. NS ns.demo.net.", "not-ascii"),
        ("xn--zzzzzzzz99999.ru. 300 IN NS ns.demo.net.", "bad-a-label"),
        ("a\\.b.ru. NS ns.demo.net.", "bad-character"),
        ("demo.ru. NS", "bad-ns"),
        ("demo.ru. NS ns.a.net. ns.b.net.", "bad-ns"),
        ("demo.ru. NS ns..net.", "empty-label"),
        ("demo.ru. DS 1 2", "bad-ds"),
        ("demo.ru. CH NS ns.demo.net.", "other-class"),
        ("demo.ru. NOTYPE x", "unknown-type"),
        ("demo.ru.", "unknown-type"),
        ('demo.ru. TXT "never ended', "bad-quotation"),
        ("demo.ru. NS ns.demo.net. )", "bad-parenthesis"),
        ("$WHAT x", "unknown-directive"),
        ("x" * 70_000, "line-too-long"),
        ("demo.ru. NS " + "x" * 70_000, "line-too-long"),
    ],
)
def test_a_broken_line_costs_that_line(tmp_path: Path, line: str, code: str) -> None:
    zone = {f"demo-{number}.ru": Delegation(frozenset({"ns.demo.net"}), ds=False) for number in range(3)}
    first, *rest = dump(zone).splitlines(keepends=True)
    frame, bad, facts = read(tmp_path / "ru", "".join([first, line + "\n", *rest]))
    assert set(frame.rows()) == meant(zone)
    assert [(one.line, one.code) for one in bad] == [(2, code)]
    assert bad[0].reason
    assert facts.bad_lines == 1


def test_after_an_owner_that_cannot_be_read_its_other_lines_are_nobodys(tmp_path: Path) -> None:
    text = "$ORIGIN ru.\n@ SOA a b 7 1 1 1 1\ngood NS ns.demo.net.\nd\u00e9mo NS ns.demo.net.\n  NS ns.evil.net.\n"
    frame, bad, _ = read(tmp_path / "ru", text)
    assert frame["name"].to_list() == ["good.ru"]
    assert frame["servers"].to_list() == ["ns.demo.net"]
    assert [(one.line, one.code) for one in bad] == [(4, "not-ascii"), (5, "no-owner")]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ru.\t1\tIN\tSOA\ta. b. 7 1 1 1 1\ndemo.ru.\t1\tIN\tNS\tns.demo.net.\n", ZoneTruncatedError),
        ("@ SOA a b ( 7 1 1\n", ZoneTruncatedError),
        ("$ORIGIN ru.\n@ SOA a b 7 1 1 1 1\ndemo NS ns.demo.n", ZoneTruncatedError),
        ("$ORIGIN ru.\n@ SOA a b 7 1 1 1 1\n$INCLUDE more.zone\n", ZoneFileError),
        ("$ORIGIN ru.\n@ SOA a b 7 1 1 1 1\n$GENERATE 1-9 a$ NS ns.demo.net.\n", ZoneFileError),
        ("ru. SOA a. b. 7 1 1 1 1\nru. SOA a. b. 8 1 1 1 1\n", ZoneFileError),
        ("demo.ru. NS ns.demo.net. \n", ZoneFileError),
        ("b.ru. NS ns.demo.net. ; ru\n", ZoneFileError),
        ("", ZoneFileError),
        ("\n; nothing\n", ZoneFileError),
    ],
)
def test_what_is_no_whole_zone_is_refused_before_its_last_frame(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    (tmp_path / "ru").write_text(text, encoding="latin-1")
    came: list[pl.DataFrame] = []
    with pytest.raises(error) as refused:
        came.extend(read_zone(tmp_path / "ru", bad=lambda _bad: None))
    assert came == []
    assert str(refused.value)


def test_every_cut_of_a_dump_is_noticed(tmp_path: Path) -> None:
    zone = {f"demo-{number}.ru": Delegation(frozenset({"ns.demo.net"}), ds=True) for number in range(3)}
    text = dump(zone)
    for size in range(len(text.splitlines()[0]) + 1, len(text), 11):
        with pytest.raises(ZoneTruncatedError):
            read(tmp_path / "ru", text[:size])


@pytest.mark.parametrize("order", ["octets", "canonical"])
def test_orders_in_which_zones_are_dumped(tmp_path: Path, order: str) -> None:
    names = (
        ["com.ru", "b.com.ru", "com-x.ru", "d.ru"]
        if order == "canonical"
        else ["b.com.ru", "com-x.ru", "com.ru", "d.ru"]
    )
    text = "ru. SOA a. b. 7 1 1 1 1\n" + "".join(f"{name}. NS ns.demo.net.\n" for name in names)
    frame, _, _ = read(tmp_path / "ru", text)
    assert frame["name"].to_list() == names


def test_a_file_in_no_order_is_read_by_way_of_the_disk(tmp_path: Path) -> None:
    text = "ru. SOA a. b. 7 1 1 1 1\n" + "".join(
        f"{name}. NS {server}.demo.net.\n"
        for name, server in [("b.ru", "x"), ("a.ru", "y"), ("c.ru", "z"), ("b.ru", "a")]
    )
    with pytest.raises(ZoneOrderError):
        read(tmp_path / "ru", text)
    frame, _, facts = read(tmp_path / "ru", text, in_order=False)
    assert dict(frame.select("name", "servers").rows()) == {
        "a.ru": "y.demo.net", "b.ru": "a.demo.net x.demo.net", "c.ru": "z.demo.net",
    }  # fmt: skip
    assert facts.names == 3


def test_servers_are_sorted_without_their_final_dots(tmp_path: Path) -> None:
    zone = {"demo.ru": Delegation(frozenset({"ns.net", "ns.net-x.org", "a.org"}), ds=False)}
    frame, _, _ = read(tmp_path / "ru", dump(zone))
    assert frame["servers"].to_list() == ["a.org ns.net ns.net-x.org"]
    assert set(frame.rows()) == meant(zone)


def test_glue_and_a_ds_alone_make_no_name(tmp_path: Path) -> None:
    text = f"ru. SOA a. b. 7 1 1 1 1\nalone.ru. DS {DS}\ndemo.ru. NS ns.demo.ru.\nns.demo.ru. A 192.0.2.1\nru. NS a.\n"
    frame, bad, _ = read(tmp_path / "ru", text)
    assert frame["name"].to_list() == ["demo.ru"]
    assert bad == []


def test_a_list_of_names(tmp_path: Path) -> None:
    text = "# names\nDEMO.ru\nb.com.ru.\n\nother.by\na..ru\nxn--zzzzzzzz99999.ru\nd\u00e9mo.ru\n"
    frame, bad, facts = read(tmp_path / "names", text, origin="ru", in_order=False)
    assert sorted(frame.rows()) == [("b.com.ru", 0, False, ""), ("demo.ru", 0, False, "")]
    assert sorted((one.line, one.code) for one in bad) == [
        (5, "other-zone"), (6, "empty-label"), (7, "bad-a-label"), (8, "not-ascii"),
    ]  # fmt: skip
    assert facts.is_list
    assert read(tmp_path / "names", "a.by\nb.by\n")[2].origin == "by"


@pytest.mark.parametrize("text", ["", "\n; nothing\n", "; demo.ru\n"])
@pytest.mark.parametrize("in_order", [True, False])
def test_an_empty_file_is_no_zone_whatever_zone_it_is_said_to_be(tmp_path: Path, text: str, in_order: bool) -> None:
    with pytest.raises(ZoneTruncatedError):
        read(tmp_path / "ru", text, origin="ru", in_order=in_order)


def test_a_cut_dump_as_dig_writes_it_is_noticed(tmp_path: Path) -> None:
    text = "; <<>> DiG <<>>\nru.\t\t\t1\tIN\tSOA\ta. b. 7 1 1 1 1\ndemo.ru.\t\t1\tIN\tNS\tns.demo.net.\n"
    with pytest.raises(ZoneTruncatedError):
        read(tmp_path / "ru", text)
    frame, _, _ = read(tmp_path / "ru", text + "ru.\t\t\t1\tIN\tSOA\ta. b. 7 1 1 1 1\n")
    assert frame["name"].to_list() == ["demo.ru"]


def test_names_that_come_again_in_another_order_are_noticed_across_blocks(tmp_path: Path) -> None:
    first = (
        "".join(f"a{number}.z.ru. NS ns.demo.net.\n" for number in range(1_000, 1_100)) + "b.a.ru. NS ns.demo.net.\n"
    )
    many = "".join(f"c.a.ru. NS ns{number}.demo.net.\n" for number in range(12_000))  # over the end of a block
    again = "".join(f"a{number}.z.ru. NS ns.demo.net.\n" for number in range(1_000, 1_100))
    text = "ru. SOA a. b. 7 1 1 1 1\n" + first + many + again
    with pytest.raises(ZoneOrderError):
        read(tmp_path / "ru", text, block_bytes=1)
    frame, _, _ = read(tmp_path / "ru", text, block_bytes=1, in_order=False)
    assert frame["name"].n_unique() == frame.height == 102
