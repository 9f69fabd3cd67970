"""The zone a refused record seems to speak of."""

import pytest

from comity.core.zone_hints import find_zone_hint


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("hhttps://pay.sample.cn", "cn"),
        ("https://xn--bad-kza8d60c.sample.cn/x", "cn"),
        ("user@SAMPLE.RU.:8080/x", "ru"),
        ("sample.com", ""),
        ("||sample.ru/6/$all", ""),
        ("ru", ""),
        ("", ""),
        ("a..ru", ""),
        ("x" * 5000 + ".ru", ""),
    ],
)
def test_hint(text: str, zone: str) -> None:
    assert find_zone_hint(text) == zone
