"""Feedback reports (ARF): RFC 5965, and RFC 6591 for failed authentication.

A feedback report is about a message, not about a site.  Its `Reported-URI` is an address that the generator finds
abusive, and is believed; its `Reported-Domain` is whatever the generator thinks relevant (real ones name the
reporter's own domain), so it is a candidate for a person.  `auth-failure`, `not-spam` and requests to be taken off a
list accuse nobody.
"""

from typing import Final

from comity.core.categories import Category
from comity.core.reports import Problem, Report
from comity.wire.mail_claims import MailClaims
from comity.wire.mail_head import parse_mail_date
from comity.wire.mail_parts import MailParts, split_head
from comity.wire.out_of_scope import CODE

_PART: Final = "message/feedback-report"
_MOST_URIS: Final = 50
_CATEGORY: Final[dict[str, Category]] = {"abuse": "spam-vector", "fraud": "phishing", "virus": "malware"}
_NOT_ABUSE: Final[dict[str, str]] = {
    "auth-failure": "a report of failed mail authentication is for the operator of the mail, and accuses nobody",
    "not-spam": "it says that a message was no spam, and accuses nobody",
    "opt-out": "a request to be taken off a list is for the sender of the list",
    "opt-out-list": "a request to be taken off a list is for the sender of the list",
    "miscategorized": "it says that a message was sorted wrongly, and accuses nobody",
}
_ONCE: Final = ("feedback-type", "user-agent", "version")


def read_arf(mail: MailParts) -> MailClaims | None:
    """Read a feedback report; None where the mail is none."""
    part = next((part for part in mail.parts if part.media_type == _PART), None)
    if part is None:
        return None
    fields, _ = split_head(part.data.lstrip(b"\r\n") + b"\n\n")
    said: dict[str, list[str]] = {}
    for name, value in fields:
        said.setdefault(name, []).append(value)
    kinds = [value.strip().lower() for value in said.get("feedback-type", [])]
    if len(kinds) != 1:
        problem = Problem("malformed", f"Feedback-Type stands {len(kinds)} times in the feedback report, not once")
        return MailClaims(problems=(problem,))
    kind = kinds[0]
    if kind in _NOT_ABUSE:
        return MailClaims(problems=(Problem(CODE, f"{kind}: {_NOT_ABUSE[kind]}"),))
    uris = [uri for value in said.get("reported-uri", [])[:_MOST_URIS] if (uri := value.strip().strip("<>"))]
    domains = [domain.strip().lower() for domain in said.get("reported-domain", [])[:_MOST_URIS] if domain.strip()]
    category = _CATEGORY.get(kind)
    missing = [name for name in _ONCE if name not in said]
    if category is None or missing or not uris:
        return MailClaims(candidates=tuple(dict.fromkeys([*uris, *domains])), category=category or "")
    seen = parse_mail_date(next(iter([*said.get("arrival-date", []), *said.get("received-date", [])]), ""))
    reports = tuple(
        Report(name=uri, category=category, url=uri if "://" in uri else "", observed_at=seen, tags=(f"arf:{kind}",))
        for uri in dict.fromkeys(uris)
    )
    return MailClaims(reports=reports, category=category)


def original_message(mail: MailParts) -> list[tuple[str, str]]:
    """The header fields of the message that came enclosed with a report; empty where there is none."""
    for part in mail.parts:
        if part.media_type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"):
            return split_head(part.data.lstrip(b"\r\n"))[0]
    return []
