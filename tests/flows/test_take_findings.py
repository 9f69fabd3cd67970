"""A run's findings become enquiries: once, in bulk, and what a person ended stays so until there is something new."""

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from comity.core.errors import ConflictError, InputError
from comity.core.sweep_details import RunDetails, ZoneDetails
from comity.edges.home import Home, NodeSettings
from comity.flows.take_findings import take_findings
from comity.store.case_writes import open_cases
from comity.store.models import Case, EnquiryEntry, Report, Sweep, SweepFinding, SweepZone
from comity.store.sweeps import details_of, details_of_zone
from comity.sweep.run_reading import ResultsError
from flows.desk import AT, HOME, OWN, new_case
from flows.runs import DAY, write_run, write_summary

pytestmark = pytest.mark.django_db

LURE = ("bank-demo-login.by", "combination", "bank-demo", 0.9)
NEAR = ("bamk-demo.by", "edit", "bank-demo", 0.6)
NAMED = ("evil-demo.by", "indicator", "www.evil-demo.by", 0.95)


def standing() -> dict[tuple[str, str], str]:
    return {(row.name, row.kind): row.state for row in SweepFinding.objects.all()}


def test_a_run_opens_enquiries_and_the_same_run_again_adds_nothing(tmp_path: Path) -> None:
    run = write_run(tmp_path / "one", [LURE, NEAR, NAMED])
    taken = take_findings(HOME, run, at=AT)
    assert (taken.found, taken.opened, taken.left_out) == (3, 3, 0)
    again = take_findings(HOME, run, at=AT + timedelta(hours=1))
    assert (again.found, again.opened, again.seen) == (3, 0, 3)
    assert set(standing().values()) == {"open"}
    sweep = Sweep.objects.get()
    assert (sweep.run, sweep.state, sweep.taken_at) == ("one", "taken", AT + timedelta(hours=1))
    zone = SweepZone.objects.get()
    assert (zone.found, zone.kept) == ({"combination": 1, "edit": 1, "indicator": 1},) * 2
    # No report, no case: a finding is not a report.
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_the_next_day_sees_an_open_enquiry_again_with_what_it_says_now(tmp_path: Path) -> None:
    take_findings(HOME, write_run(tmp_path / "one", [LURE, NEAR]), at=AT)
    later = AT + timedelta(days=1)
    stronger = (*LURE[:3], 0.97)
    run = write_run(tmp_path / "two", [stronger, NAMED], day=DAY + timedelta(days=1))
    taken = take_findings(HOME, run, at=later)
    assert (taken.opened, taken.seen) == (1, 1)
    row = SweepFinding.objects.get(name=LURE[0])
    assert (row.score, row.found_at, row.seen_at) == (0.97, AT, later)
    assert (row.first_sweep.run, row.last_sweep.run) == ("one", "two")
    assert SweepFinding.objects.get(name=NEAR[0]).last_sweep.run == "one"


def test_what_was_dismissed_stays_so_but_for_a_clearly_higher_score_a_new_kind_or_a_return(tmp_path: Path) -> None:
    take_findings(HOME, write_run(tmp_path / "0", [LURE, NEAR, NAMED]), at=AT)
    SweepFinding.objects.update(state="dismissed", why="own-meaning", ended_by="anna", ended_at=AT)
    found = [(*LURE[:3], 0.99), (*NEAR[:3], 0.75), (NAMED[0], "edit", "evil-demo", 0.5), NAMED]
    run = write_run(tmp_path / "1", found, day=DAY + timedelta(days=1))
    taken = take_findings(HOME, run, at=AT + timedelta(days=1))
    assert (taken.ended, taken.reopened, taken.opened) == (2, 1, 1)
    assert standing() == {
        (LURE[0], "combination"): "dismissed",  # 0.90 to 0.99 is no clear rise, nor will small steps be one
        (NEAR[0], "edit"): "open",
        (NAMED[0], "indicator"): "dismissed",
        (NAMED[0], "edit"): "open",
    }
    assert SweepFinding.objects.get(name=LURE[0]).score == 0.9
    near = SweepFinding.objects.get(name=NEAR[0])
    assert (near.reopened, near.former_why, near.why, near.score) == ("score-rose", "own-meaning", "", 0.75)
    assert EnquiryEntry.objects.get(finding=near).reason == "own-meaning"
    back = write_run(tmp_path / "2", [LURE], changes=[(LURE[0], "returned")], day=DAY + timedelta(days=2))
    assert take_findings(HOME, back, at=AT + timedelta(days=2)).reopened == 1
    assert SweepFinding.objects.get(name=LURE[0]).reopened == "name-returned"


