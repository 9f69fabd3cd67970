"""Who has which version of a zone, as of when it last asked: for people, and for the alarm about one that fell behind.

A row is written when something changes, and otherwise every five minutes at most: resolvers ask all the time.
"""

from datetime import datetime, timedelta
from typing import Final

from comity.store.models import BlockOutput, ZoneAsked

_AGAIN: Final = timedelta(minutes=5)


def note_asked(output_pk: int, address: str, *, key: str, serial: int, how: str, at: datetime) -> None:
    """Note that somebody has a version."""
    held = ZoneAsked.objects.filter(output_id=output_pk, address=address).first()
    if held is not None and held.serial == serial and held.key == key and at - held.at < _AGAIN:
        return
    ZoneAsked.objects.update_or_create(
        output_id=output_pk, address=address, defaults={"key": key, "serial": serial, "how": how, "at": at}
    )


def list_asked(output: BlockOutput) -> list[ZoneAsked]:
    """Who has asked for a zone, the latest first."""
    return list(ZoneAsked.objects.filter(output=output).order_by("-at")[:100])
