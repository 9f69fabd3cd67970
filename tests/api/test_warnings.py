"""Warnings over HTTP: what was told and numbers for those who read cases, found names for nobody."""

import pytest

from api.conftest import Caller
from web.warning_rows import INTERSECTION, OURS, WARNING, fill_warnings

pytestmark = pytest.mark.django_db


def test_warnings_and_intersections(auditor: Caller) -> None:
    fill_warnings()
    assert {WARNING, OURS} < {row["warning"] for row in auditor.get("warnings")["warnings"]}
    told = auditor.get(f"warnings/{WARNING}")
    assert told["signs"]["labels"] == ["demobank"]
    assert [(one["zone"], one["names"]) for one in told["answers"]] == [("ru", 1)]
    assert "demobank-login" not in str(told)
    (run,) = auditor.get("intersections")["intersections"]
    assert (run["run"], [one["size"] for one in run["messages"]]) == (INTERSECTION, [8448] * 3)
    assert "demo-both" not in str(run)
