"""Find the registrar of a case's name, and where letters to it go: by the directory, else by the registration.

Only what was seen within a week counts: a registrar of yesterday must not read of today's case.  Nothing is asked here;
who may ask looks first (`flows.observe`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from comity.core.case_steps import Reason
from comity.core.observations import NOT_REGISTERED, Registration
from comity.core.registrars import Recipient, Registrar, find_recipient
from comity.store.cases import CaseRow
from comity.store.observations import newest_looks

SEEN_WITHIN: Final = timedelta(days=7)


def find_registrar_of(case: CaseRow, directory: Sequence[Registrar], *, at: datetime) -> Recipient | Reason:
    """Answer where a letter to the registrar goes, or why nowhere."""
    looks = [(look, learned or look) for look, learned in newest_looks(case.registrable) if look.kind != "dns"]
    if any(look.error == NOT_REGISTERED for look, _ in looks):
        return Reason("not-registered", "nobody holds the name, so there is no registrar to write to")
    fresh = [seen for _, seen in looks if isinstance(seen.value, Registration) and at - seen.at <= SEEN_WITHIN]
    if not fresh:
        return Reason(
            "look-up-first", f"the registration was not seen within {SEEN_WITHIN.days} days: look the name up"
        )
    for seen in sorted(fresh, key=lambda seen: seen.at, reverse=True):
        value = seen.value if isinstance(seen.value, Registration) else None
        found = find_recipient(directory, value, zone=case.zone)
        if found is not None:
            return found
    return Reason("no-address", "no address of the registrar is known: add the registrar, or give the address")
