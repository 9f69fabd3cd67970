"""What words of MISP's taxonomies mean here, and how our words are said in them: one table for both directions.

A category is said in RSIT (the ENISA Reference Security Incident Taxonomy) and read from every taxonomy of the table.
TLP is written by its 2.0 names only; the names of 1.x are read as what they are called now.  A tag that is not in the
table says nothing about a category; the reader names it.  Tags of content, of copyright and the like are named as out
of scope, so that they are refused and not taken for something else.  Source of the words: MISP/misp-taxonomies.
"""

import re
from typing import Final

from comity.core.categories import Category, Disposition
from comity.core.markings import TLPS, Tlp

_MACHINE_TAG: Final = re.compile(r'([^:="]+):([^="]+)(?:="?([^"]*)"?)?')

_ATTACK_NUMBER: Final = re.compile(r" - S[0-9]{4}$")  # of ATT&CK's software, behind its name

CATEGORY_TAG: Final[dict[Category, str]] = {
    "phishing": 'rsit:fraud="phishing"',
    "malware": 'rsit:malicious-code="malware-distribution"',
    "botnet-c2": 'rsit:malicious-code="c2-server"',
    "unauthorized-access": 'rsit:intrusions="system-compromise"',
    "spam-vector": 'rsit:abusive-content="spam"',
}

# (taxonomy, predicate, value), all in lower case.
_CATEGORY_OF: Final[dict[tuple[str, str, str], Category]] = {
    ("rsit", "fraud", "phishing"): "phishing",
    ("rsit", "malicious-code", "malware-distribution"): "malware",
    ("rsit", "malicious-code", "malware-configuration"): "malware",
    ("rsit", "malicious-code", "c2-server"): "botnet-c2",
    ("rsit", "intrusions", "privileged-account-compromise"): "unauthorized-access",
    ("rsit", "intrusions", "unprivileged-account-compromise"): "unauthorized-access",
    ("rsit", "intrusions", "application-compromise"): "unauthorized-access",
    ("rsit", "intrusions", "system-compromise"): "unauthorized-access",
    ("rsit", "intrusion-attempts", "brute-force"): "unauthorized-access",
    ("rsit", "intrusion-attempts", "exploit"): "unauthorized-access",
    ("rsit", "information-content-security", "unauthorised-information-access"): "unauthorized-access",
    ("rsit", "abusive-content", "spam"): "spam-vector",
    ("ecsirt", "fraud", "phishing"): "phishing",
    ("ecsirt", "malicious-code", "virus"): "malware",
    ("ecsirt", "malicious-code", "worm"): "malware",
    ("ecsirt", "malicious-code", "trojan"): "malware",
    ("ecsirt", "malicious-code", "spyware"): "malware",
    ("ecsirt", "malicious-code", "malware"): "malware",
    ("ecsirt", "malicious-code", "ransomware"): "malware",
    ("ecsirt", "malicious-code", "malware-configuration"): "malware",
    ("ecsirt", "malicious-code", "c&c"): "botnet-c2",
    ("ecsirt", "intrusions", "compromised"): "unauthorized-access",
    ("ecsirt", "intrusions", "backdoor"): "unauthorized-access",
    ("ecsirt", "intrusion-attempts", "brute-force"): "unauthorized-access",
    ("ecsirt", "abusive-content", "spam"): "spam-vector",
    ("circl", "incident-classification", "phishing"): "phishing",
    ("circl", "incident-classification", "whaling"): "phishing",
    ("circl", "incident-classification", "smishing"): "phishing",
    ("circl", "incident-classification", "malware"): "malware",
    ("circl", "incident-classification", "ransomware"): "malware",
    ("circl", "incident-classification", "system-compromise"): "unauthorized-access",
    ("circl", "incident-classification", "spam"): "spam-vector",
    ("europol-event", "hosting-phishing-sites", ""): "phishing",
    ("europol-event", "hosting-malware-webpage", ""): "malware",
    ("europol-event", "c&c-server-hosting", ""): "botnet-c2",
    ("europol-event", "spam", ""): "spam-vector",
    ("common-taxonomy", "information-gathering", "phishing"): "phishing",
    ("common-taxonomy", "malware", "distribution"): "malware",
    ("common-taxonomy", "malware", "command-and-control"): "botnet-c2",
    ("common-taxonomy", "information-security", "unauthorised-access"): "unauthorized-access",
    ("common-taxonomy", "abusive-content", "spam"): "spam-vector",
    ("kill-chain", "command and control", ""): "botnet-c2",
    ("phishing", "techniques", "fake-website"): "phishing",
    ("phishing", "state", "active"): "phishing",
    ("comity", "category", "phishing"): "phishing",
    ("comity", "category", "malware"): "malware",
    ("comity", "category", "botnet-c2"): "botnet-c2",
    ("comity", "category", "unauthorized-access"): "unauthorized-access",
    ("comity", "category", "spam-vector"): "spam-vector",
}

