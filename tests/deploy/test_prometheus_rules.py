"""Every alarm rule names numbers that a real node tells, with labels they have, and says what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from comity.core.alarms import ALARMS
from comity.edges.tls import own_authority
from comity.store.models import Decision, Link
from flows.two_parties import AT, Parties

ROOT = Path(__file__).resolve().parents[2]
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy/prometheus/comity.rules.yml").read_text())["groups"][0][
    "rules"
]
OF_PROMETHEUS = {"up"}
NAME = re.compile(r"\b(up|comity_[a-z_]+)\b(?:\{([^}]*)\})?")


@pytest.fixture
def told(tmp_path: Path, settings: Any, db: None) -> dict[str, set[str]]:
    """The numbers of a node with a link in trouble: each name with the labels it has."""
    parties = Parties(tmp_path)
    parties.sit(parties.ru)
    Link.objects.update(last_error="is away [partner-unreachable]", last_receipt_at=AT)
    Decision.objects.create(
        partner="oac.by", direction="in", kind="report", memorandum="", verdict="refuse", clause="3", reason="cap",
        trace=b"{}", at=AT,
    )  # fmt: skip
    (parties.ru.path / "last-backup").touch()
    (parties.ru.path / "run").mkdir()
    settings.HOME = parties.ru
    assert own_authority(parties.ru)
    found: dict[str, set[str]] = {}
    Client().get("/api/v1/cases")  # refused, and so a line in the log that is counted
    for line in Client().get("/metrics").content.decode().splitlines():
        if line.startswith("# TYPE"):
            found.setdefault(line.split()[2], set())
        elif match := re.match(r"([a-z_]+)(?:\{(.*)\})? ", line):
            found.setdefault(match[1], set()).update(re.findall(r'([a-z_]+)="', match[2] or ""))
    return found


def test_every_rule_names_what_is_told(told: dict[str, set[str]]) -> None:
    unknown = []
    for rule in RULES:
        for name, labels in NAME.findall(rule["expr"]):
            if name in OF_PROMETHEUS:
                continue
            if name not in told:
                unknown.append((rule["alert"], name))
            elif told[name]:
                unknown += [
                    (rule["alert"], label) for label in re.findall(r"([a-z_]+)=~?\"", labels) if label not in told[name]
                ]
    assert unknown == []


def test_what_a_duty_officer_needs_is_told(told: dict[str, set[str]]) -> None:
    for name, labels in {
        "comity_link_lag_entries": {"partner"}, "comity_link_lag_seconds": {"partner"},
        "comity_link_state": {"partner", "state"}, "comity_link_failing": {"partner", "code"},
        "comity_decisions_total": {"partner", "direction", "verdict", "clause", "reason"},
        "comity_disk_free_bytes": set(), "comity_database_bytes": set(), "comity_couriers": set(),
        "comity_key_days_left": {"key", "partner"}, "comity_certificate_days_left": {"certificate"},
        "comity_link_head_timestamp_seconds": {"partner", "direction"}, "comity_backup_age_seconds": set(),
        "comity_alarm": {"code", "severity", "about"}, "comity_courier_heartbeat_age_seconds": set(),
    }.items():  # fmt: skip
        assert told[name] == labels, name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_says_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule["annotations"]) == {"summary", "means", "do"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    for page in re.findall(r"[a-z-]+/[a-z-]+\.md", rule["annotations"]["do"] + rule["annotations"]["means"]):
        assert (ROOT / "docs" / page).is_file(), page
    for code in re.findall(r'code="([a-z-]+)"', rule["expr"]):
        assert code in ALARMS
