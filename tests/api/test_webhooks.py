"""Webhooks against a real HTTPS server that takes, refuses, hangs up, says nothing and sends elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from api.hook_server import Receiver, receiving
from comity.client.webhooks import believe
from comity.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from comity.core.roles import Actor
from comity.core.told_items import ToldSighting
from comity.edges.home import Home
from comity.edges.keys import load_public_keys, make_keys
from comity.edges.public_address import is_public
from comity.edges.webhook_sender import Post, Posted, check_webhook_url, post_all
from comity.flows.deliver_webhooks import PATIENCE, deliver_webhooks, wait_before
from comity.flows.keep_webhook import forget_webhook, keep_webhook, try_webhook
from comity.store.models import ToldItem
from comity.store.subscribers import add_subscriber, end_subscriber, get_subscriber
from comity.store.told_items import NewTold, append_told, read_told
from comity.store.webhooks import get_webhook, retry_webhook
from comity.wire.webhook_json import Message, parse_message

AT = datetime(2026, 11, 26, 1, tzinfo=UTC)
BOSS = Actor("dora", "administrator", "oac.by")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiving(tmp_path_factory.mktemp("hooks")) as receiver:
        yield receiver


@pytest.fixture
def receiver(server: Receiver, home: Home, db: None) -> Receiver:
    """A subscriber with a webhook to a server that behaves, for the time being."""
    server.got.clear()
    server.manners.clear()
    make_keys(home.path, "by-2026-1")
    add_subscriber("cert", name="CERT", kind="cert", ceiling="TLP:GREEN", clause="1", actor="dora", at=AT)
    declare(home, server)
    return server


def declare(home: Home, server: Receiver, name: str = "desk", *, private: bool = True) -> None:
    keep_webhook(home, name, "cert", server.url, BOSS, authority=server.authority, allows_private=private, at=AT)


def tell(count: int = 1, *, first: int = 0) -> None:
    """Tell the subscriber of sightings; each is an item of its own."""
    told = [
        NewTold(
            kind="sighting", subject=str(UUID(int=first + number)), tlp="TLP:GREEN", clause="1",
            told=ToldSighting(
                sighting=UUID(int=first + number), of_report=UUID(int=1), case=UUID(int=2),
                registrable="pay-demo-q7.by", zone="by", count=1, first_seen=AT, last_seen=AT,
            ),
        )
        for number in range(count)
    ]  # fmt: skip
    with transaction.atomic():
        append_told(get_subscriber("cert").pk, told, at=AT)


def message_of(receiver: Receiver, number: int, home: Home) -> Message:
    """A message that was received, as somebody reads it who believes nothing but the node's keys."""
    got = receiver.got[number]
    keys = {key.kid: key.public for key in load_public_keys(home)}
    return believe(receiver.url, got.fields, got.body, keys, at=AT)


def test_what_is_told_arrives_signed_and_in_order(home: Home, receiver: Receiver) -> None:
    tell(250)

    assert deliver_webhooks(home, at=AT) == 250

    messages = [message_of(receiver, number, home) for number in range(len(receiver.got))]
    assert [len(message.events) for message in messages] == [100, 100, 50]
    events = [event for message in messages for event in message.events]
    assert [event.position for event in events] == list(range(1, 251))
    assert (events[0].id, events[0].type, events[0].kind, events[0].subject) == (
        "cert/1", "told", "sighting", str(UUID(int=0)),
    )  # fmt: skip
    assert receiver.got[0].path == "/comity?desk=1"
    assert receiver.got[0].fields["Comity-Message"] == "cert/1-100"
    row = get_webhook("desk")
    assert (row.position, row.waiting, row.last_answer, row.delivered_at) == (250, 0, "answered 204", AT)
    assert deliver_webhooks(home, at=AT) == 0
    assert len(receiver.got) == 3


