"""What partners were told about a report: the entries of our ledgers, found by their subject, and the receipts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import connection

from comity.store.models import LedgerEntry

REPORT_KINDS: Final = ("report", "correction")

_WITHHELD: Final = """
SELECT kept.report_id, kept.kind FROM decision kept JOIN report ON report.id = kept.report_id
WHERE kept.partner = %s AND kept.direction = 'out' AND kept.verdict = 'refuse' AND kept.reason = 'suspended'
  AND EXISTS (SELECT 1 FROM ledger_entry sent JOIN ledger ON ledger.id = sent.ledger_id
              JOIN link ON link.id = ledger.link_id
              WHERE sent.subject = report.uuid AND sent.kind = 'report' AND ledger.direction = 'out'
              AND link.partner = kept.partner)
  AND NOT EXISTS (SELECT 1 FROM decision told WHERE told.report_id = kept.report_id AND told.partner = kept.partner
                  AND told.direction = 'out' AND told.kind = kept.kind
                  AND told.verdict IN ('send', 'send-redacted') AND told.at > kept.at)
GROUP BY kept.report_id, kept.kind ORDER BY min(kept.id)"""


class ToldEntry(msgspec.Struct, frozen=True):
    """One entry of a ledger about one subject.  `receipted`: the partner cosigned a checkpoint that covers it."""

    pk: int
    ledger_pk: int
    origin: str
    partner: str
    position: int
    kind: str
    subject: str
    payload: bytes
    at: datetime
    receipted: bool
    refused: str
    erased_at: datetime | None


def entries_about(
    subjects: Collection[str], *, direction: str, kinds: Sequence[str] = (), partner: str = ""
) -> list[ToldEntry]:
    """Read the entries about these subjects, by ledger and position."""
    rows = LedgerEntry.objects.filter(subject__in=list(subjects), ledger__direction=direction)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if partner:
        rows = rows.filter(ledger__link__partner=partner)
    return [_told(row) for row in rows.select_related("ledger__link").order_by("ledger_id", "position")]


def find_entry(partner: str, direction: str, position: int) -> ToldEntry | None:
    """Find the entry at a position of one direction of a link."""
    rows = LedgerEntry.objects.filter(
        ledger__link__partner=partner, ledger__direction=direction, position=position
    ).select_related("ledger__link")
    return next((_told(row) for row in rows), None)


def list_entries_of_kind(partner: str, direction: str, kind: str) -> list[ToldEntry]:
    """Read the entries of a kind in one direction of a link, in order.  Reads the whole ledger: for rare repairs."""
    rows = LedgerEntry.objects.filter(ledger__link__partner=partner, ledger__direction=direction, kind=kind)
    return [_told(row) for row in rows.select_related("ledger__link").order_by("position")]


def find_withheld_notices(partner: str) -> list[tuple[int, str]]:
    """Reports (row) that a partner has, and of which kind a suspended memorandum withheld something about them."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHHELD, [partner])
        return [(report, kind) for report, kind in cursor.fetchall()]


def _told(row: LedgerEntry) -> ToldEntry:
    ledger = row.ledger
    return ToldEntry(
        pk=row.pk, ledger_pk=ledger.pk, origin=ledger.origin, partner=ledger.link.partner, position=row.position,
        kind=row.kind, subject=row.subject, payload=row.payload, at=row.at,
        receipted=row.position < ledger.receipt_size, refused=row.refused, erased_at=row.erased_at,
    )  # fmt: skip
