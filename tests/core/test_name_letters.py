"""The letters of a name: whose script, which mixture, and what the eye would take it for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.labels import Host, fold_host
from comity.core.name_letters import skeleton, view_name


def stored(name: str) -> str:
    folded = fold_host(name)
    assert isinstance(folded, Host)
    return folded.ascii


@pytest.mark.parametrize(
    ("name", "scripts", "is_mixed", "reads_like"),
    [
        ("sberbank.ru", ("Latin",), False, ""),
        ("ѕbеrbаnk.ru", ("Cyrillic", "Latin"), True, "sberbank.ru"),
        ("сосо.рф", ("Cyrillic",), False, "coco.рф"),
        ("касса-демо.рф", ("Cyrillic",), False, ""),
        ("中国taobao.cn", ("Han", "Latin"), False, ""),
        ("банk.рф", ("Cyrillic", "Latin"), True, ""),
        ("sbеrваnк.ru", ("Cyrillic", "Latin"), True, "sberbank.ru"),
        ("нота.рф", ("Cyrillic",), False, ""),
        ("pαypal.ru", ("Greek", "Latin"), True, "paypal.ru"),
        ("việt-nam.vn", ("Latin",), False, ""),
    ],
)
def test_scripts_mixtures_and_look_alikes(name: str, scripts: tuple[str, ...], is_mixed: bool, reads_like: str) -> None:
    view = view_name(stored(name))

    assert view.labels[0].scripts == scripts
    assert view.is_mixed is is_mixed
    assert view.reads_like == reads_like
    assert view.unicode == name


def test_every_letter_has_its_code_point() -> None:
    letters = view_name(stored("аб1-.рф".replace("-", ""))).labels[0].letters

    assert [(one.text, one.code_point, one.script) for one in letters] == [
        ("а", "U+0430", "Cyrillic"), ("б", "U+0431", "Cyrillic"), ("1", "U+0031", "Common"),
    ]  # fmt: skip
    assert letters[0].name == "CYRILLIC SMALL LETTER A"


def test_an_a_label_that_does_not_decode_is_shown_as_it_is() -> None:
    view = view_name("xn--0.ru")

    assert view.unicode == "xn--0.ru"
    assert view.is_plain
    assert not view.reads_like


@given(st.text(alphabet="abcаеорсухіјѕ019-中ü", min_size=1, max_size=12))
@settings(max_examples=100)
def test_any_label_is_taken_apart_and_put_together_again(text: str) -> None:
    view = view_name(f"{text}.ru")

    assert ".".join("".join(one.text for one in label.letters) for label in view.labels) == view.unicode
    assert skeleton(skeleton(text)) == skeleton(text)
    if view.reads_like:
        assert view.reads_like.rpartition(".")[0].isascii()
