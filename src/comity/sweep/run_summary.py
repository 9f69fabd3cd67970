"""What a whole run says of itself: its files put together, and the summary of them (docs/spec/sweep-run.md)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from comity.core.errors import ComityError
from comity.sweep import run_folder
from comity.sweep.bursts import BurstLimits
from comity.sweep.plan import SweepPlan
from comity.sweep.run_results import count_rejects, join_bursts, join_changes, join_findings, join_rejects
from comity.sweep.run_returns import find_run_returns, join_returns
from comity.sweep.run_tables import BRANDS_REFUSED, INDICATORS_REFUSED, read_counts
from comity.sweep.take_zone import TakenZone, bursts_file, refused_file

FORMAT: Final = "comity-sweep-run-1"


def join_run(
    plan: SweepPlan, folder: Path, taken: Sequence[TakenZone], parts: Sequence[Path],
    refused_zones: Mapping[str, ComityError],
) -> dict[str, Any]:  # fmt: skip
    """Write the files of a whole run and give its summary, but for how it ran."""
    planned = {one.zone: one for one in plan.zones}
    counted, refused_patterns = join_findings(parts, folder, {one.zone: one.names for one in taken})
    found = {one.zone: one.kinds for one in counted}
    changed = [(one.zone, one.changes) for one in taken]
    returns = find_run_returns(changed, folder)
    changes = join_changes(changed, folder, returns)
    returned = join_returns(returns, folder)
    bursts = join_bursts([(one.zone, bursts_file(folder, one.zone)) for one in taken], folder)
    others = [folder / run_folder.REFUSED / name for name in (INDICATORS_REFUSED, BRANDS_REFUSED)]
    join_rejects([*(refused_file(folder, one.zone) for one in taken), *others], folder)
    zones = {
        one.zone: {
            "source": planned[one.zone].source, "names": one.names, "as_of": one.as_of, "serial": one.serial,
            "snapshot": one.snapshot, "before": one.before, "read": one.way, "notes": one.notes,
            "only_changed": planned[one.zone].only_changed, "changes": changes[one.zone],
            "findings": found.get(one.zone, {}), "rejected_lines": count_rejects(refused_file(folder, one.zone)),
            "bursts": {
                **bursts[one.zone], "days_known": one.burst_days, "days_needed": BurstLimits().history_days,
            },
            "returned_after_hold": None if returned is None else returned[one.zone],
        }
        for one in taken
    }  # fmt: skip
    kinds: dict[str, int] = {}
    for each in found.values():
        for kind, number in each.items():
            kinds[kind] = kinds.get(kind, 0) + number
    counts = read_counts(folder / run_folder.TABLES)
    estimated = [one for zone in plan.zones for one in zone.left_out]
    return {
        "format": FORMAT, "plan": plan.hash, "program": plan.program, "only_changes": plan.only_changes,
        "store": plan.store, "zones": zones,
        "refused_zones": {
            zone: {"source": planned[zone].source, "code": error.code, "message": str(error)}
            for zone, error in sorted(refused_zones.items())
        },
        "names": sum(one.names for one in taken), "findings": sum(kinds.values()),
        "by_kind": dict(sorted(kinds.items())),
        "indicators": counts and {**msgspec.to_builtins(counts), "by_reason": count_rejects(others[0])},
        "refused_patterns": [
            {**msgspec.structs.asdict(one), "sentence": one.sentence} for one in (*estimated, *refused_patterns)
        ],
        "rejected_brands": sum(count_rejects(others[1]).values()),
    }  # fmt: skip
