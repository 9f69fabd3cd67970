"""Siblings in small zones: the planted campaign is found for its reasons, strangers are not, the index is whole."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from comity.core.campaigns import Bounds, Campaign, reason_of
from comity.core.errors import InputError, NotFoundError
from comity.sweep.columns import FINDINGS, NAMES, SERVERS
from comity.sweep.sibling_index import (
    REGISTRATIONS,
    SiblingIndex,
    make_index,
    open_index,
    read_registrations,
    write_index,
)
from comity.sweep.siblings import find_siblings, prepare_search

SNAPSHOT = date(2026, 11, 23)
WORDS = ("okna", "dom", "avto", "tur", "les", "mir", "stroy", "park", "med", "chay", "volga", "neva", "ural", "don")
FAMILY = [f"demo-login{number}" for number in (11, 202, 37, 4040, 58)]
CLOUD, OWN, HOSTER = 1, 2, 3


def ordinary(zone: str) -> list[str]:
    return sorted({f"{a}{b}{c}.{zone}" for a in WORDS for b in WORDS for c in WORDS})


def names_of(zone: str, family: list[str]) -> pl.DataFrame:
    usual = ordinary(zone)
    rows = [(name, HOSTER if n % 97 == 0 else CLOUD) for n, name in enumerate(usual)]
    rows += [(f"{label}.{zone}", OWN) for label in family]
    table = pl.DataFrame(rows, schema={"name": pl.String, "ns": pl.UInt64}, orient="row").sort("name")
    return table.select(
        "name", "ns", pl.lit(value=False).alias("ds"), pl.lit(SNAPSHOT).alias("first_seen"),
        pl.lit(SNAPSHOT).alias("last_seen"),
    ).match_to_schema(NAMES)  # fmt: skip


def registrations_of(zones: dict[str, pl.DataFrame]) -> pl.DataFrame:
    rows = []
    for frame in zones.values():
        for n, name in enumerate(frame["name"]):
            is_ours = name.startswith("demo-login")
            created = date(2026, 8, 1 + n % 2) if is_ours else date(2015 + n % 11, 1 + n % 12, 1 + n % 28)
            rows.append((name, f"REG-{n % 90}", created, "ab" * 16 if name.startswith("demo-login11.") else None))
    rows = [(*row[:3], "ab" * 16) if row[0] == "oknadommir.ru" else row for row in rows]
    return pl.DataFrame(rows, schema=REGISTRATIONS, orient="row")


ZONES = {"ru": names_of("ru", FAMILY), "by": names_of("by", FAMILY[:2])}
SETS = pl.DataFrame(
    {"ns": [CLOUD, OWN, HOSTER], "servers": ["a.cloud.ru b.cloud.ru", "ns1.demo.su ns2.demo.su", "ns.hoster.ru"]},
    schema=SERVERS,
)
SEED = "demo-login11.ru"
THEIRS = {f"{label}.ru" for label in FAMILY} | {f"{label}.by" for label in FAMILY[:2]}


def look(index: SiblingIndex, seed: str = SEED, guarded: str = "", **more: object) -> Campaign:
    search = prepare_search(index)
    return find_siblings(search, seed, is_guarded=lambda name: name == guarded, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def index() -> SiblingIndex:
    return make_index(ZONES, SETS, registrations_of(ZONES))


def test_the_campaign_is_found_in_both_zones_with_its_reasons(index: SiblingIndex) -> None:
    found = look(index)
    of_registrant = {"oknadommir.ru"}
    assert {member.name for member in found.members} == (THEIRS | of_registrant) - {SEED}
    by_name = {member.name: {found.signs[place].kind for place in member.signs} for member in found.members}
    assert by_name["demo-login37.ru"] >= {"servers", "burst", "pattern"}
    assert by_name["oknadommir.ru"] == {"registrant"}
    said = {sign.kind: reason_of(sign) for sign in found.signs}
    assert said["servers"] == f"same name servers (ns1.demo.su ns2.demo.su): 7 of {found.names:,} names"
    assert "ab" * 16 not in str(found)
    assert found.zones == ("by", "ru")


def test_a_guarded_sibling_is_never_proposed(index: SiblingIndex) -> None:
    found = look(index, guarded="demo-login37.ru")
    assert "demo-login37.ru" not in {member.name for member in found.members}
    assert found.guarded == 1


def test_a_hoster_alone_or_a_snapshot_alone_proposes_nobody() -> None:
    bare = make_index(ZONES, SETS)
    found = look(bare, ordinary("ru")[97])
    assert not found.members
    assert not [sign for sign in found.signs if sign.kind == "burst"]  # all were first seen on one day
    large = look(bare, ordinary("ru")[1])
    assert [(one.sign.kind, one.why) for one in large.dropped] == [("servers", "says-nothing")]


def test_without_registrations_servers_and_pattern_are_enough() -> None:
    assert {member.name for member in look(make_index(ZONES, SETS)).members} == THEIRS - {SEED}


def test_looks_like_the_same_protected_name(index: SiblingIndex) -> None:
    rows = [
        ("ru", name, "combination", "demo", "brand-and-lure", "", 0.9) for name in ("demo-login11.ru", "oknaokna.ru")
    ]
    findings = pl.DataFrame(rows, schema=FINDINGS, orient="row").lazy()
    found = look(index, findings=findings)
    assert [(sign.key, sign.holders) for sign in found.signs if sign.kind == "target"] == [("demo", 2)]
    assert "oknaokna.ru" not in {member.name for member in found.members}  # one sign proposes nothing


def test_the_number_of_siblings_is_bounded(index: SiblingIndex) -> None:
    found = look(index, bounds=Bounds(siblings=3))
    assert (len(found.members), found.left_out) == (3, 4)


def test_a_name_that_was_not_swept_is_said(index: SiblingIndex) -> None:
    with pytest.raises(NotFoundError, match="not among the names"):
        look(index, "nowhere.ru")


def test_an_index_on_disk_answers_the_same_and_half_of_one_is_none(tmp_path: Path, index: SiblingIndex) -> None:
    folder = tmp_path / "siblings"
    halves = [(zone, frame.slice(start, 1400)) for zone, frame in ZONES.items() for start in (0, 1400)]
    write_index(folder, halves, SETS, {"ru": "2026-11-23", "by": "2026-11-23"}, registrations_of(ZONES))
    assert look(open_index(folder)) == look(index)
    (folder / "index.json").unlink()
    with pytest.raises(InputError, match="no index of siblings"):
        open_index(folder)


def test_an_index_of_nothing_has_no_names(tmp_path: Path) -> None:
    nothing = write_index(tmp_path / "empty", [], pl.DataFrame(schema=SERVERS), {})
    with pytest.raises(NotFoundError):
        look(nothing)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("demo.ru\tREG-1\t2026-13-01\t" + "ab" * 16, "created is no date"),
        ("demo.ru\tREG-1\t2026-12-01\tivanov@mail.ru", "registrant is no hash"),
        ("Demo ru\tREG-1\t2026-12-01\t" + "ab" * 16, "name is no name"),
        ("demo.ru\tREG-1", "created is no date"),
        ("demo.ru\tREG-1\t2026-12-01\t\t\t", "no table of registrations"),
    ],
)
def test_a_bad_table_of_registrations_is_refused_whole(tmp_path: Path, line: str, why: str) -> None:
    table = tmp_path / "reg.tsv"
    table.write_text("fine.ru\tREG-1\t2026-01-01\t" + "cd" * 16 + f"\n{line}\n")
    with pytest.raises(InputError, match=why):
        read_registrations(table)
