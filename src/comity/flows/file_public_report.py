"""File a public report: keep what the form brought until its e-mail address is confirmed (docs/spec/answers.md).

Nothing becomes a report here: a letter with a link goes to the address, and `flows.confirm_public_report` goes on from
there.  The same form sent twice is one filing and gets the same receipt.  A reporter whom a person stopped is told so;
how many may wait, and how many a day each address and each network address may file, is limited without a puzzle.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import uuid4

import msgspec
from django.db import IntegrityError, transaction

from comity.core.case_steps import Reason, Refusal
from comity.core.media_types import MAX_BYTES, media_type_of
from comity.core.public_reports import Filing
from comity.core.reporter_quality import FORM_SECONDS, Pace, reports_a_day
from comity.core.reports import Evidence, Report
from comity.edges.home import Home
from comity.edges.page_addresses import page_address
from comity.edges.tokens import new_token, token_hash
from comity.flows.check_reporter import DAY
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.models import PublicFiling, Reporter
from comity.store.public_tries import keyed_hash
from comity.store.reporters import pace_of, standings
from comity.wire.letters import write_letter
from comity.wire.report_json import render_report

CONFIRM_WITHIN: Final = timedelta(hours=24)
MOST_WAITING: Final = 3  # letters to one address that nobody has answered: the form writes to strangers
MOST_FROM_NETWORK: Final = 30  # a day: schools and offices share an address
_NAME_LETTERS: Final = 120


class Screenshot(msgspec.Struct, frozen=True):
    """A picture that came with the form."""

    name: str
    data: bytes


class Sent(msgspec.Struct, frozen=True):
    """The filing waits for its address to be confirmed.  `receipt` opens the page that says so."""

    receipt: str
    is_new: bool


def reporter_key_of(home: Home, email: str) -> str:
    """Give the key by which the reporter of an e-mail address is known; the address cannot be found from it."""
    return "public:" + keyed_hash(home.settings.secret_key, "reporter", email.lower()).hex()[:32]


def read_screenshot(screenshot: Screenshot, *, at: datetime) -> Evidence | Reason:
    """Name a picture by its hash, or say why it is none."""
    if len(screenshot.data) > MAX_BYTES:
        return Reason("file-too-large", f"at most {MAX_BYTES // 1024 // 1024} MB")
    media_type = media_type_of(screenshot.data)
    if not media_type.startswith("image/"):
        return Reason("file-no-picture", "it is no picture (PNG, JPEG, GIF or WebP)")
    return Evidence("screenshot", sha256=sha256(screenshot.data).hexdigest(), captured_at=at, media_type=media_type)


def file_public_report(
    home: Home, filing: Filing, *, host: str, form: bytes, open_seconds: float, address: str, language: str,
    screenshot: Screenshot | None = None, at: datetime,
) -> Sent | Refusal:  # fmt: skip
    """Keep a filing and send the letter.

    `form` names the form as it was handed out, `open_seconds` how long ago; `address` is the network address, of which
    only a keyed hash is kept.  The letter names `host` alone: what a stranger typed is not mailed to strangers.
    """
    form_hash = sha256(b"\0".join((form, filing.email.encode(), _without_moments(filing.report)))).digest()
    try:
        with transaction.atomic():
            return _keep(home, filing, host, form_hash, open_seconds, address, language, screenshot, at)
    except IntegrityError:  # the same form came twice at once, and the other one was faster
        return Sent(PublicFiling.objects.get(form_hash=form_hash).receipt, is_new=False)


def _keep(
    home: Home, filing: Filing, host: str, form_hash: bytes, open_seconds: float, address: str, language: str,
    screenshot: Screenshot | None, at: datetime,
) -> Sent | Refusal:  # fmt: skip
    known = PublicFiling.objects.filter(form_hash=form_hash).first()
    if known is not None:
        return Sent(known.receipt, is_new=False)
    network = keyed_hash(home.settings.secret_key, "network", address)
    reasons = _why_not(home, filing.email, network, open_seconds, at)
    if reasons:
        return Refusal(reasons)
    token = new_token()
    row = PublicFiling.objects.create(
        token_hash=token_hash(token), form_hash=form_hash, receipt=str(uuid4()), body=render_report(filing.report),
        email=filing.email, language=language, address_key=network,
        screenshot=screenshot.data if screenshot else b"",
        screenshot_name=screenshot.name[:_NAME_LETTERS] if screenshot else "",
        created_at=at, expires_at=at + CONFIRM_WITHIN,
    )  # fmt: skip
    written = write_letter(
        "confirm-filing", language, name=host, registry=home.party,
        link=page_address(home, "report", "confirm", token), hours=str(CONFIRM_WITHIN // timedelta(hours=1)),
    )  # fmt: skip
    letter = Letter(
        key=f"confirm-filing:{row.receipt}", to=filing.email, subject=written.subject, text=written.text,
        language=language,
    )  # fmt: skip
    queue_mail(home, letter, at=at)
    return Sent(row.receipt, is_new=True)


def _without_moments(report: Report) -> bytes:
    """What a form says, without the moment at which it came."""
    pieces = tuple(msgspec.structs.replace(piece, captured_at=None) for piece in report.evidence)
    day = f"{report.observed_at:%Y-%m-%d}" if report.observed_at else ""
    return day.encode() + render_report(
        msgspec.structs.replace(report, reported_at=None, observed_at=None, evidence=pieces)
    )


def _why_not(home: Home, email: str, network: bytes, open_seconds: float, at: datetime) -> tuple[Reason, ...]:
    reporter = Reporter.objects.filter(key=reporter_key_of(home, email)).first()
    held = standings([reporter.pk], at=at).get(reporter.pk) if reporter else None
    if held is not None and held.verb == "stop":
        return (Reason("reporter-stopped", held.reason),)
    pace: Pace = pace_of(reporter, held) if reporter else "usual"
    recent = PublicFiling.objects.filter(created_at__gt=at - DAY)
    reasons = []
    if open_seconds < FORM_SECONDS[pace]:
        why = f"wait {FORM_SECONDS[pace]} seconds after the form was opened, then send it again"
        reasons.append(Reason("form-too-fast", why))
    if recent.filter(email=email, confirmed_at=None, expires_at__gt=at).count() >= MOST_WAITING:
        reasons.append(Reason("letters-waiting", "letters sent to this address have not been answered; look for them"))
    if recent.filter(email=email).count() >= reports_a_day("public", pace):
        why = f"at most {reports_a_day('public', pace)} reports a day are taken from an address"
        reasons.append(Reason("day-full-slowed", why) if pace == "slowed" else Reason("day-full", why))
    if recent.filter(address_key=network).count() >= MOST_FROM_NETWORK:
        reasons.append(Reason("network-full", "too many reports came from your network today; try tomorrow"))
    return tuple(reasons)
