"""What words of IODEF v2 (RFC 7970) mean here, and how ours are said in it: one table for both directions.

TLP 2.0 has a marking that IODEF does not know: TLP:AMBER+STRICT is written as an extension, whose fallback for who does
not know it is IODEF's own default, private.  A restriction that cannot be read is the strictest.
"""

from typing import Final

from comity.core.categories import Category, Disposition
from comity.core.markings import Tlp

NAMESPACE: Final = "urn:ietf:params:xml:ns:iodef-2.0"
NAMESPACE_V1: Final = "urn:ietf:params:xml:ns:iodef-1.0"
PAPS: Final = frozenset(("PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"))

RESTRICTION: Final[dict[Tlp, str]] = {
    "TLP:CLEAR": "white",
    "TLP:GREEN": "green",
    "TLP:AMBER": "amber",
    "TLP:RED": "red",
}
_TLP_OF: Final[dict[str, Tlp]] = {
    "public": "TLP:CLEAR",
    "white": "TLP:CLEAR",
    "partner": "TLP:GREEN",
    "green": "TLP:GREEN",
    "need-to-know": "TLP:AMBER",
    "amber": "TLP:AMBER",
    "default": "TLP:AMBER",
    "private": "TLP:RED",
    "red": "TLP:RED",
}

# The role of a node that says what it was used for (IANA, IODEF v2 NodeRole-category).
NODE_ROLE: Final[dict[Category, str]] = {
    "phishing": "phishing-site",
    "malware": "malware-distribution",
    "botnet-c2": "c2-server",
}
_CATEGORY_OF_ROLE: Final[dict[str, Category]] = {
    **{role: category for category, role in NODE_ROLE.items()},
    "spear-phishing-site": "phishing",
}
# Words of IncidentCategory, which is free text: our own, and those of the common taxonomies.
_CATEGORY_OF_WORD: Final[dict[str, Category]] = {
    "phishing": "phishing",
    "malware": "malware",
    "malware-distribution": "malware",
    "malware distribution": "malware",
    "botnet-c2": "botnet-c2",
    "c2-server": "botnet-c2",
    "c&c": "botnet-c2",
    "unauthorized-access": "unauthorized-access",
    "unauthorised-access": "unauthorized-access",
    "system-compromise": "unauthorized-access",
    "spam-vector": "spam-vector",
    "spam": "spam-vector",
}

SYSTEM_STATUS: Final[dict[Disposition, str]] = {"malicious": "fraudulent", "compromised": "innocent-hacked"}
_DISPOSITION_OF: Final[dict[str, Disposition]] = {
    "fraudulent": "malicious",
    "innocent-hacked": "compromised",
    "innocent-hijacked": "compromised",
}
# The registry's status of the name by what was done last.
DOMAIN_STATUS: Final[dict[str, str]] = {
    "server-hold": "registryLock",
    "delegation-ended": "assignedAndInactive",
    "delegation-restored": "assignedAndActive",
    "cleaned": "assignedAndActive",
}
STATUS: Final[dict[str, str]] = {"received": "new", "referred": "forwarded", "closed": "resolved", "merged": "resolved"}
SEVERITY: Final[dict[str, str]] = {"critical": "high", "high": "high", "normal": "medium"}
_RATING: Final[dict[str, float]] = {"low": 0.25, "medium": 0.5, "high": 0.85}


def tlp_of(restriction: str, extension: str) -> Tlp:
    """The marking that a restriction gives."""
    if restriction == "ext-value":
        return "TLP:AMBER+STRICT" if extension == "TLP:AMBER+STRICT" else "TLP:RED"
    return _TLP_OF.get(restriction, "TLP:RED")


def category_of_role(role: str) -> Category | None:
    """What a node of a role was used for."""
    return _CATEGORY_OF_ROLE.get(role)


def category_of_word(word: str) -> Category | None:
    """What a free word of a category means."""
    return _CATEGORY_OF_WORD.get(" ".join(word.lower().split()))


def disposition_of(status: str) -> Disposition | None:
    """How the name came into bad hands, as its involvement says it."""
    return _DISPOSITION_OF.get(status)


def confidence_of(rating: str, number: str) -> float | None:
    """The confidence, 0 to 1, of a rating or number; None where it says none that can be kept."""
    if rating != "numeric":
        return _RATING.get(rating)
    try:
        value = float(number)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
