"""Invented names for the demo: no real third party is ever shown as malicious.

Every label that a registry would register carries `-demo-<base32>`, and every brand is fiction.  The base32 is a number
that no other name of the same seed has, so two claims are about the same name only where the feed says so.  Real names
stand in the demo in one role only: as protected ones that nobody may act against without a person.
"""

import base64
from random import Random
from typing import Final

BRANDS: Final = (
    "rassvet",
    "lukomor",
    "zubrenok",
    "belovezh",
    "severpost",
    "volgapay",
    "polesbank",
    "tayga",
    "nemiga",
    "yantar",
)
BRANDS_CYRILLIC: Final = (
    "рассвет",
    "лукоморье",
    "зубрёнок",
    "беловеж",
    "северпочта",
    "волгапей",
    "полесбанк",
    "тайга",
    "немига",
    "янтарь",
)
COMPANIES: Final = tuple(f"{brand.capitalize()} (fictional)" for brand in BRANDS)

PROTECTED: Final[dict[str, tuple[str, ...]]] = {
    "cctld.ru": ("google.ru", "yandex.ru", "gosuslugi.ru", "sberbank.ru", "cctld.ru"),
    "oac.by": ("belarusbank.by", "nbrb.by", "president.gov.by", "belta.by", "tut.by"),
}

_KEYWORDS: Final = ("online", "bank", "service", "info", "support", "secure", "pay")
_KEYWORDS_CYRILLIC: Final = ("онлайн", "банк", "сервис", "инфо", "поддержка", "вход", "оплата")
_PLACE_BITS: Final = 30
_ODD: Final = 0x2545F491  # odd, so that multiplication by it modulo 2^30 gives every number once


class NameMaker:
    """Makes names one after another; the same seed makes the same names."""

    def __init__(self, rng: Random, *, realm: int, kinds: tuple[str, ...], weights: tuple[float, ...]) -> None:
        self._rng = rng
        self._realm = realm
        self._count = 0
        self._kinds = kinds
        self._weights = weights

    def make(self, zone: str, brand: int) -> tuple[str, str]:
        """Make a host under a zone (an A-label), as a person would write it; and say what kind of look-alike it is."""
        mark = self._mark()
        kind = self._rng.choices(self._kinds, self._weights)[0]
        if zone.startswith("xn--"):
            return f"{_cyrillic(kind, brand, self._rng)}-demo-{mark}.{ZONE_TEXT[zone]}", kind
        label = _latin(kind, brand, self._rng)
        name = f"{label}-demo-{mark}.{zone}"
        if kind == "tld-in-subdomain":
            name = f"{self._rng.choice(('com', 'gov', 'www.com'))}-{self._rng.choice(_KEYWORDS)}.{name}"
        return name, kind

    def _mark(self) -> str:
        number = (self._count * 4 + self._realm) * _ODD % (1 << _PLACE_BITS)
        self._count += 1
        return base64.b32encode((number << 2).to_bytes(4)).decode().rstrip("=").lower()


ZONE_TEXT: Final[dict[str, str]] = {"xn--p1ai": "рф", "xn--90ais": "бел"}


def _latin(kind: str, brand: int, rng: Random) -> str:
    stem = BRANDS[brand]
    at = rng.randrange(1, len(stem) - 1)
    match kind:
        case "typo":
            return stem[:at] + stem[at + 1] + stem[at] + stem[at + 2 :]
        case "digit-or-hyphen":
            return f"{stem[:at]}-{stem[at:]}{rng.randrange(10)}"
        case "homoglyph":
            return stem.replace("o", "0").replace("l", "1").replace("s", "5")
        case "other-zone-same-label" | "tld-in-subdomain":
            return stem
        case "translit":
            return stem.replace("v", "w").replace("y", "j")
        case _:
            return f"{stem}-{rng.choice(_KEYWORDS)}"


def _cyrillic(kind: str, brand: int, rng: Random) -> str:
    stem = BRANDS_CYRILLIC[brand]
    at = rng.randrange(1, len(stem) - 1)
    match kind:
        case "typo":
            return stem[:at] + stem[at + 1] + stem[at] + stem[at + 2 :]
        case "digit-or-hyphen":
            return f"{stem[:at]}-{stem[at:]}{rng.randrange(10)}"
        case "other-zone-same-label":
            return stem
        case _:
            return f"{stem}-{rng.choice(_KEYWORDS_CYRILLIC)}"