def test_a_name_with_an_open_case_joins_it_and_one_that_left_its_zone_is_gone(tmp_path: Path) -> None:
    take_findings(HOME, write_run(tmp_path / "0", [LURE, NEAR]), at=AT)
    open_cases(OWN, [new_case(NAMED[0]), new_case(LURE[0])], actor=OWN, role="system", at=AT)
    run = write_run(tmp_path / "1", [LURE, NAMED], changes=[(NEAR[0], "dropped"), ("new-demo.by", "new")])
    taken = take_findings(HOME, run, at=AT)
    assert (taken.joined, taken.gone, taken.opened, taken.seen) == (2, 1, 0, 0)
    assert set(standing().values()) == {"joined-case", "gone"}
    assert SweepFinding.objects.get(name=NAMED[0]).case == Case.objects.get(registrable=NAMED[0])
    assert SweepZone.objects.get(sweep__run="1").changes == {"dropped": 1, "new": 1}
    # It came back, and is found again.
    back = write_run(tmp_path / "2", [NEAR, NAMED], day=DAY + timedelta(days=1))
    assert take_findings(HOME, back, at=AT).reopened == 1
    assert standing()[NEAR[0], "edit"] == "open"
    assert standing()[NAMED[0], "indicator"] == "joined-case"
    # Its case was closed without action; the same finding is no news.
    Case.objects.filter(registrable=NAMED[0]).update(state="closed", outcome="false_positive")
    assert take_findings(HOME, write_run(tmp_path / "3", [NAMED], day=DAY + timedelta(days=2)), at=AT).ended == 1


def test_only_the_highest_of_each_zone_and_kind_are_taken_and_the_rest_is_counted(tmp_path: Path) -> None:
    many = [(f"demo-{number}.by", "edit", "demo", number / 100) for number in range(9)]
    run = write_run(tmp_path / "one", [*many, NAMED, ("far-demo.ru", "edit", "demo", 0.9)], zones=("by", "ru"))
    taken = take_findings(HOME, run, at=AT, most=3)
    assert (taken.found, taken.opened, taken.left_out) == (11, 4, 7)
    kept = SweepFinding.objects.filter(kind="edit").order_by("-score").values_list("name", flat=True)
    assert list(kept) == ["demo-8.by", "demo-7.by", "demo-6.by"]
    zone = SweepZone.objects.get()  # of .ru nothing: it is not ours
    assert (zone.found, zone.kept) == ({"edit": 9, "indicator": 1}, {"edit": 3, "indicator": 1})


def test_a_run_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    run = write_run(tmp_path / "one", [LURE, NEAR, NAMED])
    take_findings(HOME, run, at=AT)
    Sweep.objects.update(state="taking", taken_at=None)
    SweepFinding.objects.filter(name=NEAR[0]).delete()
    taken = take_findings(HOME, run, at=AT)
    assert (taken.opened, taken.seen) == (1, 2)
    assert Sweep.objects.get().state == "taken"


def test_what_is_no_whole_run_of_ours_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    run = write_run(tmp_path / "half", [LURE])
    (run / "summary.json").unlink()
    with pytest.raises(ResultsError, match="no summary"):
        take_findings(HOME, run, at=AT)
    (run / "summary.json").write_text("{")
    with pytest.raises(ResultsError, match="cannot be read"):
        take_findings(HOME, run, at=AT)
    write_summary(run)
    (run / "findings.parquet").write_bytes((run / "changes.parquet").read_bytes())
    with pytest.raises(ResultsError, match="other columns"):
        take_findings(HOME, run, at=AT)
    strange = write_run(tmp_path / "strange", [(LURE[0], "certainly", "bank-demo", 1.0)])
    with pytest.raises(ResultsError, match="no kind"):
        take_findings(HOME, strange, at=AT)
    with pytest.raises(InputError, match="no zone of this node"):
        take_findings(Home(tmp_path, NodeSettings("vnnic.vn", ("vn",), "s")), write_run(tmp_path / "x", []), at=AT)
    assert not Sweep.objects.exists()


