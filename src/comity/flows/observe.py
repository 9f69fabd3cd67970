"""Observe: look at a name from outside, by RDAP and DNS, and keep what was learned or why nothing was.

The questions are asked before the transaction and never inside it.  A look changes no case and causes nothing; each is
a row of its own.  What is not set up in node.toml is not asked; where nothing is, that is said.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from comity.core.errors import InputError, SettingError
from comity.core.names import NameFolder, NameRefusal
from comity.core.observations import LEARNED, NOT_REGISTERED, Observed
from comity.edges.home import Home
from comity.edges.rdap_client import RdapError, ask_domain
from comity.edges.resolver import resolve
from comity.edges.suffix_file import load_suffixes
from comity.store.observations import add_observation
from comity.wire.rdap import RdapProblem, parse_domain

_LONGEST_CODE: Final = 40


class Looks(msgspec.Struct, frozen=True):
    """What one look told, by kind; `wait` where a server asks to be left alone for so long."""

    name: str
    looks: tuple[Observed, ...]
    wait: timedelta | None = None


def may_observe(home: Home) -> bool:
    """Whether anything is set up that can be asked."""
    return bool(home.settings.dns.server or asks_rdap(home))


def asks_rdap(home: Home) -> bool:
    """Whether registration data can be asked for."""
    return bool(home.settings.rdap.bootstrap or home.settings.rdap.servers)


def registrable_of(home: Home, text: str) -> str:
    """Fold what a person typed to the registrable domain that is looked at.  Raises `InputError`."""
    found = NameFolder(load_suffixes(home)).fold(text)
    if isinstance(found, NameRefusal):
        raise InputError(f"{found.reason} [{found.code}]", item="name")
    return found.registrable


def observe(home: Home, registrable: str, *, at: datetime) -> Looks:
    """Look at a registrable domain (A-labels) and keep the looks."""
    if not may_observe(home):
        raise SettingError("sets up nothing that can be asked; name a server in [rdap] or [dns]", item="node.toml")
    looks: list[Observed] = []
    wait = None
    if asks_rdap(home):
        look, wait = _registration(home, registrable, at)
        looks.append(look)
    if home.settings.dns.server:
        looks.append(_resolution(home, registrable, at))
    with transaction.atomic():
        for look in looks:
            add_observation(registrable, look.kind, look.value, at=look.at, error=look.error)
    return Looks(registrable, tuple(looks), wait)


def _registration(home: Home, name: str, at: datetime) -> tuple[Observed, timedelta | None]:
    try:
        body = ask_domain(home, name, at=at)
    except RdapError as error:
        return Observed("rdap", at, None, error.reason[:_LONGEST_CODE]), error.retry_after
    if body is None:
        return Observed("rdap", at, None, NOT_REGISTERED), None
    found = parse_domain(body, asked=name)
    if isinstance(found, RdapProblem):
        return Observed("rdap", at, None, found.code), None
    return Observed("rdap", at, found), None


def _resolution(home: Home, name: str, at: datetime) -> Observed:
    found = resolve(home, name)
    if found.answer in LEARNED:
        return Observed("dns", at, found)
    return Observed("dns", at, None, found.answer)
