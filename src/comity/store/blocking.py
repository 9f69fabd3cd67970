"""What is blocked for a subscriber, followed from the stream of what it was told; the cost follows the change.

`take_told` applies versions in their order; what it answers are names with what stood there before and what stands
there now, from which `store.block_outputs` tells what each output must change.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db.models import QuerySet

from comity.core.blocking import Blocked, find_withheld
from comity.core.guards import Guard
from comity.core.markings import TLPS, Tlp
from comity.core.suffixes import SuffixList
from comity.core.told_items import ToldCase
from comity.store.fields import micros
from comity.store.models import BlockedName, BlockReader
from comity.store.rows import NewRows
from comity.store.told_items import ToldRow

_AT_ONCE: Final = 500
_TLPS: Final[dict[str, Tlp]] = {tlp: tlp for tlp in TLPS}
_FIELDS: Final = (
    "subject", "registrable", "category", "tlp", "clause", "first_seen", "last_seen", "since", "is_hot", "withheld",
)  # fmt: skip
_HELD: Final = NewRows(
    "blocked_name",
    {
        "subscriber_id": "int8", "subject": "varchar", "registrable": "varchar", "category": "varchar",
        "tlp": "varchar", "clause": "varchar", "first_seen": "int8", "last_seen": "int8", "since": "int8",
        "is_hot": "bool", "withheld": "varchar",
    },
)  # fmt: skip

Rows = dict[str, list[Blocked]]  # by name


class Door(msgspec.Struct, frozen=True):
    """The last door: what is asked of a name, and by which lists."""

    guard: Guard
    suffixes: SuffixList
    digest: str

    def withheld(self, name: str) -> str:
        """Why a name must not be blocked; empty: it may be."""
        return find_withheld(name, self.guard, self.suffixes)


class Moved(msgspec.Struct, frozen=True):
    """Names about which something changed: what stood there, and what stands there now."""

    before: Rows
    after: Rows


def has_news(subscriber_pk: int, told: int) -> bool:
    """Whether a stream goes on."""
    position = BlockReader.objects.filter(subscriber_id=subscriber_pk).values_list("position", flat=True).first()
    return (position or 0) < told


def is_weighed_by(subscriber_pk: int, guard_digest: str) -> bool:
    """Whether names were weighed by the lists that are in force."""
    return BlockReader.objects.filter(subscriber_id=subscriber_pk, guard=guard_digest).exists()


def has_cooled(subscriber_pk: int, *, hot_since: datetime) -> bool:
    """Whether a name is no longer new."""
    return BlockedName.objects.filter(subscriber_id=subscriber_pk, is_hot=True, since__lte=hot_since).exists()


def lock_reader(subscriber_pk: int) -> BlockReader:
    """The reader of a subscriber, locked until the caller's transaction ends."""
    BlockReader.objects.get_or_create(subscriber_id=subscriber_pk)
    return BlockReader.objects.select_for_update().get(subscriber_id=subscriber_pk)


def take_told(subscriber_pk: int, rows: Sequence[ToldRow], door: Door, *, hot_since: datetime, at: datetime) -> Moved:
    """Apply versions of a subscriber's stream, inside the caller's transaction."""
    newest = {row.subject: row for row in rows if row.kind == "case"}
    held = {row.subject: row for row in _read(subscriber_pk, "subject__in", list(newest))}
    wanted = {subject: _blocked(row, held.get(subject), door, hot_since, at) for subject, row in newest.items()}
    names = {row.name for row in held.values()} | {row.name for row in wanted.values() if row}
    before = _by_name(names, _read(subscriber_pk, "registrable__in", sorted(names)))
    changed = [subject for subject, row in wanted.items() if row != held.get(subject)]
    _delete(subscriber_pk, [subject for subject in changed if subject in held])
    _write(subscriber_pk, [row for subject in changed if (row := wanted[subject])])
    kept = [row for rows in before.values() for row in rows if row.subject not in wanted]
    return Moved(before, _by_name(names, [*kept, *(row for row in wanted.values() if row)]))


def cool_down(subscriber_pk: int, *, hot_since: datetime, limit: int = 2000) -> Moved:
    """Let names that are no longer new leave the small zones, inside the caller's transaction."""
    found = BlockedName.objects.filter(subscriber_id=subscriber_pk, is_hot=True, since__lte=hot_since)
    due = list(found.order_by("since").values_list("pk", "registrable")[:limit])
    names = {name for _pk, name in due}
    before = _by_name(names, _read(subscriber_pk, "registrable__in", sorted(names)))
    for start in range(0, len(due), _AT_ONCE):
        BlockedName.objects.filter(pk__in=[pk for pk, _name in due[start : start + _AT_ONCE]]).update(is_hot=False)
    return Moved(before, _by_name(names, _read(subscriber_pk, "registrable__in", sorted(names))))


def find_reweighed(subscriber_pk: int, door: Door) -> dict[str, str]:
    """The names of which the door says something else than it did, and what it says now.

    Asked of every name when the door's lists have changed, outside of a transaction: writers do not wait for it.
    """
    found = BlockedName.objects.filter(subscriber_id=subscriber_pk).values_list("registrable", "withheld")
    moved: dict[str, str] = {}
    for name, held in found.order_by("registrable").distinct().iterator(chunk_size=2000):
        if (why := door.withheld(name)) != held:
            moved[name] = why
    return moved


def weigh_again(subscriber_pk: int, reweighed: Mapping[str, str]) -> Moved:
    """Let names in or out at the door, inside the caller's transaction."""
    names = sorted(reweighed)
    before = _by_name(names, _read(subscriber_pk, "registrable__in", names))
    for name, why in reweighed.items():
        BlockedName.objects.filter(subscriber_id=subscriber_pk, registrable=name).update(withheld=why)
    return Moved(
        before,
        {name: [msgspec.structs.replace(row, withheld=reweighed[name]) for row in before[name]] for name in names},
    )


