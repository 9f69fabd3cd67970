"""How the fuzzer reads what feeds bring: JSON of feeds, policy zones, manifests, and an operator's declarations."""

import tomllib
from collections.abc import Callable

from comity.core.errors import ComityError, InputError
from comity.core.reports import Record
from comity.edges.feed_declarations import parse_feed
from comity.edges.misp_feed_client import parse_manifest
from comity.wire.documents import Document
from comity.wire.feed_json import read_cert_pl, read_threatfox
from comity.wire.formats import FORMATS, fixed_category
from comity.wire.rpz_lines import RpzReader

_ZONE = fixed_category(FORMATS["rpz"], "malware")


def read_feed_json(data: bytes) -> object:
    """Both readers see the same octets."""
    read: list[Callable[[bytes], Document]] = [read_threatfox, read_cert_pl]
    found: list[Document] = []
    trouble: ComityError | None = None
    for one in read:
        try:
            found.append(one(data))
        except InputError as error:
            trouble = error
    for document in found:
        _check(document.records)
    if trouble is not None and not found:
        raise trouble
    return found


def read_policy_zone(data: bytes) -> object:
    records = list(RpzReader(_ZONE).read(data.decode("utf-8", "replace").split("\n"), 1))
    _check(records)
    return records


def read_manifest(data: bytes) -> object:
    return parse_manifest(data)


def read_declarations(data: bytes) -> object:
    try:
        tables = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise InputError(str(error)) from error
    return [parse_feed(name, table, item="feeds.toml") for name, table in tables.items()]


def _check(records: list[Record] | tuple[Record, ...]) -> None:
    for record in records:
        assert (record.report is None) != (record.problem is None)
        assert record.raw is None or "\n" not in record.raw
