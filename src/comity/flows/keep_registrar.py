"""Keep a registrar's row of the directory: where its notices go, and in which language.

Names, handles and addresses are checked here, for the command line and the API alike.  A handle that is there already
gets its row changed.
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.labels import HostProblem, fold_host
from comity.core.mail_addresses import AddressProblem, fold_address
from comity.core.registrars import Registrar
from comity.store.registrars import put_registrar

_LONGEST: Final = {"handle": 80, "name": 200, "iana_id": 20}
_LONGEST_ZONES: Final = 500


def keep_registrar(given: Registrar, *, at: datetime) -> tuple[Registrar, bool]:
    """Keep a row as it was folded; answers it and whether it is new.  Raises `InputError` naming the field."""
    folded = fold_address(given.email)
    if isinstance(folded, AddressProblem):
        raise InputError(f"{folded.reason} [{folded.code}]", item="email")
    row = msgspec.structs.replace(
        given, handle=given.handle.strip(), name=" ".join(given.name.split()), email=folded,
        iana_id=given.iana_id.strip(), zones=tuple(dict.fromkeys(map(_zone, given.zones))),
    )  # fmt: skip
    for field, longest in _LONGEST.items():
        text: str = getattr(row, field)
        if len(text) > longest or not text.isprintable() or (not text and field != "iana_id"):
            raise InputError(f"is 1 to {longest} letters that can be seen", item=field)
    if len(" ".join(row.zones)) > _LONGEST_ZONES:
        raise InputError("are too many; leave them out for all zones", item="zones")
    return row, put_registrar(row, at=at)


def _zone(text: str) -> str:
    folded = fold_host(text.strip().removeprefix("."))
    if isinstance(folded, HostProblem):
        raise InputError(folded.reason, item=text)
    return folded.ascii
