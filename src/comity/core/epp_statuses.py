"""Which statuses a domain name has in a registry, and which of them a party may set (RFC 5731 §2.3).

A status that begins with `client` is set by the sponsoring registrar, one that begins with `server` by the
registry.  The others (`ok`, `inactive`, `pending…`) the server sets by itself: nobody adds or removes them, so
they are shown and never compared.  `next_update` answers what is left to do from what is true now; so an update
whose answer was lost is never repeated blindly: whoever asks `info` first learns whether there is anything left.
"""

from collections.abc import Collection
from typing import Final

import msgspec

STATUSES: Final = (
    "clientDeleteProhibited", "clientHold", "clientRenewProhibited", "clientTransferProhibited",
    "clientUpdateProhibited", "inactive", "ok", "pendingCreate", "pendingDelete", "pendingRenew", "pendingTransfer",
    "pendingUpdate", "serverDeleteProhibited", "serverHold", "serverRenewProhibited", "serverTransferProhibited",
    "serverUpdateProhibited",
)  # fmt: skip

HOLDS: Final = frozenset(("clientHold", "serverHold"))
_UPDATE_LOCKS: Final = frozenset(("clientUpdateProhibited", "serverUpdateProhibited"))


class Update(msgspec.Struct, frozen=True):
    """One change of a name's statuses, as one command."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def may_set(status: str, login: str) -> bool:
    """Answer whether a login (`registry` or `registrar`) may set a status: each only its own kind."""
    return status in settable(STATUSES) and status.startswith("server" if login == "registry" else "client")


def settable(statuses: Collection[str]) -> frozenset[str]:
    """The statuses that somebody set, and did not only come about."""
    return frozenset(status for status in statuses if status.startswith(("client", "server")))


def next_update(now: Collection[str], *, add: Collection[str], remove: Collection[str]) -> Update | None:
    """Answer the next change that is still to be made, or None when nothing is left.

    A lock against updates goes first and alone when it is ours to remove: with it in place a registry refuses every
    update but the one that removes it.  It comes last and alone when it is to be added.
    """
    there = settable(now)
    to_remove, to_add = set(remove) & there, set(add) - there
    if unlocked := to_remove & _UPDATE_LOCKS:
        return Update(remove=tuple(sorted(unlocked)))
    locks = to_add & _UPDATE_LOCKS
    others = to_add - locks
    if others or to_remove:
        return Update(tuple(sorted(others)), tuple(sorted(to_remove)))
    return Update(add=tuple(sorted(locks))) if locks else None