# Whole taxonomies, or words of them, whose matter no memorandum knows.  `wire.out_of_scope` says the rest.
_OUT_OF_SCOPE: Final[dict[tuple[str, str], str]] = {
    ("rsit", "fraud=copyright"): "copyright",
    ("ecsirt", "fraud=copyright"): "copyright",
    ("circl", "incident-classification=copyright-issue"): "copyright",
    ("rsit", "abusive-content=harmful-speech"): "harmful speech",
    ("rsit", "abusive-content=violence"): "child sexual abuse, violence",
    ("ecsirt", "abusive-content=harmful-speech"): "harmful speech",
    ("ecsirt", "abusive-content=violence"): "child sexual abuse, violence",
    ("common-taxonomy", "abusive-content=copyright"): "copyright",
    ("common-taxonomy", "abusive-content=cse-racism-violence-incitement"): "child sexual abuse, violence",
    ("europol-event", "copyrighted-content="): "copyright",
    ("europol-event", "content-forbidden-by-law="): "content",
    ("dark-web", "topic=child-sexual-abuse-material"): "child sexual abuse material",
    ("copine-scale", "*"): "child sexual abuse material",
    ("anti-piracy", "*"): "copyright",
    ("content-classification", "*"): "content",
}

# Types of galaxies whose clusters are families of malware (MISP/misp-galaxy).
FAMILY_GALAXIES: Final = frozenset({
    "malpedia", "mitre-malware", "mitre-enterprise-attack-malware", "mitre-tool", "tool", "rat", "ransomware", "banker",
    "botnet", "stealer", "backdoor", "cryptominers", "android", "exploit-kit",
})  # fmt: skip
# What a family in one of them says of a name beside it, where no tag says more.
FAMILY_CATEGORY: Final[Category] = "malware"

ACCESS_METHOD: Final[dict[Disposition, str]] = {
    "malicious": 'domain-abuse:domain-access-method="criminal-registration"',
    "compromised": 'domain-abuse:domain-access-method="compromised-webserver"',
}
_DISPOSITION_OF: Final[dict[str, Disposition]] = {
    "criminal-registration": "malicious",
    "compromised-webserver": "compromised",
    "compromised-dns": "compromised",
    "compromised-domain-name-registrar": "compromised",
    "compromised-domain-name-registry": "compromised",
}

# The name's status by what was done last, or by the outcome of its case; where neither says one, none is said.
DOMAIN_STATUS: Final[dict[str, str]] = {
    "server-hold": "suspended",
    "delegation-ended": "suspended",
    "sinkhole": "suspended",
    "delegation-restored": "active",
    "cleaned": "active",
    "annulled_registry": "not-registered",
    "expired_or_deleted": "not-registered",
}
ACTION_TAKEN: Final[dict[str, str]] = {"registrar-notice": "action-taken:informed Registrar"}

# Lower bounds of the words of estimative language (ICD 203), and what is read for each: the middle of its range.
_LIKELIHOOD: Final[tuple[tuple[float, str, float], ...]] = (
    (0.95, "almost-certain", 0.97),
    (0.80, "very-likely", 0.87),
    (0.55, "likely", 0.67),
    (0.45, "roughly-even-chance", 0.50),
    (0.20, "unlikely", 0.32),
    (0.05, "very-unlikely", 0.12),
    (0.00, "almost-no-chance", 0.03),
)
_CONFIDENCE_LEVEL: Final[dict[str, float]] = {
    "completely-confident": 1.0,
    "usually-confident": 0.75,
    "fairly-confident": 0.5,
    "rarely-confident": 0.25,
    "unconfident": 0.0,
}

