"""Private set intersections as they are kept: runs, and the messages that passed.  The octets stand in the ledgers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from comity.core.errors import NotFoundError
from comity.core.intersections import POINT_BYTES, count_parts
from comity.store.models import IntersectionMessage, IntersectionRun, LedgerEntry

_LISTED: Final = 200


def find_run(uuid: str) -> IntersectionRun | None:
    """Find a run by the subject of its entries."""
    return IntersectionRun.objects.filter(uuid=uuid).first()


def get_run(uuid: str) -> IntersectionRun:
    """Give a run.  Raises `NotFoundError`."""
    row = find_run(uuid)
    if row is None:
        raise NotFoundError("no such intersection here", item=uuid[:60])
    return row


def lock_run(pk: int) -> IntersectionRun:
    """Let nobody else change a run until the caller's transaction ends."""
    return IntersectionRun.objects.select_for_update(no_key=True).get(pk=pk)


def list_runs(*, limit: int = _LISTED) -> list[IntersectionRun]:
    """All runs, the newest first."""
    return list(IntersectionRun.objects.order_by("-at", "-pk")[:limit])


def open_runs(*, state: str = "", before: datetime | None = None) -> list[IntersectionRun]:
    """Runs that have not ended."""
    rows = IntersectionRun.objects.filter(ended_at=None)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(at__lt=before)
    return list(rows.order_by("pk"))


def count_runs(asker: str, partner: str, *, day: date) -> int:
    """How many runs `asker` asked for on a day (UTC) over the link with `partner`, whatever became of them."""
    start = datetime.combine(day, time(), UTC)
    rows = IntersectionRun.objects.filter(asker=asker, partner=partner)
    return rows.filter(at__gte=start, at__lt=start + timedelta(days=1)).count()


def end_run(row: IntersectionRun, state: str, *, why: str = "", at: datetime, **said: Any) -> None:
    """End a run."""
    for name, value in {**said, "state": state, "why": why[:200], "ended_at": at}.items():
        setattr(row, name, value)
    row.save()


def messages_of(row: IntersectionRun) -> list[IntersectionMessage]:
    """The messages that passed, in the order in which they began to."""
    return list(IntersectionMessage.objects.filter(run=row).order_by("pk"))


def messages_by_run(rows: Iterable[IntersectionRun]) -> dict[int, list[IntersectionMessage]]:
    """The messages of some runs, by run, in the order in which they began to pass."""
    found: dict[int, list[IntersectionMessage]] = {}
    for message in IntersectionMessage.objects.filter(run__in=[row.pk for row in rows]).order_by("pk"):
        found.setdefault(message.run_id, []).append(message)
    return found


def find_message(row: IntersectionRun, message: str) -> IntersectionMessage | None:
    """Find one message."""
    return IntersectionMessage.objects.filter(run=row, message=message).first()


def add_message(
    row: IntersectionRun, message: str, *, sender: str, bucket: int, sha256: str, parts_here: int, at: datetime
) -> IntersectionMessage:  # fmt: skip
    """Write down that a message passes."""
    return IntersectionMessage.objects.create(
        run=row, message=message, sender=sender, points=bucket, size=bucket * POINT_BYTES, parts=count_parts(bucket),
        parts_here=parts_here, sha256=sha256, at=at,
    )  # fmt: skip


def read_payloads(row: IntersectionRun, kind: str, *, direction: str) -> list[bytes]:
    """The payloads of a run's entries of one kind, in the order of the ledger, without those that were erased."""
    rows = LedgerEntry.objects.filter(
        subject=row.uuid, kind=kind, ledger__direction=direction, ledger__link__partner=row.partner, erased_at=None,
        refused="",
    )  # fmt: skip
    return [bytes(payload) for payload in rows.order_by("position").values_list("payload", flat=True)]
