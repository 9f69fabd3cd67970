"""What of a report is told to whoever must answer for a name: the claim, and nothing about who made it (FIELD R7, R18).

The address with e-mail addresses masked and without userinfo, the category, when it was seen, what is impersonated,
which kinds of evidence there are, and the words of those who report as their work.  What a citizen wrote may say who
they are and is withheld; a report marked TLP:RED or TLP:AMBER+STRICT may not reach a registrar at all.
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.personal_data import mask_report, without_userinfo
from comity.core.reports import Report

_STAYS: Final = frozenset(("TLP:RED", "TLP:AMBER+STRICT"))


class ToldClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim as it is told."""

    address: str
    category: str
    seen_at: datetime | None
    narrative: str
    language: str
    words_withheld: bool
    impersonated_party: str
    malware_family: str
    evidence: tuple[str, ...]


def tell_claim(report: Report, reporter_kind: str, host: str) -> ToldClaim | None:
    """Say what may be told of a report; None where its marking keeps it from anybody outside."""
    if report.tlp in _STAYS:
        return None
    bare = mask_report(without_userinfo(report))
    withheld = reporter_kind == "public" and bool(report.narrative)
    return ToldClaim(
        address=bare.url or bare.name or host,
        category=report.category,
        seen_at=report.verified_at or report.observed_at,
        narrative="" if withheld else bare.narrative,
        language=report.language,
        words_withheld=withheld,
        impersonated_party=bare.impersonated_party,
        malware_family=bare.malware_family,
        evidence=tuple(dict.fromkeys(piece.kind for piece in report.evidence)),
    )
