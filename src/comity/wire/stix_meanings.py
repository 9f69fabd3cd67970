"""What words of foreign STIX mean here: categories and markings, by tables that are all there is to it.

A word that is in no table means nothing here; it is named by the reader and never guessed at.
"""

from collections.abc import Iterable
from typing import Final

from comity.core.categories import Category
from comity.core.markings import STIX_MARKING, TLPS, Tlp

# Labels, indicator types and kill-chain phases, in lower case.
CATEGORY_OF: Final[dict[str, Category]] = {
    "phishing": "phishing",
    "phish": "phishing",
    "credential-phishing": "phishing",
    "credential-harvesting": "phishing",
    "spear-phishing": "phishing",
    'rsit:fraud="phishing"': "phishing",
    "malware": "malware",
    "malware-distribution": "malware",
    "malware-download": "malware",
    "malware_download": "malware",
    "malware-hosting": "malware",
    "payload_delivery": "malware",
    'rsit:malicious-code="malware-distribution"': "malware",
    "botnet-c2": "botnet-c2",
    "botnet_cc": "botnet-c2",
    "c2": "botnet-c2",
    "c&c": "botnet-c2",
    "cnc": "botnet-c2",
    "command-and-control": "botnet-c2",
    "command and control": "botnet-c2",
    'rsit:malicious-code="c2-server"': "botnet-c2",
    "unauthorized-access": "unauthorized-access",
    "compromised": "unauthorized-access",
    "spam-vector": "spam-vector",
    "spam": "spam-vector",
    'rsit:abusive-content="spam"': "spam-vector",
}

# Of several categories that an indicator's words mean, the one that asks for the most care comes first.
_ORDER: Final[tuple[Category, ...]] = ("botnet-c2", "phishing", "malware", "unauthorized-access", "spam-vector")

# Words that say that something is bad, and not what: no word is missing where one of them stands alone.
SAYS_NO_CATEGORY: Final = frozenset(("malicious-activity", "anomalous-activity", "attribution", "unknown"))

_TLP_1: Final[dict[str, Tlp]] = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",  # TLP:WHITE
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
}
_OPENCTI: Final[dict[str, Tlp]] = {"marking-definition--826578e1-40ad-459f-bc73-ede076f81f37": "TLP:AMBER+STRICT"}
TLP_OF: Final[dict[str, Tlp]] = {**{id_: tlp for tlp, id_ in STIX_MARKING.items()}, **_TLP_1, **_OPENCTI}

_TLP_WORDS: Final[dict[str, Tlp]] = {
    "clear": "TLP:CLEAR", "white": "TLP:CLEAR", "green": "TLP:GREEN", "amber": "TLP:AMBER",
    "amber+strict": "TLP:AMBER+STRICT", "red": "TLP:RED",
}  # fmt: skip


def fold_category(words: Iterable[str]) -> Category | None:
    """The category that words mean; of several the first of the order; None where they mean none."""
    found = {CATEGORY_OF[word.lower()] for word in words if word.lower() in CATEGORY_OF}
    return next((category for category in _ORDER if category in found), None)


def fold_tlp(word: str) -> Tlp | None:
    """The TLP 2.0 label that a word of either version means."""
    return _TLP_WORDS.get(word.lower().removeprefix("tlp:"))


def strictest(tlps: Iterable[Tlp]) -> Tlp | None:
    """The strictest of some labels; None of none."""
    return max(tlps, key=TLPS.index, default=None)
