"""Check what the desk sends and watches: can notices leave, did they, and does what was done still hold?"""

from datetime import datetime, timedelta
from typing import Final

from comity.core.alarms import Alarm, age
from comity.edges.smtp_client import check_settings
from comity.flows.admit import Patient
from comity.store.mails import count_by_state
from comity.store.watches import count_not_holding
from comity.store.webhooks import given_up_webhooks

_WAITS_LONG: Final = timedelta(hours=4)  # greylisting and a restart of the mail server are over by then
_LATELY: Final = timedelta(days=7)


def check_mail(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Can letters leave, does one wait too long, and were any given up?"""
    mail = patient.home.settings.mail
    if not mail.server:
        return []
    wrong = check_settings(patient.home)
    found = [Alarm("mail-unusable", str(patient.path / "node.toml"), wrong)] if wrong else []
    oldest, given_up = count_by_state(at - _LATELY)
    if oldest is not None and at - oldest > _WAITS_LONG:
        found.append(Alarm("mail-waiting", mail.server, age(at - oldest)))
    if given_up:
        found.append(Alarm("mail-given-up", mail.server, str(given_up)))
    return found


def check_watches(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Is there a name on hold by its case, and not in truth?"""
    count = count_not_holding()
    return [Alarm("hold-not-holding", patient.home.party, str(count))] if count else []


def check_webhooks(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Was a receiver given up, that now hears of nothing?"""
    names = given_up_webhooks()
    return [Alarm("webhook-given-up", patient.home.party, ", ".join(names))] if names else []
