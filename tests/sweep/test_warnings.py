"""Signs of warnings in frames made by hand: tokens are SipHash, sets of servers are sets, the guard bounds a sign."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.errors import InputError
from comity.core.warnings import Signs, siphash, token_of
from comity.sweep.columns import NAMES, SERVERS
from comity.sweep.tokens import tokens_of
from comity.sweep.warnings import prepare_signs, read_registrants, sweep_signs

DAY = date(2026, 11, 26)
KEY = bytes(range(16))
SETS = pl.DataFrame({"ns": [1, 2], "servers": ["ns1.demo-bad.ru ns2.demo-bad.ru", "ns1.demo-good.ru"]}, schema=SERVERS)
# The first of the published vectors of SipHash-2-4: octets 0, 1, 2 … under the key 00 01 … 0f (Aumasson, Bernstein).
VECTORS = {0: 0x726FDB47DD0E0E31, 1: 0x74F839C593DC67FD, 7: 0xAB0200F58B01D137, 8: 0x93F5F5799A932462,
           15: 0xA129CA6149BE45E5}  # fmt: skip


def names(count: int, *, bad: int = 0, start: int = 0) -> pl.DataFrame:
    rows = [(f"demo-{at:05}.by", 1 if at < bad else 2, False, DAY, DAY) for at in range(start, start + count)]
    return pl.DataFrame(rows, schema=NAMES, orient="row")


def test_tokens_are_those_of_the_published_vectors() -> None:
    assert {size: siphash(bytes(range(size)), KEY) for size in VECTORS} == VECTORS


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12), st.binary(min_size=16, max_size=16))
def test_a_column_has_the_tokens_of_its_texts(texts: list[str], key: bytes) -> None:
    expected = [siphash(text.encode(), key) for text in texts]
    assert tokens_of(pl.Series(texts, dtype=pl.String), key).to_list() == expected


def test_servers_and_tokens_are_found() -> None:
    token = token_of("demo-00007.by", KEY)
    signs = Signs(servers=("ns1.demo-bad.ru ns2.demo-bad.ru",), name_tokens=(token,), token_key=KEY.hex())
    tables = prepare_signs(signs, SETS, None)
    parts = [names(5, bad=3), names(5, bad=3, start=5)]
    found = sweep_signs(parts, "by", tables, zone_names=10, permille=5)
    assert list(found.hits.iter_rows()) == [
        *((f"demo-0000{at}.by", "name-servers", signs.servers[0]) for at in range(3)),
        ("demo-00007.by", "name-token", token),
    ]
    assert found.too_much == ()


def test_a_sign_that_matches_too_much_is_counted_and_holds_no_name() -> None:
    tables = prepare_signs(Signs(servers=("ns1.demo-bad.ru ns2.demo-bad.ru",)), SETS, None)
    parts = [names(300, bad=600), names(300, bad=600, start=300), names(400, bad=600, start=600)]
    found = sweep_signs(parts, "by", tables, zone_names=1_000, permille=500)
    assert found.hits.is_empty()
    assert found.too_much == (("name-servers", "ns1.demo-bad.ru ns2.demo-bad.ru", 600),)
    assert sweep_signs(parts, "by", tables, zone_names=1_000, permille=600).hits.height == 600


def test_a_pattern_that_matches_half_the_zone_is_counted_to_the_end_and_holds_no_name() -> None:
    wide, narrow = "demo-{digit:5}.by", "demo-0000{digit:1}.by"
    tables = prepare_signs(Signs(patterns=(narrow, wide)), SETS, None)
    parts = [names(3_000), names(3_000, start=3_000)]  # a part alone has more than any zone may give
    found = sweep_signs(parts, "by", tables, zone_names=12_000, permille=900)
    assert found.too_much == (("pattern", wide, 6_000),)
    assert found.hits["subject"].unique().to_list() == [narrow]
    assert found.hits.height == 10


def test_registrants_are_looked_up_in_the_registrys_own_list(tmp_path: Path) -> None:
    file = tmp_path / "registrants.tsv"
    file.write_text("demo-00001.by\t7701234567\ndemo-00002.by\t Иванов \ndemo-99999.by\t7701234567\n")
    token = token_of("7701234567", KEY)
    signs = Signs(registrant_tokens=(token, token_of("иванов", KEY)), token_key=KEY.hex())
    tables = prepare_signs(signs, SETS, read_registrants(file))
    found = sweep_signs([names(10)], "by", tables, zone_names=10, permille=5)
    assert found.hits["name"].to_list() == ["demo-00001.by", "demo-00002.by"]
    file.write_text("demo-00001.by\t7701234567\ndemo-00002.by\n")
    with pytest.raises(InputError):
        read_registrants(file)
    with pytest.raises(InputError):
        read_registrants(tmp_path / "none.tsv")
