"""One address or none: nothing that could become a header, a second recipient or a route."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.mail_addresses import AddressProblem, fold_address


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("abuse@registrar-demo.ru", "abuse@registrar-demo.ru"),
        ("Abuse+ru@Registrar-Demo.RU", "Abuse+ru@registrar-demo.ru"),
        ("abuse@пример.рф", "abuse@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_an_address_has_one_form(text: str, folded: str) -> None:
    assert fold_address(text) == folded


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-one-address"),
        ("abuse", "not-one-address"),
        ("a@b.ru, c@d.ru", "not-one-address"),
        ("a@b.ru\r\nBcc: c@d.ru", "not-one-address"),
        ("a\r\nBcc: x@b.ru", "bad-local-part"),
        ("Bank <a@b.ru", "bad-local-part"),
        ('"a b"@b.ru', "bad-local-part"),
        ("victim%other.ru@b.ru", "bad-local-part"),
        ("b.ru!a@c.ru", "bad-local-part"),
        (".a@b.ru", "bad-local-part"),
        ("имя@b.ru", "bad-local-part"),
        ("a@[192.0.2.1]", "bad-domain"),
        ("a@192.0.2.1", "bad-domain"),
        ("a@localhost", "bad-domain"),
        ("a@b.ru.", "bad-domain"),
        ("a@b.ru\n", "bad-domain"),
        ("a@b.ru\0", "bad-domain"),
        ("a" * 65 + "@b.ru", "bad-local-part"),
        ("a@" + "b" * 260 + ".ru", "too-long"),
    ],
)
def test_whatever_else_comes_is_refused(text: str, code: str) -> None:
    found = fold_address(text)
    assert isinstance(found, AddressProblem)
    assert found.code == code


@given(st.text(max_size=60) | st.from_regex(r"[a-z.]{1,9}@[a-zа-я.\r\n -]{1,12}\.(ru|рф)", fullmatch=True))
def test_what_is_let_through_is_plain_and_stays_as_it_is(text: str) -> None:
    found = fold_address(text)
    if isinstance(found, str):
        assert found.isascii()
        assert found.isprintable()
        assert found.count("@") == 1
        assert not set(found) & set(' ,;<>"()[]:\\%!')
        assert fold_address(found) == found
    else:
        assert found.reason
