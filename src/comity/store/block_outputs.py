"""The outputs of names to block: their versions, the journal from which a zone tells what changed, and their octets.

Changes gather (serial 0) until a version is made of them; then the parts that hold the changed names are written anew,
and no others.  A version's serial is the time in seconds, or one more than the last where that is not later: it rises
over restores and declarations anew as well, because a resolver that saw a higher serial would never ask again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

import msgspec

from comity.core.blocking import Blocked, Change
from comity.store.blocking import Moved, iterate_blocked, iterate_names
from comity.store.models import BlockChange, BlockChunk, BlockOutput

CHUNK_NAMES: Final = 256
JOURNAL_CHANGES: Final = 50_000
_REBUILD_FROM: Final = 20_000
_AT_ONCE: Final = 500


class Piece(msgspec.Struct, frozen=True):
    """Some names in one form; `crc` and `size` of what a compressed body stands for."""

    body: bytes
    crc: int = 0
    size: int = 0


T = TypeVar("T")
Names = Sequence[tuple[str, list[Blocked]]]  # with their cases where an output tells of them
Render = Callable[[Names], dict[str, Piece]]


class OutputWanted(msgspec.Struct, frozen=True, kw_only=True):
    """An output as it is declared."""

    subscriber_pk: int
    origin: str = ""
    is_hot: bool = False
    categories: tuple[str, ...] = ()
    action: str = ""


def are_otherwise(subscriber_pk: int, wanted: Sequence[OutputWanted]) -> bool:
    """Whether the outputs of a subscriber are not as they are declared."""
    return {row.origin: _said(row) for row in list_outputs(subscriber_pk)} != {one.origin: one for one in wanted}


def declare_outputs(subscriber_pk: int, wanted: Sequence[OutputWanted]) -> None:
    """Make the outputs of a subscriber as declared, inside the caller's transaction.

    One that is new or declared otherwise has no `changed_at`: it must be built anew.  One that is declared no more goes
    with all it holds; should it come back, its serial is the time and so higher.
    """
    held = {row.origin: row for row in list_outputs(subscriber_pk)}
    for origin in held.keys() - {one.origin for one in wanted}:
        held[origin].delete()
    for one in wanted:
        row = held.get(one.origin) or BlockOutput(subscriber_id=subscriber_pk, origin=one.origin)
        if row.pk is None or _said(row) != one:
            row.is_hot, row.categories, row.action = one.is_hot, list(one.categories), one.action
            row.changed_at = None
            row.save()


def _said(row: BlockOutput) -> OutputWanted:
    return OutputWanted(
        subscriber_pk=row.subscriber_id, origin=row.origin, is_hot=row.is_hot, categories=tuple(row.categories),
        action=row.action,
    )  # fmt: skip


def mark_unbuilt(subscriber_pk: int) -> None:
    """Let the outputs of a subscriber be built anew, inside the caller's transaction."""
    BlockOutput.objects.filter(subscriber_id=subscriber_pk).update(changed_at=None)


def list_outputs(subscriber_pk: int | None = None) -> list[BlockOutput]:
    """Outputs, by subscriber and origin."""
    found = BlockOutput.objects.select_related("subscriber").order_by("subscriber__key", "origin")
    return list(found if subscriber_pk is None else found.filter(subscriber_id=subscriber_pk))


def find_output(subscriber_key: str, origin: str) -> BlockOutput | None:
    """A subscriber's zone, or its lists, which have no origin."""
    return BlockOutput.objects.filter(subscriber__key=subscriber_key, origin=origin).first()


def read_serial(output_pk: int) -> int:
    """The serial of an output's newest version; 0 where it is gone."""
    return BlockOutput.objects.filter(pk=output_pk).values_list("serial", flat=True).first() or 0


def note_moved(outputs: Iterable[BlockOutput], moved: Moved, *, at: datetime) -> None:
    """Let the changes that an output must make gather, inside the caller's transaction."""
    for output in outputs:
        changes: dict[str, Change] = {}
        for name, before in moved.before.items():
            was, now = _those_of(output, before), _those_of(output, moved.after[name])
            if bool(was) != bool(now):
                changes[name] = "add" if now else "remove"
            elif not output.origin and was != now:
                changes[name] = "alter"
        _gather(output, changes, at=at)


