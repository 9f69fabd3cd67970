"""Every output of a node, read through its real door: which of some names a reader finds in it.

`OUTPUTS` is the whole list, and each subscriber is one reader of all of them: what it may not be told, no door may give
it.  A reader keeps what it read before, as a secondary, a MISP or a receiver of webhooks does.  A new output adds its
row here, and is then asked by every test of `test_withdrawal_leaves_every_output`.
"""

import base64
import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import dns.name
import dns.query
import dns.tsigkeyring
import dns.xfr
import dns.zone
import msgspec
from django.test import Client

from api.hook_server import Receiver, receiving
from api.taxii_world import Reader as TaxiiReader
from api.test_misp import Reader as MispReader
from comity.core.roles import Actor
from comity.edges.feed_directory import FeedDirectory
from comity.edges.home import BlockingSettings, Home, MailSettings, ZoneSettings
from comity.edges.tsig_keys import make_tsig_key
from comity.flows.block import block
from comity.flows.compose_list import compose_list, compose_zone_text
from comity.flows.deliver_webhooks import deliver_webhooks
from comity.flows.fill_taxii import fill_taxii
from comity.flows.keep_misp import begin_misp, keep_misp
from comity.flows.keep_webhook import keep_webhook
from comity.flows.publish_xarf import list_xarf, publish_xarf
from comity.flows.release import release
from comity.flows.write_iodef import iodef_parts
from comity.flows.write_misp import write_misp
from comity.flows.write_stix import write_stix
from comity.store.subscribers import SubscriberRow, get_reading_subscriber, get_subscriber
from comity.wire.tsig import TsigKey
from comity.wire.webhook_json import Message, parse_message
from flows.test_serve_zones import serving

TSIG, ZONE = "resolver-1", "rpz.example.by"
_NAME: Final = re.compile(r"[a-z]+-demo\.[a-z0-9-]+")
_ADDRESSES: Final = frozenset(("domain-name", "url"))
# What says that something is bad; a revoked object has none of it.
_CLAIMS: Final = ("confidence", "labels", "report_types", "explanation", "abstract")


def home_with_outputs(home: Home, subscriber: str, *, protected: str = "") -> Home:
    """The node with zones for a subscriber and an address for XARF; `protected`: a file with names of its own list."""
    settings = msgspec.structs.replace(
        home.settings,
        blocking=BlockingSettings(zones={ZONE: ZoneSettings(subscriber=subscriber, keys=(TSIG,))}),
        mail=MailSettings(from_address="notices@example.org"),
        guard=msgspec.structs.replace(home.settings.guard, lists={"own": protected} if protected else {}),
    )
    return msgspec.structs.replace(home, settings=settings)


class Node:
    """The node that is read from by one subscriber, and what that one holds."""

    def __init__(self, home: Home, row: SubscriberRow, port: int, key: TsigKey, hooks: Receiver, at: datetime) -> None:
        self.home, self.row, self.port, self.key, self.hooks, self.at = home, row, port, key, hooks, at
        self.taxii = TaxiiReader(row.key, may_write=False, party=home.party)
        self.reader = Client(headers={"Authorization": f"Bearer {self.taxii.token}"})
        self.misp = MispReader(row.key, self.taxii.token)
        self.directory = home.path / "published"
        self.zones: dict[str, dns.zone.Zone] = {}  # as a secondary holds them, brought up to date by IXFR
        self.events: dict[tuple[str, str], str] = {}  # what webhooks told, by kind and subject
        keep_webhook(
            home, "desk", row.key, hooks.url, Actor("dora", "administrator", home.party), authority=hooks.authority,
            allows_private=True, after=0, at=at,
        )  # fmt: skip
        begin_misp(home, row.key, at=at)

    def rounds(self, home: Home | None = None) -> None:
        """The rounds of the desk that bring outputs up to date, once each, as it runs them."""
        self.home = home or self.home
        self.at += timedelta(seconds=1)
        for each in (release, block, keep_misp, fill_taxii, deliver_webhooks):
            each(self.home, at=self.at)


@contextmanager
def opened(home: Home, row: SubscriberRow, directory: Path, at: datetime) -> Iterator[Node]:
    """Serve zones, receive webhooks."""
    key = make_tsig_key(home.path, TSIG)
    with serving(home) as port, receiving(directory / "hooks") as hooks:
        yield Node(home, row, port, key, hooks, at)


def _fetch(node: Node, origin: str, held: dns.zone.Zone | None) -> set[str]:
    secret = base64.b64encode(node.key.secret).decode()
    ring = dns.tsigkeyring.from_text({node.key.name: ("hmac-sha256", secret)})
    zone = held if held is not None else dns.zone.Zone(dns.name.from_text(origin))
    query, _ = dns.xfr.make_query(zone, keyring=ring)
    dns.query.inbound_xfr("127.0.0.1", zone, query, port=node.port, timeout=5, lifetime=10)
    node.zones[origin] = zone
    return _owners(zone)


def _owners(zone: dns.zone.Zone) -> set[str]:
    return {str(name).removeprefix("*.") for name in zone.nodes} - {"@"}


def axfr(origin: str) -> Callable[[Node], set[str]]:
    return lambda node: _fetch(node, origin, None)


def ixfr(origin: str) -> Callable[[Node], set[str]]:
    return lambda node: _fetch(node, origin, node.zones.get(origin))