def test_what_a_run_says_beside_its_figures_is_kept_as_far_as_it_says_it(tmp_path: Path) -> None:
    run = write_run(tmp_path / "one", [LURE])
    take_findings(HOME, run, at=AT)
    assert (details_of(Sweep.objects.get()), details_of_zone(SweepZone.objects.get())) == (RunDetails(), ZoneDetails())
    said = json.loads((run / "summary.json").read_bytes())
    burst = {"reason": "burst-of-servers", "pattern": "17", "servers": "ns1.demo.su", "names": 9, "names_before": 1,
             "expected": 0.5, "chance": 0.001, "sample": [f"demo-{number}.by" for number in range(20)]}  # fmt: skip
    said["zones"]["by"] |= {
        "rejected_lines": {"unknown-type": 2}, "returned_after_hold": {"found": 1, "first": [{"name": "a.by", "x": 1}]},
        "bursts": {"found": 1, "first": [burst], "days_known": None, "days_needed": 7},
    }  # fmt: skip
    said |= {
        "indicators": {"read": 3, "accepted": 2, "duplicate": 0, "rejected": 1, "foreign": 0, "by_reason": {"x": 1}},
        "refused_patterns": [{"pattern": "{alnum:1-63}.by", "zone": "by", "names": 900, "zone_size": 1_000, "most": 50,
                              "known": "counted", "sentence": "…"}],
        "refused_zones": {"xn--90ais": {"source": "x", "code": "zone-truncated", "message": "is cut"}},
    }  # fmt: skip
    (run / "summary.json").write_bytes(json.dumps(said).encode())
    take_findings(HOME, run, at=AT)
    whole, zone = details_of(Sweep.objects.get()), details_of_zone(SweepZone.objects.get())
    assert (whole.zones["xn--90ais"].code, whole.patterns[0].most, whole.indicators and whole.indicators.read) == (
        "zone-truncated", 50, 3,
    )  # fmt: skip
    assert (zone.rejected, zone.back, zone.bursts) == ({"unknown-type": 2}, 1, 1)
    assert (zone.first_bursts[0].what, len(zone.first_bursts[0].sample)) == ("ns1.demo.su", 10)


def test_a_damaged_file_of_findings_is_refused_as_a_whole(tmp_path: Path) -> None:
    run = write_run(tmp_path / "half", [LURE, NEAR])
    data = (run / "findings.parquet").read_bytes()
    (run / "findings.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(ResultsError, match="cannot be read"):
        take_findings(HOME, run, at=AT)
    assert not SweepFinding.objects.exists()


@pytest.mark.parametrize(
    ("name", "score", "why"), [(LURE[0], float("nan"), "no number"), (None, 0.5, "cannot be read")]
)
def test_a_finding_that_is_none_is_refused_in_words(tmp_path: Path, name: str, score: float, why: str) -> None:
    run = write_run(tmp_path / "odd", [LURE])
    frame = pl.read_parquet(run / "findings.parquet")
    odd = frame.with_columns(name=pl.lit(name, pl.String), score=pl.lit(score, pl.Float32))
    odd.write_parquet(run / "findings.parquet")
    with pytest.raises(InputError, match=why):
        take_findings(HOME, run, at=AT)
    assert not SweepFinding.objects.exists()


def test_an_older_snapshot_is_not_taken_after_a_newer_one(tmp_path: Path) -> None:
    take_findings(HOME, write_run(tmp_path / "new", [LURE], day=DAY), at=AT)
    old = write_run(tmp_path / "old", [NEAR], day=DAY - timedelta(days=1))
    with pytest.raises(ConflictError, match="in the order of their snapshots"):
        take_findings(HOME, old, at=AT)
    assert standing() == {(LURE[0], "combination"): "open"}
