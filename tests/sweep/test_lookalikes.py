"""What columns find is what the reference implementation says of every pair, and nothing else."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.brands import Brand, merge_brands
from comity.core.findings import PART
from comity.core.guards import join_guard_lists, parse_guard_list
from comity.core.lookalike_forms import prepare_form, see_label
from comity.core.lookalikes import choose, explain
from comity.sweep.columns import FINDINGS, NAMES
from comity.sweep.lookalikes import find_lookalikes, prepare_brands

_BRANDS = ("demobank", "examplar", "modern", "пример", "dem0", "will-hill", "щукин", "xyz", "milli",
           "demobnak")  # fmt: skip
_MANY = tuple(f"demobank.{zone}" for zone in ("net", "su", "by", "vn", "cn", "kz", "am", "ge", "uz", "kg"))
_PIECES = st.sampled_from(
    [*_BRANDS, "login", "www", "ru", "24", "-", "oplata", "вход", "rn", "vv", "0", "1", "l", "а", "е", "q", "demo",
     "bank", "pie", "dem0bank", "exarnplar", "демобанк", "schukin", "моdern", "examqlar", "demobnak", "зкшьук",
     "shop", "magazin",
     "нet", "sberpank", "dang", "nhap", "service"]
)  # fmt: skip


def _label(text: str) -> str:
    return text if text.isascii() else "xn--" + text.encode("punycode").decode("ascii")


def _names(labels: list[str], zone: str = "ru") -> pl.DataFrame:
    rows = [(f"{label}.{zone}", 0, False, None, None) for label in labels]
    return pl.DataFrame(rows, schema=NAMES, orient="row")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(_PIECES, min_size=1, max_size=4).map("".join), min_size=1, max_size=8, unique=True))
def test_columns_say_what_the_reference_says(texts: list[str]) -> None:
    labels = list(dict.fromkeys(_label(text.strip("-") or "x") for text in texts))
    brands = [Brand(_label(text), _MANY if text == "demobank" else ()) for text in _BRANDS]
    tables = prepare_brands(brands)
    forms = [prepare_form(brand, is_mirror=brand.label in tables.mirrors) for brand in brands]
    expected = set()
    for label in labels:
        seen = see_label(label)
        pairs = [(form.label, one) for form in forms if (one := explain(seen, form, tables.known)) is not None]
        expected |= {(f"{label}.ru", name, one.reason, PART.join(one.parts)) for name, one in choose(pairs)}
    found = find_lookalikes(_names(labels), "ru", tables)
    assert found.schema == FINDINGS
    assert set(found.select("name", "subject", "reason", "detail").rows()) == expected


def test_the_owners_own_names_and_guarded_ones_are_left_out() -> None:
    guard = join_guard_lists([parse_guard_list("ours", "demobank-login.ru\n")])
    tables = prepare_brands([Brand("demobank", ("demobank.ru", "demobank-pay.ru"))], guard)
    labels = ["demobank", "demobank-pay", "demobank-login", "demobank-oplata"]
    assert find_lookalikes(_names(labels), "ru", tables)["name"].to_list() == ["demobank-oplata.ru"]
    # In a zone where the label is not its owner's, the label itself is found.
    assert find_lookalikes(_names(["demobank"], "su"), "su", tables)["kind"].to_list() == ["exact"]


def test_names_of_every_partners_owners_are_left_out() -> None:
    ours = [Brand("demobank", ("demobank.ru",), "ours")]
    theirs = [
        Brand("demobank", ("demobank.by", "demobank-login.by"), "partner"),
        Brand("demobnak", ("demobnak.by",), "partner"),
    ]
    tables = prepare_brands(merge_brands([ours, theirs]))
    labels = ["demobank", "demobank-login", "demobank-oplata", "demobnak"]
    found = find_lookalikes(_names(labels, "by"), "by", tables)
    assert found["name"].to_list() == ["demobank-oplata.by"]
    # In a zone where the partner holds no such name, it is found; and as itself, not as the other's misspelling.
    found = find_lookalikes(_names(labels, "ru"), "ru", tables)
    assert found.select("name", "kind", "subject").rows() == [
        ("demobank-login.ru", "combination", "demobank"),
        ("demobank-oplata.ru", "combination", "demobank"),
        ("demobnak.ru", "exact", "demobnak"),
    ]
