"""Is a text one e-mail address that mail can be sent to, and in which form is it kept?

`parse_address` takes what a stranger typed.  It answers the address with its domain as A-labels in lower case, or why
it is none.  One line, one address, no display name: a line break would be a header of its own, a comma a second
recipient.  A local part beyond ASCII (RFC 6531) is refused, because not every server on the way takes it.
"""

import re
from typing import Final

from comity.core.labels import HostProblem, fold_host
from comity.core.reports import Problem

MAX_ADDRESS: Final = 254
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL_LETTERS: Final = 64
_NOT_ONE: Final = Problem("address-malformed", "this is not one e-mail address")


def parse_address(text: str) -> str | Problem:
    """Read an e-mail address; the local part stays as it was typed."""
    text = text.strip(" \t")
    if not text:
        return Problem("address-missing", "an e-mail address is needed")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or len(text) > MAX_ADDRESS:
        return _NOT_ONE
    if not local.isascii():
        return Problem("address-local-part", "before the @ only Latin letters, digits and signs can be written to")
    if not _LOCAL.fullmatch(local) or len(local) > _LOCAL_LETTERS:
        return _NOT_ONE
    host = fold_host(domain, strict=True) if domain.isprintable() else None
    if host is None or isinstance(host, HostProblem) or "." not in host.ascii:
        return _NOT_ONE
    whole = f"{local}@{host.ascii}"
    return whole if len(whole) <= MAX_ADDRESS else _NOT_ONE


def hide_address(address: str) -> str:
    """Show an address so that its owner knows it and nobody else learns it: `b…@mail.example`."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}…{at}{domain}" if at else "…"
