"""List the outputs of every subscriber: how many names, which version, and who has it, for pages and commands."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.edges.home import Home
from comity.edges.zone_settings import DeclaredZone, read_zones
from comity.store.block_outputs import behind_since, list_outputs
from comity.store.blocking import count_withheld
from comity.store.models import BlockOutput
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
                zones=tuple(_zones([zone for zone in declared if zone.subscriber == one.key], rows)),
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


def _zones(declared: Sequence[DeclaredZone], rows: Mapping[str, BlockOutput]) -> list[ShownZone]:
    """The zones as they are declared, and those that are declared no more and not yet gone."""
    by_origin = {zone.origin: zone for zone in declared}
    found = []
    for origin in sorted(by_origin.keys() | (rows.keys() - {""}), key=lambda name: (name.removeprefix("hot."), name)):
        zone, row = by_origin.get(origin), rows.get(origin)
        said = zone or row
        found.append(
            ShownZone(
                origin=origin, is_hot=said.is_hot if said else False,
                categories=tuple(said.categories) if said else (), action=said.action if said else "",
                names=row.names if row else 0, serial=row.serial if row else 0,
                changed_at=row.changed_at if row else None,
                askers=tuple(_askers(zone.secondaries if zone else (), row)) if row else (),
            )
        )  # fmt: skip
    return found


def _askers(secondaries: Sequence[tuple[str, int]], output: BlockOutput) -> list[ShownAsker]:
    asked = list_asked(output)
    declared = dict.fromkeys(address for address, _port in secondaries)
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
