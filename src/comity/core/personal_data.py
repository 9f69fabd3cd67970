"""Which personal data stands in a report although no field declares it: e-mail addresses, above all those of victims,
which phishing URLs carry (plain, percent-encoded or as base64), and the userinfo of URLs.

An address that is found counts as the class `victim_contact`, and a memorandum decides about it as about any other
class (docs/spec/disclosure.md §5).  Userinfo is never told: it names no host and may be somebody's password.  The
search is made for a sender's every report, so it is linear and begins with what is cheap.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

import msgspec

from comity.core.reports import Report

VICTIM_CONTACT: Final = "victim_contact"
MASK: Final = "redacted"

_AT: Final = "(?:@|%(?:25)*40)"
_DOT: Final = r"(?:\.|%(?:25)*2[Ee])"
_ADDRESS: Final = re.compile(
    rf"(?<![\w.+'~%-])(?:[\w.+'~-]|%(?!(?:25)*40)[0-9A-Fa-f]{{2}})+{_AT}"
    rf"(?![0-9]+x\.)(?:[\w-]+{_DOT})+(?:xn--[\w-]+|[^\W\d_]{{2,}})"
)
# The base64 of an address has neither "+" nor "/": no letter of an address has the bits for them.
_TOKEN: Final = re.compile(r"(?:(?<![A-Za-z0-9%])|(?<=%[0-9A-Fa-f]{2}))[A-Za-z0-9]{12,}={0,2}")
_PLAIN: Final = re.compile(rb"[A-Za-z0-9._+'~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
# The schemes that `core.targets` and `core.defang` know, the userinfo, and the rest of the authority.
_HEAD: Final = re.compile(
    r"([A-Za-z*]{2,6}(?:\[:\]|\(:\)|:|\[:(?=//\]))(?:\[//\]|//\]|[/\\]*)|//)?((?:[^/\\?#]*@)?)([^/\\?#]*)"
)
_IGNORED_IN_URLS: Final = str.maketrans("", "", "\t\n\r")
_TEXTS: Final = (
    "narrative", "requested_action", "legal_basis", "already_reported_to", "impersonated_party", "malware_family",
    "sandbox_report", "protocol", "attack_kind", "linked_report",
)  # fmt: skip


def holds_address(report: Report) -> bool:
    """Answer whether an e-mail address stands in any text of a report that would be told."""
    bare = without_userinfo(report)
    return mask_report(bare) != bare


def mask_report(report: Report) -> Report:
    """Give the report with a word in place of every address."""
    changed: dict[str, object] = {field: mask(text) for field in _TEXTS if (text := getattr(report, field))}
    if report.tags:
        changed["tags"] = tuple(map(mask, report.tags))
    if report.evidence:
        changed["evidence"] = tuple(
            msgspec.structs.replace(piece, note=mask(piece.note)) if piece.note else piece for piece in report.evidence
        )
    return msgspec.structs.replace(report, name=mask_url(report.name), url=mask_url(report.url), **changed)


def without_userinfo(report: Report) -> Report:
    """Give the report with no userinfo in its name and URL; the host that they name stays the same."""
    if "@" not in report.name and "@" not in report.url:
        return report
    return msgspec.structs.replace(report, name=_strip(report.name), url=_strip(report.url))


def mask_url(text: str) -> str:
    """Put a word in place of every e-mail address after the host of a URL; another host would accuse a stranger."""
    head = _HEAD.match(text)
    end = head.end() if head else 0
    return text[:end] + mask(text[end:])


def mask(text: str) -> str:
    """Put a word in place of every e-mail address in a text."""
    if "@" in text or "40" in text:
        text = _ADDRESS.sub(MASK, text)
    return _TOKEN.sub(_unless_address, text)


def addresses_in(text: str) -> list[str]:
    """List the e-mail addresses that stand in a text, plain or percent-encoded."""
    return _ADDRESS.findall(text) if "@" in text or "40" in text else []


def _strip(text: str) -> str:
    if "@" not in text:
        return text
    return _HEAD.sub(r"\1\3", text.strip().translate(_IGNORED_IN_URLS), count=1)


def _unless_address(token: re.Match[str]) -> str:
    text = token.group().rstrip("=")
    try:
        data = b64decode(text + "=" * (-len(text) % 4))
    except (Base64Error, ValueError):
        return token.group()
    return MASK if _PLAIN.search(data) and data.isascii() else token.group()
