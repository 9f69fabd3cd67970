"""A bundle is taken in: its names become cases, what is not understood is named, and twice is once."""

import json
from datetime import UTC, datetime

import pytest

from comity.core.guards import join_guard_lists
from comity.core.names import NameFolder
from comity.edges.suffix_file import load_suffixes
from comity.flows.take_document import Taken, take_document
from comity.store import models
from comity.wire.formats import FORMATS
from flows.desk import AT, HOME

pytestmark = pytest.mark.django_db


def bundle() -> bytes:
    def indicator(number: int, pattern: str, **changed: object) -> dict[str, object]:
        return {
            "type": "indicator", "spec_version": "2.1", "id": f"indicator--6f9619ff-8b86-4011-b42d-00c04fc964{number}",
            "pattern": pattern, "pattern_type": "stix", "labels": ["phishing"], "valid_from": "2026-11-23T03:00:00Z",
            **changed,
        }  # fmt: skip

    objects = [
        indicator(10, "[url:value = 'http://bank-demo-a1.by/in'] OR [domain-name:value = 'shop-demo-b2.by']"),
        indicator(11, "[domain-name:value = 'gone-demo.by']", revoked=True),
        indicator(12, "[url:value = 'http://198.51.100.7/x']"),
        {"type": "tool", "id": "tool--6f9619ff-8b86-4011-b42d-00c04fc96413", "name": "x"},
    ]
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}).encode()


def take() -> Taken:
    return take_document(
        HOME, bundle(), FORMATS["stix"], source="bundle.json", reporter="cert-demo", kind="feed",
        folder=NameFolder(load_suffixes()), guard=join_guard_lists([]), clock=lambda: AT,
    )  # fmt: skip


def test_a_bundle_becomes_cases_and_taken_again_adds_nothing() -> None:
    taken = take()
    assert (taken.intake.read, taken.intake.accepted, taken.intake.rejected) == (4, 2, 2)
    assert [(one.reason, one.raw is not None) for one in taken.rejects] == [("revoked", True), ("ip-address", True)]
    assert [one.reason for one in taken.not_understood] == ["tool is not modelled here"]
    names = models.Case.objects.order_by("registrable").values_list("registrable", "category")
    assert list(names) == [("bank-demo-a1.by", "phishing"), ("shop-demo-b2.by", "phishing")]
    again = take()
    assert (again.intake.accepted, again.intake.duplicate) == (0, 2)
    assert models.Report.objects.count() == 2
    assert (
        models.IntakeRun.objects.filter(format="stix", finished_at__gte=datetime(2026, 1, 1, tzinfo=UTC)).count() == 2
    )
