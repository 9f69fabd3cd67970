"""Take out of a report what a decision withholds, field by field (DESIGN §4).

What a class of personal data is in a report: the member of `personal_data` of that name; for `reporter_identity`
also the reporter's own reference; for `victim_contact` also every e-mail address in its texts.  The reporter's identity
and the userinfo of URLs are taken out whatever the decision says.
"""

import msgspec

from comity.core.disclosure import PUBLIC, REPORTER_IDENTITY, Decision
from comity.core.errors import ForbiddenError
from comity.core.personal_data import VICTIM_CONTACT, mask_report, mask_url, without_userinfo
from comity.core.reports import Report


def redact(report: Report, decision: Decision) -> Report:
    """Give the report as the partner may have it.  Raises `ForbiddenError` for a decision that lets nothing out."""
    if decision.verdict == "refuse":
        raise ForbiddenError(f"refused by clause {decision.clause or '-'}: {decision.reason}", item=report.name)
    report = without_userinfo(report)
    if VICTIM_CONTACT in decision.redact:
        report = mask_report(report)
    if not report.personal_data and not report.source_ref:
        return report
    kept = {
        name: value
        for name, value in report.personal_data.items()
        if name not in decision.redact and name.removesuffix(PUBLIC) != REPORTER_IDENTITY
    }
    return msgspec.structs.replace(report, personal_data=kept, source_ref="")


def redact_target(target: str, decision: Decision) -> str:
    """Give the canonical URL or host of a report as the partner may have it."""
    return mask_url(target) if VICTIM_CONTACT in decision.redact else target
