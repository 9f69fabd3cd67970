"""Is a text one e-mail address to which a notice may go, and in which form?

One mailbox and nothing else: no display name, no comment, no quoted local part, no route (`%`, `!`), no address
literal. The domain becomes its A-label form (`core.labels`); the local part stays as it was written and is ASCII,
because a relay that does not know SMTPUTF8 would refuse the letter (RFC 5321 §4.1.2, RFC 6531).  Whatever else comes
is refused with its reason; nothing is taken out of a text to make an address of it.
"""

import re
from typing import Final

import msgspec

from comity.core.labels import HostProblem, fold_host
from comity.core.reports import Problem

LONGEST: Final = 254
_LONGEST_LOCAL: Final = 64
_ATOM: Final = r"[A-Za-z0-9#$&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


class AddressProblem(msgspec.Struct, frozen=True):
    """Why a text is no address that can be written to."""

    code: str
    reason: str


def fold_address(text: str) -> str | AddressProblem:
    """Give an address in the form in which it is written to, or say why it is none."""
    if len(text) > LONGEST:
        return AddressProblem("too-long", f"{len(text)} characters; an address has at most {LONGEST}")
    local, at, domain = text.partition("@")
    if not at or "@" in domain:
        return AddressProblem("not-one-address", "write one address: name@example.ru")
    if len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return AddressProblem("bad-local-part", "before @ stand letters, digits and dots between them, all ASCII")
    host = fold_host(domain, strict=True)
    if isinstance(host, HostProblem):
        return AddressProblem("bad-domain", f"after @ stands no domain name: {host.reason}")
    last = host.ascii.rpartition(".")[2]
    if domain.endswith(".") or "." not in host.ascii or last.isdecimal():
        return AddressProblem("bad-domain", "after @ stands a whole domain name, without a dot at its end")
    folded = f"{local}@{host.ascii}"
    if len(folded) > LONGEST:
        return AddressProblem("too-long", f"{len(folded)} characters as A-labels; an address has at most {LONGEST}")
    return folded


def parse_address(text: str) -> str | Problem:
    """Read an address that a stranger typed into a form; what is wrong has a code that pages have words for."""
    text = text.strip(" \t")
    if not text:
        return Problem("address-missing", "an e-mail address is needed")
    found = fold_address(text)
    if isinstance(found, str):
        return found
    if not text.rpartition("@")[0].isascii():
        return Problem("address-local-part", "before the @ only Latin letters, digits and signs can be written to")
    return Problem("address-malformed", f"this is not one e-mail address: {found.reason}")


def hide_address(address: str) -> str:
    """Show an address so that its owner knows it and nobody else learns it: `b…@mail.example`."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}…{at}{domain}" if at else "…"
