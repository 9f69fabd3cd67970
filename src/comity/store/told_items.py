"""What subscribers were told: versions of items, appended in the order of their commits and read from any position.

`append_told` locks the subscriber's row until the caller's transaction ends, so that positions follow the order of
commits: whoever reads on from a position misses nothing, however slow another writer is.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import Count

from comity.core.errors import NotFoundError
from comity.core.markings import Tlp
from comity.core.told_items import Told, ToldKind
from comity.store.fields import micros
from comity.store.models import Subscriber, ToldItem
from comity.store.rows import NewRows

_MARKS_AT_ONCE: Final = 500

_ITEMS: Final = NewRows(
    "told_item",
    {
        "subscriber_id": "int8", "position": "int8", "kind": "varchar", "subject": "varchar", "version": "int8",
        "since": "int8",
        "is_withdrawn": "bool", "is_newest": "bool", "is_blockable": "bool", "registrable": "varchar",
        "zone": "varchar", "category": "varchar", "tlp": "varchar", "clause": "varchar", "memorandum": "varchar",
        "case_id": "int8", "digest": "bytea", "body": "bytea", "at": "int8",
    },
)  # fmt: skip

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder(Told).decode


class NewTold(msgspec.Struct, frozen=True, kw_only=True):
    """A version to be told."""

    kind: ToldKind
    subject: str
    tlp: Tlp
    clause: str
    told: Told | None  # None: a withdrawal of what was erased
    memorandum: str = ""
    registrable: str = ""
    zone: str = ""
    category: str = ""
    case_pk: int | None = None
    is_blockable: bool = False
    is_withdrawn: bool = False


class ToldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version as it was told; `told` is None where it was erased."""

    position: int
    kind: ToldKind
    subject: str
    version: datetime
    is_withdrawn: bool
    is_newest: bool
    is_blockable: bool
    registrable: str
    zone: str
    category: str
    tlp: Tlp
    clause: str
    memorandum: str
    case_pk: int | None
    told: Told | None
    at: datetime
    since: datetime | None = None  # the version of the item's first one


