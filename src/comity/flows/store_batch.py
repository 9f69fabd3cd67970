"""Store a batch of claims: one durable transaction for reports, cases, their entries and what a partner must know.

The same batch stored twice adds nothing.  Where each claim ends:

* `duplicate`: the same reporter said the same of the same target in this episode, or the report's own id is known;
* `foreign`: nobody's name that we have a memorandum with; kept, without a case;
* `held`: a protected name (guard list) without an open case; kept until a person looks, without a case;
* `accepted`: in our zone or a partner's; it opens a case or joins the one of its episode (core.episodes).

A partner's report is taken about our own zones only and goes on to nobody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.cases import CaseChange
from comity.core.episodes import FIRST_EPISODE, KnownCase, is_within
from comity.core.guards import Guard
from comity.core.names import Name
from comity.core.reports import Claim, Report, SharedReport, Standing, report_key, report_uuid
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.share import share_reports
from comity.store.case_writes import NewCase, append_events, open_cases
from comity.store.fields import micros
from comity.store.reports import (
    SEVERITY_OF,
    StoredReporter,
    add_to_counts,
    find_known_keys,
    find_newest_cases,
    find_report_pks,
    insert_reports,
    lock_intake,
    open_links,
    partners_by_zone,
)
from comity.wire.report_json import render_report

FOREIGN_EPISODE: Final = 0


class BatchOutcome(msgspec.Struct, frozen=True):
    """What came of a batch; `standings` and `case_pks` follow the order of the claims."""

    accepted: int
    duplicate: int
    foreign: int
    held: int
    joined: int
    cases_opened: int
    standings: Sequence[Standing]
    case_pks: Sequence[int | None]


def store_batch(
    home: Home,
    claims: Sequence[Claim],
    *,
    reporter: StoredReporter,
    run: int | None,
    at: datetime,
    guard: Guard | None = None,
) -> BatchOutcome:
    """Store claims of one reporter in one transaction.  `run` is the intake run they belong to, if any."""
    with transaction.atomic():
        lock_intake()
        partners = {} if reporter.kind == "partner" else partners_by_zone(home.party, at=at)
        responsible = partners | dict.fromkeys(home.zones, home.party)
        batch = _Batch(home, responsible, guard or load_guard(home), reporter.key, at)
        batch.place(claims)
        batch.open_cases()
        batch.insert(claims, reporter=reporter, run=run)
        batch.join_cases()
        batch.share(frozenset(partners.values()) & open_links() if partners else frozenset())
    return batch.outcome()


class _Batch:
    """Where each claim of one batch goes, decided in order, then written."""

    def __init__(
        self, home: Home, responsible: Mapping[str, str], guard: Guard, reporter_key: str, at: datetime
    ) -> None:
        self._home, self._responsible, self._guard, self._at = home, responsible, guard, at
        self._reporter_key = reporter_key
        self._keys: list[bytes] = []
        self._standings: list[Standing] = []
        self._case_pks: list[int | None] = []
        self._case_of: list[KnownCase | NewCase | None] = []
        self._opening: dict[tuple[str, str], NewCase] = {}
        self._opened: dict[tuple[str, str], KnownCase] = {}
        self._joined: Counter[int] = Counter()
        self._joined_cases: dict[int, KnownCase] = {}
        self._new_of_opening: Counter[tuple[str, str]] = Counter()
        self._new: list[tuple[Claim, bytes, str, KnownCase]] = []

    def place(self, claims: Sequence[Claim]) -> None:
        """Decide what becomes of each claim, in their order; nothing is written yet."""
        responsible = self._responsible
        newest = find_newest_cases({one.name.registrable for one in claims if one.name.zone in responsible})
        ids = [one.report.report_id for one in claims if one.report.report_id is not None]
        known_ids = find_known_keys([report_key("", "", "", 0, report_id) for report_id in ids])
        reporter = self._reporter_key
        for claim in claims:
            report, name = claim.report, claim.name
            case: KnownCase | NewCase | None = None
            episode = FOREIGN_EPISODE
            standing: Standing = "foreign"
            if name.zone in responsible:
                repeated = report.report_id is not None and report_key("", "", "", 0, report.report_id) in known_ids
                case, episode = self._find_case(report, name, newest, may_open=not repeated)
                standing = "accepted" if case is not None else "held"
            self._keys.append(report_key(reporter, report.category, claim.target, episode, report.report_id))
            self._standings.append(standing)
            self._case_of.append(case)
        known = find_known_keys(self._keys)
        for index, key in enumerate(self._keys):
            if key in known:
                self._standings[index] = "duplicate"
            known.add(key)

    def _find_case(
        self, report: Report, name: Name, newest: Mapping[tuple[str, str], KnownCase], *, may_open: bool
    ) -> tuple[KnownCase | NewCase | None, int]:
        """The case a claim belongs to (None: a protected name, it waits for a person) and the episode's number."""
        place = (name.registrable, report.category)
        opening = self._opening.get(place)
        if opening is not None:
            return opening, opening.episode
        case = newest.get(place)
        if case is not None and is_within(case.closed_at, report.observed_at, at=self._at):
            return case, case.episode
        episode = case.episode + 1 if case is not None else FIRST_EPISODE
        # An entry of the whole suffix list's private section has strangers' names below it, listed or not.
        is_shared = name.suffix_private != name.suffix
        if not may_open or is_shared or self._guard.find(name.registrable, name.ascii):
            return None, episode
        party = self._responsible[name.zone]
        severity = SEVERITY_OF[report.category]
        self._opening[place] = new = NewCase(*place, episode, name.zone, party, severity)
        return new, episode

    def open_cases(self) -> None:
        """Write the cases that this batch opens."""
        party = self._home.party
        opened = open_cases(party, list(self._opening.values()), actor=party, role="system", at=self._at)
        for (place, new), case in zip(self._opening.items(), opened, strict=True):
            self._opened[place] = KnownCase(case.pk, case.uuid, case.ref, new.episode, "received", 1, None)

    def insert(self, claims: Sequence[Claim], *, reporter: StoredReporter, run: int | None) -> None:
        """Write the reports that are new."""
        received = micros(self._at)
        rows = []
        pk = reporter.pk
        for claim, key, standing, found in zip(claims, self._keys, self._standings, self._case_of, strict=True):
            case = self._count(found, is_new=standing != "duplicate")
            case_pk = case.case_pk if case is not None else None
            self._case_pks.append(case_pk)
            if standing == "duplicate":
                continue
            report, name = claim.report, claim.name
            uuid = report_uuid(key, report.report_id)
            rows.append((
                key, uuid, standing, name.registrable, name.ascii, name.zone, report.category, pk, run, case_pk,
                render_report(report), received,
            ))  # fmt: skip
            if case is not None:
                self._new.append((claim, key, uuid, case))
        insert_reports(rows)

    def _count(self, found: KnownCase | NewCase | None, *, is_new: bool) -> KnownCase | None:
        """Count a new report for its case; answer the case as it is stored."""
        if found is None:
            return None
        if isinstance(found, KnownCase):
            if is_new:
                self._joined[found.case_pk] += 1
                self._joined_cases[found.case_pk] = found
            return found
        place = (found.registrable, found.category)
        if is_new:
            self._new_of_opening[place] += 1
        return self._opened[place]

    def join_cases(self) -> None:
        """Count the reports at their cases; one entry a case and batch says that further ones came."""
        counts = dict(self._joined)
        counts |= {self._opened[place].case_pk: count for place, count in self._new_of_opening.items()}
        add_to_counts(counts)
        append_events([self._change(self._joined_cases[pk], count) for pk, count in self._joined.items()], at=self._at)

    def _change(self, case: KnownCase, count: int) -> CaseChange:
        party = self._home.party
        return CaseChange(
            case_pk=case.case_pk, case_uuid=case.uuid, ref=case.ref, registrable="", zone="", category="",
            seq=case.event_count + 1, event="report_joined", from_state=case.state, to_state=case.state, party=party,
            actor=party, role="system", reason="further-reports", note=f"reports: {count}",
        )  # fmt: skip

    def share(self, partners: frozenset[str]) -> None:
        """Put what is new about partners' names to the memoranda."""
        by_partner: dict[str, list[tuple[Claim, bytes, str, KnownCase]]] = {}
        for new in self._new if partners else ():
            partner = self._responsible[new[0].name.zone]
            if partner in partners:
                by_partner.setdefault(partner, []).append(new)
        for partner, ours in by_partner.items():
            pks = find_report_pks([key for _, key, _, _ in ours])
            shared = [
                SharedReport(pks[key], uuid, claim.target, claim.report, claim.name, case.case_pk, case.uuid)
                for claim, key, uuid, case in ours
            ]
            share_reports(self._home, partner, shared, at=self._at)

    def outcome(self) -> BatchOutcome:
        """Add up."""
        count = Counter(self._standings)
        opened = len(self._opened)
        return BatchOutcome(
            accepted=count["accepted"] + count["held"],
            duplicate=count["duplicate"],
            foreign=count["foreign"],
            held=count["held"],
            joined=count["accepted"] - opened,
            cases_opened=opened,
            standings=self._standings,
            case_pks=self._case_pks,
        )
