"""List the outputs of every subscriber: how many names, which version, and who has it, for pages and commands."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.edges.home import Home
from comity.edges.zone_settings import DeclaredZone, read_zones
from comity.store.block_outputs import behind_since, list_outputs
from comity.store.blocking import count_withheld
from comity.store.models import BlockOutput, ZoneAsked
from comity.store.subscribers import list_subscribers
from comity.store.zone_asked import list_asked
from comity.wire.block_list_texts import LISTS

BEHIND: Final = timedelta(hours=1)


class ShownAsker(msgspec.Struct, frozen=True):
    """Somebody who has a version of a zone; `address` alone where a declared secondary never asked."""

    address: str
    key: str
    serial: int | None
    how: str
    at: datetime | None
    behind_since: datetime | None
    is_declared: bool


class ShownZone(msgspec.Struct, frozen=True, kw_only=True):
    """One zone."""

    origin: str
    is_hot: bool
    categories: tuple[str, ...]
    action: str
    names: int
    serial: int
    changed_at: datetime | None
    askers: tuple[ShownAsker, ...]


class ShownOutputs(msgspec.Struct, frozen=True, kw_only=True):
    """All outputs of one subscriber."""

    key: str
    name: str
    kind: str
    names: int
    serial: int
    changed_at: datetime | None
    lists: tuple[str, ...]  # addresses, below the node's own
    withheld: dict[str, int]
    zones: tuple[ShownZone, ...]


def show_outputs(home: Home) -> list[ShownOutputs]:
    """The outputs of every subscriber that is not ended.  Raises `SettingError` where zones are declared wrongly."""
    declared = read_zones(home)
    found = []
    for one in list_subscribers():
        rows = {row.origin: row for row in list_outputs(one.pk)}
        lists = rows.get("")
        found.append(
            ShownOutputs(
                key=one.key, name=one.name, kind=one.kind, names=lists.names if lists else 0,
                serial=lists.serial if lists else 0, changed_at=lists.changed_at if lists else None,
                lists=tuple(f"/lists/{one.key}/{form.file}" for form in LISTS.values()),
                withheld=count_withheld(one.pk),
                zones=tuple(
                    _zone(zone, rows.get(zone.origin)) for zone in declared if zone.subscriber == one.key
                ),
            )
        )  # fmt: skip
    return found


def find_late(zone: ShownZone, *, at: datetime) -> list[ShownAsker]:
    """The declared secondaries that have lacked a newer version for an hour."""
    return [
        asker
        for asker in zone.askers
        if asker.is_declared and asker.behind_since is not None and at - asker.behind_since >= BEHIND
    ]


def _zone(zone: DeclaredZone, output: BlockOutput | None) -> ShownZone:
    return ShownZone(
        origin=zone.origin, is_hot=zone.is_hot, categories=zone.categories, action=zone.action,
        names=output.names if output else 0, serial=output.serial if output else 0,
        changed_at=output.changed_at if output else None,
        askers=tuple(_askers(zone, output, list_asked(output))) if output else (),
    )  # fmt: skip


def _askers(zone: DeclaredZone, output: BlockOutput, asked: Sequence[ZoneAsked]) -> list[ShownAsker]:
    declared = dict.fromkeys(address for address, _port in zone.secondaries)
    found = [
        ShownAsker(
            row.address, row.key, row.serial, row.how, row.at, behind_since(output, row.serial), row.address in declared
        )
        for row in asked
    ]
    known = {row.address for row in asked}
    found += [
        ShownAsker(address, "", None, "", None, output.changed_at, is_declared=True)
        for address in declared if address not in known
    ]  # fmt: skip
    return found
