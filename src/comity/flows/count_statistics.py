"""Count statistics of a direction and a period from our two ledgers with a partner, at sizes that are named.

Both parties call this over what they hold, and what comes of it must be equal to the byte: whatever is read beside the
ledgers (memoranda by digest, the answerer's calendar) is named in the document.  Nothing is written.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from comity.core.clock_terms import terms_of
from comity.core.errors import ConflictError
from comity.core.ledger import Head
from comity.core.periods import Period
from comity.core.promises import Basis
from comity.core.statistics import LOOK_BACK, Said, Side, count_matters
from comity.edges.home import Home
from comity.flows.keep_clocks import party_calendar
from comity.store.ledgers import StoredEntry, root_at
from comity.store.links import get_ledger, get_link
from comity.store.memoranda import find_texts
from comity.store.models import Ledger, Memorandum
from comity.store.statistics import read_since
from comity.wire.statistics import (
    BasisPart,
    CalendarPart,
    LedgerPart,
    StatisticsDocument,
    calendar_part,
    period_part,
)
from comity.wire.stix import PayloadProblem, parse_case_event, parse_report

_MOST_NAMED: Final = 40


class NotThereYetError(ConflictError):
    """One of the ledgers does not hold as many entries here; it waits until they have come."""

    code = "entries-missing"


def count_statistics(
    home: Home, partner: str, period: Period, *, reporter: str, sizes: tuple[int, int] | None = None, at: datetime
) -> StatisticsDocument:
    """Count; `sizes` of the reporter's and of the answerer's ledger, otherwise what both sides are sure to hold.

    Raises `NotFoundError` without a link, `NotThereYetError` where this node holds less than is named.
    """
    link = get_link(partner)
    ours, theirs = get_ledger(link, "out"), get_ledger(link, "in")
    is_ours = reporter == home.party
    pair = (ours, theirs) if is_ours else (theirs, ours)
    known = tuple(ledger.receipt_size if ledger is ours else ledger.size for ledger in pair)
    wanted = sizes or (known[0], known[1])
    for ledger, size in zip(pair, wanted, strict=True):
        if size > ledger.size:
            raise NotThereYetError(f"holds {ledger.size} entries here, {size} are counted", item=ledger.origin)
    heads = [Head(ledger.origin, size, root_at(ledger, size)) for ledger, size in zip(pair, wanted, strict=True)]
    answerer = partner if is_ours else home.party
    as_of = at.astimezone(UTC).replace(microsecond=0)
    bases = _Bases(home, answerer)
    figures = count_matters(
        _read(pair, wanted, period), period, bases.find, reporter=reporter, answerer=answerer, as_of=as_of
    )
    return StatisticsDocument(
        reporter=reporter,
        answerer=answerer,
        period=period_part(period),
        as_of=as_of,
        ledgers=tuple(LedgerPart(head.origin, head.size, head.root.hex()) for head in heads),
        basis=bases.part(),
        figures=figures,
    )


def _read(pair: tuple[Ledger, Ledger], sizes: tuple[int, int], period: Period) -> Iterator[Said]:
    sides: tuple[tuple[Side, timedelta], ...] = (("reporter", LOOK_BACK), ("answerer", timedelta(0)))
    for ledger, size, (side, back) in zip(pair, sizes, sides, strict=True):
        for entry in read_since(ledger, period.start - back, stop=size):
            yield said_of(side, entry)


def said_of(side: Side, entry: StoredEntry) -> Said:
    """One entry of a ledger as statistics see it."""
    if entry.erased:
        return Said(side=side, kind=entry.kind, erased=True)
    if entry.kind == "case-event":
        event = parse_case_event(entry.payload)
        if isinstance(event, PayloadProblem):
            return Said(side=side, kind=entry.kind)
        return Said(
            side=side, kind=entry.kind, word=event.event, case=str(event.case),
            peers=tuple(str(case) for case in event.peer_cases), at=event.decided_at, category=event.category,
            clause=event.clause, reason=event.reason, outcome=event.outcome, action=event.action,
        )  # fmt: skip
    report = parse_report(entry.payload)
    if isinstance(report, PayloadProblem):
        return Said(side=side, kind=entry.kind)
    return Said(
        side=side, kind=entry.kind, word=report.kind, case=str(report.case), at=report.decided_at,
        category=report.report.category, clause=report.clause, memorandum=report.memorandum,
    )  # fmt: skip


class _Bases:
    """By what clocks are reckoned, each found once; and what of it the document must name."""

    def __init__(self, home: Home, answerer: str) -> None:
        self._home, self._answerer = home, answerer
        self._texts = find_texts(set(Memorandum.objects.values_list("digest", flat=True)))
        self._known: dict[tuple[str, str], Basis | None] = {}
        self._unknown: set[str] = set()
        self._calendars: dict[str, CalendarPart] = {}

    def find(self, digest: str, category: str) -> Basis | None:
        key = digest, category
        if key not in self._known:
            self._known[key] = self._make(digest, category)
        return self._known[key]

    def _make(self, digest: str, category: str) -> Basis | None:
        memorandum = self._texts.get(digest)
        if memorandum is None or memorandum.party(self._answerer) is None:
            self._unknown.add(digest)
            return None
        terms = terms_of(memorandum.clocks, category, digest=digest)
        calendar = party_calendar(self._home, memorandum, self._answerer) if terms.working else None
        if calendar is not None:
            self._calendars[digest] = calendar_part(digest, self._answerer, calendar)
        return Basis(terms, calendar)

    def part(self) -> BasisPart:
        named = sorted({digest for (digest, _category), basis in self._known.items() if basis is not None})
        return BasisPart(
            memoranda=tuple(named[:_MOST_NAMED]),
            unknown_memoranda=len(self._unknown),
            calendars=tuple(self._calendars[digest] for digest in named if digest in self._calendars)[:_MOST_NAMED],
        )


def recount(home: Home, partner: str, document: StatisticsDocument, period: Period) -> StatisticsDocument:
    """Count the same as a document says it counted: the same period, sizes and moment.  Raises `NotThereYetError`."""
    first, second = document.heads()
    return count_statistics(
        home, partner, period, reporter=document.reporter, sizes=(first.size, second.size), at=document.as_of
    )