def let_all_go(subscriber_pk: int, *, limit: int = 2000) -> Moved:
    """Take out what is blocked for a subscriber whose subscription ended, some thousand cases at a time."""
    found = BlockedName.objects.filter(subscriber_id=subscriber_pk).order_by("registrable", "subject")
    rows = [_row(row) for row in found[:limit]]
    names = {row.name for row in rows}
    before = _by_name(names, _read(subscriber_pk, "registrable__in", sorted(names)))
    _delete(subscriber_pk, [row.subject for held in before.values() for row in held])
    return Moved(before, {name: [] for name in names})


def iterate_blocked(
    subscriber_pk: int, *, first: str = "", before: str = "", is_hot: bool = False, categories: Collection[str] = ()
) -> Iterator[tuple[str, list[Blocked]]]:
    """What is blocked, name by name in the store's order, from `first` on and before `before` where they are given."""
    found = _holding(subscriber_pk, first=first, before=before, is_hot=is_hot, categories=categories)
    held: list[Blocked] = []
    rows = found.order_by("registrable", "subject").values_list(*_FIELDS)
    for subject, name, category, tlp, clause, first_seen, last_seen, since, hot, withheld in rows.iterator(
        chunk_size=2000
    ):
        if held and held[0].name != name:
            yield held[0].name, held
            held = []
        held.append(
            Blocked(
                subject=subject, name=name, category=category, tlp=_TLPS[tlp], clause=clause, first_seen=first_seen,
                last_seen=last_seen, since=since, is_hot=hot, withheld=withheld,
            )
        )  # fmt: skip
    if held:
        yield held[0].name, held


def iterate_names(
    subscriber_pk: int, *, first: str = "", before: str = "", is_hot: bool = False, categories: Collection[str] = ()
) -> Iterator[str]:
    """The names alone, as `iterate_blocked` has them."""
    found = _holding(subscriber_pk, first=first, before=before, is_hot=is_hot, categories=categories)
    yield from found.order_by("registrable").values_list("registrable", flat=True).distinct().iterator(chunk_size=2000)


def _holding(
    subscriber_pk: int, *, first: str, before: str, is_hot: bool, categories: Collection[str]
) -> QuerySet[BlockedName]:
    found = BlockedName.objects.filter(subscriber_id=subscriber_pk, withheld="")
    if first:
        found = found.filter(registrable__gte=first)
    if before:
        found = found.filter(registrable__lt=before)
    if is_hot:
        found = found.filter(is_hot=True)
    return found.filter(category__in=list(categories)) if categories else found


def count_withheld(subscriber_pk: int) -> dict[str, int]:
    """How many cases are kept back at the last door, by reason."""
    found = BlockedName.objects.filter(subscriber_id=subscriber_pk).exclude(withheld="")
    counts: dict[str, int] = {}
    for why in found.values_list("withheld", flat=True).iterator():
        counts[why] = counts.get(why, 0) + 1
    return dict(sorted(counts.items()))


def _blocked(row: ToldRow, held: Blocked | None, door: Door, hot_since: datetime, at: datetime) -> Blocked | None:
    """What a version says is blocked; None: nothing."""
    told = row.told
    if row.is_withdrawn or not row.is_blockable or not isinstance(told, ToldCase) or not told.is_blockable:
        return None
    is_same = held is not None and held.name == told.registrable
    since = held.since if held is not None and is_same else min(at, max(told.changed_at, told.opened_at))
    return Blocked(
        subject=row.subject, name=told.registrable, category=told.category, tlp=row.tlp, clause=row.clause,
        first_seen=told.first_seen, last_seen=told.last_seen, since=since, is_hot=since > hot_since,
        withheld=door.withheld(told.registrable),
    )  # fmt: skip


def _read(subscriber_pk: int, by: str, values: Sequence[str]) -> list[Blocked]:
    found: list[Blocked] = []
    for start in range(0, len(values), _AT_ONCE):
        part = {by: values[start : start + _AT_ONCE]}
        found += [_row(row) for row in BlockedName.objects.filter(subscriber_id=subscriber_pk, **part)]
    return found


def _by_name(names: Collection[str], rows: Sequence[Blocked]) -> Rows:
    found: Rows = {name: [] for name in names}
    for row in rows:
        found[row.name].append(row)
    return found


def _delete(subscriber_pk: int, subjects: Sequence[str]) -> None:
    for start in range(0, len(subjects), _AT_ONCE):
        part = subjects[start : start + _AT_ONCE]
        BlockedName.objects.filter(subscriber_id=subscriber_pk, subject__in=part).delete()


def _write(subscriber_pk: int, rows: Sequence[Blocked]) -> None:
    optional: Callable[[datetime | None], int | None] = lambda at: micros(at) if at else None  # noqa: E731 — one expression, used twice
    _HELD.write([
        (
            subscriber_pk, row.subject, row.name, row.category, row.tlp, row.clause, optional(row.first_seen),
            optional(row.last_seen), micros(row.since), row.is_hot, row.withheld,
        )
        for row in rows
    ])  # fmt: skip


def _row(row: BlockedName) -> Blocked:
    return Blocked(
        subject=row.subject, name=row.registrable, category=row.category, tlp=_TLPS[row.tlp],
        clause=row.clause, first_seen=row.first_seen, last_seen=row.last_seen, since=row.since, is_hot=row.is_hot,
        withheld=row.withheld,
    )  # fmt: skip
