"""What of a case's reports may a registrar, a host or a registrant be told, and what is taken out first?

A report of a partner is told onward only as the memorandum with that partner lets it (`marking.onward`); a rule that is
not there lets nothing through, and one that needs consent needs it.  Whoever reported, TLP:AMBER+STRICT and TLP:RED
reach nobody outside (FIELD R18), the reporter is in no notice, and neither are personal data and e-mail addresses, nor
the user part of a URL.  Detection methods stay where the rule strips them.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from comity.core.clauses import Onward
from comity.core.markings import Tlp, is_within
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


def find_rule(memorandum: Memorandum | None, names: Sequence[str], tlp: Tlp) -> Onward | None:
    """Find the rule by which a partner's report of a marking may go on: the first of these names that is there.

    None where it lets nothing through: no memorandum, no rule, only with consent, or a stricter marking than it allows.
    """
    onward = memorandum.marking.onward if memorandum is not None else {}
    rule = next((onward[name] for name in names if name in onward), None)
    if rule is None or rule.allowed is not True or (rule.only and not is_within(tlp, rule.only)):
        return None
    return rule


def strip_report(report: Report, *, with_methods: bool) -> Report:
    """Take out of a report who filed it, personal data and the user part of URLs; and how it was found, unless kept."""
    kept = msgspec.structs.replace(
        mask_report(without_userinfo(report)),
        personal_data={},
        source_ref="",
        linked_report="",
        already_reported_to="",
        report_id=None,
    )
    if with_methods:
        return kept
    return msgspec.structs.replace(
        kept,
        sandbox_report="",
        tags=(),
        evidence=tuple(msgspec.structs.replace(piece, note="") for piece in kept.evidence),
    )


def strip_target(target: str) -> str:
    """Take the user part and e-mail addresses out of a canonical URL; a host stays as it is."""
    return mask_url(without_userinfo(Report(name=target, category="phishing")).name)


def _told(source: Source, audience: Audience) -> Told | None:
    report = source.report
    if not is_within(report.tlp, "TLP:AMBER"):
        return None
    strip: tuple[str, ...] = ()
    if source.is_partners:
        rule = find_rule(source.memorandum, _RULES[audience], report.tlp)
        if rule is None:
            return None
        strip = rule.strip
    kept = strip_report(report, with_methods=audience == "registrar" and "detection_methods" not in strip)
    return Told(kept, strip_target(source.target))
