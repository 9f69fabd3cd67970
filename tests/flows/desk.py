"""A desk for tests: a node's home without files, people, and cases that are really in the store."""

from datetime import UTC, datetime
from pathlib import Path

from comity.core.roles import Actor
from comity.edges.home import Home, NodeSettings
from comity.store.case_writes import NewCase, open_cases
from comity.store.cases import CaseRow, get_case

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWN, PARTNER_PARTY = "oac.by", "cctld.ru"
ANNA = Actor("anna", "analyst", OWN)
BORIS = Actor("boris", "supervisor", OWN)
VERA = Actor("vera", "supervisor", OWN)
OLGA = Actor("olga", "policy-officer", OWN)
REPORTER = Actor("kaspersky-demo", "trusted-notifier", OWN)
NODE = Actor("node", "system", OWN)

HOME = Home(path=Path("nowhere"), settings=NodeSettings(party=OWN, zones=("by", "xn--90ais"), secret_key="s" * 50))


def new_case(name: str, *, zone: str = "by", party: str = OWN, severity: str = "high", protected: str = "") -> NewCase:
    """A case about `name` that is to be opened."""
    return NewCase(
        registrable=name, category="phishing", episode=1, zone=zone, party=party, severity=severity, protected=protected
    )


def open_some(*new: NewCase) -> list[str]:
    """Open cases; answers their references."""
    return [case.ref for case in open_cases(OWN, new, actor=OWN, role="system", at=AT)]


def state_of(ref: str) -> str:
    return get_case(ref).state


def case_of(ref: str) -> CaseRow:
    return get_case(ref)
