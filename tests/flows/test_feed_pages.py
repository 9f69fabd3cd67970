"""Sources without a whole into a real store: a TAXII collection and a MISP feed, each with its cursor."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comity.core.errors import InputError
from comity.core.reports import Record, Report
from comity.edges.feed_declarations import get_feed
from comity.edges.home import Home, NodeSettings
from comity.flows.fetch_feed import FeedVisit, fetch_feed
from comity.store import models
from comity.store.feeds import get_state
from comity.wire import document_readers
from comity.wire.documents import Document
from comity.wire.formats import FORMATS, Format
from edges.feed_server import File, Serving, serve
from edges.taxii_server import Taxii, serve_taxii

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
UUIDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(3)]


def read_patterns(data: bytes) -> Document:
    """As little of a reader as the way in needs: each object is a report about the name in its pattern."""
    try:
        whole = json.loads(data)
    except ValueError as error:
        raise InputError(str(error), item="line 1") from error
    names = [one["pattern"].split("'")[1] for one in whole["objects"]]
    return Document(
        records=tuple(
            Record(place, None, name, Report(name=name, category="phishing")) for place, name in enumerate(names, 1)
        )
    )


@pytest.fixture(autouse=True)
def _readers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stix", "misp-json"):
        monkeypatch.setitem(FORMATS, name, Format(name=name, kind="document"))
        monkeypatch.setitem(document_readers.READERS, name, (lambda _head: False, read_patterns))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, NodeSettings("cctld.ru", ("ru",), "k"))


@pytest.fixture
def taxii() -> Iterator[Taxii]:
    with serve_taxii() as serving:
        yield serving


@pytest.fixture
def web() -> Iterator[Serving]:
    with serve() as serving:
        yield serving


def visit(home: Home, place: str, kind: str, **more: Any) -> FeedVisit:
    words = {"kind": kind, "url": place, "private": True, "plain": True, "collection": "bad"} | more
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in words.items())
    (home.path / "feeds.toml").write_text(f"[source]\n{text}\n", encoding="utf-8")
    return fetch_feed(home, get_feed(home, "source"), clock=lambda: AT)


def names() -> set[str]:
    return set(models.Report.objects.values_list("registrable", flat=True))


def test_a_collection_is_taken_in_with_its_cursor(home: Home, taxii: Taxii) -> None:
    for number in range(25):
        taxii.add(number, seconds=number * 3600.0)
    first = visit(home, taxii.address, "taxii")
    assert (first.end, first.intake.accepted) == ("taken", 25)
    taxii.add(25, seconds=25 * 3600.0)
    again = visit(home, taxii.address, "taxii")
    assert (again.intake.accepted, again.intake.duplicate) == (1, 1)
    assert names() == {f"bad-{number}-demo.ru" for number in range(26)}
    assert models.FeedSighting.objects.get(registrable="bad-24-demo.ru").counted == 2
    machine = json.loads(bytes(models.Report.objects.order_by("pk")[0].body))
    assert machine["machine_only"] is True


def test_what_came_before_a_server_failed_stays_with_its_cursor(home: Home, taxii: Taxii) -> None:
    for number in range(60):
        taxii.add(number, seconds=float(number))
    part = visit(home, taxii.address, "taxii", max_objects=20)
    assert part.intake.accepted == 20
    taxii.media_type = "text/html"
    assert visit(home, taxii.address, "taxii").error == "malformed"
    assert get_state("source").failures == 1
    taxii.media_type = "application/taxii+json;version=2.1"
    rest = visit(home, taxii.address, "taxii")
    assert (rest.intake.accepted, rest.intake.duplicate) == (40, 0)


def event(*hosts: str) -> bytes:
    return json.dumps({"objects": [{"pattern": f"'{host}'"} for host in hosts]}).encode()


def publish(web: Serving, **stamps: str) -> None:
    manifest = {UUIDS[int(number[1:])]: {"timestamp": stamp, "info": "x"} for number, stamp in stamps.items()}
    body = json.dumps(manifest).encode()
    web.files["/feed/manifest.json"] = File(body, etag=f'"{hash(body)}"')


def test_of_a_misp_feed_only_changed_events_are_fetched(home: Home, web: Serving) -> None:
    place = f"{web.address}/feed"
    for number in range(3):
        web.files[f"/feed/{UUIDS[number]}.json"] = File(event(f"bad-{number}-demo.ru"))
    publish(web, e0="100", e1="100")
    assert visit(home, place, "misp-feed").intake.accepted == 2
    assert visit(home, place, "misp-feed").end == "unchanged"
    assert [path for path, _ in web.asked].count("/feed/manifest.json") == 2
    assert len(web.asked) == 4  # the second time the manifest alone, and that not sent
    web.files[f"/feed/{UUIDS[0]}.json"] = File(event("bad-0-demo.ru", "more-demo.ru"))
    publish(web, e0="90", e1="100", e2="50")  # an older one counts as well: what differs is fetched
    third = visit(home, place, "misp-feed")
    assert (third.intake.accepted, third.intake.duplicate) == (2, 1)
    assert names() == {"bad-0-demo.ru", "bad-1-demo.ru", "bad-2-demo.ru", "more-demo.ru"}


def test_an_event_that_fails_is_fetched_the_next_time(home: Home, web: Serving) -> None:
    place = f"{web.address}/feed"
    web.files[f"/feed/{UUIDS[0]}.json"] = File(event("bad-0-demo.ru"))
    publish(web, e0="1", e1="1")
    assert visit(home, place, "misp-feed").error == "not-found"
    assert names() == {"bad-0-demo.ru"}
    web.files[f"/feed/{UUIDS[1]}.json"] = File(event("bad-1-demo.ru"))
    asked = len(web.asked)
    assert visit(home, place, "misp-feed").end == "taken"
    assert [path for path, _ in web.asked[asked:]] == ["/feed/manifest.json", f"/feed/{UUIDS[1]}.json"]


@pytest.mark.parametrize("spoilt", [None, File(b"{")])
def test_an_event_that_cannot_be_read_keeps_no_other_out(home: Home, web: Serving, spoilt: File | None) -> None:
    place = f"{web.address}/feed"
    if spoilt is not None:
        web.files[f"/feed/{UUIDS[0]}.json"] = spoilt
    web.files[f"/feed/{UUIDS[1]}.json"] = File(event("bad-1-demo.ru"))
    publish(web, e0="1", e1="1")
    assert visit(home, place, "misp-feed").end == "failed"
    assert names() == {"bad-1-demo.ru"}
    asked = len(web.asked)
    assert visit(home, place, "misp-feed").end == "failed"
    assert [path for path, _ in web.asked[asked:]] == ["/feed/manifest.json", f"/feed/{UUIDS[0]}.json"]


@pytest.mark.parametrize(
    "manifest",
    [
        b"[]", b'{"../../etc/passwd": {"timestamp": "1"}}', b'{"x": 1}', b"<html>", b"{" * 5_000,
        b'{"00000000-0000-4000-8000-000000000000": {"timestamp": "soon"}}',
        b'{"00000000-0000-4000-8000-000000000000": {}, "00000000-0000-4000-8000-000000000000": {}}',
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(home: Home, web: Serving, manifest: bytes) -> None:
    web.files["/feed/manifest.json"] = File(manifest)
    assert visit(home, f"{web.address}/feed", "misp-feed").error == "malformed"
    assert len(web.asked) == 1
