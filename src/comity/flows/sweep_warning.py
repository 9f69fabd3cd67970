"""Sweep our zones for the warnings of partners that hold today, over the newest snapshots of the store of names.

Run by a command, `comity warning sweep`, which the desk starts as a process of its own: it reads whole zones, and its
memory goes when it ends.  A zone is swept for a warning once a snapshot.  Protected names are counted and left out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from comity.core.errors import InputError
from comity.core.guards import Guard
from comity.core.warnings import Sign
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.answer_warning import ZoneSwept, keep_sweep
from comity.store.memoranda import find_governing
from comity.store.models import CampaignWarning
from comity.store.warnings import FoundName, due_warnings, find_holding, read_warning
from comity.sweep.name_store import Snapshot, find_snapshot, read_part, read_servers
from comity.sweep.warning_bounds import bound_whole
from comity.sweep.warnings import prepare_signs, read_registrants, sweep_signs
from comity.wire.warning_entries import RefusedSign

NAMES_FOLDER: Final = Path("sweeps") / "names"
_STRICTEST: Final = 1  # permille, where no clause says how much a sign may match


def sweep_warnings(home: Home, *, at: datetime) -> list[tuple[str, ZoneSwept]]:
    """Sweep what is due; answers what each zone had of which warning.

    A warning that cannot be swept stops no other.  Raises `InputError` about the first such one at the end.
    """
    store, today = home.path / NAMES_FOLDER, at.astimezone(UTC).date()
    failed: list[InputError] = []
    done: list[tuple[str, ZoneSwept]] = []
    for zone in home.zones:
        snapshot = find_snapshot(store, zone)
        if snapshot is None:
            continue
        for pk in due_warnings(home.party, zone, today=today, as_of=snapshot.as_of):
            row = find_holding(pk, today=today)
            if row is None:
                continue
            try:
                swept = sweep_warning(home, row, snapshot, at=at)
            except InputError as error:
                failed.append(InputError(f"was not looked for in .{zone}: {error}", item=row.uuid))
                continue
            keep_sweep(home, row, swept, at=at)
            done.append((row.uuid, swept))
    if failed:
        raise failed[0]
    return done


def sweep_warning(home: Home, row: CampaignWarning, snapshot: Snapshot, *, at: datetime) -> ZoneSwept:
    """Sweep one zone for one warning; touches nothing."""
    store, signs = home.path / NAMES_FOLDER, read_warning(row).signs
    governing = find_governing(row.origin, at=at)
    terms = governing.memorandum.warnings if governing else None
    registrants, not_swept = _registrants(home) if signs.registrant_tokens else (None, ())
    tables = prepare_signs(signs, read_servers(store, snapshot), registrants)
    swept = sweep_signs(
        _parts(store, snapshot), snapshot.zone, tables, zone_names=snapshot.names,
        permille=terms.most_permille if terms else _STRICTEST,
    )  # fmt: skip
    swept = bound_whole(
        swept, zone_names=snapshot.names, permille=terms.most_permille if terms else _STRICTEST
    )  # fmt: skip
    found, left_out = _by_name(swept.hits, load_guard(home))
    refused = tuple(RefusedSign(sign, subject, names, snapshot.names) for sign, subject, names in swept.too_much)
    return ZoneSwept(
        zone=snapshot.zone, as_of=snapshot.as_of, zone_names=snapshot.names, found=found, left_out=left_out,
        refused=refused, not_swept=not_swept,
    )  # fmt: skip


def _parts(store: Path, snapshot: Snapshot) -> Iterator[pl.DataFrame]:
    for part in snapshot.parts:
        yield read_part(store, snapshot, part)


def _registrants(home: Home) -> tuple[pl.DataFrame | None, tuple[Sign, ...]]:
    """Our list of registrants; where there is none, that the sign was not looked for."""
    if not home.settings.warnings.registrants:
        return None, ("registrant-token",)
    return read_registrants(home.path / home.settings.warnings.registrants), ()


def _by_name(hits: pl.DataFrame, guard: Guard) -> tuple[tuple[FoundName, ...], int]:
    """The names that were found, each with its signs, without the protected ones; and how many those are."""
    grouped = hits.group_by("name").agg("sign", "subject").sort("name")
    found = [
        FoundName(name, tuple(signs), tuple(subjects))
        for name, signs, subjects in grouped.iter_rows()
        if not guard.find(name, name)
    ]
    return tuple(found), grouped.height - len(found)