def test_a_withdrawal_is_an_event_and_what_was_erased_is_null(home: Home, receiver: Receiver) -> None:
    tell()
    ToldItem.objects.update(is_withdrawn=True, body=b"")

    deliver_webhooks(home, at=AT)

    (event,) = message_of(receiver, 0, home).events
    assert (event.type, event.item) == ("withdrawn", None)


def test_what_was_withdrawn_while_nobody_took_it_is_not_said_any_more(home: Home, receiver: Receiver) -> None:
    receiver.manners = [503]
    tell()
    assert deliver_webhooks(home, at=AT) == 0
    (told,) = read_told(get_subscriber("cert").pk)
    withdrawal = NewTold(
        kind="sighting", subject=told.subject, tlp="TLP:GREEN", clause="1", told=told.told, is_withdrawn=True
    )
    with transaction.atomic():
        append_told(get_subscriber("cert").pk, [withdrawal], at=AT)

    assert deliver_webhooks(home, at=AT + timedelta(minutes=1)) == 2

    events = [event for number in (1, 2) for event in message_of(receiver, number, home).events]
    assert [(event.type, event.item) for event in events] == [("told", None), ("withdrawn", None)]


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        (503, "answered 503"),
        (302, "answered 302; redirects are not followed"),
        ("hang-up", "hung up, or answered with what is not HTTPS (RemoteDisconnected)"),
    ],
)
def test_what_is_not_taken_comes_again_later_as_the_same_message(
    home: Home, receiver: Receiver, manner: int | str, said: str
) -> None:
    receiver.manners = [manner]
    tell(2)
    assert deliver_webhooks(home, at=AT) == 0
    row = get_webhook("desk")
    assert (row.last_answer, row.tries, row.failing_since, row.position) == (said, 1, AT, 0)
    assert row.next_try_at is not None
    assert timedelta(seconds=15) <= row.next_try_at - AT <= timedelta(seconds=30)
    tell(3, first=10)

    assert deliver_webhooks(home, at=row.next_try_at - timedelta(seconds=1)) == 0
    assert len(receiver.got) == 1
    assert deliver_webhooks(home, at=row.next_try_at) == 5

    assert [got.fields["Comity-Message"] for got in receiver.got] == ["cert/1-2", "cert/1-2", "cert/3-5"]
    assert receiver.got[0].body == receiver.got[1].body
    assert get_webhook("desk").failing_since is None


def test_who_says_nothing_is_hung_up_on(home: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.manners = ["silence"]
    post = Post(receiver.url, b"{}", {"Content-Type": "application/json"}, receiver.authority, True)

    (answer,) = post_all([post], whole_seconds=0.3)

    assert answer == Posted(False, "did not answer in time")
    receiver.released.set()


def test_a_receiver_that_fails_does_not_hold_up_another(home: Home, receiver: Receiver) -> None:
    keep_webhook(home, "away", "cert", "https://localhost:1/", BOSS, allows_private=True, at=AT)
    tell()

    assert deliver_webhooks(home, at=AT) == 1

    assert get_webhook("desk").position == 1
    away = get_webhook("away")
    assert (away.position, away.tries, away.last_answer) == (0, 1, "is not reachable: Connection refused")


def test_after_three_days_it_is_given_up_until_somebody_says_again(home: Home, receiver: Receiver) -> None:
    tell()
    at = AT
    for _half_day in range(6):
        receiver.manners = [500]
        deliver_webhooks(home, at=at)
        assert get_webhook("desk").state == "open"
        at += PATIENCE / 6
    receiver.manners = [500]
    deliver_webhooks(home, at=at)
    assert (get_webhook("desk").state, len(receiver.got)) == ("given-up", 7)
    assert deliver_webhooks(home, at=at + timedelta(days=1)) == 0

    retry_webhook("desk", at=at)

    assert deliver_webhooks(home, at=at) == 1
    assert get_webhook("desk").state == "open"


def test_a_private_address_is_not_reached_unless_it_was_declared(home: Home, receiver: Receiver) -> None:
    forget_webhook(home, "desk", BOSS)
    declare(home, receiver, private=False)
    tell()

    assert deliver_webhooks(home, at=AT) == 0

    assert "is no address of the Internet" in get_webhook("desk").last_answer
    assert receiver.got == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.1", "224.0.0.1", "::1", "fe80::1",
     "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
     "fec0::1", "::10.0.0.1", "64:ff9b:1::1"],
)  # fmt: skip
def test_addresses_that_are_nobodys_on_the_internet(address: str) -> None:
    assert not is_public(address)


