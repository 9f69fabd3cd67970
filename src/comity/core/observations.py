"""What was seen of a name from outside: its registration (RDAP, RFC 9083; EPP, RFC 5731) and its resolution (DNS).

Values only: who asked and how is the edges' business.  Times are aware UTC, names are A-labels, statuses are EPP's own
words (RFC 5731 §2.3; RDAP's are mapped by RFC 8056).  An empty text or tuple says that nothing was told.
"""

from datetime import datetime
from typing import Literal

import msgspec

ObservationKind = Literal["rdap", "dns", "epp"]
Answer = Literal["resolves", "no-data", "nxdomain", "servfail", "timeout"]


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What a registration database says of a registrable domain.  Nothing about the registrant is in it."""

    name: str
    registrar: str = ""
    registrar_id: str = ""  # IANA identifier, or the registry's own handle
    abuse_email: str = ""
    statuses: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    registered_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    is_signed: bool = False  # DNSSEC: the delegation is signed


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What the DNS says of a name."""

    name: str
    answer: Answer
    addresses: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    mail_hosts: tuple[str, ...] = ()


class Observed(msgspec.Struct, frozen=True):
    """One look: what was learned, or the code of what went wrong.  `at`: when it was asked."""

    kind: ObservationKind
    at: datetime
    value: Registration | Resolution | None
    error: str = ""
