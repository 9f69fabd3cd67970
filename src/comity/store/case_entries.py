"""Which entries of which ledgers concern a case: found by subject, payloads unopened.

An entry concerns a case when its subject is the case, one of its reports, or a partner's case that is joined to it.
Both directions of every link are looked at; the subject's index is used, so the length of a ledger does not matter.
"""

from collections.abc import Sequence

from comity.store.ledgers import StoredEntry
from comity.store.models import CasePeer, Ledger, LedgerEntry, Report

_SUBJECTS_AT_ONCE = 500


def subjects_of_case(pk: int, uuid: str) -> tuple[str, ...]:
    """Name everything that entries about a case may have as their subject: it, its reports, partners' cases."""
    reports = Report.objects.filter(case_id=pk).values_list("uuid", flat=True)
    peers = CasePeer.objects.filter(case_id=pk).values_list("remote_case", flat=True)
    return tuple(sorted({uuid, *reports, *peers}))


def entries_about(subjects: Sequence[str], *, partner: str = "", limit: int) -> dict[int, list[StoredEntry]]:
    """Read the entries with these subjects by ledger (its key), in order; at most one more than `limit` in all."""
    found: dict[int, list[StoredEntry]] = {}
    room = limit + 1
    for start in range(0, len(subjects), _SUBJECTS_AT_ONCE):
        rows = LedgerEntry.objects.filter(subject__in=subjects[start : start + _SUBJECTS_AT_ONCE])
        if partner:
            rows = rows.filter(ledger__link__partner=partner)
        columns = rows.values_list("ledger_id", "position", "kind", "subject", "payload", "leaf", "erased_at")
        for ledger_id, position, kind, subject, payload, leaf, erased_at in columns[:room]:
            entry = StoredEntry(position, kind, subject, bytes(payload), bytes(leaf), erased_at is not None)
            found.setdefault(ledger_id, []).append(entry)
            room -= 1
        if room <= 0:
            break
    return {ledger_id: sorted(entries) for ledger_id, entries in found.items()}


def get_ledgers(pks: Sequence[int]) -> list[Ledger]:
    """Read ledgers with their links, by origin."""
    return list(Ledger.objects.filter(pk__in=list(pks)).select_related("link").order_by("origin"))
