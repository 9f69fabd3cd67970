"""Write STIX: what a subscriber has, as one bundle.  It is written from told items and from nothing else."""

from collections.abc import Iterator

from comity.core.told_items import TOLD_KINDS
from comity.edges.home import Home
from comity.store.subscribers import SubscriberRow
from comity.store.told_items import ToldRow, iterate_holding, iterate_newest
from comity.wire.stix_bundle import write_bundle
from comity.wire.stix_objects import Version


def write_stix(home: Home, reader: SubscriberRow, *, with_withdrawn: bool) -> Iterator[bytes]:
    """Give the parts of the bundle, in bounded memory."""
    rows = iterate_newest(reader.pk) if with_withdrawn else _holding(reader.pk)
    items = map(version_of, rows)
    yield from write_bundle(items, publisher=home.party, name=f"{reader.key}/{reader.told}", ceiling=reader.ceiling)


def version_of(row: ToldRow) -> Version:
    """A stored version as `wire` writes it."""
    return Version(
        kind=row.kind, subject=row.subject, version=row.version, since=row.since or row.version,
        is_withdrawn=row.is_withdrawn, registrable=row.registrable, category=row.category, tlp=row.tlp,
        clause=row.clause, memorandum=row.memorandum, told=row.told,
    )  # fmt: skip


def _holding(subscriber_pk: int) -> Iterator[ToldRow]:
    for kind in TOLD_KINDS:
        yield from iterate_holding(subscriber_pk, kind)
