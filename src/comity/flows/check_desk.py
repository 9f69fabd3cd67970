"""Check what the desk sends and watches: can notices leave, did they, and does what was done still hold?"""

from datetime import datetime, timedelta
from typing import Final

from comity.core.alarms import Alarm, age
from comity.core.errors import SettingError
from comity.edges.feed_declarations import FILE
from comity.edges.smtp_client import check_settings
from comity.flows.admit import Patient
from comity.flows.list_feeds import list_feeds
from comity.store.mails import count_by_state
from comity.store.scheduled_sweeps import last_done, newest_scheduled
from comity.store.watches import count_not_holding
from comity.store.webhooks import given_up_webhooks

_WAITS_LONG: Final = timedelta(hours=4)  # greylisting and a restart of the mail server are over by then
_LATELY: Final = timedelta(days=7)
SWEEP_OLD: Final = timedelta(hours=36)  # a daily one that failed once is told before the next is due


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


def check_feeds(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Can the declarations be read, is a feed too old, and does one wait for a person?"""
    try:
        rows = list_feeds(patient.home, at=at)
    except SettingError as error:
        return [Alarm("feeds-unreadable", str(patient.path / FILE), str(error))]
    found = []
    for one in rows:
        name, state = one.source.feed.name, one.state
        if one.standing == "held" and state is not None:
            found.append(Alarm("feed-held", name, state.held_reason))
        elif one.standing == "stale" and state is not None:
            found.append(Alarm("feed-stale", name, age(at - (state.succeeded_at or state.known_since))))
    return found


def check_watches(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Is there a name on hold by its case, and not in truth?"""
    count = count_not_holding()
    return [Alarm("hold-not-holding", patient.home.party, str(count))] if count else []


def check_webhooks(patient: Patient, *, at: datetime) -> list[Alarm]:  # noqa: ARG001 — every check is called alike
    """Was a receiver given up, that now hears of nothing?"""
    names = given_up_webhooks()
    return [Alarm("webhook-given-up", patient.home.party, ", ".join(names))] if names else []


def check_sweeps(patient: Patient, *, at: datetime) -> list[Alarm]:
    """Did the day's sweep of the zones fail, or was there none for long?"""
    party = patient.home.party
    if not patient.home.settings.sweep.sources:
        return []
    newest, done = newest_scheduled(), last_done()
    if newest is not None and newest.state == "failed":
        return [Alarm("sweep-failed", party, newest.error)]
    since = done.ended_at if done is not None else newest.begun_at if newest is not None else None
    if since is not None and at - since > SWEEP_OLD:
        return [Alarm("sweep-old", party, age(at - since))]
    return []
