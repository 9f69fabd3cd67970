"""What a subscriber is told, as XARF v4 files: schema-valid, following the stream, and gone when withdrawn."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from django.db import transaction

from comity.core.errors import ConflictError, InputError, NotFoundError, SettingError
from comity.core.reports import Report
from comity.core.told_items import ToldCase, ToldReport
from comity.edges.home import Home, MailSettings
from comity.flows.publish_xarf import list_xarf, publish_xarf
from comity.store.case_writes import open_cases
from comity.store.subscribers import add_subscriber, end_subscriber
from comity.store.told_items import NewTold, append_told
from flows.desk import HOME, new_case
from wire.test_xarf import validator

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def home() -> Home:
    mail = MailSettings(from_address="notices@cctld.by")
    return msgspec.structs.replace(HOME, settings=msgspec.structs.replace(HOME.settings, mail=mail))


@pytest.fixture
def subscriber() -> int:
    return add_subscriber(
        "demo", name="Demo CERT", kind="cert", ceiling="TLP:GREEN", clause="agreement 1", actor="anna", at=AT
    ).pk


def case(name: str, zone: str = "by") -> int:
    (opened,) = open_cases("oac.by", [new_case(name, zone=zone)], actor="oac.by", role="system", at=AT)
    return opened.pk


def told_report(number: int, case_pk: int, url: str, *, host: str, is_withdrawn: bool = False) -> NewTold:
    report_id = UUID(int=number + (8 << 60), version=4 if number % 2 else 5)
    words = "It asks for cards."
    report = Report(name=url, category="phishing", url=url, observed_at=AT, narrative=words, confidence=0.5)
    told = ToldReport(
        report_id=report_id, case=UUID(int=1), party="oac.by", registrable=host, host=host, zone="by", target=url,
        report=report,
    )  # fmt: skip
    return NewTold(kind="report", subject=str(report_id), tlp="TLP:GREEN", clause="1", told=told, case_pk=case_pk,
                   is_withdrawn=is_withdrawn)  # fmt: skip


def told_case(number: int, case_pk: int, *targets: str, is_withdrawn: bool = False) -> NewTold:
    uuid = UUID(int=number, version=4)
    told = ToldCase(
        case=uuid, party="oac.by", registrable="demo-c.by", zone="by", category="malware", state="confirmed",
        severity="high", opened_at=AT, changed_at=AT, targets=targets, disposition="malicious",
    )  # fmt: skip
    return NewTold(kind="case", subject=str(uuid), tlp="TLP:GREEN", clause="1", told=told, case_pk=case_pk,
                   is_withdrawn=is_withdrawn)  # fmt: skip


def tell(subscriber: int, *items: NewTold, minutes: int = 0) -> None:
    with transaction.atomic():
        append_told(subscriber, items, at=AT + timedelta(minutes=minutes))


def files(directory: Path) -> list[dict[str, object]]:
    return [json.loads(file.read_bytes()) for file in sorted(directory.glob("*.json"))]


def test_files_follow_what_is_told(home: Home, subscriber: int, tmp_path: Path, shared_data: Path) -> None:
    idn = "xn--e1aybc.xn--90ais"
    one, two, three = case("demo-a.by"), case(idn, "xn--90ais"), case("demo-c.by")
    first = told_report(1, one, "http://demo-a.by/login", host="demo-a.by")
    tell(subscriber, first, told_case(21, one, "http://demo-a.by/login"))
    tell(subscriber, told_report(2, two, f"https://{idn}/", host=idn), told_case(22, three, "http://demo-c.by/x.exe"))
    assert publish_xarf(home, "demo", tmp_path / "out").written == 3  # a case with a report has none of its own
    reports = files(tmp_path / "out")
    assert {report["source_identifier"] for report in reports} == {"demo-a.by", idn, "demo-c.by"}
    for report in reports:
        assert [error.message for error in validator().iter_errors(report)] == []
        assert ("domain" in report) is (report["source_identifier"] != idn)
        assert UUID(str(report["report_id"])).version == 4
    check = shared_data.parent / "conformance/xarf/xarf_check.py"
    for file in sorted((tmp_path / "out").glob("*.json")):
        judged = subprocess.run([sys.executable, str(check), str(file)], capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout + judged.stderr
    assert publish_xarf(home, "demo", tmp_path / "out").written == 0
    assert sorted(json.loads(line)["report_id"] for line in list_xarf(home, "demo")) == sorted(
        str(report["report_id"]) for report in reports
    )
    # a withdrawal leaves, and the case of which no report is told any more speaks for itself
    tell(subscriber, msgspec.structs.replace(first, is_withdrawn=True), minutes=1)
    done = publish_xarf(home, "demo", tmp_path / "out")
    assert (done.written, done.removed) == (1, 1)
    gone = told_case(22, three, "http://demo-c.by/x.exe", is_withdrawn=True)
    tell(subscriber, told_case(21, one, is_withdrawn=True), gone, minutes=2)
    assert publish_xarf(home, "demo", tmp_path / "out").removed == 2
    assert [report["source_identifier"] for report in files(tmp_path / "out")] == [idn]


def test_what_xarf_cannot_say_is_counted(home: Home, subscriber: int, tmp_path: Path) -> None:
    tell(subscriber, told_case(31, case("demo-c.by")))  # no address is known, and none is invented
    done = publish_xarf(home, "demo", tmp_path / "out")
    assert (done.written, done.unsaid, done.position) == (0, 1, 1)


def test_what_cannot_be_written_is_a_clear_error(home: Home, subscriber: int, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        publish_xarf(home, "nobody", tmp_path)
    with pytest.raises(SettingError):
        publish_xarf(HOME, "demo", tmp_path)
    (tmp_path / ".position").write_text("misp:demo 4\n")
    with pytest.raises(InputError):
        publish_xarf(home, "demo", tmp_path)
    end_subscriber("demo", at=AT)
    with pytest.raises(ConflictError):
        list(list_xarf(home, "demo"))