def _get(node: Node, file: str, **headers: str) -> bytes:
    answer: Any = node.reader.get(f"/lists/{node.row.key}/{file}", headers=headers)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def listed(file: str, before: str = "", after: str = "") -> Callable[[Node], set[str]]:
    def read(node: Node) -> set[str]:
        lines = _get(node, file).decode().splitlines()
        assert lines == gzip.decompress(_get(node, file, **{"accept-encoding": "gzip"})).decode().splitlines()
        return {line.removeprefix(before).removesuffix(after) for line in lines if line and line[0] not in "#!["}

    return read


def in_csv(node: Node) -> set[str]:
    return {row["name"] for row in csv.DictReader(io.StringIO(_get(node, "names.csv").decode(), newline=""))}


def in_json(node: Node) -> set[str]:
    return {one["name"] for one in json.loads(_get(node, "names.json"))["names"]}


def in_zone_file(node: Node) -> set[str]:
    text = b"".join(compose_zone_text(node.home, get_subscriber(node.row.key))).decode()
    return _owners(dns.zone.from_text(text, origin=ZONE))


def in_list_file(node: Node) -> set[str]:
    composed = compose_list(node.home, get_subscriber(node.row.key), "plain")[1]
    return {line for line in b"".join(composed.plain()).decode().splitlines() if not line.startswith("#")}


def claimed(objects: list[Any]) -> set[str]:
    """The names of which STIX objects say something; those that were revoked say nothing, and no names are bad."""
    newest: dict[str, Any] = {}
    for one in objects:
        if one["id"] not in newest or one.get("modified", "") >= newest[one["id"]].get("modified", ""):
            newest[one["id"]] = one
    addresses = {one["id"]: one["value"] for one in newest.values() if one["type"] in _ADDRESSES}
    said: set[str] = set()
    for one in newest.values():
        if one.get("revoked"):
            assert [name for name in _CLAIMS if name in one] == []
            assert {one.get("name", "withdrawn"), one.get("description", "withdrawn")} == {"withdrawn"}, one
            assert all("item" not in extension for extension in one.get("extensions", {}).values())
        elif one["type"] not in _ADDRESSES:
            said |= _names(json.dumps(one, ensure_ascii=False))
            said |= {name for ref in one.get("object_refs", ()) for name in _names(addresses.get(ref, ""))}
    return said


def _names(text: str) -> set[str]:
    """The names of the tests that stand in a text."""
    return set(_NAME.findall(text))


def in_bundle(node: Node) -> set[str]:
    row = get_reading_subscriber(node.row.key)
    whole = claimed(json.loads(b"".join(write_stix(node.home, row, with_withdrawn=True)))["objects"])
    held = b"".join(write_stix(node.home, row, with_withdrawn=False))
    assert whole == _names(held.decode())
    return whole


def in_taxii(node: Node) -> set[str]:
    """All collections of the reader: the newest versions, and no older one says more."""
    newest = claimed(_of_collections(node))
    every = [one for one in _of_collections(node, {"match[version]": "all"}) if not one.get("revoked")]
    assert _names(json.dumps([one for one in every if one["type"] not in _ADDRESSES])) == newest
    return newest


def _of_collections(node: Node, query: dict[str, str] | None = None) -> list[Any]:
    return [one for tlp in node.taxii.collections for one in node.taxii.everything(tlp, 100, query)]


def in_misp(node: Node) -> set[str]:
    """What a MISP holds that keeps what it is not told of any more; what is blocked is among what stands."""
    node.misp.pull()
    standing = {name for value in node.misp.standing for name in _names(value)}
    left = [one for one in node.misp.values.values() if one["deleted"]]
    assert [one for one in left if one["to_ids"] or _names(one["value"])] == []
    return standing


def in_misp_files(node: Node) -> set[str]:
    directory = node.directory / "misp"
    write_misp(node.row.key, FeedDirectory(directory))
    return _names(" ".join(file.read_text() for file in sorted(directory.iterdir())))


def in_xarf(node: Node) -> set[str]:
    return {json.loads(line)["source_identifier"] for line in list_xarf(node.home, node.row.key)}


def in_xarf_files(node: Node) -> set[str]:
    publish_xarf(node.home, node.row.key, node.directory / "xarf")
    return _names(" ".join(file.read_text() for file in sorted((node.directory / "xarf").glob("*.json"))))


def in_iodef(node: Node) -> set[str]:
    return _names(b"".join(iodef_parts(node.home, node.row.key, at=node.at)).decode())


def in_webhooks(node: Node) -> set[str]:
    """What a receiver holds that does as docs/spec/webhooks.md says."""
    while node.hooks.got:
        message = parse_message(node.hooks.got.pop(0).body)
        assert isinstance(message, Message)
        for event in message.events:
            if event.type == "withdrawn":
                assert event.item is None
                assert node.events.pop((event.kind, event.subject))
            else:
                node.events[event.kind, event.subject] = msgspec.json.encode(event.item).decode()
    return _names(" ".join(node.events.values()))


# output of names to block: how its readers read it
BLOCKING: Final[dict[str, Callable[[Node], set[str]]]] = {
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
# output of claims and cases
TELLING: Final[dict[str, Callable[[Node], set[str]]]] = {
    "STIX bundle": in_bundle,
    "TAXII": in_taxii,
    "MISP feed": in_misp,
    "files of the MISP feed": in_misp_files,
    "XARF": in_xarf,
    "files of XARF": in_xarf_files,
    "IODEF": in_iodef,
    "webhooks": in_webhooks,
}
OUTPUTS: Final = BLOCKING | TELLING
