"""Take out of a report what a decision withholds, field by field (DESIGN §4).

What a class of personal data is in a report: the member of `personal_data` of that name; for `reporter_identity`
also the reporter's own reference.  The reporter's identity is taken out whatever the decision says.
"""

import msgspec

from comity.core.disclosure import PUBLIC, REPORTER_IDENTITY, Decision
from comity.core.errors import ForbiddenError
from comity.core.reports import Report


def redact(report: Report, decision: Decision) -> Report:
    """Give the report as the partner may have it.  Raises `ForbiddenError` for a decision that lets nothing out."""
    if decision.verdict == "refuse":
        raise ForbiddenError(f"refused by clause {decision.clause or '-'}: {decision.reason}", item=report.name)
    if not report.personal_data and not report.source_ref:
        return report
    kept = {
        name: value
        for name, value in report.personal_data.items()
        if name not in decision.redact and name.removesuffix(PUBLIC) != REPORTER_IDENTITY
    }
    return msgspec.structs.replace(report, personal_data=kept, source_ref="")
