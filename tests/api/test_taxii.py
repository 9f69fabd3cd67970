"""TAXII 2.1 as a client sees it: what the protocol says, and what a page is."""

import gzip
from datetime import timedelta
from typing import Any

import pytest

from api.taxii_world import NOW, TAXII, Reader, made, new, stamp, stix_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db: None) -> Reader:
    return Reader()


def test_a_client_finds_its_way_from_discovery_to_its_collections(reader: Reader) -> None:
    found = reader.client.get("/taxii2/").json()
    assert found["default"] in found["api_roots"]
    root = reader.client.get(found["default"]).json()
    assert root["versions"] == [TAXII]
    assert root["max_content_length"] == 10_000_000
    listed = reader.client.get(f"{found['default']}collections/").json()["collections"]
    assert [(one["title"], one["can_read"], one["can_write"]) for one in listed] == [
        ("Reports and outcomes, TLP:CLEAR", True, False),
        ("Reports and outcomes, TLP:GREEN", True, False),
        ("Reports and outcomes, TLP:AMBER", True, False),
        ("Inbox", True, True),
    ]
    for one in listed:
        assert reader.client.get(f"{found['default']}collections/{one['id']}/").json() == one


@pytest.mark.parametrize("limit", [1, 7, 250, 333, 1000])
def test_pages_of_any_size_give_every_object_once_and_in_order(reader: Reader, limit: int) -> None:
    count = 777 if limit > 7 else 40
    reader.add([new(number) for number in range(count)])
    assert [one["id"] for one in reader.everything("TLP:GREEN", limit)] == [stix_id(number) for number in range(count)]


def test_every_object_has_a_time_of_its_own_and_a_poller_that_keeps_only_that_loses_nothing(reader: Reader) -> None:
    for start in range(0, 600, 60):
        reader.add([new(number) for number in range(start, start + 60)])  # all at the same moment
    added = [one["date_added"] for one in reader.everything("TLP:GREEN", 100, rest="manifest/")]
    assert len(set(added)) == 600
    assert added == sorted(added)
    seen: list[str] = []
    query = {"limit": "7"}
    while True:
        response = reader.client.get(reader.url(), query)
        objects = response.json().get("objects", [])
        if not objects:
            break
        seen += [one["id"] for one in objects]
        query["added_after"] = response["X-TAXII-Date-Added-Last"]
    assert seen == [stix_id(number) for number in range(600)]


def test_the_newest_version_is_given_as_of_the_first_page_and_the_others_by_their_names(reader: Reader) -> None:
    reader.add([new(number) for number in range(300)])
    first = reader.page(query={"limit": "250"})
    reader.add([new(number, version=1) for number in range(260, 300)])
    rest = reader.page(query={"limit": "250", "next": first["next"]})
    assert [one["modified"] for one in rest["objects"]] == [stamp(NOW)] * 50  # as of the first page
    assert not rest["more"]
    assert len(reader.everything("TLP:GREEN", 100)) == 300
    assert len(reader.everything("TLP:GREEN", 100, {"match[version]": "all"})) == 340
    one = {"match[id]": stix_id(260)}
    later = stamp(NOW + timedelta(seconds=1))
    for word, wanted in (("first", [stamp(NOW)]), ("last", [later]), ("all", [stamp(NOW), later]), (later, [later]),
                         (f"first,{later}", [stamp(NOW), later])):  # fmt: skip
        assert [it["modified"] for it in reader.page(query={**one, "match[version]": word})["objects"]] == wanted
    assert reader.page(rest=f"objects/{stix_id(260)}/versions/")["versions"] == [stamp(NOW), later]


def test_a_repeated_request_has_the_same_answer_however_much_was_added(reader: Reader) -> None:
    reader.add([new(number) for number in range(600)])
    first = reader.page(query={"limit": "100"})
    query = {"limit": "100", "next": first["next"]}
    before = reader.client.get(reader.url(), query).content
    reader.add([new(number, version=1) for number in range(100, 700)])
    assert reader.client.get(reader.url(), query).content == before


def test_filters_narrow_one_another_and_their_values_are_alternatives(reader: Reader) -> None:
    kinds = ("indicator", "note", "report")
    reader.add([new(number, kind=kinds[number % 3]) for number in range(60)])
    for query, wanted in (
        ({"match[type]": "note"}, [one for one in range(60) if one % 3 == 1]),
        ({"match[type]": "note,report"}, [one for one in range(60) if one % 3]),
        ({"match[id]": f"{stix_id(3)},{stix_id(6)}"}, [3, 6]),
        ({"match[id]": f"{stix_id(3)},{stix_id(6)}", "match[type]": "note"}, []),
        ({"match[spec_version]": "2.1"}, [*range(60)]),
        ({"match[spec_version]": "2.0"}, []),
        ({"match[version]": "first"}, [*range(60)]),
    ):  # fmt: skip
        found = [one["id"] for one in reader.everything("TLP:GREEN", 7, query)]
        assert found == [stix_id(number, kinds[number % 3]) for number in wanted]
        assert [one["id"] for one in reader.everything("TLP:GREEN", 7, query, "manifest/")] == found


