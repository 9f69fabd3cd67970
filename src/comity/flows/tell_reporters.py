"""Tell reporters how it ended: one letter for each report, when its case has closed and the reporter has an address.

What happens to the case afterwards stands on the reporter's page.  A round in which nothing is due writes nothing.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.cases import CLOSED
from comity.core.outcomes import public_line
from comity.edges.home import Home
from comity.edges.page_addresses import page_address
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.models import AwaitedOutcome, Case, Report
from comity.wire.letters import outcome_sentence, write_letter

_AT_ONCE: Final = 200


def tell_reporters(home: Home, *, at: datetime) -> int:
    """Queue the letters that are due; answers how many there are."""
    told = 0
    due = AwaitedOutcome.objects.filter(report__case__state=CLOSED).order_by("pk")
    while rows := list(due.select_related("report__case", "report__reporter")[:_AT_ONCE]):
        with transaction.atomic():
            for row in rows:
                case = row.report.case
                if case is not None and row.report.reporter.contact:
                    told += queue_mail(home, _letter(home, row.report, case), at=at)
            AwaitedOutcome.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return told


def _letter(home: Home, report: Report, case: Case) -> Letter:
    reporter = report.reporter
    written = write_letter(
        "outcome", reporter.language, name=report.host, reference=case.ref,
        outcome=outcome_sentence(public_line(case.outcome), reporter.language),
        link=page_address(home, "status", reporter.status_token),
    )  # fmt: skip
    return Letter(
        key=f"outcome:{report.uuid}", to=reporter.contact, subject=written.subject, text=written.text,
        language=reporter.language or "en", case_pk=case.pk,
    )  # fmt: skip
