"""What one kind of complaint says for certain: reports, refusals, and what is only a candidate for a person."""

import msgspec

from comity.core.reports import Problem, Report
from comity.wire.documents import Enclosed, NotUnderstood


class MailClaims(msgspec.Struct, frozen=True, kw_only=True):
    """`enclosed` belong to reports by their place in `reports`; `candidates` are texts that may be accused, or not."""

    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()
    candidates: tuple[str, ...] = ()
    category: str = ""
    not_understood: tuple[NotUnderstood, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    is_torn: bool = False  # its own words contradict each other