def test_packed_pages_hold_the_same_bytes(reader: Reader) -> None:
    reader.add([new(number) for number in range(610)])
    reader.add([new(number, version=1) for number in range(5, 300, 60)])
    for limit in ("1000", "610", "300", "1"):
        for query in ({}, {"match[version]": "all"}, {"match[type]": "indicator"}):
            plain = reader.client.get(reader.url(), {**query, "limit": limit})
            packed = reader.client.get(reader.url(), {**query, "limit": limit}, headers={"Accept-Encoding": "gzip"})
            body = packed.content
            if packed.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
                assert len(packed.content) < len(body)
            assert body == plain.content
    assert "Content-Encoding" not in reader.client.get(reader.url(), headers={"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize(
    ("query", "item"),
    [
        ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=abc", "limit"), ("limit=", "limit"), ("x=1", "x"),
        ("added_after=yesterday", "added_after"), ("match[type]=a&match[type]=b", "match[type]"),
        ("match[version]=newest", "match[version]"), ("match[id]=1%27--", "match[id]"), ("next=AAAA", "next"),
        ("match[type]=%00", "match[type]"), ("added_after=2026-02-30T00:00:00Z", "added_after"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_is_refused_with_its_name(reader: Reader, query: str, item: str) -> None:
    response = reader.client.get(f"{reader.url()}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, TAXII)
    assert item in response.json()["description"]


def test_next_belongs_to_its_filters(reader: Reader) -> None:
    reader.add([new(number) for number in range(10)])
    query = {"limit": "2", "match[type]": "indicator"}
    following = reader.page(query=query)["next"]
    assert reader.page(query={**query, "limit": "3", "next": following})["objects"]  # the limit may change
    for other in ({"limit": "2"}, {"limit": "2", "match[type]": "note"}, {**query, "added_after": stamp(NOW)}):
        response = reader.client.get(reader.url(), {**other, "next": following})
        assert response.status_code == 400
    other_place = reader.client.get(reader.url("TLP:CLEAR"), {**query, "next": following})
    assert other_place.status_code == 400


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (TAXII, 200), ("application/taxii+json", 200), ("application/taxii+json; version=2.1", 200), ("*/*", 200),
        ('application/taxii+json;version="2.1"', 200), ("text/html, application/*;q=0.5", 200), ("", 200),
        ("application/taxii+json;version=2.0", 406), ("application/json", 406), ("text/html", 406),
        ("application/taxii+json;version=2.1;q=0", 406),
    ],
)  # fmt: skip
def test_media_types_are_negotiated(reader: Reader, accept: str, status: int) -> None:
    response = reader.client.get(reader.url(), headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (status, TAXII)


def test_nobody_else_sees_anything(reader: Reader) -> None:
    other = Reader("other")
    reader.add([new(1)])
    uuid = reader.collections["TLP:GREEN"].uuid
    assert other.client.get(f"/taxii2/api/collections/{uuid}/objects/").status_code == 404
    stranger: Any = other.client.get("/taxii2/api/collections/", headers={"Authorization": "Bearer comitysub_x"})
    assert stranger.status_code == 401
    assert "Basic" in stranger["WWW-Authenticate"]
    assert stranger["Content-Type"] == TAXII
    assert stranger.json()["title"]
    assert other.client.get("/taxii2/", headers={"Authorization": reader.basic()}).status_code == 200
    assert other.client.get("/taxii2/nothing/").status_code == 404
    elsewhere = other.client.get("/nothing-of-ours/")
    assert (elsewhere.status_code, elsewhere["Content-Type"]) == (404, TAXII)
    without_slash = other.client.get("/taxii2/api/collections?x=1")
    assert (without_slash.status_code, without_slash["Location"]) == (308, "/taxii2/api/collections/?x=1")
    assert other.client.put("/taxii2/").status_code == 405


def test_an_envelope_is_kept_as_it_came_and_its_status_says_what_became_of_each_object(reader: Reader) -> None:
    good, bad = made(1, x_number=1.10, x_text="ü\u2028"), {"type": "indicator", "id": "indicator--1"}
    body = b'{"objects": [ %s , {"type":"indicator"}, %s]}' % (
        b'{ "type":"indicator",  "spec_version":"2.1","id":"%s","created":"2026-11-26T09:00:00Z",'
        b'"modified":"2026-11-26T09:00:00.000Z","x":1.10 }' % good["id"].encode(),
        str(bad).replace("'", '"').encode(),
    )
    response = reader.send(body)
    assert response.status_code == 202
    status = response.json()
    assert (status["status"], status["total_count"], status["success_count"], status["failure_count"]) == (
        "complete", 3, 1, 2,
    )  # fmt: skip
    assert reader.client.get(f"/taxii2/api/status/{status['id']}/").json() == status
    assert Reader("other").client.get(f"/taxii2/api/status/{status['id']}/").status_code == 404
    assert b'"modified":"2026-11-26T09:00:00.000Z","x":1.10 }' in reader.client.get(reader.url("")).content


def test_what_was_posted_is_posted_again_without_being_doubled(reader: Reader) -> None:
    for _again in range(2):
        status = reader.post([made(1), made(2), made(2)]).json()
        assert (status["success_count"], status["failure_count"]) == (3, 0)
    assert len(reader.page("", {"match[version]": "all"})["objects"]) == 2
    address = {"type": "domain-name", "spec_version": "2.1", "id": stix_id(3, "domain-name"), "value": "a.example"}
    reader.post([address])
    reader.post([address])
    assert len(reader.page("", {"match[version]": "all"})["objects"]) == 3
    reader.post([made(1, version=5)])
    assert len(reader.page("", {"match[version]": "all"})["objects"]) == 4
    assert len(reader.page("")["objects"]) == 3
    reader.post([made(1, version=3)])  # an older one that comes later is not the newest
    found = reader.page("", {"match[id]": stix_id(1)})["objects"]
    assert [one["modified"] for one in found] == [stamp(NOW + timedelta(seconds=5))]


def test_only_who_may_write_writes_and_only_to_the_inbox(reader: Reader) -> None:
    assert reader.post([made(1)], "TLP:GREEN").status_code == 403
    assert Reader(may_write=False).post([made(1)]).status_code == 403
    assert Reader(may_write=False).client.delete(reader.url("", f"objects/{stix_id(1)}/")).status_code == 403
    assert reader.client.delete(reader.url("TLP:GREEN", f"objects/{stix_id(1)}/")).status_code == 403


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"objects":[]}', "application/json", 415), (b'{"objects":[]}', "application/taxii+json;version=2.0", 415),
        (b"{not json", TAXII, 400), (b"[]", TAXII, 400), (b" ", TAXII, 400), (b'{"objects":{}}', TAXII, 400),
        (b'{"objects":[],"objects":[]}', TAXII, 400), (b'{"type":"bundle","objects":[]}', TAXII, 422),
        (b'{"objects":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}", TAXII, 400), (b'{"objects":[\xff]}', TAXII, 400),
        (b'{"objects":[' + b"1," * 10_000 + b"1]}", TAXII, 413), (b" " * 10_000_001, TAXII, 413),
        (b'{"objects":[NaN]}', TAXII, 400), (b'{"objects":[]}', TAXII, 202), (b"{}", TAXII, 202),
    ],
)  # fmt: skip
def test_a_body_that_is_no_envelope_is_refused_whole(
    reader: Reader, body: bytes, content_type: str, status: int
) -> None:
    response = reader.send(body, content_type=content_type)
    assert (response.status_code, response["Content-Type"]) == (status, TAXII)
    assert reader.page("") == {}


def test_an_envelope_cut_short_anywhere_keeps_nothing(reader: Reader) -> None:
    body = b'{"objects":[{"type":"note","spec_version":"2.1","id":"note--1"}]}'
    for length in range(1, len(body)):
        assert reader.send(body[:length]).status_code == 400


def test_a_member_given_twice_is_refused_in_its_object_alone(reader: Reader) -> None:
    twice = b'{"type":"indicator","id":"%s","modified":"2026-11-26T09:00:00Z","x":{"a":1,"a":2}}' % stix_id(2).encode()
    status = reader.send(b'{"objects":[%s,%s]}' % (twice, b'{"type":"url","id":"%s"}' % stix_id(1, "url").encode()))
    told = status.json()
    assert (told["success_count"], told["failures"][0]["id"]) == (1, stix_id(2))
    assert "'a' twice" in told["failures"][0]["message"]


def test_what_is_deleted_is_gone_and_what_it_superseded_is_the_newest_again(reader: Reader) -> None:
    reader.post([made(number) for number in range(300)])
    reader.post([made(1, version=1)])
    later = stamp(NOW + timedelta(seconds=1))
    url = reader.url("", f"objects/{stix_id(1)}/")
    assert reader.client.delete(f"{url}?match[version]={later}").status_code == 200
    assert [one["modified"] for one in reader.page("", {"match[id]": stix_id(1)})["objects"]] == [stamp(NOW)]
    assert len(reader.everything("", 1000)) == 300
    assert reader.client.delete(url).status_code == 200
    assert reader.client.delete(url).status_code == 404
    assert reader.client.get(url).status_code == 404
    assert [one["id"] for one in reader.everything("", 77)] == [stix_id(n) for n in range(300) if n != 1]
    packed = reader.client.get(reader.url(""), headers={"Accept-Encoding": "gzip"})
    assert stix_id(1).encode() not in gzip.decompress(packed.content)
    reader.post([made(1)])
    assert len(reader.everything("", 1000)) == 300
