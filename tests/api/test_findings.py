"""Findings of sweeps over HTTP: read by rank, dismissed, opened, and what the answer says of those that were not."""

from pathlib import Path

import pytest

from api.conftest import NOW, Caller
from comity.edges.home import Home
from comity.flows.take_findings import take_findings
from comity.store.models import Case
from flows.runs import write_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def taken(home: Home, tmp_path: Path) -> None:
    """A run of three findings about two names."""
    found = [
        ("bank-demo-login.by", "combination", "bank-demo", 0.9), ("bank-demo-login.by", "indicator", "x.by", 0.95),
        ("bamk-demo.by", "edit", "bank-demo", 0.6),
    ]  # fmt: skip
    take_findings(home, write_run(tmp_path / "run", found, changes=[("new-demo.by", "new")]), at=NOW)


def test_findings_are_read_dismissed_and_opened(analyst: Caller) -> None:
    page = analyst.get("findings", score="0.5")
    assert [one["kind"] for one in page["findings"]] == ["indicator", "combination", "edit"]
    assert (page["next"], page["total"]) == (0, 3)
    assert page["findings"][2]["explanation"] == "One letter apart from the protected label “bank-demo”."
    numbers = {one["kind"]: one["finding"] for one in page["findings"]}
    done = analyst.post("findings/dismiss", {"findings": [numbers["edit"]], "reason": "own-meaning", "note": "a river"})
    assert done == {"done": [{"finding": numbers["edit"], "case": ""}], "refused": []}
    asked = {"findings": [numbers["combination"], numbers["edit"]], "category": "phishing"}
    opened = analyst.post("findings/open", asked)
    ref = Case.objects.get(registrable="bank-demo-login.by").ref
    assert opened["done"] == [{"finding": numbers["combination"], "case": ref}]
    assert [(one["finding"], one["reasons"][0]["code"]) for one in opened["refused"]] == [
        (numbers["edit"], "enquiry-ended")
    ]
    whole = analyst.get(f"findings/{numbers['edit']}")
    assert whole["finding"]["state"] == "dismissed"
    assert [(one["event"], one["reason"], one["note"]) for one in whole["entries"]] == [
        ("dismissed", "own-meaning", "a river")
    ]
    assert analyst.get("findings", state="joined-case")["findings"][0]["case"] == ref


def test_wrong_requests_are_refused_and_change_nothing(analyst: Caller) -> None:
    for body in ({"findings": []}, {"findings": [0]}, {"findings": [1], "reason": "because"}, {"findings": [1]}):
        assert analyst.send("findings/dismiss", str(body).replace("'", '"').encode()).status_code == 400
    assert analyst.client.get("/api/v1/findings/x").status_code == 404
    assert analyst.client.get("/api/v1/findings", {"kind": "certainly"}).status_code == 400
    assert analyst.get("findings")["total"] == 3


def test_sweeps_are_listed_with_what_they_found_in_which_zone(analyst: Caller) -> None:
    (sweep,) = analyst.get("sweeps")["sweeps"]
    assert (sweep["sweep"], sweep["state"], sweep["seconds"]) == ("run", "taken", 12.5)
    (zone,) = sweep["zones"]
    assert (zone["zone"], zone["names"], zone["changes"]) == ("by", 1000, {"new": 1})
    assert zone["found"] == zone["kept"] == {"combination": 1, "indicator": 1, "edit": 1}
