"""The doctor on zones: declared wrongly, without their key, not served, and a resolver that fell behind."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from comity.core.alarms import Alarm
from comity.edges.home import Home, ZoneSettings
from comity.edges.tsig_keys import make_tsig_key
from comity.flows.admit import Patient
from comity.flows.block import block
from comity.flows.check_blocking import check_secondaries, check_subscribers, check_zones
from comity.store.models import BlockOutput
from comity.store.zone_asked import note_asked
from flows.blocked import AT, home_at, subscribe, tell, told_case

pytestmark = pytest.mark.django_db

ZONE = "rpz.example.by"


def home(path: Path, **said: object) -> Home:
    zone = {"subscriber": "resolver-1", "keys": ("key-1",), "secondaries": ("192.0.2.7",), "hot": False} | said
    return home_at(path, rpz_example_by=ZoneSettings(**zone))  # type: ignore[arg-type]  # fields by their names


def test_zones_that_nobody_serves_while_the_node_runs_are_told(tmp_path: Path) -> None:
    make_tsig_key(tmp_path, "key-1")
    declared = home(tmp_path)
    blocking = replace(declared.settings.blocking, port=5353)
    patient = Patient(replace(declared, settings=replace(declared.settings, blocking=blocking)))
    assert check_zones(patient, at=AT) == []  # the node does not run: that is told elsewhere
    beats = tmp_path / "run"
    beats.mkdir(exist_ok=True)
    (beats / f"courier.{os.getpid()}").touch()
    now = datetime.now(UTC)
    assert [alarm.code for alarm in check_zones(patient, at=now)] == ["zones-absent"]
    (beats / f"zones.{os.getpid()}").touch()
    assert check_zones(patient, at=now) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"action": "rpz-drop"}, "action is nxdomain, nodata or the host of a walled garden"),
        ({"categories": ("politics",)}, "politics: no category"),
        ({"allow": ("192.0.2.300",)}, "allow:"), ({"secondaries": ("ns.example.by",)}, "secondaries:"),
    ],
)  # fmt: skip
def test_a_zone_that_is_declared_wrongly_is_told_by_its_name(tmp_path: Path, said: dict[str, object], why: str) -> None:
    (alarm,) = check_zones(Patient(home(tmp_path, **said)), at=AT)
    assert (alarm.code, alarm.about) == ("zones-unusable", f"[blocking.zones.{ZONE}]")
    assert alarm.detail.startswith(why)


def test_a_key_that_is_missing_or_open_to_others_is_told(tmp_path: Path) -> None:
    patient = Patient(home(tmp_path))
    assert [(alarm.code, alarm.about) for alarm in check_zones(patient, at=AT)] == [("zones-unusable", "key-1")]
    make_tsig_key(tmp_path, "key-1")
    assert check_zones(patient, at=AT) == []
    (tmp_path / "tsig" / "key-1.key").chmod(0o640)
    assert [alarm.code for alarm in check_zones(patient, at=AT)] == ["zones-unusable"]


def test_a_zone_of_nobody_is_told(tmp_path: Path) -> None:
    patient = Patient(home(tmp_path))
    assert [alarm.about for alarm in check_subscribers(patient, at=AT)] == [ZONE]
    subscribe()
    assert check_subscribers(patient, at=AT) == []


def test_a_resolver_that_lacks_a_version_for_an_hour_is_told(tmp_path: Path) -> None:
    node = home(tmp_path)
    patient, subscriber = Patient(node), subscribe()
    block(node, at=AT)
    later = AT + timedelta(minutes=59)
    assert check_secondaries(patient, at=later) == []
    assert check_secondaries(patient, at=AT + timedelta(hours=1)) == [
        Alarm("secondary-behind", "192.0.2.7", f"{ZONE}, 1 h")
    ]
    output = BlockOutput.objects.get(origin=ZONE)
    note_asked(output.pk, "192.0.2.7", key="key-1", serial=output.serial, how="axfr", at=later)
    assert check_secondaries(patient, at=AT + timedelta(days=9)) == []
    # Two versions that it lacks: the time counts from the older one, however new the newer is.
    for minutes, name in ((60, "demo-bank.by"), (119, "shop-demo.ru")):
        tell(subscriber, [told_case(name)])
        block(node, at=AT + timedelta(minutes=minutes))
    assert check_secondaries(patient, at=AT + timedelta(minutes=120)) == [
        Alarm("secondary-behind", "192.0.2.7", f"{ZONE}, 1 h")
    ]
