"""Lists of names to block over HTTP: every form, who may read them, versions, gzip of ready parts."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.test import Client

from comity.core.categories import CATEGORIES
from comity.edges.home import Home
from comity.flows.block import block
from comity.store.subscribers import SubscriberRow, end_subscriber, issue_subscriber_token
from comity.wire.block_list_texts import LISTS
from flows.blocked import AT, subscribe, tell, told_case, withdrawn

pytestmark = pytest.mark.django_db

SCHEMA = Path(__file__).parent.parent.parent / "docs/spec/comity-blocklist-1.schema.json"
NAMES = ["demo-bank.by", "xn--e1afmkfd.xn--p1ai"]


@pytest.fixture
def subscriber(db: None, home: Home) -> SubscriberRow:
    made = subscribe()
    tell(made, [told_case(name) for name in NAMES])
    block(home, at=AT)
    return made


@pytest.fixture
def reader(subscriber: SubscriberRow) -> Client:
    token = issue_subscriber_token(subscriber.key, "test", at=datetime.now(UTC))
    return Client(headers={"Authorization": f"Bearer {token}"})


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def get(reader: Client, file: str, **headers: str) -> Any:
    return reader.get(
        f"/lists/resolver-1/{file}", headers={key.replace("_", "-"): value for key, value in headers.items()}
    )


def lines(text: bytes, mark: str) -> list[str]:
    return [line for line in text.decode().splitlines() if not line.startswith(mark)]


def test_every_form_names_every_name_once(reader: Client) -> None:
    assert lines(body(get(reader, "hosts.txt")), "#") == [f"0.0.0.0 {name}" for name in NAMES]
    assert lines(body(get(reader, "names.txt")), "#") == NAMES
    adblock = body(get(reader, "adblock.txt"))
    assert adblock.startswith(b"[Adblock Plus]\n")
    assert lines(adblock, "!")[1:] == [f"||{name}^" for name in NAMES]
    assert lines(body(get(reader, "dnsmasq.conf")), "#") == [f"local=/{name}/" for name in NAMES]


def test_csv_and_json_say_why_and_how_they_are_marked(reader: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(body(get(reader, "names.csv")).decode(), newline="")))
    assert [row["name"] for row in rows] == NAMES
    assert rows[0]["categories"] == "phishing"
    assert (rows[0]["tlp"], rows[0]["clauses"], rows[0]["first_seen"]) == (
        "TLP:GREEN", "agreement-1 §2", "2026-11-23T12:00:00Z",
    )  # fmt: skip
    document = json.loads(body(get(reader, "names.json")))
    schema = json.loads(SCHEMA.read_text())
    assert schema["properties"]["names"]["items"]["properties"]["categories"]["items"]["enum"] == list(CATEGORIES)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()), format_checker=jsonschema.FormatChecker()).validate(
        document
    )
    assert [one["name"] for one in document["names"]] == NAMES
    assert (document["count"], document["version"], document["tlp"]) == (2, int(AT.timestamp()), "TLP:GREEN")
    assert [one["references"] for one in document["names"]] == [row["references"].split() for row in rows]


@pytest.mark.parametrize("form", LISTS)
def test_gzip_is_what_was_compressed_before_and_says_the_same(reader: Client, form: str) -> None:
    file = LISTS[form].file
    plain, packed = get(reader, file), get(reader, file, Accept_Encoding="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert gzip.decompress(body(packed)) == body(plain)
    assert plain["Content-Type"] == LISTS[form].media_type
    assert plain["ETag"] != packed["ETag"]


def test_who_takes_everything_but_gzip_gets_none(reader: Client) -> None:
    assert "Content-Encoding" not in get(reader, "hosts.txt", Accept_Encoding="*, gzip;q=0").headers


def test_a_reader_who_has_the_version_hears_so(reader: Client, subscriber: SubscriberRow, home: Home) -> None:
    first = get(reader, "names.txt")
    assert first["Last-Modified"] == "Mon, 23 Nov 2026 12:00:00 GMT"
    assert get(reader, "names.txt", If_None_Match=first["ETag"]).status_code == 304
    assert get(reader, "names.txt", If_Modified_Since=first["Last-Modified"]).status_code == 304
    head = reader.head("/lists/resolver-1/names.txt")
    assert (head["ETag"], head.get("Content-Length")) == (first["ETag"], None)
    tell(subscriber, [withdrawn(told_case(NAMES[0]))])
    block(home, at=AT + timedelta(seconds=1))
    again = get(reader, "names.txt", If_None_Match=first["ETag"])
    assert (again.status_code, lines(body(again), "#")) == (200, NAMES[1:])


def test_who_has_no_key_of_the_subscriber_gets_nothing(reader: Client, home: Home) -> None:
    stranger = Client()
    for key in ("resolver-1", "nobody"):
        refused = stranger.get(f"/lists/{key}/names.txt")
        assert (refused.status_code, refused["WWW-Authenticate"][:5]) == (401, "Basic")
    subscribe("resolver-2")
    assert reader.get("/lists/resolver-2/names.txt").status_code == 404
    assert reader.get("/lists/resolver-1/names.exe").status_code == 404
    assert reader.post("/lists/resolver-1/names.txt").status_code == 405
    end_subscriber("resolver-1", at=AT)
    assert get(reader, "names.txt").status_code == 401


def test_a_public_list_is_everybodys(db: None, home: Home) -> None:
    tell(subscribe("everybody", kind="public", ceiling="TLP:CLEAR"), [told_case("demo-bank.by")])
    assert Client().get("/lists/everybody/names.txt").status_code == 404  # not listed yet
    block(home, at=AT)
    answer = Client().get("/lists/everybody/names.txt")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=300")
    assert lines(body(answer), "#") == ["demo-bank.by"]
    end_subscriber("everybody", at=AT)
    assert Client().get("/lists/everybody/names.txt").status_code == 401


def test_an_empty_list_is_whole(db: None, home: Home) -> None:
    subscribe("everybody", kind="public", ceiling="TLP:CLEAR")
    block(home, at=AT)
    assert json.loads(body(Client().get("/lists/everybody/names.json")))["names"] == []
    assert lines(body(Client().get("/lists/everybody/names.txt")), "#") == []
