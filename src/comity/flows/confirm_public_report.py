"""Confirm a public report: whoever opens the letter's link says that the report is theirs, and it goes into intake.

From here on it is a report like any other (`flows.store_batch`), of a reporter of kind `public`.  In the same
transaction the screenshot is attached, the reporter is told reference and status page, and the filing is emptied.
Confirming twice shows the same receipt; the same person's same claim of the same day is one report.
"""

from datetime import datetime
from uuid import uuid5

import msgspec
from django.db import transaction

from comity.core.case_steps import Reason, Refusal
from comity.core.errors import InputError, NotFoundError
from comity.core.names import NameFolder, Target
from comity.core.reports import REPORT_NAMESPACE, Claim
from comity.core.reports import Report as Said
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.page_addresses import page_address
from comity.edges.suffix_file import load_suffixes
from comity.edges.tokens import token_hash
from comity.flows.attach import attach
from comity.flows.file_public_report import reporter_key_of
from comity.flows.queue_mail import Letter, queue_mail
from comity.flows.store_batch import store_batch
from comity.store.cases import find_cases_by_pk
from comity.store.models import AwaitedOutcome, PublicFiling, Report, Reporter
from comity.store.reporters import standings
from comity.store.reports import ensure_reporter
from comity.wire.letters import write_letter
from comity.wire.report_json import parse_report

PUBLIC_NAME = "Public form"


class Confirmed(msgspec.Struct, frozen=True):
    """The report was taken.  `reference` is its case's, or its own where it has no case yet."""

    reference: str
    status_token: str
    is_new: bool


def find_filing(token: str) -> PublicFiling | None:
    """Find the filing of a letter's link."""
    return PublicFiling.objects.filter(token_hash=token_hash(token)).first()


def confirm_public_report(home: Home, token: str, *, at: datetime) -> Confirmed | Refusal:
    """Confirm by a letter's token.  Raises `NotFoundError` where there is no such filing."""
    with transaction.atomic():
        filing = PublicFiling.objects.select_for_update().filter(token_hash=token_hash(token)).first()
        if filing is None:
            raise NotFoundError("no such letter")
        if filing.confirmed_at is not None:
            return Confirmed(filing.reference, filing.status_token, is_new=False)
        if at >= filing.expires_at:
            return Refusal((Reason("filing-expired", "the link has expired; fill in the form again"),))
        key = reporter_key_of(home, filing.email)
        known = Reporter.objects.filter(key=key).first()
        held = standings([known.pk], at=at).get(known.pk) if known else None
        if held is not None and held.verb == "stop":
            return Refusal((Reason("reporter-stopped", held.reason),))
        return _take_in(home, filing, key, at)


def _take_in(home: Home, filing: PublicFiling, key: str, at: datetime) -> Confirmed:
    claim = _claim(home, filing, key)
    stored = ensure_reporter(key, kind="public", at=at, name=PUBLIC_NAME)
    Reporter.objects.filter(pk=stored.pk).update(contact=filing.email, language=filing.language)
    outcome = store_batch(home, [claim], reporter=stored, run=None, at=at)
    (case_pk,), (standing,) = outcome.case_pks, outcome.standings
    if standing != "duplicate":
        AwaitedOutcome.objects.create(report=Report.objects.get(uuid=str(claim.report.report_id)))
    if filing.screenshot and standing != "duplicate":
        attach(
            home, filing.screenshot, name=filing.screenshot_name, kind="screenshot", tlp=claim.report.tlp,
            actor=Actor("public", "reporter", home.party), case_pk=case_pk, at=at,
        )  # fmt: skip
    (case,) = find_cases_by_pk([case_pk]) if case_pk is not None else (None,)
    reference = case.ref if case else str(claim.report.report_id)
    status_token = Reporter.objects.values_list("status_token", flat=True).get(pk=stored.pk)
    written = write_letter(
        "filed", filing.language, name=claim.name.ascii, reference=reference,
        link=page_address(home, "status", status_token),
    )  # fmt: skip
    letter = Letter(
        key=f"filed:{filing.receipt}", to=filing.email, subject=written.subject, text=written.text,
        language=filing.language, case_pk=case_pk,
    )  # fmt: skip
    queue_mail(home, letter, at=at)
    filing.confirmed_at, filing.reference, filing.status_token = at, reference, status_token
    filing.body, filing.screenshot = b"", b""
    filing.save()
    return Confirmed(reference, status_token, is_new=True)


def _claim(home: Home, filing: PublicFiling, key: str) -> Claim:
    report = parse_report(filing.body)
    target = NameFolder(load_suffixes(home)).target(report.name) if isinstance(report, Said) else None
    if not isinstance(report, Said) or not isinstance(target, Target):
        raise InputError("the form was kept but can no longer be read; fill it in again", item="report")
    place = target.url or target.name.ascii
    day = f"{report.observed_at:%Y-%m-%d}" if report.observed_at else ""
    named = uuid5(REPORT_NAMESPACE, "\0".join((key, report.category, place, day)))
    whole = msgspec.structs.replace(report, report_id=named, url=report.url or target.url, host=target.name.ascii)
    return Claim(whole, target.name, place)
