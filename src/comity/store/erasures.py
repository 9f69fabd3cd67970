"""Erasures: payloads replaced by their SHA-256, and for what we sent, which partner confirmed that it is gone there.

An entry keeps its place and its leaf hash, so the tree, the checkpoints and every proof stay what they were
(docs/spec/ledger.md §7).  Everything here is called inside the caller's transaction.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, get_args

import msgspec
from django.db import connection

from comity.store.fields import micros
from comity.store.models import CaseEvent, DisplacedEntry, Erasure, Report
from comity.store.told import ToldEntry
from comity.wire.notices import ErasureReason

_ERASE: Final = "UPDATE ledger_entry SET payload = %s, erased_at = %s WHERE id = %s AND erased_at IS NULL"


class AskedErasure(msgspec.Struct, frozen=True):
    """A payload of our ledger that a partner was or must be asked to erase."""

    reason: str
    actor: str
    asked_at: datetime
    confirmed_at: datetime | None


def erase_payloads(entries: Iterable[ToldEntry], *, at: datetime) -> None:
    """Put the SHA-256 in place of each payload; what is erased already stays as it is."""
    moment = micros(at)
    rows = [(sha256(entry.payload).digest(), moment, entry.pk) for entry in entries if entry.erased_at is None]
    with connection.cursor() as cursor:
        cursor.executemany(_ERASE, rows)


def erase_displaced(subjects: Collection[str], must_go: Callable[[str, bytes], bool], *, at: datetime) -> None:
    """Erase entries about these subjects that wait for a place: they will be sent in their erased form.

    `must_go` answers for the kind and the payload of each.
    """
    for row in DisplacedEntry.objects.filter(subject__in=list(subjects), erased_at__isnull=True):
        if must_go(row.kind, row.payload):
            row.payload, row.erased_at = sha256(row.payload).digest(), at
            row.save(update_fields=["payload", "erased_at"])


def add_erasures(entries: Iterable[ToldEntry], *, reason: str, actor: str, at: datetime) -> None:
    """Note for entries of our ledgers that the partner must erase them; one that is noted stays as it is."""
    Erasure.objects.bulk_create(
        [
            Erasure(ledger_id=entry.ledger_pk, position=entry.position, reason=reason, actor=actor, asked_at=at)
            for entry in entries
        ],
        ignore_conflicts=True,
    )


def confirm_erasure(origin: str, position: int, *, partner: str, at: datetime) -> bool:
    """Note that a partner confirmed; False when it was never asked to.  A second confirmation changes nothing."""
    asked = Erasure.objects.filter(
        ledger__origin=origin, ledger__direction="out", ledger__link__partner=partner, position=position
    )
    asked.filter(confirmed_at__isnull=True).update(confirmed_at=at)
    return asked.exists()


def list_erasures(entries: Iterable[ToldEntry]) -> dict[tuple[int, int], AskedErasure]:
    """Which of these entries a partner was asked to erase, by ledger and position."""
    wanted = {(entry.ledger_pk, entry.position) for entry in entries}
    rows = Erasure.objects.filter(
        ledger_id__in={ledger for ledger, _ in wanted}, position__in={position for _, position in wanted}
    )
    return {
        (row.ledger_id, row.position): AskedErasure(row.reason, row.actor, row.asked_at, row.confirmed_at)
        for row in rows
        if (row.ledger_id, row.position) in wanted
    }


def replace_report(report_pk: int, body: bytes, host: str = "") -> None:
    """Put another body in place of a stored report's."""
    rows = Report.objects.filter(pk=report_pk)
    if host:
        rows.update(body=body, host=host)
    else:
        rows.update(body=body)


def read_notes(case_pk: int) -> list[tuple[int, str, bytes]]:
    """The words of a case: for each entry with any its row, its note, and its detail as stored.

    What the program wrote of other erasures quotes nothing, and of a case with very many reports it may be most.
    """
    said = CaseEvent.objects.filter(case_id=case_pk).exclude(note="", detail=b"{}")
    said = said.exclude(reason="report-erased", note__in=get_args(ErasureReason), detail=b"{}")
    rows = said.order_by("seq").values_list("pk", "note", "detail")
    return [(pk, note, bytes(detail)) for pk, note, detail in rows]


def replace_notes(changed: Iterable[tuple[int, str, bytes]]) -> None:
    """Put other words in place of those of entries of a case."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE case_event SET note = %s, detail = %s WHERE id = %s",
            [(note, detail, pk) for pk, note, detail in changed],
        )
