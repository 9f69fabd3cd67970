"""A withdrawal leaves every output within the hour that was agreed: shown for each, and the hour asserted.

`OUTPUTS` is the whole list.  A new output adds its row: how its readers read which names it holds, through its real
door.  The bound is made of the schedule, each part from where it is set, and never of waiting.
"""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import dns.name
import dns.query
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest
from django.conf import LazySettings
from django.test import Client

from comity.api.list_views import MAX_AGE_SECONDS
from comity.edges.home import BlockingSettings, Home, ZoneSettings
from comity.edges.tsig_keys import make_tsig_key
from comity.flows import tend
from comity.flows.block import block
from comity.flows.compose_list import compose_list, compose_zone_text
from comity.store.models import BlockOutput
from comity.store.subscribers import get_subscriber, issue_subscriber_token
from comity.wire.rpz import TTL_SECONDS, Timers
from comity.wire.tsig import TsigKey
from flows.blocked import AT, home_at, subscribe, tell, told_case, withdrawn
from flows.test_serve_zones import serving

pytestmark = pytest.mark.django_db(transaction=True)

KEY, ZONE = "resolver-1", "rpz.example.by"
STAYS, GOES = "shop-demo.ru", "demo-bank.by"
AGREED: Final = timedelta(hours=1)
# What resolvers add of their own: BIND takes a second change of a policy zone after a minute (min-update-interval).
RESOLVER_SECONDS: Final = 60
LIST_READER_SECONDS: Final = 30 * 60  # how often docs/how-to/resolver.md has lists fetched


class Node(NamedTuple):
    """The node that is read from."""

    home: Home
    port: int
    key: TsigKey
    reader: Client
    held: dict[str, dns.zone.Zone]  # zones as a secondary holds them, brought up to date by IXFR


def _fetch(node: Node, origin: str, held: dns.zone.Zone | None) -> set[str]:
    secret = base64.b64encode(node.key.secret).decode()
    ring = dns.tsigkeyring.from_text({node.key.name: ("hmac-sha256", secret)})
    zone = held if held is not None else dns.zone.Zone(dns.name.from_text(origin))
    query, _ = dns.xfr.make_query(zone, keyring=ring)
    dns.query.inbound_xfr("127.0.0.1", zone, query, port=node.port, timeout=5, lifetime=10)
    node.held[origin] = zone
    return {str(name) for name in zone.nodes} - {"@"}


def axfr(origin: str) -> Callable[[Node], set[str]]:
    return lambda node: _fetch(node, origin, None)


def ixfr(origin: str) -> Callable[[Node], set[str]]:
    return lambda node: _fetch(node, origin, node.held.get(origin))


def _get(node: Node, file: str, **headers: str) -> bytes:
    answer: Any = node.reader.get(f"/lists/{KEY}/{file}", headers=headers)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def listed(file: str, before: str = "", after: str = "") -> Callable[[Node], set[str]]:
    def read(node: Node) -> set[str]:
        lines = _get(node, file).decode().splitlines()
        assert lines == gzip.decompress(_get(node, file, **{"accept-encoding": "gzip"})).decode().splitlines()
        return {
            line.removeprefix(before).removesuffix(after) for line in lines if line and line[0] not in "#![" and line
        }

    return read


def in_csv(node: Node) -> set[str]:
    return {row["name"] for row in csv.DictReader(io.StringIO(_get(node, "names.csv").decode(), newline=""))}


def in_json(node: Node) -> set[str]:
    return {one["name"] for one in json.loads(_get(node, "names.json"))["names"]}


def in_zone_file(node: Node) -> set[str]:
    text = b"".join(compose_zone_text(node.home, get_subscriber(KEY))).decode()
    zone = dns.zone.from_text(text, origin=ZONE)
    return {str(name) for name in zone.nodes} - {"@"}


def in_list_file(node: Node) -> set[str]:
    composed = compose_list(node.home, get_subscriber(KEY), "plain")[1]
    return {line for line in b"".join(composed.plain()).decode().splitlines() if not line.startswith("#")}


# output: how its readers read it
OUTPUTS: Final[dict[str, Callable[[Node], set[str]]]] = {
    "zone by AXFR": axfr(ZONE),
    "zone by IXFR": ixfr(ZONE),
    "zone of new names by AXFR": axfr(f"hot.{ZONE}"),
    "zone of new names by IXFR": ixfr(f"hot.{ZONE}"),
    "zone file": in_zone_file,
    "hosts": listed("hosts.txt", "0.0.0.0 "),
    "plain": listed("names.txt"),
    "adblock": listed("adblock.txt", "||", "^"),
    "dnsmasq": listed("dnsmasq.conf", "local=/", "/"),
    "CSV": in_csv,
    "JSON": in_json,
    "list written by a command": in_list_file,
}


def test_a_withdrawal_leaves_every_output(transactional_db: None, tmp_path: Path, settings: LazySettings) -> None:
    home = home_at(tmp_path, rpz_example_by=ZoneSettings(subscriber=KEY, keys=(KEY,)))
    settings.HOME = home
    key, subscriber = make_tsig_key(home.path, KEY), subscribe(KEY)
    token = issue_subscriber_token(KEY, "test", at=datetime.now(UTC))
    item = told_case(GOES)
    tell(subscriber, [item, told_case(STAYS)])
    block(home, at=AT)
    with serving(home) as port:
        node = Node(home, port, key, Client(headers={"Authorization": f"Bearer {token}"}), {})
        before = {output: read(node) for output, read in OUTPUTS.items()}
        tell(subscriber, [withdrawn(item)], at=AT + timedelta(seconds=1))
        block(home, at=AT + timedelta(seconds=1))
        after = {output: read(node) for output, read in OUTPUTS.items()}
    for output in OUTPUTS:
        assert {GOES, STAYS} <= before[output], output
        assert STAYS in after[output], output
        assert {GOES, f"*.{GOES}"} & after[output] == set(), output
    assert {row.changed_at for row in BlockOutput.objects.all()} == {AT + timedelta(seconds=1)}


def test_the_schedule_keeps_the_hour() -> None:
    """Even where no NOTIFY arrives and every wait is as long as it may be set."""
    round_seconds = next(each.every_seconds for each in tend.ROUNDS if each.name == "names blocked")
    most = BlockingSettings.__annotations__["refresh_seconds"].__metadata__[0].le
    timers = Timers(refresh_seconds=most)
    by_zone = round_seconds + timers.refresh_seconds + timers.retry_seconds + RESOLVER_SECONDS + TTL_SECONDS
    by_list = round_seconds + MAX_AGE_SECONDS + LIST_READER_SECONDS + TTL_SECONDS
    assert timedelta(seconds=max(by_zone, by_list)) <= AGREED
