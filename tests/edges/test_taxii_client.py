"""The TAXII client against servers that page well or badly, lie and forget: it loses nothing and never turns round."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.feeds import Feed
from comity.edges.feed_http import FeedError
from comity.edges.home import Home, NodeSettings
from comity.edges.taxii_client import Cursor, follow_collection
from edges.taxii_server import COLLECTION, Taxii, serve_taxii


@pytest.fixture(scope="module")
def running() -> Iterator[Taxii]:
    with serve_taxii() as serving:
        yield serving


@pytest.fixture
def server(running: Taxii) -> Taxii:
    return fresh(running)


def fresh(running: Taxii) -> Taxii:
    running.__dict__.update(Taxii(address=running.address).__dict__)
    return running


HOME = Home(Path("nowhere"), NodeSettings("cctld.ru", ("ru",), "k"))


def declared(place: str, **more: Any) -> Feed:
    words: dict[str, Any] = {
        "name": "taxii", "kind": "taxii", "place": place, "format": "stix", "reporter": "t", "private": True,
        "plain": True, "collection": "bad", "seconds": 10.0,
    }  # fmt: skip
    return Feed(**(words | more))


def visit(feed: Feed, cursor: Cursor, *, most_pages: int = 500) -> tuple[list[str], Cursor]:
    """Visit once; answers the identifiers that came, and the cursor after."""
    found: list[str] = []
    for number, page in enumerate(follow_collection(HOME, feed, cursor)):
        assert number < most_pages
        found += [json.loads(octets)["id"] for octets in page.objects]
        cursor = page.cursor
    return found, cursor


def held(server: Taxii) -> set[str]:
    return {body["id"] for _, body in server.objects}


def test_pages_are_followed_to_the_end_and_the_next_visit_brings_what_is_new(server: Taxii) -> None:
    for number in range(95):
        server.add(number, seconds=number * 60.0)
    found, cursor = visit(declared(server.address), Cursor())
    assert sorted(found) == sorted(held(server))
    assert all(set(query) == {"limit", "next"} for query in server.asked[1:])  # the same filters with every next
    server.add(95, seconds=95 * 60.0)
    again, cursor = visit(declared(server.address), cursor)
    assert f"indicator--00000000-0000-4000-8000-{95:012d}" in again
    assert len(again) <= 12  # the overlap of ten minutes and no more
    assert server.asked[-1]["added_after"] < "2026-11-20T01:35:00"


@pytest.mark.parametrize("same", [1, 7, 10, 25, 200])
def test_a_server_that_says_more_and_no_next_loses_nothing(server: Taxii, same: int) -> None:
    """As medallion gives one date to all objects of a request: a page may end in the midst of them."""
    server.gives_next = False
    for number in range(240):
        server.add(number, seconds=float(number // same))
    found, _ = visit(declared(server.address), Cursor())
    assert set(found) == held(server)
    assert len(found) == len(held(server))


def test_more_of_one_date_than_any_page_holds_ends_the_visit_with_its_reason(server: Taxii) -> None:
    server.gives_next, server.page = False, 2
    for number in range(300):
        server.add(number)
    with pytest.raises(FeedError) as caught:
        visit(declared(server.address), Cursor())
    assert caught.value.reason == "turns-round"


def test_a_server_that_gives_the_same_again_does_not_keep_us(server: Taxii) -> None:
    server.repeats_next = True
    for number in range(40):
        server.add(number)
    with pytest.raises(FeedError) as caught:
        visit(declared(server.address), Cursor())
    assert caught.value.reason == "turns-round"
    server.repeats_next, server.gives_next, server.gives_dates = False, False, False
    with pytest.raises(FeedError, match="from which date"):
        visit(declared(server.address), Cursor())


def test_a_server_without_dates_is_read_from_the_beginning(server: Taxii) -> None:
    server.gives_dates = False
    for number in range(30):
        server.add(number, seconds=float(number))
    found, cursor = visit(declared(server.address), Cursor())
    assert set(found) == held(server)
    assert cursor == Cursor()
    assert set(visit(declared(server.address), cursor)[0]) == held(server)


def test_a_visit_that_was_broken_off_goes_on_where_it_was(server: Taxii) -> None:
    for number in range(60):
        server.add(number, seconds=float(number))
    pages = follow_collection(HOME, declared(server.address), Cursor())
    first = [next(pages), next(pages)]
    rest, _ = visit(declared(server.address), first[-1].cursor)
    came = {json.loads(octets)["id"] for page in first for octets in page.objects}
    assert came | set(rest) == held(server)
    assert not came & set(rest)


def test_a_server_that_forgot_where_we_were_is_read_from_where_the_visit_began(server: Taxii) -> None:
    for number in range(60):
        server.add(number, seconds=float(number))
    pages = follow_collection(HOME, declared(server.address), Cursor())
    cursor = next(pages).cursor
    server.forgets_next, server.page = True, 100
    assert set(visit(declared(server.address), cursor)[0]) == held(server)


def test_a_visit_is_bounded_and_the_next_one_goes_on(server: Taxii) -> None:
    for number in range(100):
        server.add(number, seconds=float(number))
    first, cursor = visit(declared(server.address, max_objects=30), Cursor())
    assert len(first) == 30
    found = set(first)
    for _ in range(4):
        more, cursor = visit(declared(server.address, max_objects=30), cursor)
        found |= set(more)
    assert found == held(server)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gives_next=st.booleans(),
    page=st.integers(3, 12),
    steps=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 300)), min_size=1, max_size=25),
)
def test_slow_and_fast_writers_never_hide_an_object(
    running: Taxii, gives_next: bool, page: int, steps: list[tuple[int, int]]
) -> None:
    """Writers add objects between our pages, some dated a while ago; whatever is there at the end came at last."""
    server = fresh(running)
    server.gives_next, server.page = gives_next, page
    clock, number = 0.0, 0
    found: set[str] = set()
    cursor = Cursor()
    pending = list(steps)

    def write() -> None:
        nonlocal clock, number
        if pending:
            count, late = pending.pop()
            clock += 60.0
            for _ in range(count):
                server.add(number, seconds=clock - late)  # up to five minutes late
                number += 1

    write()
    server.after_page = write
    while pending:
        more, cursor = visit(declared(server.address), cursor)
        found |= set(more)
    for _ in range(2):
        more, cursor = visit(declared(server.address), cursor)
        found |= set(more)
    assert found == held(server)


def test_what_is_no_taxii_or_not_ours_is_named(server: Taxii) -> None:
    server.add(1)
    place = server.address
    for feed, change, reason in (
        (declared(place, collection="other"), {}, "not-found"),
        (declared(place), {"can_read": False}, "refused"),
        (declared(place), {"media_type": "text/html"}, "malformed"),
        (declared(place), {"proof": "Bearer x"}, "refused"),
        (declared(place.replace("taxii2", "nothing")), {}, "not-found"),
    ):
        fresh(server).__dict__.update(change)
        with pytest.raises(FeedError) as caught:
            visit(feed, Cursor())
        assert caught.value.reason == reason


def test_an_api_root_and_the_collections_own_names_are_found(server: Taxii, tmp_path: Path) -> None:
    server.add(1)
    server.proof = "Bearer s3cret"
    (tmp_path / "token").write_text("Authorization: Bearer s3cret", encoding="ascii")
    (tmp_path / "token").chmod(0o600)
    home = Home(tmp_path, HOME.settings)
    for name in (COLLECTION, "bad", "Bad names"):
        feed = declared(server.address.replace("taxii2", "one"), collection=name, authorization_file="token")
        (page,) = follow_collection(home, feed, Cursor())
        assert len(page.objects) == 1


@pytest.fixture(scope="module")
def medallion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Medallion, as it is installed, in a process of its own; answers the address of its collection."""
    directory = tmp_path_factory.mktemp("medallion")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    information = {
        "title": "root1",
        "versions": ["application/taxii+json;version=2.1"],
        "max_content_length": 9_765_625,
    }
    collection = {
        "id": COLLECTION, "title": "Bad names", "can_read": True, "can_write": True,
        "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": [],
    }  # fmt: skip
    data = {
        "/discovery": {"title": "peer", "default": f"{base}/root1/", "api_roots": [f"{base}/root1/"]},
        "root1": {"information": information, "status": [], "collections": [collection]},
    }
    (directory / "data.json").write_text(json.dumps(data), encoding="utf-8")
    backend = {
        "module": "medallion.backends.memory_backend", "module_class": "MemoryBackend",
        "filename": str(directory / "data.json"),
    }  # fmt: skip
    conf = {"backend": backend, "users": {"anna": "pass"}, "taxii": {"max_page_size": 10}}
    (directory / "conf.json").write_text(json.dumps(conf), encoding="utf-8")
    command = [Path(sys.executable).with_name("medallion"), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(
        [*command, directory / "conf.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(200):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield base
        finally:
            process.terminate()


def test_of_medallion_nothing_is_lost_though_it_gives_one_date_to_many(
    medallion: str, server: Taxii, tmp_path: Path
) -> None:
    (tmp_path / "user").write_text("anna:pass", encoding="ascii")
    (tmp_path / "user").chmod(0o600)
    home = Home(tmp_path, HOME.settings)
    feed = declared(f"{medallion}/taxii2/", collection="Bad names", authorization_file="user")
    for number in range(26):
        server.add(number)
    bodies = [body for _, body in server.objects]
    found: set[str] = set()
    cursor = Cursor()
    for part in (bodies[:21], bodies[21:]):
        request = Request(  # noqa: S310 — our own server, on this machine
            f"{medallion}/root1/collections/{COLLECTION}/objects/", data=json.dumps({"objects": part}).encode(),
            headers={
                "Authorization": "Basic YW5uYTpwYXNz", "Accept": "application/taxii+json;version=2.1",
                "Content-Type": "application/taxii+json;version=2.1",
            },
        )  # fmt: skip
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            assert answer.status == 202
        for page in follow_collection(home, feed, cursor):
            found |= {json.loads(octets)["id"] for octets in page.objects}
            cursor = page.cursor
    assert found == {body["id"] for body in bodies}
    assert cursor.base
