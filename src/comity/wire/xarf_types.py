"""Which XARF types are matters of the memoranda, and where the others belong: literal tables for v4, v3 and X-ARF v0.2.

A type that is no matter of the memoranda is refused with the place that takes it, never folded to the nearest one:
`connection/*` accuses an address and not a name, `reputation/*` repeats somebody's list.  Child sexual abuse material
is refused without any of it being kept (`wire.out_of_scope`).
"""

from typing import Final

from comity.core.categories import Category
from comity.core.reports import Problem
from comity.wire.out_of_scope import CODE, HOTLINE, must_not_be_kept

V4_TYPES: Final[dict[tuple[str, str], Category]] = {
    ("content", "phishing"): "phishing",
    ("content", "malware"): "malware",
    ("content", "remote_compromise"): "unauthorized-access",
    ("infrastructure", "botnet"): "botnet-c2",
    ("infrastructure", "compromised_server"): "unauthorized-access",
    ("messaging", "spam"): "spam-vector",
}
# The v3 classes of both dialects: Abusix (Content, Activity …) and the specification's (System, Messaging …).
V3_TYPES: Final[dict[tuple[str, str], Category]] = {
    ("content", "phishing"): "phishing",
    ("content", "malware"): "malware",
    ("messaging", "spam"): "spam-vector",
    ("activity", "spam"): "spam-vector",
}
V02_TYPES: Final[dict[str, Category]] = {
    "phishing": "phishing",
    "malware": "malware",
    "malware-attack": "malware",
    "malwareurl": "malware",
    "spamvertized": "spam-vector",
    "spamvertised": "spam-vector",
}

_NETWORK: Final = "it accuses an address of traffic; tell whoever announces the address (RIPEstat abuse contact)"
_RIGHTS: Final = "rights in works are the host's and the courts' matter; send it to the host's copyright agent"
_ELSEWHERE: Final[dict[str, str]] = {
    "content/brand_infringement": "trademarks are settled by the UDRP or the registry's dispute rules, and by courts",
    "content/trademark": "trademarks are settled by the UDRP or the registry's dispute rules, and by courts",
    "content/copyright": _RIGHTS,
    "content/exposed_data": "exposed data is for the host and the data protection authority",
    "content/fraud": "fraud is for the police; a page that takes credentials is content/phishing",
    "content/suspicious_registration": "a name that has done nothing yet is no abuse; report it when it is used",
    "content/botnet": "it names an infected host and no control server; tell the host's provider",
    "system/botnet": "it names an infected host and no control server; tell the host's provider",
    "messaging/bulk_messaging": "unwanted mail of a known sender is for the sender's provider",
    "activity/harassment": "harassment is for the platform's own team and the police",
    "activity/harassed": "harassment is for the platform's own team and the police",
    "activity/malware": "it tells of a client's look-up or traffic; tell the client's provider",
}  # fmt: skip
_ELSEWHERE_BY_CLASS: Final[dict[str, str]] = {
    "copyright": _RIGHTS,
    "connection": _NETWORK,
    "network": _NETWORK,
    "activity": _NETWORK,
    "vulnerability": "an open or outdated service is for its operator; tell the operator or the national CERT",
    "reputation": "a list's entry is no observation; feed the list itself as a feed",
}


def find_v4(category: str, kind: str) -> Category | Problem:
    """Fold a v4 category and type, or say where such a report belongs."""
    return V4_TYPES.get((category, kind)) or refuse_type(category, kind)


def find_v3(report_class: str, report_type: str) -> Category | Problem:
    """Fold a v3 class and type in any case."""
    folded = (report_class.strip().lower(), report_type.strip().lower())
    return V3_TYPES.get(folded) or refuse_type(*folded)


def find_v02(report_type: str) -> Category | Problem:
    """Fold the Report-Type of an X-ARF v0.2 mail."""
    return V02_TYPES.get(report_type.strip().lower()) or refuse_type("x-arf", report_type.strip().lower())


def refuse_type(group: str, kind: str) -> Problem:
    """Say why a type is not taken and where it belongs."""
    if must_not_be_kept(group) or must_not_be_kept(kind):
        return HOTLINE
    name = f"{group[:60]}/{kind[:60]}"
    place = _ELSEWHERE.get(name) or _ELSEWHERE_BY_CLASS.get(group)
    return Problem(CODE, f"{name} is not a matter of the memoranda: {place or 'no such type is known here'}")
