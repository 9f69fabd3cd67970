"""Tell reporters how it ended: one letter for each report, when its case has closed and the reporter has an address.

The round reads the entries of cases that are new since it last read, and a few before those, because two that were
written at once may become visible in either order; the letter's key makes it one letter all the same.  What happens to
the case afterwards stands on the reporter's page.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.outcomes import public_line
from comity.edges.home import Home
from comity.edges.page_addresses import page_address
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.models import CaseEvent, OutgoingMail, ReadUpTo, Report
from comity.wire.letters import outcome_sentence, write_letter

_NAME: Final = "tell-reporters"
_AT_ONCE: Final = 5_000
_AGAIN: Final = 500


def tell_reporters(home: Home, *, at: datetime) -> int:
    """Queue the letters that are due; answers how many there are."""
    told = 0
    while True:
        with transaction.atomic():
            mark, _ = ReadUpTo.objects.select_for_update().get_or_create(name=_NAME, defaults={"position": 0})
            events = list(
                CaseEvent.objects.filter(pk__gt=max(0, mark.position - _AGAIN))
                .order_by("pk")
                .values_list("pk", "case_id", "to_state")[: _AT_ONCE + _AGAIN]
            )
            told += _tell(home, {case for _, case, state in events if state == "closed"}, at)
            last = events[-1][0] if events else 0
            if last <= mark.position:
                return told
            ReadUpTo.objects.filter(pk=mark.pk).update(position=last)


def _tell(home: Home, cases: Iterable[int], at: datetime) -> int:
    reports = (
        Report.objects.filter(case_id__in=list(cases), case__state="closed")
        .exclude(reporter__contact="")
        .exclude(reporter__kind="partner")
        .select_related("case", "reporter")
        .defer("body")
    )
    due = {f"outcome:{report.uuid}": report for report in reports}
    known = OutgoingMail.objects.filter(key__in=list(due)).values_list("key", flat=True)
    return sum(queue_mail(home, _letter(home, due[key]), at=at) for key in due.keys() - set(known))


def _letter(home: Home, report: Report) -> Letter:
    case, reporter = report.case, report.reporter
    if case is None:
        raise TypeError(report.uuid)  # the query asked for reports of closed cases
    line = public_line(case.outcome)
    written = write_letter(
        "outcome", reporter.language, name=report.host, reference=case.ref,
        outcome=outcome_sentence(line, reporter.language), link=page_address(home, "status", reporter.status_token),
    )  # fmt: skip
    return Letter(
        key=f"outcome:{report.uuid}", to=reporter.contact, subject=written.subject, text=written.text,
        language=reporter.language or "en", case_pk=case.pk,
    )  # fmt: skip
