"""Told items as STIX: foreign software accepts them, identifiers are those of the vectors, nothing is lost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import pytest
import stix2
from stix2validator import ValidationOptions, validate_string

from comity.core.markings import STIX_MARKING
from comity.core.reports import Evidence, Report
from comity.core.told_items import Told, ToldArticle, ToldCase, ToldConsultation, ToldKind, ToldReport, ToldSighting
from comity.wire.canonical import canonical
from comity.wire.stix_bundle import write_bundle
from comity.wire.stix_objects import Version, primary_id, write_version
from comity.wire.stix_shared import TOLD_EXTENSION, sco_id, stix_id

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 3, 0, 0, 123000, tzinfo=UTC)
REPORT_ID = UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")
CASE = UUID("7f9619ff-8b86-4011-b42d-00c04fc964aa")
SIGHTED = uuid5(CASE, "sighting")
URL = "http://bank-demo-a1.by/it's\\here"

REPORT = ToldReport(
    report_id=REPORT_ID, case=CASE, party="oac.by", registrable="bank-demo-a1.by", host="bank-demo-a1.by", zone="by",
    target=URL,
    report=Report(
        name=URL, url=URL, category="phishing", observed_at=AT, verified_at=AT + timedelta(hours=1), confidence=0.9,
        narrative="A page that asks for the card number under the name of a bank that does not exist.",
        evidence=(Evidence(kind="screenshot", sha256="a" * 64),),
    ),
)  # fmt: skip
OF_CASE = ToldCase(
    case=CASE, party="oac.by", registrable="bank-demo-a1.by", zone="by", category="phishing", state="on_hold",
    severity="high", opened_at=AT, changed_at=AT, disposition="malicious", action="server-hold", first_seen=AT,
    last_seen=AT, report_count=3, targets=(URL,), is_blockable=True,
)  # fmt: skip
SIGHTING = ToldSighting(
    sighting=SIGHTED, of_report=REPORT_ID, case=CASE, registrable="bank-demo-a1.by", zone="by", count=2,
    first_seen=AT, last_seen=AT + timedelta(hours=2),
)  # fmt: skip
ARTICLE = ToldArticle(
    article=uuid5(CASE, "article"), slug="phishing", language="be", title="Як зняць старонку", text="# Крок 1\n\nВось.",
    version=3, categories=("phishing",),
)  # fmt: skip
MESSAGE = ToldConsultation(
    message=uuid5(CASE, "message"),
    thread=uuid5(CASE, "thread"),
    subject="A wave of parcels",
    text="Do you see it as well?",
    said_at=AT,
)
ALL: dict[ToldKind, Told] = {
    "case": OF_CASE, "report": REPORT, "sighting": SIGHTING, "article": ARTICLE, "consultation": MESSAGE,
}  # fmt: skip


def version(kind: ToldKind, told: Told | None, **changed: object) -> Version:
    subjects = {"report": str(REPORT_ID), "case": str(CASE), "sighting": str(SIGHTED)}
    fields: dict[str, object] = {
        "kind": kind, "subject": subjects.get(kind, str(uuid5(CASE, kind))), "version": AT + timedelta(days=1),
        "since": AT, "is_withdrawn": False, "registrable": "bank-demo-a1.by", "category": "phishing",
        "tlp": "TLP:AMBER", "clause": "3", "memorandum": "sha256:" + "0" * 64, "told": told,
    }  # fmt: skip
    return Version(**{**fields, **changed})


def bundle(*items: Version) -> bytes:
    return b"".join(write_bundle(items, publisher="cctld.ru", name="demo", ceiling="TLP:AMBER"))


def every_kind() -> Iterator[Version]:
    for kind, told in ALL.items():
        yield version(kind, told)


def objects(data: bytes) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(data)["objects"]
    return found


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_stix2_validator_says_nothing_but_that_our_identifiers_are_no_random_ones(is_withdrawn: bool) -> None:
    items = [msgspec.structs.replace(item, is_withdrawn=is_withdrawn) for item in every_kind()]
    result = validate_string(bundle(*items).decode(), ValidationOptions(version="2.1"))
    assert [str(error) for error in result.errors] == []
    assert {str(warning).partition("{")[2][:4] for warning in result.warnings} == {"103}"}  # docs/spec/stix.md §6


@pytest.mark.parametrize("kind", list(ALL))
def test_what_was_erased_is_still_valid_and_says_nothing(kind: ToldKind) -> None:
    data = bundle(version(kind, None if kind != "sighting" else SIGHTING, is_withdrawn=True))
    result = validate_string(data.decode(), ValidationOptions(version="2.1"))
    assert [str(error) for error in result.errors] == []
    assert b"login" not in data
    assert b"it's" not in data


def test_the_checks_of_foreign_software_pass(shared_data: Path, tmp_path: Path) -> None:
    check = shared_data.parent / "conformance" / "stix" / "stix_check.py"
    if not check.exists():
        pytest.skip(f"no shared check in {check}")
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle(*every_kind()))
    done = subprocess.run([sys.executable, check, file, "--strict"], capture_output=True, text=True, check=False)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert [line for line in failed if "{103}" not in line] == []
    assert " passed, " in done.stdout


@pytest.mark.parametrize("microsecond", [0, 100_000, 120_000, 123_000])
def test_stix2_writes_every_time_as_it_read_it(microsecond: int) -> None:
    at = AT.replace(microsecond=microsecond)
    observed = msgspec.structs.replace(REPORT.report, observed_at=at)
    told = msgspec.structs.replace(REPORT, report=observed)
    data = bundle(version("report", told, since=at, version=at))
    again = {one["id"]: one for one in json.loads(stix2.parse(data.decode()).serialize())["objects"]}
    times = ("created", "modified", "valid_from", "first_observed", "last_observed")
    for one in objects(data):
        here = {name: one[name] for name in times if name in one}
        assert {name: again[one["id"]][name] for name in here} == here


def test_a_report_without_words_has_a_description() -> None:
    told = msgspec.structs.replace(REPORT, report=msgspec.structs.replace(REPORT.report, narrative=""))
    data = bundle(version("report", told))
    (indicator,) = (one for one in objects(data) if one["type"] == "indicator")
    assert indicator["description"] == "bank-demo-a1.by was reported for phishing."
    warned = validate_string(data.decode(), ValidationOptions(version="2.1")).warnings
    assert {str(warning).partition("{")[2][:4] for warning in warned} == {"103}"}


def test_stix2_reads_it_and_writes_the_same_identifiers() -> None:
    read = stix2.parse(bundle(*every_kind()).decode())
    names = {one.type: one for one in read.objects}
    assert names["indicator"].id == f"indicator--{REPORT_ID}"
    assert names["incident"].created < names["incident"].modified
    assert stix2.DomainName(value="bank-demo-a1.by").id == sco_id("domain-name", "bank-demo-a1.by")
    assert stix2.URL(value="http://bank-demo-a1.by/").id == sco_id("url", "http://bank-demo-a1.by/")


def test_every_object_is_canonical_and_bears_one_marking_and_no_reference_is_open() -> None:
    found = objects(bundle(*every_kind()))
    ids = {one["id"] for one in found}
    for item in every_kind():
        for one in write_version(item, publisher="cctld.ru"):
            assert one.data == canonical(json.loads(one.data))
    for one in found:
        if one["type"] not in {"marking-definition", "extension-definition"}:
            assert len(one["object_marking_refs"]) == 1
        assert set(references(one)) <= ids


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("_ref"):
                yield inner
            elif key.endswith("_refs"):
                yield from inner
            elif key != "extensions":
                yield from references(inner)


def test_a_withdrawn_item_is_revoked_and_a_further_version_keeps_when_it_was_created() -> None:
    first = objects(bundle(version("report", REPORT, version=AT)))
    second = objects(bundle(version("report", REPORT, is_withdrawn=True)))
    (one,) = [found for found in first if found["type"] == "indicator"]
    (other,) = [found for found in second if found["type"] == "indicator"]
    assert (one["id"], one["created"]) == (other["id"], other["created"])
    assert (one.get("revoked"), other["revoked"]) == (None, True)
    assert one["modified"] < other["modified"]


def test_what_was_found_wrong_is_said_to_be_wrong() -> None:
    wrong = msgspec.structs.replace(OF_CASE, state="closed", outcome="false_positive", targets=())
    assert [one["opinion"] for one in objects(bundle(version("case", wrong))) if one["type"] == "opinion"] == [
        "strongly-disagree"
    ]


@pytest.mark.parametrize("target", ["http://a.by/x|y", "http://a.by/?q={1}", "http://a.by/%zz#a#b", "http://a.by/[1]"])
def test_an_address_that_is_no_uri_is_written_as_one(target: str) -> None:
    told = msgspec.structs.replace(REPORT, target=target)
    result = validate_string(bundle(version("report", told)).decode(), ValidationOptions(version="2.1"))
    assert [str(error) for error in result.errors] == []


def test_the_identifiers_are_those_of_the_vectors() -> None:
    vectors = json.loads((ROOT / "docs" / "spec" / "vectors" / "stix-ids.json").read_text(encoding="utf-8"))
    for one in vectors["sco"]:
        assert sco_id(one["type"], one["value"]) == one["id"]
    for one in vectors["ours"]:
        assert stix_id(one["type"], *one["words"]) == one["id"]
    assert vectors["extension"] == TOLD_EXTENSION
    assert vectors["markings"] == STIX_MARKING
    assert [primary_id(item) for item in every_kind()][:2] == [f"incident--{CASE}", f"indicator--{REPORT_ID}"]
