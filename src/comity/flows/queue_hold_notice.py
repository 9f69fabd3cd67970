"""Queue a hold's notice to the registrant: reason, end, the text of the claim, how to cure and appeal.

In the caller's transaction, beside the entry of the hold, so that there is no hold whose registrant was not written to
because a machine died in between.  The text of the claim is owed (FIELD R7): where no report may be told onward, the
notice says category, assessment and reason.
"""

from datetime import datetime

from comity.core.registrars import Recipient
from comity.edges.home import Home
from comity.flows.queue_mail import queue_mail
from comity.flows.write_notice import told_of, write_notice
from comity.store.cases import CaseRow, find_cases_by_pk
from comity.store.mails import has_mail


def queue_hold_notice(
    home: Home,
    case_pk: int,
    *,
    to: Recipient,
    reason: str,
    hold_until: datetime | None,
    occasion: str,
    basis: str = "",
    is_passed_on: bool = False,
    at: datetime,
) -> bool:
    """Keep the notice; False where it was kept before, or where this node sends no mail and people tell the registrant.

    `occasion` tells one hold of a case from another.  `is_passed_on`: a registrar gets it for its registrant.

    `reason` is in words, in the recipient's language.  Raises `InputError` for an address that is none.
    """
    case: CaseRow = find_cases_by_pk([case_pk])[0]
    key = f"hold/{case.uuid}/{occasion}"
    if not home.settings.mail.server or has_mail(key):  # before a further answer link is made
        return False
    letter = write_notice(
        home, case, "hold", to, told_of(home, case, "hold", at=at), key=key, at=at,
        basis=basis, reason=reason, hold_until=hold_until, is_passed_on=is_passed_on,
    )  # fmt: skip
    return queue_mail(home, letter, at=at)
