"""From a case to a TAXII collection and back: what is told is served, posted is a report, taken back is withdrawn."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import LazySettings

from api.taxii_world import Reader, made, stix_id
from comity.flows.erase import erase
from comity.flows.fill_taxii import fill_taxii
from comity.flows.mark import mark
from comity.flows.release import release
from comity.flows.take_posted import take_posted
from comity.store import models
from flows.test_release import RU, URL, confirmed
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


@pytest.fixture
def desks(tmp_path: Path, settings: LazySettings) -> Desks:
    desks = Desks(Parties(tmp_path))
    desks.ru()
    settings.HOME = desks.home
    return desks


@pytest.fixture
def reader(desks: Desks) -> Reader:
    return Reader(party="cctld.ru")


def told(desks: Desks) -> None:
    release(desks.home, at=LATER)
    fill_taxii(desks.home, at=LATER)


def kinds(reader: Reader, tlp: str) -> dict[str, Any]:
    return {one["type"]: one for one in reader.everything(tlp, 100)}


def test_what_is_told_is_served_once_and_each_change_as_a_version(desks: Desks, reader: Reader) -> None:
    desks.file(phishing(URL, tlp="TLP:GREEN"))
    told(desks)
    first = kinds(reader, "TLP:GREEN")
    assert {"indicator", "incident", "domain-name", "identity", "marking-definition"} <= set(first)
    assert fill_taxii(desks.home, at=LATER) == 0
    confirmed(desks)
    told(desks)
    assert kinds(reader, "TLP:GREEN")["incident"]["modified"] > first["incident"]["modified"]
    every = [one["id"] for one in reader.everything("TLP:GREEN", 100, {"match[version]": "all"})]
    assert every.count(first["incident"]["id"]) == 2
    assert every.count(first["identity"]["id"]) == 1
    assert reader.page("TLP:AMBER") == {}


def test_a_long_stream_is_rendered_in_several_rounds(
    desks: Desks, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.flows.fill_taxii.AT_ONCE", 1)
    desks.file(phishing(URL, tlp="TLP:GREEN"))
    told_versions = release(desks.home, at=LATER)
    assert told_versions > 1
    assert fill_taxii(desks.home, at=LATER, most_parts=1) == 1
    assert fill_taxii(desks.home, at=LATER) == told_versions - 1
    assert fill_taxii(desks.home, at=LATER) == 0
    assert {"indicator", "incident"} <= set(kinds(reader, "TLP:GREEN"))


def test_what_is_erased_leaves_with_all_its_versions_and_readers_hear_of_it(desks: Desks, reader: Reader) -> None:
    desks.file(phishing(URL, tlp="TLP:GREEN", narrative="the secret word"))
    told(desks)
    first = kinds(reader, "TLP:GREEN")["indicator"]
    assert "secret word" in str(first)
    erase(desks.home, first["id"].partition("--")[2], RU, at=LATER, reason="asked for")
    told(desks)
    every = reader.everything("TLP:GREEN", 100, {"match[version]": "all"})
    assert "secret word" not in str(every)
    assert [one["revoked"] for one in every if one["id"] == first["id"]] == [True]
    held = [*models.TaxiiTail.objects.values_list("body", flat=True)]
    held += models.TaxiiBlock.objects.values_list("body", flat=True)
    assert b"secret word" not in b"".join(held)


def test_what_gets_a_stricter_marking_leaves_the_collection_of_its_former_one(desks: Desks, reader: Reader) -> None:
    desks.file(phishing(URL, tlp="TLP:GREEN"))
    told(desks)
    indicator = kinds(reader, "TLP:GREEN")["indicator"]["id"]
    mark(desks.home, indicator.partition("--")[2], "TLP:AMBER", RU, at=LATER)
    told(desks)
    assert indicator not in [one["id"] for one in reader.everything("TLP:GREEN", 9, {"match[version]": "all"})]
    assert kinds(reader, "TLP:AMBER")["indicator"]["id"] == indicator


def phish(number: int, version: int = 0, **more: Any) -> dict[str, Any]:
    """An indicator that says of what kind it is."""
    body = {"pattern": f"[url:value = 'http://bank-demo-{number}.ru/login']", "labels": ["phishing"]}
    return made(number, version, **(body | more))


def reports() -> list[str]:
    return list(models.Report.objects.order_by("pk").values_list("registrable", flat=True))


def test_what_is_posted_is_a_report_of_its_subscriber_and_taken_in_once(desks: Desks, reader: Reader) -> None:
    assert reader.post([phish(1), phish(2), made(3)]).status_code == 202
    assert take_posted(desks.home, at=LATER) == 3
    assert take_posted(desks.home, at=LATER) == 0
    assert reports() == ["bank-demo-1.ru", "bank-demo-2.ru"]
    row = models.Report.objects.select_related("reporter").earliest("pk")
    assert (row.reporter.key, row.reporter.kind) == ("subscriber:cert", "feed")
    assert msgspec.json.decode(row.body)["machine_only"]
    assert models.Case.objects.count() == 2
    reader.post([phish(1, version=1), phish(1, version=2, pattern="[url:value = 'http://bank-demo-9.ru/']")])
    models.TaxiiPost.objects.filter(taken_at=LATER).update(taken_at=None)  # as if it had stopped before the end
    take_posted(desks.home, at=LATER)
    assert reports() == ["bank-demo-1.ru", "bank-demo-2.ru", "bank-demo-9.ru"]


@pytest.mark.parametrize("way", ["delete", "revoke"])
def test_what_its_maker_takes_back_is_withdrawn_by_its_word(desks: Desks, reader: Reader, way: str) -> None:
    reader.post([phish(1), phish(2)])
    take_posted(desks.home, at=LATER)
    if way == "delete":
        assert reader.client.delete(reader.url("", f"objects/{stix_id(1)}/")).status_code == 200
    else:
        reader.post([phish(1, version=9, revoked=True)])
        take_posted(desks.home, at=LATER)
    (word,) = models.ReporterWord.objects.all()
    assert (word.kind, word.report.registrable) == ("withdrawal", "bank-demo-1.ru")
    entries = models.CaseEvent.objects.filter(case=word.report.case).order_by("pk").values_list("reason", flat=True)
    assert list(entries)[-1] == "reporter-withdrew"


def test_what_is_deleted_before_it_was_taken_in_never_becomes_a_report(desks: Desks, reader: Reader) -> None:
    reader.post([phish(1), phish(2)])
    reader.client.delete(reader.url("", f"objects/{stix_id(1)}/"))
    take_posted(desks.home, at=LATER)
    assert reports() == ["bank-demo-2.ru"]
