"""Two registries that go on: what each knows stays when the other sits down, and real signed batches pass between.

`ru()` and `by()` take a seat: the store becomes that node's, as it was left.  `exchange()` carries batches and receipts
both ways until nothing waits, as the couriers of two nodes would.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.exchange import IncomingEntry
from comity.core.ledger import Head, ledger_origin
from comity.core.proofs import inclusion_proof, verify_inclusion
from comity.core.reports import Report
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.receive import receive_batch
from comity.flows.store_batch import BatchOutcome
from comity.flows.verify_ledgers import verify_ledgers
from comity.store import models
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import read_entries, root_at, store_receipt
from comity.store.links import get_ledger, get_link
from comity.wire.checkpoint import parse_head, parse_note, sign_checkpoint
from comity.wire.link_batch import render_batch
from flows.two_parties import AT, Parties, file
from flows.whole_store import TABLES, Rows, bring_back, empty_store, put_away

_MOST_ROUNDS = 20


class Desks:
    """Both desks; a test says at which one it sits."""

    def __init__(self, parties: Parties, *, at: datetime = AT) -> None:
        self.parties = parties
        self.at = at
        self._kept: dict[str, list[Rows]] = {}
        self._seat: Home | None = None

    def ru(self) -> None:
        self.sit(self.parties.ru)

    def by(self) -> None:
        self.sit(self.parties.by)

    def sit(self, home: Home) -> None:
        """Take a seat; the other's store is put away as it is."""
        if self._seat is home:
            return
        if self._seat is not None:
            self._kept[self._seat.party] = self.snapshot()
        if home.party in self._kept:
            self.restore(self._kept[home.party])
        else:
            self.clear()
            self.parties.sit(home)
        self._seat = home

    def snapshot(self) -> list[Rows]:
        """The store as it is: a backup."""
        return put_away()

    def restore(self, kept: list[Rows]) -> None:
        """Make the store what it was."""
        bring_back(kept)

    def clear(self) -> None:
        empty_store()

    @property
    def home(self) -> Home:
        assert self._seat is not None
        return self._seat

    @property
    def partner(self) -> str:
        return self._other(self.home).party

    def file(self, *reports: Report) -> BatchOutcome:
        return file(self.home, *reports)

    def ledger(self, direction: str) -> models.Ledger:
        return get_ledger(get_link(self.partner), direction)

    def outgoing(self) -> list[IncomingEntry]:
        return self._entries("out")

    def incoming(self) -> list[IncomingEntry]:
        return self._entries("in")

    def waiting(self, whose: str) -> list[IncomingEntry]:
        """What one side has written and the other has not got; the seat stays taken."""
        seat = self.home
        self.sit(self.parties.ru if whose == "ru" else self.parties.by)
        ledger = self.ledger("out")
        waiting = self._entries("out")[ledger.receipt_size :]
        self.sit(seat)
        return waiting

    def exchange(self) -> None:
        """Carry everything that waits, both ways, until nothing does."""
        for _round in range(_MOST_ROUNDS):
            if not any([self.carry(self.parties.ru), self.carry(self.parties.by)]):
                return
        raise AssertionError("the two nodes answer each other for ever")

    def carry(self, sender: Home, *, at: datetime | None = None) -> bool:
        """Carry one batch from a sender to the other and the receipt back; False when nothing waits."""
        self.sit(sender)
        ledger = self.ledger("out")
        if ledger.receipt_size == ledger.size:
            return False
        key = load_signing_key(sender)
        note = sign_checkpoint(Head(ledger.origin, ledger.size, ledger.root), key.public, key.sign)
        entries = [entry.outgoing() for entry in read_entries(ledger.pk, ledger.receipt_size, ledger.size)]
        body = render_batch(note, ledger.receipt_size, entries)
        receiver = self._other(sender)
        self.sit(receiver)
        receipt = receive_batch(receiver, ledger_origin(sender.party, receiver.party), body, at=at or self.at).receipt
        self.sit(sender)
        store_receipt(self.ledger("out"), checkpoint=note, receipt=receipt, size=ledger.size, at=self.at)
        return True

    def refusals(self, direction: str) -> list[str]:
        rows = models.LedgerEntry.objects.filter(ledger=self.ledger(direction)).order_by("position")
        return list(rows.values_list("refused", flat=True))

    def root_at(self, direction: str, size: int) -> bytes:
        return root_at(self.ledger(direction), size)

    def differences(self) -> Sequence[str]:
        """What `comity link verify` would say."""
        return [line for report in verify_ledgers(self.home, at=self.at) for line in report.differences]

    def proves(self, direction: str, position: int) -> bool:
        """Whether an entry is proven by the doubly signed checkpoint."""
        ledger = self.ledger(direction)
        head = parse_head(parse_note(ledger.receipt).text)
        leaf = models.LedgerEntry.objects.get(ledger=ledger, position=position).leaf
        proof = inclusion_proof(position, head.size, node_reader(ledger.pk))
        return verify_inclusion(leaf, position, head.size, proof, head.root)

    def holds(self, marker: bytes) -> list[str]:
        """The columns in which some text stands."""
        return sorted(
            {
                f"{table.__name__}.{field.attname}"
                for table in TABLES
                for row in table.objects.all()  # type: ignore[attr-defined]
                for field in table._meta.concrete_fields
                if marker in _octets(getattr(row, field.attname))
            }
        )

    def _entries(self, direction: str) -> list[IncomingEntry]:
        ledger = self.ledger(direction)
        return [IncomingEntry(entry.position, *entry.outgoing()) for entry in read_entries(ledger.pk, 0, ledger.size)]

    def _other(self, home: Home) -> Home:
        return self.parties.by if home is self.parties.ru else self.parties.ru


def _octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
