"""Two registries in one test: each with its own directory and keys, one store that is emptied when the seat changes.

`sit(home)` makes the store that of another node: what the first node would send is carried over by hand.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from comity.core.cases import CaseEntry
from comity.core.exchange import IncomingEntry
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Claim, Evidence, Report
from comity.demo.memorandum import write_memorandum
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.edges.suffix_file import load_suffixes
from comity.edges.tls import own_authority
from comity.flows.countersign import countersign
from comity.flows.join import join
from comity.flows.propose import propose
from comity.flows.set_up import NewNode, set_up
from comity.flows.store_batch import BatchOutcome, store_batch
from comity.store import models
from comity.store.cases import timeline
from comity.store.reports import ensure_reporter
from comity.wire.memorandum_document import render_document
from flows.whole_store import empty_store

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FOLDER = NameFolder(load_suffixes())


class Parties:
    """cctld.ru and oac.by, with a memorandum that both signed."""

    def __init__(self, directory: Path, *, reports_a_day: int = 1000) -> None:
        self.ru = _node(directory / "ru", "cctld.ru", 1)
        self.by = _node(directory / "by", "oac.by", 2)
        keys = [load_signing_key(home).public_key() for home in (self.ru, self.by)]
        links = ("https://127.0.0.1:9441/", "https://127.0.0.1:9442/")
        draft = write_memorandum(*keys, links=links, reports_a_day=reports_a_day, at=AT)
        proposed = render_document(propose(self.ru, draft, actor="test", at=AT))
        empty_store()
        self.signed = render_document(countersign(self.by, proposed, actor="test", at=AT))

    def sit(self, home: Home, *, linked: bool = True) -> None:
        """Make the store that of a node: empty but for the memorandum in force and the link."""
        empty_store()
        countersign(home, self.signed, actor="test", at=AT)
        if linked:
            self.link(home)

    def link(self, home: Home) -> None:
        """Open the link to the other."""
        other = self.by if home is self.ru else self.ru
        join(home, other.party, url="https://127.0.0.1:9443/", ca_pem=own_authority(other), at=AT)


def file(home: Home, *reports: Report, reporter: str = "cert-demo") -> BatchOutcome:
    """File reports as an intake run would."""
    claims = []
    for report in reports:
        target = FOLDER.target(report.name)
        assert not isinstance(target, NameRefusal), target
        claims.append(Claim(report, target.name, target.url or target.name.ascii))
    filed_by = ensure_reporter(reporter, kind="trusted-notifier", at=AT)
    return store_batch(home, claims, reporter=filed_by, run=None, at=AT)


def outgoing() -> list[IncomingEntry]:
    """What the node has written for its partner, as the partner will get it."""
    rows = models.LedgerEntry.objects.filter(ledger__direction="out").order_by("position")
    return [IncomingEntry(row.position, row.kind, row.subject, row.payload) for row in rows]


def events(case: models.Case) -> list[str]:
    return [entry.event for entry in timeline(case.pk)]


def entry(case: models.Case, event: str) -> CaseEntry:
    return next(entry for entry in timeline(case.pk) if entry.event == event)


def phishing(name: str, **changed: object) -> Report:
    """A report that the demo's memorandum lets through."""
    report = Report(
        name=name,
        category="phishing",
        url=name,
        observed_at=AT,
        verified_at=AT,
        narrative="A page that asks for the card number and the code under the name of an invented bank.",
        disposition="malicious",
        impersonated_party="Demo Bank",
        good_faith=True,
        evidence=(
            Evidence(kind="screenshot", sha256="a" * 64, captured_at=AT),
            Evidence(kind="second-source", note="seen by another notifier"),
            Evidence(kind="live-check", captured_at=AT),
        ),
    )
    return msgspec.structs.replace(report, **changed)


def _node(directory: Path, party: str, number: int) -> Home:
    return set_up(
        directory,
        NewNode(
            party=party, zones=(), host="127.0.0.1", web_port=8440 + number, link_port=9440 + number,
            database="sqlite:///comity.sqlite3",
        ),
        at=AT,
    )  # fmt: skip