def test_addresses_of_the_internet() -> None:
    assert all(map(is_public, ["193.232.128.6", "2a00:1450:4001::1", "64:ff9b::c1e8:8006"]))


def test_another_authority_is_not_believed(home: Home, receiver: Receiver) -> None:
    keep_webhook(home, "strict", "cert", receiver.url, BOSS, allows_private=True, at=AT)
    tell()
    deliver_webhooks(home, at=AT)

    assert get_webhook("strict").last_answer.startswith("its certificate is refused")


def test_a_test_message_has_no_event_and_changes_nothing(home: Home, receiver: Receiver) -> None:
    tell()
    assert try_webhook(home, "desk", BOSS, at=AT).answer == "answered 204"

    assert message_of(receiver, 0, home).events == ()
    assert get_webhook("desk").position == 0


def test_who_ended_is_told_no_more(home: Home, receiver: Receiver) -> None:
    tell()
    end_subscriber("cert", at=AT)

    assert deliver_webhooks(home, at=AT) == 0
    assert receiver.got == []


def test_only_an_administrator_declares_and_only_what_can_be(home: Home, receiver: Receiver) -> None:
    analyst = Actor("anna", "analyst", "oac.by")
    with pytest.raises(ForbiddenError):
        keep_webhook(home, "x", "cert", receiver.url, analyst, at=AT)
    with pytest.raises(ForbiddenError):
        forget_webhook(home, "desk", analyst)
    with pytest.raises(ForbiddenError):
        try_webhook(home, "desk", analyst, at=AT)
    with pytest.raises(InputError, match="name"):
        keep_webhook(home, "X", "cert", receiver.url, BOSS, at=AT)
    with pytest.raises(InputError, match="after"):
        keep_webhook(home, "x", "cert", receiver.url, BOSS, after=-1, at=AT)
    with pytest.raises(InputError, match="ca"):
        keep_webhook(home, "x", "cert", receiver.url, BOSS, authority="no PEM", at=AT)
    with pytest.raises(NotFoundError):
        keep_webhook(home, "x", "nobody", receiver.url, BOSS, at=AT)
    with pytest.raises(ConflictError):
        declare(home, receiver)


@pytest.mark.parametrize(
    "url",
    ["http://a.by/", "https:///x", "https://u:p@a.by/", "https://a.by/#x", "https://a.by:0/", "https://a.by:x/", "ftp://a",
     "https://a.by/ x", "https://a.by/" + "x" * 1000, "https://пример.бел/", "https://[::1"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        check_webhook_url(url)


def test_waits_grow_and_differ() -> None:
    waits = [wait_before(tries, "cert/1-2") for tries in range(1, 40)]
    assert all(timedelta(seconds=15) * 2**number <= wait for number, wait in enumerate(waits[:7]))
    assert max(waits) <= timedelta(hours=1)
    assert wait_before(1, "a") != wait_before(1, "b")


def test_a_round_without_news_costs_one_question(home: Home, receiver: Receiver) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        deliver_webhooks(home, at=AT)
    assert len(asked) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"form":"x"}', b"\xff", b"[" * 100_000])
def test_what_is_no_message_is_said_to_be_none(body: bytes) -> None:
    assert not isinstance(parse_message(body), Message)
