"""What the release reads and keeps: changed cases, their reports, what each subscriber has of them, what it saw last.

Everything here is called inside the caller's transaction.  `lock_readers` comes first: whoever holds these rows is the
only one who tells, so what it reads afterwards is what it tells.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import Count, Q

from comity.core.reports import Report
from comity.core.told_items import Told, ToldKind
from comity.store.fields import moment
from comity.store.models import ArticleEvent, ConsultationMessage, Decision, ReleaseMark, Subscriber, ToldItem
from comity.store.subscribers import SubscriberRow, list_subscribers

MAX_REPORTS: Final = 1_000  # the first of a case; what comes after them changes nothing that is told
_MARKS_AT_ONCE: Final = 500
_EMPTY: Final = sha256(b"").digest()

_TAKE: Final = "SELECT id, case_id FROM changed_case ORDER BY id LIMIT %s"

_MARK_ALL: Final = """
INSERT INTO changed_case (case_id)
SELECT id FROM abuse_case WHERE state <> 'closed'
UNION SELECT case_id FROM told_item WHERE case_id IS NOT NULL AND is_newest AND NOT is_withdrawn"""

_FILED: Final = """
SELECT case_id, id, uuid, host, kind, reporter_key, received_at, body FROM (
  SELECT report.case_id, report.id, report.uuid, report.host, reporter.kind, reporter.key AS reporter_key,
         report.received_at, report.body,
         row_number() OVER (PARTITION BY report.case_id ORDER BY report.id) AS number
  FROM report JOIN reporter ON reporter.id = report.reporter_id WHERE report.case_id IN ({marks})) AS numbered
WHERE number <= %s ORDER BY case_id, id"""

_decode_report: Final = msgspec.json.Decoder(Report).decode
_decode_told: Final = msgspec.json.Decoder(Told).decode


class FiledRow(msgspec.Struct, frozen=True):
    """A report of a case; `partner` is who sent it, empty where it was filed here."""

    case_pk: int
    pk: int
    uuid: str
    host: str
    partner: str
    received_at: datetime
    report: Report


class Holding(msgspec.Struct, frozen=True):
    """The newest version of an item as a subscriber has it."""

    kind: ToldKind
    subject: str
    digest: bytes
    is_withdrawn: bool
    tlp: str
    clause: str
    memorandum: str
    registrable: str
    zone: str
    category: str
    case_pk: int | None
    body: bytes

    @property
    def told(self) -> Told | None:
        return _decode_told(self.body) if self.body else None


class Asked(msgspec.Struct, frozen=True):
    """What a memorandum answered last about an item for a subscriber."""

    verdict: str
    clause: str
    reason: str
    memorandum: str


def lock_readers() -> list[SubscriberRow]:
    """Lock the living subscribers, in one order for everybody, and give them as they are now."""
    list(Subscriber.objects.select_for_update().filter(ended_at=None).order_by("pk").values_list("pk", flat=True))
    return list_subscribers()


def take_changed(limit: int) -> list[int]:
    """Take marks away, the oldest first; answers their cases, each once.  What another process takes is left to it."""
    skip = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE + skip, [limit])
        rows = cursor.fetchall()
        for start in range(0, len(rows), _MARKS_AT_ONCE):
            part = [pk for pk, _ in rows[start : start + _MARKS_AT_ONCE]]
            cursor.execute(f"DELETE FROM changed_case WHERE id IN ({_marks(part)})", part)  # noqa: S608 — marks only
    return list(dict.fromkeys(case_pk for _, case_pk in rows))


def mark_all() -> None:
    """Let every case be looked at again that is open or of which somebody has something."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_ALL)


def read_filed(case_pks: Sequence[int]) -> dict[int, list[FiledRow]]:
    """The first `MAX_REPORTS` reports of each case, in the order in which they came."""
    found: dict[int, list[FiledRow]] = {pk: [] for pk in case_pks}
    with connection.cursor() as cursor:
        for start in range(0, len(case_pks), _MARKS_AT_ONCE):
            part = list(case_pks[start : start + _MARKS_AT_ONCE])
            cursor.execute(_FILED.format(marks=_marks(part)), [*part, MAX_REPORTS])
            for case_pk, pk, uuid, host, kind, key, received, body in cursor.fetchall():
                partner = key if kind == "partner" else ""
                report = _decode_report(bytes(body))
                found[case_pk].append(FiledRow(case_pk, pk, uuid, host, partner, moment(received), report))
    return found


