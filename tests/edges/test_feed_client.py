"""A feed over a real server that answers well, lies, cuts, changes and sends on; and that nobody inside is asked."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import SettingError
from comity.core.feeds import Feed
from comity.edges.feed_client import Fetched, Validators, fetch_file, folder_of
from comity.edges.feed_http import FeedError
from comity.edges.home import Home, NodeSettings
from comity.edges.public_address import is_public
from comity.edges.tls import make_certificates
from edges.feed_server import File, Serving, bomb, date, serve

BODY = b"".join(b"bad-%05d.demo.ru\n" % number for number in range(2_000))
NONE = Validators()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tls")
    make_certificates(directory, party="feeds.example", hosts=("localhost",), at=datetime.now(UTC))
    return directory / "tls"


@pytest.fixture(scope="module")
def server(tls: Path) -> Iterator[Serving]:
    with serve(tls / "node.pem", tls / "node.key") as serving:
        yield serving


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, NodeSettings("cctld.ru", ("ru",), "k"))


@pytest.fixture
def feed(server: Serving, tls: Path) -> Feed:
    server.files.clear()
    server.asked.clear()
    return Feed(
        name="list", place=f"{server.address}/list", format="names", reporter="list", private=True,
        ca=str(tls / "ca.pem"), seconds=5.0, max_bytes=1 << 20,
    )  # fmt: skip


def changed(feed: Feed, **more: Any) -> Feed:
    return Feed(**{name: getattr(feed, name) for name in feed.__struct_fields__} | more)


def refusal(home: Home, feed: Feed, known: Validators = NONE) -> FeedError:
    with pytest.raises(FeedError) as caught:
        fetch_file(home, feed, known)
    return caught.value


def octets(fetched: Fetched) -> bytes:
    assert fetched.file is not None
    return fetched.file.read_bytes()


def test_what_did_not_change_is_not_sent_again(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, etag='"one"', changed=date(datetime(2026, 11, 20, tzinfo=UTC)))
    first = fetch_file(home, feed, NONE)
    assert octets(first) == BODY
    assert fetch_file(home, feed, first.validators) == Fetched(None, first.validators)
    assert server.last()["if-none-match"] == '"one"'
    server.files["/list"].etag = ""
    by_date = Validators("", first.validators.changed)
    assert fetch_file(home, feed, by_date).file is None
    server.files["/list"] = File(BODY + b"more.ru\n", etag='"two"')
    assert octets(fetch_file(home, feed, first.validators)).endswith(b"more.ru\n")


@pytest.mark.parametrize("cut_at", [1, 4_096, 10_000, len(BODY) - 1])
def test_a_broken_download_is_continued(home: Home, feed: Feed, server: Serving, cut_at: int) -> None:
    server.files["/list"] = File(BODY, etag='"one"', cut_at=cut_at)
    assert refusal(home, feed).reason == "cut-off"
    server.files["/list"].cut_at = None
    fetched = fetch_file(home, feed, NONE)
    assert (octets(fetched), fetched.resumed) == (BODY, True)
    assert server.last()["if-range"] == '"one"'
    assert not (folder_of(home, "list") / "partial.json").exists()


def test_a_download_that_breaks_again_and_again_arrives(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, etag='"one"')
    for cut_at in range(5_000, len(BODY), 9_000):
        server.files["/list"].cut_at = cut_at
        assert refusal(home, feed).reason == "cut-off"
    server.files["/list"].cut_at = None
    assert octets(fetch_file(home, feed, NONE)) == BODY


def test_a_file_that_changed_meanwhile_is_fetched_whole(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, etag='"one"', cut_at=9_000)
    refusal(home, feed)
    server.files["/list"] = File(b"other.ru\n", etag='"two"')
    fetched = fetch_file(home, feed, NONE)
    assert (octets(fetched), fetched.resumed) == (b"other.ru\n", False)


def test_a_file_that_shrank_meanwhile_is_fetched_whole(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, etag='"one"', cut_at=9_000)
    refusal(home, feed)
    server.files["/list"] = File(b"short.ru\n", etag='"one"')  # the tag lies
    assert octets(fetch_file(home, feed, NONE)) == b"short.ru\n"


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_continued(home: Home, feed: Feed, server: Serving, etag: str) -> None:
    server.files["/list"] = File(BODY, etag=etag, cut_at=9_000)
    assert refusal(home, feed).reason == "cut-off"
    server.files["/list"].cut_at = None
    assert octets(fetch_file(home, feed, NONE)) == BODY
    assert "range" not in server.last()


def test_an_old_date_is_a_strong_validator_and_a_fresh_one_is_none(home: Home, feed: Feed, server: Serving) -> None:
    for age, resumed in ((timedelta(hours=1), True), (timedelta(0), False)):
        server.files["/list"] = File(BODY, changed=date(datetime.now(UTC) - age), cut_at=9_000)
        assert refusal(home, feed).reason == "cut-off"
        server.files["/list"].cut_at = None
        fetched = fetch_file(home, feed, NONE)
        assert (octets(fetched), fetched.resumed) == (BODY, resumed)


def test_another_part_than_was_asked_for_is_refused_and_not_joined(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, etag='"one"', cut_at=9_000)
    refusal(home, feed)
    server.files["/list"] = File(BODY, etag='"one"', lies_of_start=7)
    assert refusal(home, feed).reason == "malformed"
    assert octets(fetch_file(home, feed, NONE)) == BODY  # from the beginning


def test_lies_about_the_length_are_noticed(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, says=len(BODY) + 10)
    assert refusal(home, feed).reason == "cut-off"
    server.files["/list"] = File(BODY, says=5 << 20)
    assert refusal(home, feed).reason == "too-large"
    assert not (folder_of(home, "list") / "fetched").exists()


def test_more_than_the_bound_is_not_read_to_its_end(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(b"a.ru\n" * 500_000, length=False)
    assert refusal(home, feed).reason == "too-large"
    assert (folder_of(home, "list") / "partial").stat().st_size <= feed.max_bytes


def test_an_end_that_nobody_can_tell_must_be_the_end_of_a_line(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(b"good.ru\nhalf-a-na", length=False)
    assert refusal(home, feed).reason == "cut-off"
    server.files["/list"] = File(b"good.ru\nwhole.ru\n", length=False)
    assert octets(fetch_file(home, feed, NONE)) == b"good.ru\nwhole.ru\n"
    server.files["/list"] = File(b"good.ru\nwhole.ru")  # its length was said
    assert octets(fetch_file(home, feed, NONE)) == b"good.ru\nwhole.ru"


def test_a_slow_server_is_left_after_the_bound(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(BODY, etag='"one"', seconds=0.2)
    begun = datetime.now(UTC)
    assert refusal(home, changed(feed, seconds=0.5)).reason == "timed-out"
    assert datetime.now(UTC) - begun < timedelta(seconds=3)
    server.files["/list"].seconds = 0.0
    assert fetch_file(home, feed, NONE).resumed  # what had come is kept


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (404, {}, "not-found"),
        (403, {}, "refused"),
        (401, {}, "refused"),
        (500, {}, "server-error"),
        (429, {"Retry-After": "3600"}, "rate-limited"),
        (204, {}, "malformed"),
        (200, {"Content-Encoding": "br"}, "malformed"),
        (302, {"Location": "http://localhost/plain"}, "bad-redirect"),
        (302, {"Location": "https://user@localhost/"}, "bad-redirect"),
        (302, {"Location": "file:///etc/passwd"}, "bad-redirect"),
        (302, {"Location": "https://[::1"}, "bad-redirect"),
        (302, {"Location": "/list"}, "too-many-redirects"),
    ],
)
def test_other_answers_are_named(
    home: Home, feed: Feed, server: Serving, status: int, headers: dict[str, str], reason: str
) -> None:
    server.files["/list"] = File(b"bad.ru\n" if status == 200 else b"", status=status, headers=headers)
    error = refusal(home, feed)
    assert error.reason == reason
    assert error.retry_after == (timedelta(hours=1) if status == 429 else None)


def test_redirects_are_followed_and_the_proof_does_not_go_to_another_origin(
    home: Home, feed: Feed, server: Serving, tls: Path
) -> None:
    secret = home.path / "key"
    secret.write_text("Auth-Key: s3cret\n", encoding="ascii")
    secret.chmod(0o600)
    with serve(tls / "node.pem", tls / "node.key") as other:
        other.files["/there"] = File(b"bad.ru\n")
        server.files["/list"] = File(status=302, headers={"Location": "/moved"})
        server.files["/moved"] = File(status=307, headers={"Location": f"{other.address}/there"})
        assert octets(fetch_file(home, changed(feed, authorization_file="key"), NONE)) == b"bad.ru\n"
        assert [asked.get("auth-key") for _path, asked in server.asked] == ["s3cret", "s3cret"]
        assert "auth-key" not in other.last()


def test_a_password_is_sent_as_basic_and_must_not_lie_open(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(b"bad.ru\n")
    secret = home.path / "key"
    secret.write_text("anna:pass\n", encoding="ascii")
    secret.chmod(0o644)
    with pytest.raises(SettingError, match="chmod 600"):
        fetch_file(home, changed(feed, authorization_file="key"), NONE)
    secret.chmod(0o600)
    fetch_file(home, changed(feed, authorization_file="key"), NONE)
    assert server.last()["authorization"] == "Basic YW5uYTpwYXNz"


def test_a_certificate_of_nobody_we_trust_is_refused(home: Home, feed: Feed, server: Serving) -> None:
    server.files["/list"] = File(b"bad.ru\n")
    assert refusal(home, changed(feed, ca="")).reason == "certificate"
    elsewhere = feed.place.replace("localhost", "127.0.0.1")
    with pytest.raises(FeedError) as caught:  # its certificate names another host
        fetch_file(home, changed(feed, place=elsewhere), NONE)
    assert caught.value.reason == "certificate"


def test_a_machine_of_our_own_network_is_not_asked(home: Home, feed: Feed, server: Serving) -> None:
    assert refusal(home, changed(feed, private=False)).reason == "private-address"
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("169.254.169.254", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("0.0.0.0", False),  # noqa: S104
        ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("224.0.0.1", False),
        ("100.64.0.1", False), ("::ffff:8.8.8.8", True), ("fec0::1", False), ("::10.0.0.1", False),
        ("64:ff9b:1::1", False),
    ],
)  # fmt: skip
def test_addresses_that_lead_inside_are_known(address: str, answer: bool) -> None:
    assert is_public(address) is answer


@given(st.ip_addresses())
def test_whatever_is_not_global_is_not_public(address: Any) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        embeds = address.version == 6 and (address.ipv4_mapped or address.sixtofour or address.teredo)
        assert not is_public(str(address)) or embeds


def test_packed_files_come_as_they_are(home: Home, feed: Feed, server: Serving) -> None:
    packed = gzip.compress(BODY)
    server.files["/list"] = File(packed, headers={"Content-Encoding": "gzip"})
    assert octets(fetch_file(home, feed, NONE)) == packed
    assert len(bomb(1 << 20)) < 2_000


def test_a_local_file_is_copied_when_it_changed(home: Home, feed: Feed) -> None:
    source = home.path / "lists" / "own.txt"
    source.parent.mkdir()
    local = changed(feed, kind="file", place="lists/own.txt")
    assert refusal(home, local).reason == "unreachable"
    source.write_bytes(b"bad.ru\n")
    first = fetch_file(home, local, NONE)
    assert octets(first) == b"bad.ru\n"
    assert fetch_file(home, local, first.validators).file is None
    source.write_bytes(b"x" * (feed.max_bytes + 1))
    assert refusal(home, local, first.validators).reason == "too-large"
