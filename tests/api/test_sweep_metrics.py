"""What a monitor learns of sweeps: how old the last one is, what it found where, and that tries fail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.api.node_metrics import NodeMetrics
from comity.flows.take_findings import take_findings
from comity.store.models import SweepFinding
from comity.store.scheduled_sweeps import begin_scheduled, fail_scheduled
from flows.desk import HOME
from flows.runs import BEGUN, write_run

pytestmark = pytest.mark.django_db


def told() -> dict[str, dict[tuple[str, ...], float]]:
    return {
        family.name: {tuple(one.labels.values()): one.value for one in family.samples}
        for family in NodeMetrics(None).collect()
        if "sweep" in family.name or "enquiries" in family.name
    }


def test_before_any_sweep_there_is_nothing_but_noughts() -> None:
    assert told() == {
        "comity_enquiries": {
            (state,): 0 for state in ("case-opened", "dismissed", "gone", "joined-case", "open")
        },
        "comity_sweep_failures": {(): 0},
    }  # fmt: skip


def test_the_last_sweep_its_age_what_it_found_and_failed_tries(tmp_path: Path) -> None:
    found = [("bank-demo-login.by", "combination", "bank-demo", 0.9), ("bamk-demo.by", "edit", "bank-demo", 0.6)]
    take_findings(HOME, write_run(tmp_path / "one", found), at=BEGUN)
    SweepFinding.objects.filter(kind="edit").update(state="dismissed")
    row = begin_scheduled(BEGUN, at=BEGUN)
    fail_scheduled(row, "disk-full", "no room", at=BEGUN)
    fail_scheduled(begin_scheduled(BEGUN, at=BEGUN), "disk-full", "no room", at=BEGUN + timedelta(minutes=5))
    said = told()
    assert said["comity_sweep_findings"] == {("by", "combination"): 1, ("by", "edit"): 1}
    assert said["comity_sweep_names"] == {("by",): 1_000}
    assert said["comity_sweep_seconds"] == {(): 12.5}
    assert abs(said["comity_sweep_age_seconds"][()] - (datetime.now(UTC) - BEGUN).total_seconds()) < 60
    assert said["comity_sweep_failures"] == {(): 2}
    assert (said["comity_enquiries"]["open",], said["comity_enquiries"]["dismissed",]) == (1, 1)
