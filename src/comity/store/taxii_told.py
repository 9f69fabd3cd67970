"""What TAXII collections were filled from: which subscribers were told more, and what came of earlier versions."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from django.db import connection

from comity.store.told_items import ToldRow

# Objects that many items have in common: they say nothing of an item and stay when it leaves.
SHARED_TYPES: Final = frozenset({"identity", "marking-definition", "extension-definition"})
_AT_ONCE: Final = 300
_BEHIND: Final = (
    "SELECT s.key FROM subscriber s LEFT JOIN taxii_reader r ON r.subscriber_id = s.id "
    "WHERE s.ended_at IS NULL AND s.told > coalesce(r.told, 0) ORDER BY s.key"
)


class Earlier(NamedTuple):
    """An earlier version of an item."""

    position: int
    kind: str
    subject: str
    tlp: str
    is_erased: bool


def find_behind() -> list[str]:
    """The subscribers that were told more than their collections hold, by key."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND)
        return [row[0] for row in cursor.fetchall()]


def find_earlier(subscriber_pk: int, rows: Sequence[ToldRow]) -> Iterator[Earlier]:
    """Versions told before these rows, of the same items."""
    before = rows[0].position
    subjects = sorted({row.subject for row in rows})
    kinds = {(row.kind, row.subject) for row in rows}
    for start in range(0, len(subjects), _AT_ONCE):
        part = subjects[start : start + _AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT position, kind, subject, tlp, length(body) FROM told_item "  # noqa: S608 — marks
                f"WHERE subscriber_id = %s AND position < %s AND subject IN ({', '.join(['%s'] * len(part))})",
                (subscriber_pk, before, *part),
            )
            found = cursor.fetchall()
        for position, kind, subject, tlp, size in found:
            if (kind, subject) in kinds:
                yield Earlier(position, kind, subject, tlp, not size)


def find_rendered(collection: int, told: Sequence[int], *, but: Collection[str]) -> list[int]:
    """The positions of objects that were rendered from told versions, but for those of some types."""
    positions: list[int] = []
    for start in range(0, len(told), _AT_ONCE):
        part = told[start : start + _AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT position, type FROM taxii_object "  # noqa: S608 — marks
                f"WHERE collection_id = %s AND told > 0 AND told IN ({', '.join(['%s'] * len(part))})",
                (collection, *part),
            )
            positions += [position for position, kind in cursor.fetchall() if kind not in but]
    return sorted(positions)
