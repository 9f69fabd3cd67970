"""Algorithmic names over HTTP: counts for those who read cases, names for nobody."""

import pytest

from api.conftest import Caller
from web.dga_rows import FAMILY, fill_dga

pytestmark = pytest.mark.django_db


def test_families_and_how_one_stands(auditor: Caller) -> None:
    fill_dga()
    (row,) = auditor.get("dga")["families"]
    assert (row["family"], row["names"], row["waiting"], row["lists"]) == (FAMILY, 5, 5, 1)
    told = auditor.get(f"dga/{FAMILY}")
    assert sum(one["counts"]["waiting"] for one in told["counts"]) == 5
    assert {one["zone"] for one in told["counts"]} == {"ru", "by"}
    assert told["checks"] == {"protected": 1, "registered": 1, "unchecked": 1}
    assert "hjwqzkxv" not in str(told)
