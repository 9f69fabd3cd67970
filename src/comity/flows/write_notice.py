"""Write a notice about a case: the letter to one recipient, with its one-time answer link and its XARF report.

What the recipient may read of the case's reports is `core.onward`'s to say, by the memorandum of each partner that
sent one.  A case of which nothing may be told is not written about: a notice without a claim would be an order without
reasons. In the caller's transaction, since the link is made in it.
"""

from datetime import datetime
from typing import Final
from uuid import uuid4

from comity.core.names import NameFolder, Target
from comity.core.observations import Registration
from comity.core.onward import Audience, Source, Told, select_onward
from comity.core.registrars import Recipient
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.invite import LIVES, invite
from comity.flows.queue_mail import Letter, Part
from comity.store.case_reports import ReportRow, reports_of_case
from comity.store.cases import CaseRow
from comity.store.memoranda import find_in_force
from comity.store.observations import newest
from comity.wire.mail_message import checked_address
from comity.wire.notice_mail import NoticeFacts, NoticeKind, render_notice
from comity.wire.xarf import XarfFacts, render_xarf

_REPORTS: Final = 50
_LONGEST_SUBJECT: Final = 300
_AUDIENCE: Final[dict[NoticeKind, Audience]] = {
    "registrar": "registrar",
    "host": "host",
    "registrant": "registrant",
    "hold": "registrant",
}


def told_of(home: Home, case: CaseRow, kind: NoticeKind, *, at: datetime) -> tuple[Told, ...]:
    """The case's reports as the recipients of a kind of notice may read them, the newest fifty at most."""
    rows = reports_of_case(case.pk, limit=1000).reports[-_REPORTS:]
    folder = NameFolder(load_suffixes(home))
    return select_onward([_source(row, folder, at=at) for row in rows], _AUDIENCE[kind])


def write_notice(
    home: Home,
    case: CaseRow,
    kind: NoticeKind,
    recipient: Recipient,
    told: tuple[Told, ...],
    *,
    key: str,
    at: datetime,
    due_at: datetime | None = None,
    asks: tuple[str, ...] = (),
    basis: str = "",
    reason: str = "",
    hold_until: datetime | None = None,
    score: float | None = None,
    is_passed_on: bool = False,
) -> Letter:
    """Make the letter and its answer link.  `is_passed_on`: a registrar gets it for its registrant."""
    folded = NameFolder(load_suffixes(home)).fold(case.registrable)
    unicode = getattr(folded, "unicode", "") or case.registrable
    url = invite(
        home, case.pk, role=_AUDIENCE[kind], recipient=recipient.address, language=recipient.language,
        is_passed_on=is_passed_on, at=at,
    )  # fmt: skip
    xarf = _xarf(home, case, told, score=score, at=at) if kind in {"registrar", "host"} else None
    notice = render_notice(
        NoticeFacts(
            kind=kind, language=recipient.language, party=home.party, ref=case.ref, name=case.registrable,
            unicode=unicode, category=case.category, disposition=case.disposition, told=told, answer_url=url,
            answer_until=at + LIVES, due_at=due_at, asks=asks, basis=basis, reason=reason, hold_until=hold_until,
            has_xarf=xarf is not None, is_passed_on=is_passed_on,
        )
    )  # fmt: skip
    subject = notice.subject
    if len(subject) > _LONGEST_SUBJECT:
        subject = subject[: _LONGEST_SUBJECT - 1] + "…"
    parts = () if xarf is None else (Part("application/json", "xarf.json", xarf.decode()),)
    return Letter(
        key=key, to=recipient.address, subject=subject, text=notice.text, language=recipient.language, parts=parts,
        case_pk=case.pk,
    )  # fmt: skip


def _source(row: ReportRow, folder: NameFolder, *, at: datetime) -> Source:
    target = folder.target(row.report.url or row.report.name or row.host)
    place = (target.url or target.name.ascii) if isinstance(target, Target) else row.host
    if row.reporter_kind != "partner":
        return Source(row.report, place)
    stored = find_in_force(row.reporter, at)
    return Source(row.report, place, is_partners=True, memorandum=None if stored is None else stored.memorandum)


def _xarf(home: Home, case: CaseRow, told: tuple[Told, ...], *, score: float | None, at: datetime) -> bytes | None:
    contact = home.settings.mail.reply_to or home.settings.mail.from_address
    if not told or not contact:
        return None
    best = next((one for one in told if "://" in one.target), told[0])
    seen = newest(case.registrable, "rdap")
    return render_xarf(
        XarfFacts(
            report_id=str(uuid4()), party=home.party, organisation=home.party,
            contact=checked_address(contact), at=at, host=case.registrable, category=case.category,
            disposition=case.disposition, report=best.report, target=best.target, score=score,
            registration=seen.value if seen is not None and isinstance(seen.value, Registration) else None,
        )
    )  # fmt: skip
