"""Statements about periods and what became of them; releases; and where in a ledger a period begins.

Entries are found by when this node stored them, which is never before their writer decided (a sender whose clock runs
more than a day ahead is refused): a binary search over positions, then one pass.  A ledger is never read from its
beginning for a period that is not its first.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from comity.core.errors import NotFoundError
from comity.store.ledgers import StoredEntry, read_entries
from comity.store.models import Ledger, LedgerEntry, Release, Statement

COUNTED_KINDS: Final = ("report", "correction", "case-event")
MARGIN: Final = timedelta(days=2)
MOST_OF_A_PERIOD: Final = 50  # statements of one side about one period; more are refused
_LISTED: Final = 500


def position_at(ledger: Ledger, at: datetime) -> int:
    """The first position that was stored at that moment or later, or the ledger's size."""
    low, high = 0, ledger.size
    while low < high:
        middle = (low + high) // 2
        stored = LedgerEntry.objects.filter(ledger=ledger, position=middle).values_list("at", flat=True).first()
        if stored is not None and stored < at:
            low = middle + 1
        else:
            high = middle
    return low


def read_since(ledger: Ledger, at: datetime, *, stop: int) -> Iterator[StoredEntry]:
    """Read the entries that statistics count, decided at that moment or later and a few before, below `stop`.

    It begins with one that can be read: what was erased belongs to the period of the entry before it.
    """
    start = position_at(ledger, at - MARGIN)
    before = LedgerEntry.objects.filter(ledger=ledger, position__lt=start, kind__in=COUNTED_KINDS, erased_at=None)
    place = before.order_by("-position").values_list("position", flat=True).first()
    for entry in read_entries(ledger.pk, 0 if place is None else place, stop):
        if entry.kind in COUNTED_KINDS:
            yield entry


def began_before(ledger: Ledger, at: datetime) -> bool:
    """Answer whether a ledger had an entry by then."""
    return LedgerEntry.objects.filter(ledger=ledger, position=0, at__lt=at).exists()


def is_receipted_until(ledger: Ledger, at: datetime) -> bool:
    """Answer whether the partner has signed for all that was written before a moment."""
    waiting = LedgerEntry.objects.filter(ledger=ledger, position=ledger.receipt_size).values_list("at", flat=True)
    first = waiting.first()
    return first is None or first >= at


def find_statement(uuid: str, *, lock: bool = False) -> Statement | None:
    """Find a statement by the subject of its entries."""
    rows = Statement.objects.select_for_update() if lock else Statement.objects.all()
    return rows.filter(uuid=uuid).first()


def get_statement(digest: str) -> Statement:
    """Get a statement by its document's digest or the beginning of it.  Raises `NotFoundError`."""
    wanted = digest if digest.startswith("sha256:") else f"sha256:{digest}"
    rows = list(Statement.objects.filter(digest__startswith=wanted[:71]).order_by("-pk")[:2])
    if len(rows) != 1 or len(wanted) < len("sha256:") + 8:
        raise NotFoundError("no such statement, or more than one; give at least eight digits", item=digest[:80])
    return rows[0]


def list_statements(*, partner: str = "", period: str = "", reporter: str = "") -> list[Statement]:
    """List statements, the newest period first, those that were replaced last."""
    rows = Statement.objects.all()
    for column, value in (("partner", partner), ("period", period), ("reporter", reporter)):
        if value:
            rows = rows.filter(**{column: value})
    return list(rows.order_by("-period", "partner", "reporter", "-pk")[:_LISTED])


def statements_of(partner: str, reporter: str, period: str) -> list[Statement]:
    """All statements about one direction and period, the newest first."""
    return list(Statement.objects.filter(partner=partner, reporter=reporter, period=period).order_by("-pk"))


def list_waiting() -> list[str]:
    """The statements of partners that this node has not answered yet."""
    return list(Statement.objects.filter(state="waiting").order_by("pk").values_list("uuid", flat=True))


def add_statement(statement: Statement) -> None:
    """Keep a statement; what was said about the same before and was not agreed is replaced by it."""
    Statement.objects.filter(
        partner=statement.partner, reporter=statement.reporter, period=statement.period,
        state__in=("proposed", "waiting", "differs"),
    ).update(state="replaced")  # fmt: skip
    statement.save(force_insert=True)


def answer_statement(
    statement: Statement, state: str, *, why: str = "", paths: Sequence[str] = (), at: datetime
) -> None:
    """Write down what came of a statement, with the signatures that its row bears now."""
    statement.state, statement.why, statement.paths, statement.answered_at = state, why, list(paths), at
    statement.save()


def erase_statement(uuid: str, stated_by: str) -> None:
    """Forget a document whose entry its party had erased; that there was one stays."""
    Statement.objects.filter(uuid=uuid, stated_by=stated_by).update(
        body=b"", state="erased", own_signature="", partner_signature="", why="", paths=[]
    )


def list_agreed(periods: Sequence[str]) -> list[Statement]:
    """What both sides signed about these periods."""
    return list(Statement.objects.filter(period__in=periods, state="agreed").order_by("period", "partner", "reporter"))


def add_release(release: Release) -> None:
    """Keep a release."""
    release.save(force_insert=True)


def find_release(period: str) -> Release | None:
    """Find what the public reads about a period."""
    return Release.objects.filter(period=period).order_by("-pk").first()


def list_releases() -> list[Release]:
    """The newest release of each period, the newest period first."""
    newest: dict[str, Release] = {}
    for row in Release.objects.defer("body").order_by("pk"):
        newest[row.period] = row
    return [newest[period] for period in sorted(newest, reverse=True)]