def append_told(subscriber_pk: int, items: Sequence[NewTold], *, at: datetime) -> range:
    """Append versions, inside the caller's transaction, and answer their positions.

    The version of an item is the millisecond of `at`, or the one after its last where that is not later.
    """
    if not items:
        return range(0)
    subscriber = Subscriber.objects.select_for_update().filter(pk=subscriber_pk).first()
    if subscriber is None:
        raise NotFoundError("no such subscriber", item=str(subscriber_pk))
    first = subscriber.told + 1
    last_versions = _last_versions(subscriber_pk, [item.subject for item in items])
    rows: list[tuple[Any, ...]] = []
    moment, newest_row = micros(at), {}
    this_millisecond = -(-moment // 1000) * 1000  # STIX knows no finer times
    for position, item in enumerate(items, first):
        key = (item.kind, item.subject)
        last, since = last_versions.get(key, (0, 0))
        version = max(this_millisecond, last + 1000)
        last_versions[key] = version, since or version
        newest_row[key] = position
        body = _encode(item.told) if item.told is not None else b""
        rows.append((
            subscriber_pk, position, item.kind, item.subject, version, since or version,
            item.is_withdrawn, False, item.is_blockable,
            item.registrable, item.zone, item.category, item.tlp, item.clause, item.memorandum, item.case_pk,
            sha256(body).digest(), body, moment,
        ))  # fmt: skip
    newest = frozenset(newest_row.values())
    _forget_newest(subscriber_pk, [item.subject for item in items])
    _ITEMS.write([(*row[:7], row[1] in newest, *row[8:]) for row in rows])
    Subscriber.objects.filter(pk=subscriber_pk).update(told=first + len(items) - 1)
    return range(first, first + len(items))


def read_told(subscriber_pk: int, *, after: int = 0, limit: int = 1000) -> list[ToldRow]:
    """Versions after a position, in their order."""
    found = ToldItem.objects.filter(subscriber_id=subscriber_pk, position__gt=after).order_by("position")[:limit]
    return [_row(row) for row in found]


def read_told_at(subscriber_pk: int, positions: Sequence[int]) -> list[ToldRow]:
    """The versions at some positions, in their order."""
    found = ToldItem.objects.filter(subscriber_id=subscriber_pk, position__in=positions)
    return [_row(row) for row in found.order_by("position")]


def iterate_holding(subscriber_pk: int, kind: ToldKind) -> Iterator[ToldRow]:
    """The newest version of every item of a kind that is not withdrawn, by registrable domain."""
    found = ToldItem.objects.filter(subscriber_id=subscriber_pk, kind=kind, is_newest=True, is_withdrawn=False)
    for row in found.order_by("registrable", "position").iterator(chunk_size=2000):
        yield _row(row)


def iterate_newest(subscriber_pk: int) -> Iterator[ToldRow]:
    """The newest version of every item, withdrawn ones included, in the order in which they were told."""
    found = ToldItem.objects.filter(subscriber_id=subscriber_pk, is_newest=True).order_by("position")
    for row in found.iterator(chunk_size=2000):
        yield _row(row)


def count_holding(subscriber_pk: int) -> dict[tuple[str, str], int]:
    """How many items a subscriber has, by kind and zone."""
    found = ToldItem.objects.filter(subscriber_id=subscriber_pk, is_newest=True, is_withdrawn=False)
    rows = found.values_list("kind", "zone").annotate(n=Count("pk")).order_by("kind", "zone")
    return {(kind, zone): count for kind, zone, count in rows}


def iterate_by_name(subscriber_pk: int, kinds: Sequence[ToldKind]) -> Iterator[ToldRow]:
    """As `iterate_holding`, of several kinds: what is told of one registrable domain stands together, by kind."""
    found = ToldItem.objects.filter(
        subscriber_id=subscriber_pk, kind__in=list(kinds), is_newest=True, is_withdrawn=False
    )
    for row in found.order_by("registrable", "kind", "position").iterator(chunk_size=2000):
        yield _row(row)


def newest_of_case(subscriber_pk: int, case_pk: int) -> list[ToldRow]:
    """The newest versions of what a subscriber was told of a case, withdrawn ones included."""
    found = ToldItem.objects.filter(subscriber_id=subscriber_pk, case_id=case_pk, is_newest=True)
    return [_row(row) for row in found.order_by("position")]


def withdrawn_of(subscriber_pk: int, subjects: Sequence[str]) -> set[tuple[str, str]]:
    """Which of some items a subscriber has no longer: by kind and subject."""
    found = ToldItem.objects.filter(
        subscriber_id=subscriber_pk, subject__in=list(dict.fromkeys(subjects)), is_newest=True, is_withdrawn=True
    )
    return set(found.values_list("kind", "subject"))


def digest_of(told: Told) -> bytes:
    """What an item is known by: equal digests are the same item."""
    return sha256(_encode(told)).digest()


def _last_versions(subscriber_pk: int, subjects: Sequence[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """The newest version of each item and its first one, in microseconds."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for start in range(0, len(subjects), _MARKS_AT_ONCE):
        part = list(dict.fromkeys(subjects[start : start + _MARKS_AT_ONCE]))
        rows = ToldItem.objects.filter(subscriber_id=subscriber_pk, subject__in=part, is_newest=True)
        found.update(
            {
                (kind, subject): (micros(version), micros(since or version))
                for kind, subject, version, since in rows.values_list("kind", "subject", "version", "since")
            }
        )
    return found


def _forget_newest(subscriber_pk: int, subjects: Sequence[str]) -> None:
    for start in range(0, len(subjects), _MARKS_AT_ONCE):
        part = list(dict.fromkeys(subjects[start : start + _MARKS_AT_ONCE]))
        ToldItem.objects.filter(subscriber_id=subscriber_pk, subject__in=part, is_newest=True).update(is_newest=False)


def _row(row: ToldItem) -> ToldRow:
    return ToldRow(
        position=row.position, kind=msgspec.convert(row.kind, ToldKind), subject=row.subject, version=row.version,
        is_withdrawn=row.is_withdrawn, is_newest=row.is_newest, is_blockable=row.is_blockable,
        registrable=row.registrable, zone=row.zone, category=row.category, tlp=msgspec.convert(row.tlp, Tlp),
        clause=row.clause, memorandum=row.memorandum, case_pk=row.case_id, told=_decode(row.body) if row.body else None,
        at=row.at, since=row.since,
    )  # fmt: skip


def mark_changed(case_pks: Sequence[int]) -> None:
    """Note, inside the transaction of a change, that subscribers may have to hear of these cases."""
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO changed_case (case_id) VALUES (%s)", [(pk,) for pk in case_pks])
