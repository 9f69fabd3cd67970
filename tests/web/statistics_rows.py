"""A statement that both have signed and a period that was released, for the pages of the small registry."""

from datetime import UTC, datetime
from typing import Final

from comity.core.ledger import ledger_origin
from comity.core.periods import parse_period
from comity.core.statistics import Said, count_matters
from comity.core.zone_figures import MEASURES, THRESHOLD, Beside, OwnCase, OwnClock, count_zone, suppress
from comity.store.models import Release, Statement
from comity.wire.statistics import (
    BasisPart,
    LedgerPart,
    StatisticsDocument,
    digest_of,
    period_part,
    render_statistics,
)
from comity.wire.statistics_entries import subject_of
from comity.wire.transparency import AgreedPart, TransparencyDocument, render_transparency

PERIOD: Final = "2026-11"
AT: Final = datetime(2026, 12, 12, 9, tzinfo=UTC)


def statement_body() -> bytes:
    """A document about one report that was refused and one that was closed."""
    period = parse_period(PERIOD)
    assert period is not None
    when = datetime(2026, 11, 3, 12, tzinfo=UTC)
    entries = [
        Said(side="reporter", kind="report", word="report", case="a", at=when, category="phishing"),
        Said(side="reporter", kind="report", word="report", case="b", at=when, category="malware"),
        Said(side="answerer", kind="case-event", word="outcome", peers=("a",), at=when, outcome="hold_registry"),
        Said(side="answerer", kind="case-event", word="refused", peers=("b",), at=when, clause="4", reason="too-old"),
    ]
    parties = ("cctld.ru", "oac.by")
    figures = count_matters(
        entries, period, lambda _digest, _category: None, reporter=parties[0], answerer=parties[1], as_of=AT
    )
    ledgers = tuple(LedgerPart(ledger_origin(*pair), 2, "00" * 32) for pair in (parties, parties[::-1]))
    document = StatisticsDocument(
        reporter=parties[0], answerer=parties[1], period=period_part(period), as_of=AT, ledgers=ledgers,
        basis=BasisPart((), 1, ()), figures=figures,
    )  # fmt: skip
    return render_statistics(document)


STATEMENT: Final = subject_of(digest_of(statement_body()))


def fill_statistics() -> None:
    """Make the rows."""
    body, period = statement_body(), parse_period(PERIOD)
    assert period is not None
    Statement.objects.create(
        uuid=STATEMENT, digest=digest_of(body), partner="oac.by", reporter="cctld.ru", answerer="oac.by",
        period=PERIOD, stated_by="cctld.ru", body=body, state="differs", why="figures",
        paths=["/figures/acknowledge/median"], stated_at=AT, answered_at=AT,
    )  # fmt: skip
    clocks = {"acknowledge": OwnClock(3600, "within"), "outcome": OwnClock(86_400, "late")}
    case = OwnCase(
        category="phishing", source="public", registrar="REG-DEMO", reports=2, outcome="not_reproducible", closed=True,
        protected=False, appealed=True, reversed=False, retracted=False, clocks=clocks,
    )  # fmt: skip
    document = TransparencyDocument(
        party="cctld.ru", zones=("ru", "xn--p1ai"), period=period_part(period), counted_at=AT, threshold=THRESHOLD,
        publish=MEASURES, figures=suppress(count_zone([case] * 6, Beside(personal_data_looks=2)), MEASURES),
        agreed=(AgreedPart("cctld.ru", "oac.by", PERIOD, digest_of(body)),),
    )  # fmt: skip
    data = render_transparency(document)
    Release.objects.create(
        period=PERIOD, digest=digest_of(data), body=data, actor="policy-officer", role="policy-officer", at=AT
    )
