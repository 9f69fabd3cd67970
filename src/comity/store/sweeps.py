"""Sweeps as they were taken in: which runs there were, what each found in which zone, and which one is the newest.

Functions that write are called inside the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from django.db.models import Max

from comity.core.errors import NotFoundError
from comity.core.sweep_details import RunDetails, ZoneDetails
from comity.store.models import Sweep, SweepZone

PAGE_ROWS: Final = 50
DAYS_SHOWN: Final = 14
_NO_DETAILS: Final = RunDetails()
_NO_ZONE_DETAILS: Final = ZoneDetails()


class TakenZone(msgspec.Struct, frozen=True):
    """What a run says of one zone."""

    zone: str
    as_of: date
    serial: int
    names: int
    found: Mapping[str, int]
    kept: Mapping[str, int]
    changes: Mapping[str, int]
    details: ZoneDetails = _NO_ZONE_DETAILS


class TakenRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run says of itself."""

    run: str
    engine: str
    plan_hash: str
    begun_at: datetime
    ended_at: datetime
    seconds: float
    zones: tuple[TakenZone, ...]
    details: RunDetails = _NO_DETAILS


def keep_run(told: TakenRun) -> Sweep:
    """Write that a run is being taken in; a run that is known keeps its row."""
    row, _ = Sweep.objects.update_or_create(
        run=told.run,
        defaults={
            "state": "taking", "engine": told.engine[:40], "plan_hash": told.plan_hash[:71], "begun_at": told.begun_at,
            "ended_at": told.ended_at, "seconds": told.seconds, "details": msgspec.to_builtins(told.details),
        },
    )  # fmt: skip
    SweepZone.objects.filter(sweep=row).exclude(zone__in=[one.zone for one in told.zones]).delete()
    for one in told.zones:
        SweepZone.objects.update_or_create(
            sweep=row,
            zone=one.zone,
            defaults={
                "as_of": one.as_of, "serial": one.serial, "names": one.names, "found": dict(one.found),
                "kept": dict(one.kept), "changes": dict(one.changes), "details": msgspec.to_builtins(one.details),
            },
        )  # fmt: skip
    return row


def end_run(row: Sweep, *, at: datetime) -> None:
    """Write that a run was taken in as a whole."""
    row.state, row.taken_at = "taken", at
    row.save(update_fields=["state", "taken_at"])


def newest_days(zones: Sequence[str]) -> dict[str, date]:
    """The snapshot of each zone that was swept last."""
    rows = SweepZone.objects.filter(zone__in=zones).values_list("zone").annotate(day=Max("as_of"))
    return dict(rows.order_by("zone"))


def find_sweep(run: str) -> Sweep | None:
    """Find a run by name."""
    return Sweep.objects.filter(run=run).first()


def get_sweep(run: str) -> Sweep:
    """Get a run by name.  Raises `NotFoundError`."""
    row = find_sweep(run)
    if row is None:
        raise NotFoundError("no such sweep", item=run[:100])
    return row


def list_sweeps(*, page: int = 1, limit: int = PAGE_ROWS) -> list[Sweep]:
    """List runs, the newest first; one more than the limit tells that there are further ones."""
    first = (page - 1) * limit
    return list(Sweep.objects.order_by("-begun_at", "-pk")[first : first + limit + 1])


def zones_of(sweeps: Sequence[Sweep]) -> dict[int, list[SweepZone]]:
    """What some runs say of each zone."""
    found: dict[int, list[SweepZone]] = {row.pk: [] for row in sweeps}
    for zone in SweepZone.objects.filter(sweep__in=sweeps).order_by("zone"):
        found[zone.sweep_id].append(zone)
    return found


def details_of(row: Sweep) -> RunDetails:
    """What a run says beside its figures."""
    return msgspec.convert(row.details, RunDetails)


def details_of_zone(row: SweepZone) -> ZoneDetails:
    """What a run says of a zone beside its figures."""
    return msgspec.convert(row.details, ZoneDetails)


def days_of(zone: str, *, days: int = DAYS_SHOWN) -> list[SweepZone]:
    """The newest snapshots of a zone that were taken in, the oldest first; of a day the last run counts."""
    rows = SweepZone.objects.filter(zone=zone, sweep__state="taken").select_related("sweep").order_by("-as_of", "-pk")
    by_day: dict[date, SweepZone] = {}
    for row in rows[: days * 4]:
        by_day.setdefault(row.as_of, row)
    return sorted(by_day.values(), key=lambda row: row.as_of)[-days:]


def swept_zones() -> list[str]:
    """The zones of which there is a sweep."""
    return list(SweepZone.objects.order_by("zone").values_list("zone", flat=True).distinct())


def last_taken() -> Sweep | None:
    """The newest run that was taken in as a whole."""
    return Sweep.objects.filter(state="taken").order_by("-begun_at", "-pk").first()
