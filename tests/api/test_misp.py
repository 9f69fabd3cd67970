"""MISP feeds over HTTP, read as a MISP reads them: what changed is seen, what left goes, nothing else is fetched."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pymisp import MISPEvent

from api.conftest import NOW
from comity.core.told_items import Told, ToldSighting
from comity.edges.feed_directory import FeedDirectory
from comity.edges.home import Home
from comity.flows.keep_misp import begin_misp, follow, keep_misp
from comity.flows.write_misp import write_misp
from comity.store import misp_feeds
from comity.store.subscribers import SubscriberRow, end_subscriber, issue_subscriber_token
from flows.told import some_uuid, subscriber, tell, told_case, told_report

pytestmark = pytest.mark.django_db


class Reader:
    """Keeps events as a MISP server keeps those of a feed (app/Model/Feed.php): by timestamp, event and attribute."""

    def __init__(self, key: str, token: str = "") -> None:
        self.key, self.etag = key, ""
        self.client = Client(headers={"Authorization": f"Bearer {token}"} if token else {})
        self.events: dict[str, int] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.fetched: list[str] = []

    def get(self, name: str, **headers: str) -> Any:
        return self.client.get(f"/misp/{self.key}/{name}", headers=headers)

    def pull(self) -> "Reader":
        self.fetched = []
        answer = self.get("manifest.json", **({"If-None-Match": self.etag} if self.etag else {}))
        if answer.status_code == 304:
            return self
        assert answer.status_code == 200, answer.content
        self.etag = answer["ETag"]
        for uuid, entry in json.loads(answer.content).items():
            if int(entry["timestamp"]) > self.events.get(uuid, 0):
                event = json.loads(self.get(f"{uuid}.json").content)["Event"]
                assert event["timestamp"] == entry["timestamp"]
                self.events[uuid] = int(event["timestamp"])
                self.fetched.append(uuid)
                for each in event["Object"]:
                    for attribute in each["Attribute"]:
                        self._edit(attribute)
        return self

    def _edit(self, attribute: dict[str, Any]) -> None:
        """An attribute replaces an older one of its identifier; one that is not mentioned stays as it was."""
        old = self.values.get(attribute["uuid"])
        if old is None or int(attribute["timestamp"]) > int(old["timestamp"]):
            self.values[attribute["uuid"]] = attribute

    @property
    def standing(self) -> set[str]:
        kinds = {"url", "domain", "hostname"}
        return {one["value"] for one in self.values.values() if not one["deleted"] and one["type"] in kinds}

    @property
    def blocked(self) -> set[str]:
        return {one["value"] for one in self.values.values() if one["to_ids"] and not one["deleted"]}


@pytest.fixture
def row(db: None) -> SubscriberRow:
    return subscriber(at=NOW)


@pytest.fixture
def reader(row: SubscriberRow) -> Reader:
    return Reader(row.key, issue_subscriber_token(row.key, "misp", at=NOW))


def bring_up(home: Home, row: SubscriberRow, *items: Told, at: datetime = NOW, **more: Any) -> None:
    tell(row, *items, at=at, **more)
    begin_misp(home, row.key, at=at)


def test_a_change_is_one_event_and_the_rest_is_not_fetched_again(
    home: Home, row: SubscriberRow, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.flows.keep_misp.ITEMS_OF_EVENT", 3)
    reports = [told_report(f"kassa{n}.by", url=f"https://kassa{n}.by/in", at=NOW) for n in range(8)]
    bring_up(home, row, *reports)
    assert len(reader.pull().fetched) == 3
    assert reader.standing >= {f"https://kassa{n}.by/in" for n in range(8)}
    assert reader.blocked == set()  # reports are claims
    assert reader.pull().fetched == []
    # In the same second as before: the timestamps rise all the same.
    tell(row, told_case("kassa4.by", at=NOW, targets=("https://kassa4.by/in", "a.kassa4.by")), at=NOW)
    assert keep_misp(home, at=NOW) == 1
    assert len(reader.pull().fetched) == 1
    assert reader.blocked == {"kassa4.by", "https://kassa4.by/in", "a.kassa4.by"}
    tell(row, told_case("kassa4.by", at=NOW, state="closed", outcome="hold_registry"), at=NOW)
    assert keep_misp(home, at=NOW) == 1
    assert len(reader.pull().fetched) == 1
    assert reader.blocked == set()
    assert "a.kassa4.by" not in reader.standing


def test_what_is_withdrawn_leaves_a_misp_that_read_it_and_its_value_is_written_over(
    home: Home, row: SubscriberRow, reader: Reader
) -> None:
    kept, gone = (
        told_report(name, url=f"https://{name}/a", at=NOW, sha256="a" * 64) for name in ("kept.by", "gone.by")
    )
    bring_up(home, row, kept, gone)
    reader.pull()
    tell(row, gone, at=NOW, is_withdrawn=True)
    keep_misp(home, at=NOW)
    assert len(reader.pull().fetched) == 1
    assert reader.standing == {"https://kept.by/a", "kept.by"}
    assert not any("gone.by" in one["value"] for one in reader.values.values())
    assert b"gone.by" not in reader.get(f"{reader.fetched[0]}.json").content
    tell(row, gone, at=NOW + timedelta(hours=1))
    keep_misp(home, at=NOW + timedelta(hours=1))
    assert "https://gone.by/a" in reader.pull().standing


def test_another_marking_moves_an_item_to_another_event(home: Home, row: SubscriberRow, reader: Reader) -> None:
    report = told_report("kassa.by", url="https://kassa.by/in", at=NOW)
    bring_up(home, row, report, tlp="TLP:CLEAR")
    reader.pull()
    tell(row, report, at=NOW, tlp="TLP:GREEN")
    assert keep_misp(home, at=NOW) == 2
    assert len(reader.pull().fetched) == 2
    standing = [one for one in reader.values.values() if one["value"] == "https://kassa.by/in"]
    assert len(standing) == 1
    manifest = json.loads(reader.get("manifest.json").content)
    of = {entry["Tag"][0]["name"]: reader.get(f"{uuid}.json").content for uuid, entry in manifest.items()}
    assert b"kassa.by" in of["tlp:green"]
    assert b"kassa.by" not in of["tlp:clear"]


def test_a_sighting_is_told_on_its_report_where_the_marking_lets_it(
    home: Home, row: SubscriberRow, reader: Reader
) -> None:
    report = told_report("kassa.by", url="https://kassa.by/in", at=NOW)
    bring_up(home, row, report, tlp="TLP:CLEAR")
    seen = ToldSighting(
        sighting=some_uuid("s"), of_report=report.report_id, case=report.case, registrable="kassa.by", zone="by",
        count=7, first_seen=NOW, last_seen=NOW + timedelta(hours=2),
    )  # fmt: skip
    tell(row, seen, at=NOW, tlp="TLP:GREEN")
    assert keep_misp(home, at=NOW) == 0
    tell(row, seen, at=NOW, tlp="TLP:CLEAR")
    assert keep_misp(home, at=NOW) == 1
    (page,) = (one for one in reader.pull().values.values() if one["type"] == "url")
    assert page["comment"] == " [seen 7 times]"
    assert page["last_seen"] == "2026-11-23T14:00:00+00:00"


def test_a_round_that_died_is_done_again(home: Home, row: SubscriberRow, monkeypatch: pytest.MonkeyPatch) -> None:
    misp_feeds.begin_feed(row.pk)
    tell(row, *(told_report(f"kassa{n}.by", at=NOW) for n in range(5)), at=NOW)

    def die(*_: object, **__: object) -> None:
        raise OSError("died")

    with monkeypatch.context() as broken:
        broken.setattr("comity.flows.keep_misp.move_feed", die)
        with pytest.raises(OSError, match="died"):
            follow(home, row.key, at=NOW)
    assert misp_feeds.get_feed(row.key).position == 0
    assert b"".join(misp_feeds.manifest_parts(row.pk)) == b"{}"
    assert follow(home, row.key, at=NOW, at_once=2) == 3
    assert follow(home, row.key, at=NOW) == 0


def test_a_long_stream_is_followed_in_several_rounds(home: Home, row: SubscriberRow) -> None:
    misp_feeds.begin_feed(row.pk)
    tell(row, *(told_report(f"kassa{n}.by", at=NOW) for n in range(3)), at=NOW)
    assert follow(home, row.key, at=NOW, at_once=1, most_parts=2) == 2
    assert misp_feeds.get_feed(row.key).position == 2
    assert keep_misp(home, at=NOW, most_parts=1) == 1
    assert keep_misp(home, at=NOW) == 0


def test_who_may_read_which_feed(home: Home, row: SubscriberRow, reader: Reader) -> None:
    other = subscriber("other", at=NOW)
    public = subscriber("all", kind="public", ceiling="TLP:CLEAR", at=NOW)
    for one in (row, other, public):
        begin_misp(home, one.key, at=NOW)
    anybody = Reader("all")
    assert anybody.get("manifest.json").content == b"{}"
    assert Client().get("/misp/cert-demo/manifest.json").status_code == 401
    assert Client().get("/misp/nobody/manifest.json").status_code == 401
    reader.key = "other"
    assert reader.get("manifest.json").status_code == 403
    reader.key = row.key
    assert reader.get("manifest.json").status_code == 200
    assert reader.get(f"{some_uuid('x')}.json").status_code == 404
    assert reader.client.post("/misp/cert-demo/manifest.json").status_code == 405
    end_subscriber("all", at=NOW)
    assert anybody.get("manifest.json").status_code == 401
    subscriber("without", at=NOW)
    lone = Reader("without", issue_subscriber_token("without", "t", at=NOW))
    assert lone.get("manifest.json").status_code == 404


def test_files_are_those_that_are_served_and_only_changes_are_written(
    home: Home, row: SubscriberRow, reader: Reader, tmp_path: Path
) -> None:
    bring_up(home, row, told_report("kassa.by", at=NOW), told_report("bank.by", at=NOW, category="malware"))
    directory = FeedDirectory(tmp_path / "feed")
    assert write_misp(row.key, directory) == 4
    assert write_misp(row.key, directory) == 0
    tell(row, told_case("kassa.by", at=NOW), at=NOW)
    keep_misp(home, at=NOW)
    assert write_misp(row.key, directory) == 3
    (tmp_path / "feed" / "manifest.json").write_bytes(b'{"broken":')
    assert write_misp(row.key, directory) == 4
    manifest = (tmp_path / "feed" / "manifest.json").read_bytes()
    assert manifest == reader.get("manifest.json").content
    assert (tmp_path / "feed" / "hashes.csv").read_bytes() == b"".join(reader.get("hashes.csv").streaming_content)
    for uuid in json.loads(manifest):
        written = (tmp_path / "feed" / f"{uuid}.json").read_bytes()
        assert written == reader.get(f"{uuid}.json").content
        event = MISPEvent()
        event.load(written.decode())
        assert event.uuid == uuid


def test_the_manifest_never_runs_ahead_of_an_event_that_changes_while_files_are_written(
    home: Home, row: SubscriberRow, tmp_path: Path
) -> None:
    bring_up(home, row, told_report("kassa.by", at=NOW), told_report("bank.by", at=NOW, category="malware"))

    class Slow(FeedDirectory):
        def write(self, name: str, parts: Any) -> int:
            size = super().write(name, parts)
            tell(row, told_case("kassa.by", at=NOW), told_report("bank.by", at=NOW, category="malware"), at=NOW)
            keep_misp(home, at=NOW)
            return size

    write_misp(row.key, Slow(tmp_path))
    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    for uuid, entry in manifest.items():
        assert json.loads((tmp_path / f"{uuid}.json").read_bytes())["Event"]["timestamp"] == entry["timestamp"]
    assert write_misp(row.key, FeedDirectory(tmp_path)) == 4
