"""The scripted desk: what an analyst of a registry does all day, in pages of a thousand cases.

It acknowledges every case of its own zones, decides by the evidence and its published score (too little: dismissed),
gives notice, records what the registrar or the host did and closes.  It goes the desk's own way, `comity.flows`, with
every guard in force; what a guard refuses stays open and is counted.  Protected names wait for a person.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

import msgspec

from comity.core.case_steps import Step
from comity.core.evidence import facts_of, score_value
from comity.core.reports import Report
from comity.core.roles import Actor
from comity.demo.mix import Chooser, Mix
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, advance_cases, step_of
from comity.flows.close import close
from comity.flows.notify import notify
from comity.flows.record_action import record_action
from comity.store import models
from comity.store.cases import MAX_PAGE_ROWS, CaseFilter, CaseRow, list_cases

ANALYST: Final = "demo-analyst"

_CURED: Final = frozenset(("removed_by_host", "cured_by_registrant"))
_SEEN_BY_HAND: Final = Grounds(reason="evidence-sufficient", note="Scripted analyst of the demo.")
_TOO_LITTLE: Final = Grounds(reason="evidence-insufficient", note="Scripted analyst of the demo.")
_COLLATERAL: Final = "no subdomains in use, no mail, host not shared (scripted)"
_PAUSE_SECONDS: Final = 0.1

_decode = msgspec.json.Decoder(Report).decode


class Desk:
    """One registry's desk.  Its choices follow from the seed and the case, so a repeated run decides alike."""

    def __init__(self, home: Home, mix: Mix, *, seed: int) -> None:
        self._home = home
        self._mix = mix
        self._seed = seed
        self._actor = Actor(ANALYST, "analyst", home.party)
        self._outcomes = Chooser(mix.outcome_of_confirmed)
        self._cursor = ""
        self.done: Counter[str] = Counter()

    def work(self, *, stop: Callable[[], bool]) -> None:
        """Work until told to stop; look again a moment later when nothing is there."""
        while not stop():
            if not self.work_page():
                time.sleep(_PAUSE_SECONDS)

    def work_page(self) -> int:
        """Take the next page of new cases from receipt to closing; answer how many were there."""
        wanted = CaseFilter(state="received", party=self._home.party)
        page = list_cases(wanted, cursor=self._cursor, limit=MAX_PAGE_ROWS).cases
        if not page:
            return 0
        self._cursor = str(page[-1].pk)
        cases = [case for case in page if not case.protected]
        self.done["left for a person"] += len(page) - len(cases)
        begun = self._taken("acknowledged", acknowledge(self._home, refs_of(cases), self._actor, at=_now()).done)
        outcome_of = self._decide([case for case in cases if case.ref in begun])
        told = self._taken("notified", notify(self._home, list(outcome_of), self._actor, at=_now()).done)
        for outcome in self._outcomes.words:
            self._finish([ref for ref, chosen in outcome_of.items() if chosen == outcome and ref in told], outcome)
        return len(page)

    def _decide(self, cases: Sequence[CaseRow]) -> dict[str, str]:
        """Confirm or dismiss each case; answer the outcome that each confirmed one will come to."""
        at = _now()
        reports = reports_of(cases)
        confirm, dismiss = step_of("confirm", self._actor, _SEEN_BY_HAND), step_of("dismiss", self._actor, _TOO_LITTLE)
        steps: dict[str, Step] = {}
        outcome_of: dict[str, str] = {}
        for case in cases:
            rng = Random(f"{self._seed}/{case.uuid}")  # noqa: S311 — a demo that decides alike when it is repeated
            said = reports.get(case.pk, ())
            report, score = strongest(said, at)
            machines_alone = all(one.machine_only for one in said)
            if report is None or machines_alone or score < self._home.settings.desk.confirm_score:
                steps[case.ref] = msgspec.structs.replace(dismiss, outcome="insufficient_evidence")
            elif rng.random() < self._mix.dismissed_share:
                steps[case.ref] = msgspec.structs.replace(dismiss, outcome="not_reproducible")
            else:
                found = report.disposition or "undetermined"
                steps[case.ref] = msgspec.structs.replace(
                    confirm, disposition=found, score=score, collateral=_COLLATERAL
                )
                hacked = found == "compromised"
                outcome_of[case.ref] = rng.choice(sorted(_CURED)) if hacked else self._outcomes.draw(rng)
        decided = self._taken("decided", advance_cases(self._home, steps, at=at).done)
        return {ref: outcome for ref, outcome in outcome_of.items() if ref in decided}

    def _finish(self, refs: Sequence[str], outcome: str) -> None:
        if refs:
            action = "cleaned" if outcome in _CURED else "delegation-ended"
            acted = record_action(self._home, refs, self._actor, action, at=_now()).done
            self._taken("closed", close(self._home, acted, self._actor, outcome, at=_now()).done)

    def _taken(self, what: str, refs: Sequence[str]) -> frozenset[str]:
        self.done[what] += len(refs)
        return frozenset(refs)


def reports_of(cases: Iterable[CaseRow]) -> dict[int, list[Report]]:
    """The reports of some cases, by case."""
    found: dict[int, list[Report]] = {}
    rows = models.Report.objects.filter(case_id__in=[case.pk for case in cases]).values_list("case_id", "body")
    for case_pk, body in rows.iterator(chunk_size=MAX_PAGE_ROWS):
        if case_pk is not None:
            found.setdefault(case_pk, []).append(_decode(body))
    return found


def strongest(reports: Iterable[Report], at: datetime) -> tuple[Report | None, float]:
    """The report with the best evidence: a case is as strong as the best that was said about it."""
    best: tuple[Report | None, float] = (None, 0.0)
    for report in reports:
        value = score_value(facts_of(report, at=at, max_age=None))
        if best[0] is None or value > best[1]:
            best = (report, value)
    return best


def refs_of(cases: Iterable[CaseRow]) -> list[str]:
    """The references of some cases."""
    return [case.ref for case in cases]


def _now() -> datetime:
    return datetime.now(UTC)
