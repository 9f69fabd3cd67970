"""Dumps compared by their octets tell what dictionaries tell, in every order, and refuse what they cannot read."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.sweep.changes import DumpChanges, compare_dumps
from comity.sweep.columns import CHANGES
from comity.sweep.dump_clusters import DumpUnlikeError
from comity.sweep.dump_marks import mark_dump
from comity.sweep.names_apart import APART, set_apart
from comity.sweep.snapshot_day import Day, write_day
from comity.sweep.snapshot_writing import write_snapshot
from comity.sweep.zone_text import BadLine
from sweep.names_made import Zone, frame, frames, names_of, numbered

DAY = date(2026, 11, 24)
ORDERS: dict[str, Callable[[str], object]] = {
    "octets": lambda name: name.encode(),
    "final dot": lambda name: name.encode() + b".",
    "below the zone": lambda name: name.removesuffix(".ru").encode(),
    "canonical": lambda name: name.encode().split(b".")[::-1],
}


def dump(
    zone: Zone, order: str = "octets", *, serial: int = 1, relative: bool = False, glue: str = "", end: bool = True
) -> bytes:
    """Write a zone as registries dump it: one record a line, glue behind its delegation."""
    soa = f"ru.\t3600\tIN\tSOA\ta.dns.example. host.example. {serial} 7200 3600 2419200 3600\n"
    lines = [soa, "ru.\t3600\tIN\tNS\ta.dns.example.\n"]
    for name in sorted(zone, key=ORDERS[order]):  # type: ignore[arg-type]
        servers, ds = zone[name]
        owner = name.removesuffix(".ru") if relative else f"{name}."
        lines += [f"{owner}\t3600\tIN\tNS\t{host}.\n" for host in servers.split()]
        lines += [f"{owner} 3600 IN DS 2570 13 2 7A79\n"] if ds else []
        lines += [f"ns1.{owner}\t3600\tIN\tA\t{glue}\n"] if glue and len(name) % 3 == 0 else []
    return "".join([*lines, soa] if end else lines).encode()


def compare(before: bytes, after: bytes, zone: str = "", bad: list[BadLine] | None = None) -> DumpChanges:
    with TemporaryDirectory() as folder:
        one, other = Path(folder, "one.zone"), Path(folder, "other.zone")
        one.write_bytes(before)
        other.write_bytes(after)
        return compare_dumps(one, other, zone=zone, bad=None if bad is None else bad.append)


LABELS = st.text("ab-", min_size=1, max_size=3)
ZONES = st.dictionaries(
    st.lists(LABELS, min_size=1, max_size=2).map(lambda labels: ".".join([*labels, "ru"])).filter("ru".__ne__),
    st.tuples(st.sampled_from(["ns1.example.by", "ns1.example.by ns2.example.by", "a.example.vn"]), st.booleans()),
    max_size=12,
)


@settings(max_examples=120, deadline=None)
@given(ZONES, ZONES, st.booleans(), st.sampled_from(sorted(ORDERS)), st.booleans(), st.sampled_from(["", "192.0.2.9"]))
def test_dumps_tell_what_dictionaries_tell(
    before: Zone, other: Zone, little: bool, order: str, relative: bool, glue: str
) -> None:
    after = {**before, **dict(list(other.items())[:2])} if little else other
    got = compare(
        dump(before, order, relative=relative, glue="192.0.2.1"),
        dump(after, order, serial=2, relative=relative, glue=glue),
        zone="ru",
    )
    now = frame(sorted(after.items()))
    apart = set_apart(frame(sorted(before.items())), now)
    assert got.apart.schema == APART
    assert got.apart.equals(apart)
    there = now.join(apart.filter("is"), on="name", how="semi").select("ns", "servers").unique().sort("ns")
    assert got.servers.equals(there)
    assert (got.serial_before, got.serial, got.zone) == (1, 2, "ru")
    assert got.tell(DAY).schema == CHANGES


def test_a_difference_far_behind_equal_octets_is_found() -> None:
    before = numbered(20_000)
    after = {**before, "demo-9999x.ru": ("ns1.example.by", False), "demo-15000.ru": ("ns1.example.by", True)}
    del after["demo-0700.ru"]
    told = compare(dump(before), dump(after, serial=2)).tell(DAY)
    assert told.select("name", "change").rows() == [
        ("demo-0700.ru", "dropped"),
        ("demo-15000.ru", "servers-changed"),
        ("demo-9999x.ru", "new"),
    ]


def test_what_is_compared_becomes_the_next_snapshot(tmp_path: Path) -> None:
    before = numbered(30)
    after = {**before, "new.ru": ("ns1.example.by", True), "demo-0003.ru": ("ns1.example.by", True)}
    del after["demo-0004.ru"]
    first = write_snapshot(tmp_path, "ru", frames(before), as_of=DAY)
    got = compare(dump(before), dump(after, serial=2))
    second = write_day(tmp_path, first, Day(got.apart, got.servers, got.serial), as_of=date(2026, 11, 25))
    names = names_of(tmp_path, second)
    assert names.select("name", "ns", "ds").equals(frame(sorted(after.items())).select("name", "ns", "ds"))


SOA = b"ru. 3600 IN SOA a.dns.example. host.example. 1 7200 3600 2419200 3600\n"
ONE = SOA + b"a.ru. 3600 IN NS ns1.example.by.\nb.ru. 3600 IN NS ns1.example.by.\n"


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (ONE, ONE + b"\t3600 IN NS ns2.example.by.\n", "not one whole record"),
        (ONE + b"$ORIGIN com.ru.\n", ONE + b"$ORIGIN com.ru.\n", "parenthesis"),
        (ONE + b" IN NS a.\n", ONE + b" IN NS a.\n", "begins with a blank"),
        (ONE, ONE + b"c.ru. IN DS ( 1\n2 )\n", "not one whole record"),
        (ONE, ONE + b"c.ru. CH NS a.example.\n", "not one whole record"),
        (ONE, ONE + b"c.ru. 3600 IN NS ns1", "whole line"),
        (ONE + SOA, ONE, "cut short"),
        (ONE, ONE + b"a.ru. 3600 IN DS 1 13 2 AA\n", "no order"),
        (ONE, SOA + b"b.ru. IN NS a.example.\na.ru. IN NS a.example.\n", "no order"),
        (ONE, ONE.replace(b"ru. 3600 IN SOA", b"su. 3600 IN SOA"), "another zone"),
        (ONE, b"\x1f\x8b\x08 packed\n", "SOA"),
        (ONE, b"", "empty"),
        (ONE, ONE + b"c" * 100_000 + b".ru. IN NS a.example.\n", "not one whole record"),
        (b"@" + SOA[3:], b"@" + SOA[3:], "which zone"),
    ],
)
def test_what_cannot_be_compared_is_refused(before: bytes, after: bytes, why: str) -> None:
    with pytest.raises(DumpUnlikeError, match=why):
        compare(before, after)


def test_lines_that_name_no_host_are_told_by_number_and_skipped() -> None:
    bad: list[BadLine] = []
    after = ONE + (
        b"c!.ru. IN NS a.example.\nd.ru. IN NS a.example.\nd.ru. IN NS b..example.\n"
        b"e.su. IN NS a.example.\nxn--zz-.ru. IN NS a.example.\n"
    )
    got = compare(ONE, after, bad=bad)
    assert got.apart["name"].to_list() == ["d.ru"]
    assert got.servers["servers"].to_list() == ["a.example"]
    assert [(line.line, line.code) for line in bad] == [(4, "bad-name"), (6, "bad-name"), (7, "bad-name")]


def test_a_dump_is_known_again_by_its_mark_until_it_is_written_to(tmp_path: Path) -> None:
    file = tmp_path / "ru.zone"
    file.write_bytes(ONE)
    mark = mark_dump(file)
    assert mark_dump(file) == mark
    other = tmp_path / "other.zone"
    other.write_bytes(ONE.replace(b"b.ru.", b"c.ru."))
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    assert mark_dump(other) != mark
    os.utime(file, ns=(0, 0))
    assert mark_dump(file) != mark


def test_dumps_that_differ_everywhere_are_read_whole_instead(tmp_path: Path) -> None:
    before, after = tmp_path / "one.zone", tmp_path / "other.zone"
    before.write_bytes(dump(numbered(200), glue="192.0.2.1"))
    after.write_bytes(dump(numbered(200), glue="192.0.2.2", serial=2))
    assert compare_dumps(before, after).apart.is_empty()
    with pytest.raises(DumpUnlikeError, match="too many places"):
        compare_dumps(before, after, most_reads=50)


def test_lines_are_told_once_whatever_order_is_tried_first() -> None:
    before = {"a.ru": ("ns1.example.by", False), "a-b.ru": ("ns1.example.by", False), "b.ru": ("ns1.example.by", True)}
    odd = b"Y!.ru. IN NS a.example.\nz.ru. IN NS a.example.\n"
    bad: list[BadLine] = []
    one = dump(before, "below the zone", end=False)
    other = one.replace(b"ns1.example.by", b"ns2.example.by") + odd
    got = compare(one, other, bad=bad)
    assert got.apart["name"].to_list() == ["a-b.ru", "a.ru", "b.ru", "z.ru"]
    assert [line.line for line in bad] == [other.count(b"\n") - 1]
