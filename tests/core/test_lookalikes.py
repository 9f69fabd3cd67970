"""One label against one protected label: which kind, or nothing."""

import json
from pathlib import Path

import pytest

from comity.core.brands import Brand, parse_brands
from comity.core.lookalike_forms import LEAST_SCORE, prepare_form, see_label
from comity.core.lookalike_mirrors import find_mirrors
from comity.core.lookalike_scores import REASONS, SCORES, WELL_KNOWN
from comity.core.lookalikes import describe, explain

_TWO = ("first.example", "second.example")


def _label(text: str) -> str:
    return text if text.isascii() else "xn--" + text.encode("punycode").decode("ascii")


@pytest.mark.parametrize(
    ("typed", "meant", "kind"),
    [
        ("sberbank", "sberbank", "exact"), ("sberrbank", "sberbank", "edit"), ("sbebrank", "sberbank", "edit"),
        ("sberbamk", "sberbank", "keyboard"), ("ыиукифтл", "sberbank", "keyboard"),
        ("sbеrbаnk", "sberbank", "confusable"), ("rnicrosoft", "microsoft", "confusable"),
        ("сбербанк", "sberbank", "transliteration"), ("sberbank", "сбербанк", "transliteration"),
        ("яндекс", "yandex", "transliteration"), ("oplata-sberbank", "sberbank", "combination"),
        ("сбербанк-вход", "sberbank", "combination"), ("dang-nhap-vietcombank", "vietcombank", "combination"),
        ("wwwsberbank", "sberbank", "affix"), ("sberbank-ru", "sberbank", "affix"),
    ],
)  # fmt: skip
def test_each_kind_is_found_and_told_in_words(typed: str, meant: str, kind: str) -> None:
    found = explain(see_label(_label(typed)), prepare_form(Brand(_label(meant), _TWO)))
    assert found is not None
    assert found.kind == kind
    assert found.score >= LEAST_SCORE
    assert meant in describe(found, _label(meant))


@pytest.mark.parametrize(
    ("label", "meant"),
    [("pineapple", "apple"), ("sapple", "apple"), ("applepie", "apple"), ("maltaviza", "visa"), ("bestmall", "tmall"),
     ("vtc", "vtb"), ("xn--a-ecp", "apple"),
     # Another word, another firm, another number, a word of the language, a place.
     ("jingximao", "jiangximao"), ("djservice", "doservice"), ("do-service", "doservice"),
     ("sample2bank", "sample1bank"),
     ("contest-shop", "contest"), ("my-surgut", "surgut"), ("nashsurgut", "surgut"), ("moldoservice", "doservice"),
     # What is drawn with fewer letters than is meant is no imitation, nor is a letter in place of a digit.
     ("dangroup", "ciangroup"), ("dayl", "day1"),
     # Nor is a plain label the imitation of an imitation.
     ("demobank", "xn--dembank-cjg")],
)  # fmt: skip
def test_what_contains_a_label_by_chance_is_not_accused(label: str, meant: str) -> None:
    assert explain(see_label(label), prepare_form(Brand(meant))) is None


def test_a_mere_word_is_looked_for_where_a_password_is_asked_for() -> None:
    form = prepare_form(Brand("contest"))
    assert explain(see_label("contest-login"), form) is not None
    assert explain(see_label("contest-payment"), form) is None
    # An owner of many names is well known: his word counts a little more.
    known = prepare_form(Brand("contest", tuple(f"contest{number}.ru" for number in range(WELL_KNOWN))))
    found = explain(see_label("contest-shop"), known)
    assert found is not None
    assert found.reason == "trade-word-apart"


@pytest.mark.parametrize("typed", ["demobamk", "demobank7", "demo-bank", "demobank-kazan", "kupidemobank"])
def test_weak_signs_count_where_the_owner_guards_the_label_in_two_zones(typed: str) -> None:
    guarded = explain(see_label(typed), prepare_form(Brand("demobank", _TWO)))
    single = explain(see_label(typed), prepare_form(Brand("demobank", _TWO[:1])))
    assert (guarded.score if guarded else 0) >= (single.score if single else 0)
    # What asks for a password is told in either case.
    assert explain(see_label("login-demobank"), prepare_form(Brand("demobank"))) is not None


def test_a_label_that_is_protected_itself_is_nobodys_look_alike() -> None:
    form = prepare_form(Brand("demobank", _TWO))
    assert explain(see_label("demobnak"), form) is not None
    assert explain(see_label("demobnak"), form, known={"demobnak"}) is None


def test_a_look_alike_of_a_well_known_label_is_its_mirror_and_found_as_itself_alone() -> None:
    many = tuple(f"demobank.{zone}" for zone in ("ru", "su", "by", "vn", "cn", "kz", "am", "ge", "uz", "kg"))
    brands = [Brand("demobank", many), Brand("demobnak", ("demobnak.ru",)), Brand("demo-cafe"), Brand("dem0bank")]
    assert find_mirrors(brands) == {"demobnak", "dem0bank"}
    assert find_mirrors([Brand("demobank"), Brand("demobnak")]) == frozenset()
    mirror = prepare_form(brands[1], is_mirror=True)
    assert explain(see_label("demobnnak"), mirror) is None
    assert explain(see_label("login-demobnak"), mirror) is None
    same = explain(see_label("demobnak"), mirror)
    assert same is not None
    assert same.kind == "exact"


def test_each_reason_has_a_row_and_no_row_rises_for_a_weaker_label() -> None:
    assert set(REASONS) == set(SCORES)
    for row in SCORES.values():
        assert list(row) == sorted(row)


def test_a_file_of_brands_says_which_lines_protect_nothing() -> None:
    read = parse_brands("token\tofficial_domain\nexample\texample.ru\nexample\texample.by\n..\tx.ru\n")
    assert read.brands == (Brand("example", ("example.ru", "example.by")),)
    assert [bad.line for bad in read.bad] == [4]


def test_the_vectors_hold() -> None:
    path = Path(__file__).resolve().parents[2] / "docs/spec/vectors/lookalikes.json"
    vectors = json.loads(path.read_text("utf-8"))["vectors"]
    assert len(vectors) > 20
    for vector in vectors:
        own = tuple(f"owner{number}.example" for number in range(vector["names_of_the_owner"]))
        found = explain(see_label(vector["label"]), prepare_form(Brand(vector["protected"], own)))
        told = found and {
            "kind": found.kind, "reason": found.reason, "parts": list(found.parts), "score": found.score
        }  # fmt: skip
        assert told == vector["found"], vector