def read_holdings(subscriber_pk: int, case_pks: Sequence[int]) -> dict[int, dict[tuple[str, str], Holding]]:
    """What a subscriber has of each case, by kind and subject; withdrawn items included."""
    found: dict[int, dict[tuple[str, str], Holding]] = {pk: {} for pk in case_pks}
    for start in range(0, len(case_pks), _MARKS_AT_ONCE):
        part = list(case_pks[start : start + _MARKS_AT_ONCE])
        rows = ToldItem.objects.filter(subscriber_id=subscriber_pk, case_id__in=part, is_newest=True)
        for one in _holdings(rows):
            found[one.case_pk or 0][one.kind, one.subject] = one
    return found


def read_holdings_of_kind(subscriber_pk: int, kind: ToldKind) -> dict[tuple[str, str], Holding]:
    """What a subscriber has of a kind that belongs to no case."""
    rows = ToldItem.objects.filter(subscriber_id=subscriber_pk, kind=kind, is_newest=True)
    return {(one.kind, one.subject): one for one in _holdings(rows)}


def read_asked(partner: str, case_pks: Sequence[int]) -> dict[tuple[int | None, int | None, str], Asked]:
    """What was answered last about each (report, case, kind) for subscribers of a party."""
    found: dict[tuple[int | None, int | None, str], Asked] = {}
    for start in range(0, len(case_pks), _MARKS_AT_ONCE):
        part = list(case_pks[start : start + _MARKS_AT_ONCE])
        rows = Decision.objects.filter(partner=partner, direction="sub", case_id__in=part).order_by("pk")
        for report, case, kind, *answer in rows.values_list(
            "report_id", "case_id", "kind", "verdict", "clause", "reason", "memorandum"
        ):
            found[report, case, kind] = Asked(*answer)
    return found


def forget_told(subjects: Iterable[str], *, case_pk: int | None = None) -> None:
    """Empty every version of these items, and of the case that quotes them; the release tells or withdraws them."""
    wanted = Q(subject__in=list(subjects))
    if case_pk is not None:
        wanted |= Q(case_id=case_pk, kind="case")
    ToldItem.objects.filter(wanted).exclude(body=b"").update(body=b"", digest=_EMPTY)


def read_mark(subscriber_pk: int) -> Mapping[str, str]:
    """The fingerprints a subscriber's release saw last."""
    row = ReleaseMark.objects.filter(subscriber_id=subscriber_pk).first()
    return (
        {} if row is None else {"governing": row.governing, "library": row.library, "consultations": row.consultations}
    )


def keep_mark(subscriber_pk: int, **seen: str) -> None:
    """Keep what was seen."""
    ReleaseMark.objects.update_or_create(subscriber_id=subscriber_pk, defaults=seen)


def library_fingerprint() -> str:
    """A word that changes with whatever happens to any article."""
    counted = ArticleEvent.objects.aggregate(n=Count("pk"))
    return str(counted["n"])


def consultations_fingerprint(partner: str) -> str:
    """A word that changes with whatever happens to the messages of threads with a partner."""
    told = Q(verdict__in=("send", "send-redacted"))
    counted: dict[str, Any] = ConsultationMessage.objects.filter(thread__partner=partner).aggregate(
        messages=Count("pk"), told=Count("pk", filter=told), gone=Count("pk", filter=Q(gone=True)),
        erased=Count("pk", filter=Q(erased_at__isnull=False)),
    )  # fmt: skip
    return ".".join(str(counted[name]) for name in ("messages", "told", "gone", "erased"))


def _holdings(rows: Any) -> Iterable[Holding]:
    for kind, subject, digest, is_withdrawn, tlp, clause, memorandum, registrable, zone, category, case, body in (
        rows.values_list(
            "kind", "subject", "digest", "is_withdrawn", "tlp", "clause", "memorandum", "registrable", "zone",
            "category", "case_id", "body",
        )
    ):  # fmt: skip
        yield Holding(
            kind, subject, bytes(digest), is_withdrawn, tlp, clause, memorandum, registrable, zone, category, case,
            bytes(body),
        )  # fmt: skip


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