def has_removals(output: BlockOutput) -> bool:
    """Whether a name waits to leave."""
    return BlockChange.objects.filter(output=output, serial=0, change="remove").exists()


def has_changes(output: BlockOutput) -> bool:
    """Whether anything waits."""
    return BlockChange.objects.filter(output=output, serial=0).exists()


def publish_version(output: BlockOutput, render: Render, *, at: datetime) -> int:
    """Make a version of what waits, inside the caller's transaction; answers how many names changed."""
    waiting = dict(BlockChange.objects.filter(output=output, serial=0).values_list("registrable", "change"))
    if not waiting:
        return 0
    if len(waiting) > _REBUILD_FROM and len(waiting) * 4 > output.names:
        build_version(output, render, at=at)
        return len(waiting)
    _renew_chunks(output, list(waiting), render)
    output.serial = _next_serial(output, at)
    output.names += sum(change == "add" for change in waiting.values())
    output.names -= sum(change == "remove" for change in waiting.values())
    output.changed_at = at
    if output.origin:
        BlockChange.objects.filter(output=output, serial=0).update(serial=output.serial, at=at)
        _shorten_journal(output)
    else:
        BlockChange.objects.filter(output=output, serial=0).delete()
        output.journal_from = output.serial
    output.save()
    return len(waiting)


def build_version(output: BlockOutput, render: Render, *, at: datetime) -> None:
    """Make a version of all that is blocked now, without a journal: whoever has an older one gets it whole."""
    BlockChunk.objects.filter(output=output).delete()
    BlockChange.objects.filter(output=output).delete()
    names = 0
    for part in _in_parts(_iterate(output), CHUNK_NAMES):
        _write_chunk(output, part, render)
        names += len(part)
    output.names, output.changed_at = names, at
    output.serial = output.journal_from = _next_serial(output, at)
    output.save()


def read_changes(output: BlockOutput, since: int) -> list[tuple[str, Change]] | None:
    """The changes after a version, in their order; None: the journal does not reach it."""
    if since == output.serial:
        return []
    found = BlockChange.objects.filter(output=output, serial__gt=since, serial__lte=output.serial)
    read = found.order_by("serial").values_list("registrable", "change")
    rows = [(name, msgspec.convert(change, Change)) for name, change in read]
    # Asked after the rows were read: the journal may have been shortened meanwhile.
    begins = BlockOutput.objects.filter(pk=output.pk).values_list("journal_from", flat=True).first()
    is_ours = since == begins or BlockChange.objects.filter(output=output, serial=since).exists()
    return rows if begins is not None and begins <= since and is_ours else None


def iterate_pieces(output_pk: int, form: str) -> Iterator[tuple[int, int, Piece]]:
    """An output's pieces in one form, each with its serial and count; one state of the store."""
    found = BlockChunk.objects.filter(output_id=output_pk, form=form).order_by("first")
    for serial, count, body, crc, size in found.values_list("output__serial", "count", "body", "crc", "size").iterator(
        chunk_size=64
    ):
        yield serial, count, Piece(bytes(body), crc, size)


def behind_since(output: BlockOutput, serial: int) -> datetime | None:
    """Since when there is a newer version than the one somebody has; None: it has the newest."""
    if serial == output.serial or output.changed_at is None:
        return None
    later = BlockChange.objects.filter(output=output, serial__gt=max(serial, 0)).order_by("serial")
    since: datetime | None = later.values_list("at", flat=True).first()
    return since or output.changed_at


def _those_of(output: BlockOutput, rows: Sequence[Blocked]) -> list[Blocked]:
    """Of a name's cases those for which an output holds it."""
    found = [
        row for row in rows
        if not row.withheld
        and (row.is_hot or not output.is_hot)
        and (not output.categories or row.category in output.categories)
    ]  # fmt: skip
    return sorted((msgspec.structs.replace(row, is_hot=False) for row in found), key=lambda row: row.subject)


