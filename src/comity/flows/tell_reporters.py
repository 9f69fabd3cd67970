"""Tell reporters by mail: that the desk has a question, and once how it ended.

One letter for each question and one for each report's outcome, to reporters who have an address.  What happens to the
case after it has closed stands on the reporter's page.  A round in which nothing is due writes nothing.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.cases import CLOSED
from comity.core.outcomes import public_line
from comity.edges.home import Home
from comity.edges.page_addresses import page_address
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.models import AwaitedOutcome, Case, OutgoingMail, Report
from comity.wire.letters import outcome_sentence, write_letter

_AT_ONCE: Final = 200
_QUESTIONED: Final = "needs_info"


def tell_reporters(home: Home, *, at: datetime) -> int:
    """Queue the letters that are due; answers how many there are."""
    told = _ask(home, at)
    due = AwaitedOutcome.objects.filter(report__case__state=CLOSED).order_by("pk")
    while rows := list(due.select_related("report__case", "report__reporter")[:_AT_ONCE]):
        with transaction.atomic():
            for row in rows:
                case = row.report.case
                if case is not None and row.report.reporter.contact:
                    sentence = outcome_sentence(public_line(case.outcome), row.report.reporter.language)
                    letter = _letter(home, "outcome", f"outcome:{row.report.uuid}", row.report, case, outcome=sentence)
                    told += queue_mail(home, letter, at=at)
            AwaitedOutcome.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return told


def _ask(home: Home, at: datetime) -> int:
    """Tell of open questions; each is known by the number of entries its case has then."""
    asked = {}
    for row in AwaitedOutcome.objects.filter(report__case__state=_QUESTIONED).select_related(
        "report__case", "report__reporter"
    ):
        if row.report.case is not None and row.report.reporter.contact:
            key = f"question:{row.report.uuid}:{row.report.case.event_count}"
            asked[key] = _letter(home, "question", key, row.report, row.report.case)
    known = set(OutgoingMail.objects.filter(key__in=list(asked)).values_list("key", flat=True))
    due = [letter for key, letter in asked.items() if key not in known]
    if not due:
        return 0
    with transaction.atomic():
        return sum(queue_mail(home, letter, at=at) for letter in due)


def _letter(home: Home, kind: str, key: str, report: Report, case: Case, **places: str) -> Letter:
    reporter = report.reporter
    written = write_letter(
        kind, reporter.language, name=report.host, reference=case.ref,
        link=page_address(home, "status", reporter.status_token, *(() if kind == "outcome" else (report.uuid,))),
        **places,
    )  # fmt: skip
    return Letter(
        key=key, to=reporter.contact, subject=written.subject, text=written.text, language=reporter.language or "en",
        case_pk=case.pk,
    )  # fmt: skip
