"""The node's directory of registrars, as `core.registrars` reads it."""

from datetime import datetime
from typing import cast

from comity.core import registrars
from comity.core.registrars import Language
from comity.store.models import Registrar


def list_registrars() -> list[registrars.Registrar]:
    """Read the whole directory, by handle; a registry has some hundreds of registrars."""
    return [_value(row) for row in Registrar.objects.order_by("handle")]


def put_registrar(registrar: registrars.Registrar, *, at: datetime) -> bool:
    """Keep a registrar under its handle; answers whether it is a new one."""
    _, is_new = Registrar.objects.update_or_create(
        handle=registrar.handle,
        defaults={
            "name": registrar.name, "iana_id": registrar.iana_id, "zones": " ".join(registrar.zones),
            "email": registrar.email, "language": registrar.language, "changed_at": at,
        },
    )  # fmt: skip
    return is_new


def remove_registrar(handle: str) -> bool:
    """Take a registrar out; answers whether there was one."""
    count, _ = Registrar.objects.filter(handle=handle).delete()
    return count > 0


def _value(row: Registrar) -> registrars.Registrar:
    return registrars.Registrar(
        handle=row.handle,
        name=row.name,
        email=row.email,
        iana_id=row.iana_id,
        zones=tuple(row.zones.split()),
        language=cast("Language", row.language),
    )
