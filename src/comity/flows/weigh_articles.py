"""Weigh: would we have been told this of the library, by the memorandum and from the bytes that came?

The memorandum is asked again as of the time the sender says it asked, in the version that had force then; the cap is
counted for that day (`core.quotas`).  What the sender ought to have taken out is not kept here either.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from comity.core.disclosure import Decision
from comity.core.experience import SENT, decide_experience
from comity.core.markings import Tlp
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead, is_in_order, refuse_out_of_order
from comity.edges.home import Home
from comity.store.decisions import DecisionRow, add_decisions, count_sent, find_newest_taken
from comity.store.memoranda import StoredMemorandum, find_former, find_in_force

_KIND: Final = "experience"


class ArticleScales:
    """Weighs the entries of one batch; `keep` stores the decisions."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._in_force = find_in_force(partner, at=at)
        self._newest = find_newest_taken(partner)
        self._taken: dict[date, Counter[str]] = {}
        self._rows: list[DecisionRow] = []

    def weigh(
        self, *, cited: str, decided_at: datetime, categories: Sequence[str], tlp: Tlp, words: Sequence[str] = ()
    ) -> Decision | str:
        """Answer the decision by which it is taken, or why it is refused: a code, or `clause:reason`."""
        if is_ahead(decided_at, at=self._at):
            return DECIDED_IN_THE_FUTURE
        stored = self._obeyed(cited, decided_at)
        terms = stored.memorandum if stored else None
        if terms is not None and not is_in_order(decided_at, self._newest):
            decision = refuse_out_of_order(terms, self._newest)
        else:
            decision = decide_experience(
                terms, sender=self._partner, recipient=self._home.party, categories=categories, tlp=tlp, words=words,
                sent_today=self._taken_on(decided_at, stored), at=decided_at,
            )  # fmt: skip
        self._rows.append(
            DecisionRow(
                report_pk=None, case_pk=None, partner=self._partner, direction="in", kind=_KIND,
                memorandum=stored.digest if stored else "", decision=decision, decided_at=decided_at,
            )
        )  # fmt: skip
        if decision.verdict not in SENT:
            return f"{decision.clause}:{decision.reason}"
        if day_of(decided_at) in self._taken:
            self._taken[day_of(decided_at)][_KIND] += 1
        self._newest = max(decided_at, self._newest or decided_at)
        return decision

    def keep(self) -> None:
        """Store what was decided, in the caller's transaction."""
        add_decisions(self._rows, at=self._at)

    def _obeyed(self, cited: str, decided_at: datetime) -> StoredMemorandum | None:
        """The text that the sender asked, if it had force then: a version may have been superseded on the way."""
        now = self._in_force
        if now is None or cited == now.digest:
            return now
        former = find_former(self._partner, cited, at=self._at)
        if former is None or decided_at < former[0].memorandum.effective or is_ahead(decided_at, at=former[1]):
            return now
        return former[0]

    def _taken_on(self, decided_at: datetime, stored: StoredMemorandum | None) -> int:
        caps = stored.memorandum.terms.caps if stored else {}
        if _KIND not in caps:
            return 0
        day = day_of(decided_at)
        if day not in self._taken:
            self._taken[day] = count_sent(self._partner, day=day, direction="in", kinds=(_KIND,))
        return self._taken[day][_KIND]
