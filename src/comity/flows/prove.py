"""Prove: put together what both parties signed about a case, so that a third party can check it without either node.

For each ledger that holds entries about the case: the newest receipt, and under it each entry with its inclusion proof
(read from tiles: the ledger's length does not matter).  Entries that no receipt covers yet are named and not claimed.
The memoranda that name the keys are enclosed with their signatures.  The node's own key seals the whole.  Refused: a
case of which nothing is receipted, because there would be nothing that two parties signed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from comity.core.errors import ConflictError, NotFoundError, TooLargeError
from comity.core.ledger import leaf_data
from comity.core.proofs import inclusion_proof
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.store.case_entries import entries_about, get_ledgers, subjects_of_case
from comity.store.cases import CaseRow, get_case
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import StoredEntry
from comity.store.memoranda import get_document, list_versions
from comity.store.models import Ledger
from comity.wire.evidence import (
    MAX_ENTRIES,
    CaseName,
    EnclosedEntry,
    EnclosedLedger,
    EnclosedText,
    Waiting,
    render_package,
)
from comity.wire.evidence_account import plain_fault
from comity.wire.evidence_check import check_package
from comity.wire.memorandum_document import find_faults, render_signatures

_SIGNED = frozenset(("countersigned", "in-force", "suspended", "terminated"))


class Package(msgspec.Struct, frozen=True):
    """The package as bytes, and what is in it: for whoever hands it over."""

    data: bytes
    case: CaseRow
    partners: tuple[str, ...]
    proven: int
    erased: int
    waiting: int
    memoranda: tuple[str, ...]


def prove(home: Home, ref: str, *, partner: str = "", at: datetime) -> Package:
    """Make the evidence package of a case; with `partner`, of what passed between it and us alone.

    Raises `NotFoundError` for a case that is none or of which no partner heard, `ConflictError` while nothing of it is
    receipted or where the stored record does not verify, `TooLargeError` beyond what a package may hold.
    """
    case = get_case(ref)
    subjects = subjects_of_case(case.pk, case.uuid)
    by_ledger = entries_about(subjects, partner=partner, limit=MAX_ENTRIES)
    if not by_ledger:
        raise NotFoundError(
            f"nothing about this case was exchanged{f' with {partner}' if partner else ''}: there is nothing that two "
            "parties signed",
            item=case.ref,
        )
    if sum(map(len, by_ledger.values())) > MAX_ENTRIES:
        raise TooLargeError(f"more than {MAX_ENTRIES} entries concern it; choose one partner", item=case.ref)
    ledgers = get_ledgers(list(by_ledger))
    enclosed = [_enclose(ledger, by_ledger[ledger.pk]) for ledger in ledgers]
    entries = [entry for ledger in enclosed for entry in ledger.entries]
    if not entries:
        raise ConflictError("no entry about this case is receipted yet; run: comity link sync", item=case.ref)
    partners = tuple(sorted({ledger.link.partner for ledger in ledgers}))
    memoranda = _memoranda(home.party, partners, at=at)
    key = load_signing_key(home)
    data = render_package(
        CaseName(case.uuid, case.ref, case.registrable, case.category, _subjects(by_ledger.values())),
        memoranda,
        enclosed,
        maker=home.party,
        public=key.public,
        sign=key.sign,
        at=at,
    )
    _refuse_what_is_not_good(data, case, at=at)
    return Package(
        data=data,
        case=case,
        partners=partners,
        proven=len(entries),
        erased=sum(entry.payload is None for entry in entries),
        waiting=sum(map(len, by_ledger.values())) - len(entries),
        memoranda=tuple(one.digest for one in memoranda),
    )


def _refuse_what_is_not_good(data: bytes, case: CaseRow, *, at: datetime) -> None:
    """Check the package as whoever gets it will: a node hands out nothing that its own record does not bear out."""
    faults = check_package(data, at=at).faults
    if faults:
        more = f" (and {len(faults) - 1} more)" if faults[1:] else ""
        raise ConflictError(
            f"what this node holds does not prove the case: {plain_fault(faults[0], 'en')}{more}; "
            "see: comity link verify",
            item=case.ref,
        )


def _enclose(ledger: Ledger, entries: Sequence[StoredEntry]) -> EnclosedLedger:
    read = node_reader(ledger.pk)
    size = ledger.receipt_size
    return EnclosedLedger(
        origin=ledger.origin,
        receipt=ledger.receipt,
        entries=tuple(
            EnclosedEntry(
                entry.position,
                leaf_data(entry.kind, entry.subject, entry.payload, entry.erased),
                None if entry.erased else entry.payload,
                inclusion_proof(entry.position, size, read),
            )
            for entry in entries
            if entry.position < size
        ),
        unreceipted=tuple(Waiting(entry.position, entry.kind) for entry in entries if entry.position >= size),
    )


def _memoranda(party: str, partners: Sequence[str], *, at: datetime) -> list[EnclosedText]:
    """Every text that all its parties signed and that binds us and one of these partners, the newest first."""
    found: list[EnclosedText] = []
    for stored in list_versions(at=at):
        bound = any(stored.memorandum.party(partner) is not None for partner in partners)
        if stored.status not in _SIGNED or not bound or stored.memorandum.party(party) is None:
            continue
        document = get_document(stored.urn, stored.version)
        if document.is_complete() and not find_faults(document, at=at):
            found.append(EnclosedText(document.digest, document.text, render_signatures(document.signatures)))
    return found


def _subjects(ledgers: Iterable[Sequence[StoredEntry]]) -> tuple[str, ...]:
    """The subjects that entries have, and no other: a report that was withheld must not show by its identifier."""
    return tuple(sorted({entry.subject for entries in ledgers for entry in entries}))
