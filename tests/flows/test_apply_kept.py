"""Entries of a kind that the program did not know when they came, and knows now: applied once, in order, when allowed.

The older version is this one with a shorter table of kinds.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.core.exchange import IncomingEntry, OutgoingEntry
from comity.edges.keys import load_signing_key
from comity.flows.apply_entry import KINDS
from comity.flows.apply_kept import apply_kept
from comity.flows.receive import receive_batch
from comity.flows.resume import resume
from comity.flows.suspend import suspend
from comity.flows.verify_ledgers import verify_ledgers
from comity.store.models import Case, LedgerEntry, Report
from flows.test_keys import batch
from flows.two_parties import AT, Parties, file, outgoing, phishing

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
URN = "urn:comity:memo:cctld.ru:oac.by:demo"


class Upgraded(Parties):
    """oac.by holds three reports of cctld.ru, an unreadable one and a forecast, of which it applied nothing."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(directory)
        self.sit(self.ru)
        file(self.ru, *(phishing(f"https://bank-demo.by/{page}") for page in ("one", "two", "three")))
        self.sent = [_outgoing(entry) for entry in outgoing()]
        self.sent[2:2] = [OutgoingEntry("forecast", "", b"rain"), OutgoingEntry("report", "x", b"{}")]
        self.sit(self.by)
        with monkeypatch.context() as older:
            older.delitem(KINDS, "report")
            key = load_signing_key(self.ru)
            taken = receive_batch(self.by, "cctld.ru/ledger/oac.by", batch(key, self.sent), at=AT)
        assert (taken.taken, taken.refused) == (5, 5)
        assert refusals() == ["unknown-kind"] * 5


def _outgoing(entry: IncomingEntry) -> OutgoingEntry:
    return OutgoingEntry(entry.kind, entry.subject, entry.payload)


def refusals() -> list[str]:
    entries = LedgerEntry.objects.filter(ledger__direction="in").order_by("position")
    return list(entries.values_list("refused", flat=True))


@pytest.fixture
def upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upgraded:
    return Upgraded(tmp_path, monkeypatch)


def test_they_are_applied_in_order_and_once(upgraded: Upgraded) -> None:
    assert apply_kept(upgraded.by, at=AT + HOUR) == {"cctld.ru": 4}
    assert refusals() == ["", "", "unknown-kind", "payload:malformed", ""]
    stored = [str(uuid) for uuid in Report.objects.order_by("pk").values_list("uuid", flat=True)]
    assert stored == [entry.subject for entry in upgraded.sent if entry.subject not in {"", "x"}]
    assert Case.objects.count() == 1
    assert apply_kept(upgraded.by, at=AT + HOUR) == {}
    assert Report.objects.count() == 3
    assert all(not report.differences for report in verify_ledgers(upgraded.by, at=AT + HOUR))


def test_under_a_suspended_memorandum_they_wait_until_it_goes_on(upgraded: Upgraded) -> None:
    suspend(upgraded.by, URN, reason="a change of law", actor="vera", at=AT + HOUR)
    assert apply_kept(upgraded.by, at=AT + HOUR) == {}
    assert refusals() == ["unknown-kind"] * 5
    theirs = resume(upgraded.ru, URN, reason="fine", actor="anna", at=AT + 2 * HOUR).statement
    done = resume(upgraded.by, URN, reason="settled", actor="vera", at=AT + 2 * HOUR, partners=(theirs,))
    assert done.status == "in-force"
    assert refusals() == ["", "", "unknown-kind", "payload:malformed", ""]
    assert Report.objects.count() == 3


def test_another_partner_s_are_left_alone(upgraded: Upgraded) -> None:
    assert apply_kept(upgraded.by, "vnnic.vn", at=AT + HOUR) == {}
    assert refusals() == ["unknown-kind"] * 5