_TLP_OF: Final[dict[str, Tlp]] = {tlp.removeprefix("TLP:").lower(): tlp for tlp in TLPS} | {
    "white": "TLP:CLEAR",
    "ex:chr": "TLP:RED",  # Chatham House rules: nothing we could promise to keep by another marking
}
_PAP: Final = frozenset({"RED", "AMBER", "GREEN", "CLEAR"})
TAG_LETTERS: Final = 200


def split_tag(tag: str) -> tuple[str, str, str]:
    """Cut a machine tag into taxonomy, predicate and value, in lower case; a tag that is none is ("", tag, "")."""
    found = _MACHINE_TAG.fullmatch(tag.strip())
    if found is None:
        return "", tag.strip().lower(), ""
    taxonomy, predicate, value = found.groups()
    return taxonomy.strip().lower(), predicate.strip().lower(), (value or "").strip().lower()


def category_of(tag: str) -> Category | None:
    """What category a tag says, if it says one."""
    return _CATEGORY_OF.get(split_tag(tag))


def out_of_scope(tag: str) -> str:
    """What matter beyond the memoranda a tag says; empty where it says none."""
    taxonomy, predicate, value = split_tag(tag)
    return _OUT_OF_SCOPE.get((taxonomy, f"{predicate}={value}"), "") or _OUT_OF_SCOPE.get((taxonomy, "*"), "")


def tlp_of(tag: str) -> Tlp | None:
    """The marking that a tag of the taxonomy tlp gives; an unknown one is TLP:RED, for nobody may loosen it."""
    taxonomy, predicate, _value = split_tag(tag)
    if taxonomy == "tlp":
        return _TLP_OF.get(predicate, "TLP:RED")
    return None


def tlp_tag(tlp: Tlp) -> str:
    """The tag of a marking, by its 2.0 name."""
    return tlp.lower()


def pap_of(tag: str) -> str:
    """The PAP label that a tag gives; empty where it gives none."""
    taxonomy, predicate, _value = split_tag(tag)
    if taxonomy != "pap":
        return ""
    word = predicate.upper()
    return f"PAP:{'CLEAR' if word == 'WHITE' else word if word in _PAP else 'RED'}"


def disposition_of(tag: str) -> Disposition | None:
    """How the name came into bad hands, as a tag of domain-abuse says it."""
    taxonomy, predicate, value = split_tag(tag)
    if (taxonomy, predicate) == ("domain-abuse", "domain-access-method"):
        return _DISPOSITION_OF.get(value)
    return None


def confidence_of(tag: str) -> float | None:
    """The confidence, 0 to 1, that a tag gives."""
    taxonomy, predicate, value = split_tag(tag)
    if (taxonomy, predicate) == ("estimative-language", "likelihood-probability"):
        return next((middle for _from, word, middle in _LIKELIHOOD if word == value), None)
    if (taxonomy, predicate) == ("misp", "confidence-level"):
        return _CONFIDENCE_LEVEL.get(value)
    return None


def confidence_tag(confidence: float) -> str:
    """A confidence in words of estimative language."""
    word = next(word for start, word, _middle in _LIKELIHOOD if confidence >= start)
    return f'estimative-language:likelihood-probability="{word}"'


def own_tag(predicate: str, value: str) -> str:
    """A tag of our own namespace, for what no taxonomy has a word; empty where nothing is left of the value."""
    kept = "".join(letter for letter in value if letter.isprintable() and letter not in '"\\').strip()
    return f'comity:{predicate}="{kept[:TAG_LETTERS]}"' if kept else ""


def family_of(tag: str) -> str:
    """The family of malware that a tag of a galaxy names; empty where it names none."""
    found = _MACHINE_TAG.fullmatch(tag.strip())
    if found is None:
        return ""
    taxonomy, predicate, value = found[1].lower(), found[2].lower(), (found[3] or "").strip()
    if taxonomy == "comity" and predicate == "malware-family":
        return value
    if taxonomy != "misp-galaxy" or predicate not in FAMILY_GALAXIES:
        return ""
    return _ATTACK_NUMBER.sub("", value)


def is_understood(tag: str) -> bool:
    """Whether a tag says something that a report has a place for."""
    return bool(
        category_of(tag) or tlp_of(tag) or pap_of(tag) or disposition_of(tag) or family_of(tag) or out_of_scope(tag)
    ) or (confidence_of(tag) is not None)
