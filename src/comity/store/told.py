"""What partners were told about a report: the entries of our ledgers, found by their subject, and the receipts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.store.models import Decision, LedgerEntry

REPORT_KINDS: Final = ("report", "correction")
_SENT: Final = ("send", "send-redacted")


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
    """Reports (row) and kinds of which a suspended memorandum withheld something that was not told since.

    A report that never left waits in its case (`flows.refer`); the caller tells the two apart by the ledger.
    """
    withheld = Decision.objects.filter(
        partner=partner, direction="out", verdict="refuse", reason="suspended", report__isnull=False
    )
    newest: dict[tuple[int, str], datetime] = {}
    for report, kind, at in withheld.values_list("report_id", "kind", "at").order_by("at"):
        if report is not None:
            newest[report, kind] = at
    return [
        (report, kind)
        for (report, kind), at in newest.items()
        if not Decision.objects.filter(
            report_id=report, partner=partner, direction="out", kind=kind, verdict__in=_SENT, at__gt=at
        ).exists()
    ]


def _told(row: LedgerEntry) -> ToldEntry:
    ledger = row.ledger
    return ToldEntry(
        pk=row.pk, ledger_pk=ledger.pk, origin=ledger.origin, partner=ledger.link.partner, position=row.position,
        kind=row.kind, subject=row.subject, payload=row.payload, at=row.at,
        receipted=row.position < ledger.receipt_size, refused=row.refused, erased_at=row.erased_at,
    )  # fmt: skip
