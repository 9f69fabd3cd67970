"""What of a case's reports may a registrar, a host or a registrant be told, and what is taken out first?

A report of a partner is told onward only as the memorandum with that partner lets it (`marking.onward`); a rule that is
not there lets nothing through, and one that needs consent needs it.  Whoever reported, TLP:AMBER+STRICT and TLP:RED
reach nobody outside (FIELD R18), the reporter is in no notice, and neither are personal data and e-mail addresses, nor
the user part of a URL.  Detection methods stay where the rule strips them.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from comity.core.markings import is_within
from comity.core.memoranda import Memorandum
from comity.core.personal_data import mask_report, mask_url, without_userinfo
from comity.core.reports import Report

Audience = Literal["registrar", "host", "registrant"]

# The rules of `marking.onward` that speak of an audience, the first that is there; a host is told as a registrant is.
_RULES: Final[dict[Audience, tuple[str, ...]]] = {
    "registrar": ("registrar",),
    "host": ("host", "registrant_notice"),
    "registrant": ("registrant_notice",),
}


class Source(msgspec.Struct, frozen=True):
    """A report of a case with its canonical URL or host; `memorandum` where a partner sent it under one."""

    report: Report
    target: str
    is_partners: bool = False
    memorandum: Memorandum | None = None


class Told(msgspec.Struct, frozen=True):
    """A report as an audience may read it."""

    report: Report
    target: str


def select_onward(sources: Sequence[Source], audience: Audience) -> tuple[Told, ...]:
    """Give what may be told of each report, in order; what may not be told is left out."""
    return tuple(told for source in sources if (told := _told(source, audience)) is not None)


def _told(source: Source, audience: Audience) -> Told | None:
    report = source.report
    if not is_within(report.tlp, "TLP:AMBER"):
        return None
    strip: tuple[str, ...] = ()
    if source.is_partners:
        if source.memorandum is None:
            return None
        onward = source.memorandum.marking.onward
        rule = next((onward[name] for name in _RULES[audience] if name in onward), None)
        if rule is None or rule.allowed is not True or (rule.only and not is_within(report.tlp, rule.only)):
            return None
        strip = rule.strip
    bare = mask_report(without_userinfo(report))
    kept = msgspec.structs.replace(
        bare,
        personal_data={},
        source_ref="",
        linked_report="",
        already_reported_to="",
        report_id=None,
    )
    if "detection_methods" in strip or audience != "registrar":
        kept = msgspec.structs.replace(
            kept,
            sandbox_report="",
            tags=(),
            evidence=tuple(msgspec.structs.replace(piece, note="") for piece in kept.evidence),
        )
    return Told(kept, mask_url(without_userinfo(msgspec.structs.replace(report, name=source.target, url="")).name))
