"""A flood beyond the memorandum's cap: refused entry by entry with the clause, kept and proven, at no query each.

The sender's own node never sends it (`share` withholds what is over the cap and says so); a sender that breaks its word
sends it all the same, signed, in batches.
"""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, Head, entry_hash, ledger_origin
from comity.edges.keys import load_signing_key
from comity.flows.receive import Received, receive_batch
from comity.flows.verify_ledgers import verify_ledgers
from comity.store import models
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import render_batch
from comity.wire.stix import parse_case_event
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db

CAP, FLOOD = 50, 450


class Flood:
    """Batches of ru's reports, more than the memorandum allows at by."""

    def __init__(self, parties: Parties, count: int) -> None:
        parties.sit(parties.ru)
        file(parties.ru, *[phishing(f"http://flood-demo-{number}.by/login") for number in range(count)])
        self.entries = [OutgoingEntry(one.kind, one.subject, one.payload) for one in outgoing()]
        assert len(self.entries) == count
        self._parties, self._edge = parties, Frontier()
        parties.sit(parties.by)
        body = bytes(models.Memorandum.objects.get().body)
        assert b'"max_per_day":1000' in body
        models.Memorandum.objects.update(body=body.replace(b'"max_per_day":1000', b'"max_per_day":%d' % CAP))

    def push(self, count: int) -> tuple[Received, int]:
        """Push the next entries; give what came of it and how many queries it took."""
        start = self._edge.size
        entries = self.entries[start : start + count]
        self._edge, _ = self._edge.extend([entry_hash(*entry) for entry in entries])
        key = load_signing_key(self._parties.ru)
        head = Head(ledger_origin("cctld.ru", "oac.by"), self._edge.size, self._edge.root())
        body = render_batch(sign_checkpoint(head, key.public, key.sign), start, entries)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            received = receive_batch(self._parties.by, head.origin, body, at=AT)
        return received, len(asked)


def test_the_sender_holds_back_what_is_over_the_cap_and_says_why(tmp_path: Path) -> None:
    parties = Parties(tmp_path, reports_a_day=CAP)
    parties.sit(parties.ru)
    file(parties.ru, *[phishing(f"http://flood-demo-{number}.by/login") for number in range(FLOOD)])
    assert len(outgoing()) == CAP
    decided = models.Decision.objects.filter(direction="out").exclude(verdict__in=("send", "send-redacted"))
    assert set(decided.values_list("clause", "reason")) == {("3", "over-daily-cap")}
    assert decided.count() == FLOOD - CAP


def test_the_receiver_refuses_what_is_over_the_cap_entry_by_entry_and_keeps_and_proves_it(tmp_path: Path) -> None:
    parties = Parties(tmp_path)
    flood = Flood(parties, FLOOD)
    first, _ = flood.push(CAP + 100)
    assert (first.taken, first.refused) == (CAP + 100, 100)
    second, few = flood.push(100)
    third, many = flood.push(FLOOD - CAP - 200)
    assert (second.refused, third.refused) == (100, FLOOD - CAP - 200)
    assert many - few <= (FLOOD - CAP - 300) / 10, "an entry over the cap costs no query of its own, only its chunk"

    held = models.LedgerEntry.objects.filter(ledger__direction="in").order_by("position")
    assert [entry.refused for entry in held] == [""] * CAP + ["3:over-daily-cap"] * (FLOOD - CAP)
    assert [entry.payload for entry in held] == [entry.payload for entry in flood.entries]
    assert [line for report in verify_ledgers(parties.by, at=AT) for line in report.differences] == []
    assert models.Report.objects.count() == CAP
    told = [parse_case_event(one.payload) for one in outgoing()]
    refusals = [one for one in told if one.event == "refused"]
    assert {(one.clause, one.reason) for one in refusals} == {("3", "over-daily-cap")}
    assert len({one.peer_cases for one in refusals}) == FLOOD - CAP, "each of the sender's cases hears it"
