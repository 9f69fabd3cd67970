"""Which registrar of the node's directory keeps a name, and to which address does its notice go?

The registration says who the registrar is: by IANA identifier, by the registry's handle, or by its name.  The directory
of the node (a row for each registrar) says where it wants its notices and in which language; where it has no row for
the registrar, the abuse contact of the registration is used.  A registrar is never guessed from a name that merely
looks alike, and a row never serves a zone that it is not for.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from comity.core.mail_addresses import AddressProblem, fold_address
from comity.core.observations import Registration

Language = Literal["en", "ru", "be", "vi", "zh-hans"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ru", "be", "vi", "zh-hans")

# The customary language of a zone's registrars, where the directory does not say another one.
_LANGUAGE_OF_ZONE: Final[dict[str, Language]] = {
    "ru": "ru", "xn--p1ai": "ru", "su": "ru", "moscow": "ru", "xn--80adxhks": "ru",
    "by": "ru", "xn--90ais": "be", "vn": "vi", "cn": "zh-hans",
}  # fmt: skip


class Registrar(msgspec.Struct, frozen=True, kw_only=True):
    """One registrar as the node's directory has it.  `handle`: the registry's own; `zones` empty: all zones."""

    handle: str
    name: str
    email: str
    iana_id: str = ""
    zones: tuple[str, ...] = ()
    language: Language = "en"


class Recipient(msgspec.Struct, frozen=True):
    """To whom a notice goes, and how that is known: `directory`, `rdap` or `given`."""

    address: str
    language: Language
    name: str = ""
    source: Literal["directory", "rdap", "given"] = "given"


def language_of_zone(zone: str) -> Language:
    """The customary language of those who keep names in a zone."""
    return _LANGUAGE_OF_ZONE.get(zone, "en")


def find_registrar(directory: Iterable[Registrar], registration: Registration, *, zone: str) -> Registrar | None:
    """Find the one row that is the registration's registrar: identifier or handle first, then the same name.

    Two rows that both fit answer nothing: a person mends the directory.
    """
    rows = [row for row in directory if not row.zones or zone in row.zones]
    said = registration.registrar_id.casefold()
    by_id = [row for row in rows if said and said in {row.handle.casefold(), row.iana_id.casefold()}]
    name = _plain(registration.registrar)
    found = by_id or [row for row in rows if name and _plain(row.name) == name]
    return found[0] if len(found) == 1 else None


def find_recipient(directory: Iterable[Registrar], registration: Registration | None, *, zone: str) -> Recipient | None:
    """Find where a registrar's notice about a name goes; None where no address is known."""
    if registration is None:
        return None
    row = find_registrar(directory, registration, zone=zone)
    if row is not None:
        return Recipient(row.email, row.language, row.name, "directory")
    folded = fold_address(registration.abuse_email)
    if isinstance(folded, AddressProblem):
        return None
    return Recipient(folded, language_of_zone(zone), registration.registrar, "rdap")


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