def _gather(output: BlockOutput, changes: dict[str, Change], *, at: datetime) -> None:
    """Add to what waits; a name that came and goes again, or the other way round, is as it was."""
    for part in _in_parts(changes, _AT_ONCE):
        waiting = BlockChange.objects.filter(output=output, serial=0, registrable__in=part)
        held: dict[str, str] = dict(waiting.values_list("registrable", "change"))
        undone: list[str] = []
        altered: list[str] = []
        for name in part:
            if held.get(name) in {"add", "remove"} and changes[name] not in {"alter", held[name]}:
                # For lists the name's words may be others than they were: it is altered, and comes to the same.
                (undone if output.origin or changes[name] == "remove" else altered).append(name)
            elif held.get(name) == "alter" and changes[name] != "alter":
                undone.append(name)
                held.pop(name)
        if undone:
            waiting.filter(registrable__in=undone).delete()
        if altered:
            waiting.filter(registrable__in=altered).update(change="alter")
        BlockChange.objects.bulk_create(
            BlockChange(output=output, serial=0, registrable=name, change=changes[name], at=at)
            for name in part if name not in held
        )  # fmt: skip


def _renew_chunks(output: BlockOutput, names: Sequence[str], render: Render) -> None:
    chunks = BlockChunk.objects.filter(output=output)
    firsts = sorted({_chunk_of(output, name) for name in names})
    for first in firsts:
        earliest = chunks.order_by("first").values_list("first", flat=True).first()
        following = chunks.filter(first__gt=first).order_by("first").values_list("first", flat=True).first() or ""
        begins = "" if first in {"", earliest} else first
        held = list(_iterate(output, first=begins, before=following))
        chunks.filter(first=first).delete()
        parts = max(1, -(-len(held) // (CHUNK_NAMES * 2)))
        for part in _in_parts(held, max(1, -(-len(held) // parts))):
            _write_chunk(output, part, render)


def _chunk_of(output: BlockOutput, name: str) -> str:
    """The first name of the part that holds a name, or would; empty where there is no part."""
    chunks = BlockChunk.objects.filter(output=output)
    found = chunks.filter(first__lte=name).order_by("-first").values_list("first", flat=True).first()
    return found or chunks.order_by("first").values_list("first", flat=True).first() or ""


def _iterate(output: BlockOutput, *, first: str = "", before: str = "") -> Iterator[tuple[str, list[Blocked]]]:
    """The names of an output between two, with their cases where it tells of them."""
    subscriber, is_hot, categories = output.subscriber_id, output.is_hot, output.categories
    if not output.origin:
        return iterate_blocked(subscriber, first=first, before=before, is_hot=is_hot, categories=categories)
    names = iterate_names(subscriber, first=first, before=before, is_hot=is_hot, categories=categories)
    return ((name, []) for name in names)


def _write_chunk(output: BlockOutput, part: Names, render: Render) -> None:
    BlockChunk.objects.bulk_create(
        BlockChunk(
            output=output, form=form, first=part[0][0], count=len(part), crc=piece.crc, size=piece.size, body=piece.body
        )
        for form, piece in render(part).items()
    )


def _in_parts(values: Iterable[T], count: int) -> Iterator[list[T]]:
    left = iter(values)
    while part := list(islice(left, count)):
        yield part


def _next_serial(output: BlockOutput, at: datetime) -> int:
    return max(output.serial + 1, int(at.timestamp()))


def _shorten_journal(output: BlockOutput) -> None:
    """Forget the oldest versions of a long journal; each sixteenth version looks."""
    if output.serial % 16:
        return
    found = BlockChange.objects.filter(output=output, serial__gt=0).order_by("-serial")
    if (past := found.values_list("serial", flat=True)[JOURNAL_CHANGES : JOURNAL_CHANGES + 1].first()) is not None:
        found.filter(serial__lte=past).delete()
        output.journal_from = past
