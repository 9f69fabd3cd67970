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
from itertools import compress, repeat
from operator import itemgetter
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from comity.core.cases import CaseChange
from comity.core.episodes import FIRST_EPISODE, KnownCase, is_within
from comity.core.errors import ConflictError
from comity.core.guards import Guard
from comity.core.names import Name
from comity.core.reports import (
    Claim,
    Report,
    SharedReport,
    Standing,
    report_key,
    report_keys,
    report_uuid,
    report_uuids,
)
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.keep_clocks import begin_clocks, first_clocks, first_due
from comity.flows.share import share_reports
from comity.store.case_writes import NewCase, append_events, open_cases
from comity.store.fields import micros
from comity.store.intake_lock import lock_intake
from comity.store.reports import (
    SEVERITY_OF,
    StoredReporter,
    add_to_counts,
    find_known_keys,
    find_newest_cases,
    find_report_pks,
    has_recalled,
    insert_reports,
    open_links,
    partners_by_zone,
)
from comity.wire.report_json import render_reports

FOREIGN_EPISODE: Final = 0
_TRIES: Final = 5


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
    tell: bool = True,
) -> BatchOutcome:
    """Store claims of one reporter in one transaction.  `run` is the intake run they belong to, if any.

    `tell` False: the partners know of them already.

    On PostgreSQL a person may change a case while a batch joins it: the batch then looks again, as a whole.
    """
    for _try in range(_TRIES - 1):
        try:
            return _store_once(home, claims, reporter, run, at, guard, tell)
        except ConflictError:
            continue
    return _store_once(home, claims, reporter, run, at, guard, tell)


def _store_once(
    home: Home, claims: Sequence[Claim], reporter: StoredReporter, run: int | None, at: datetime, guard: Guard | None,
    tell: bool,
) -> BatchOutcome:  # fmt: skip
    with transaction.atomic():
        lock_intake()
        partners = {} if reporter.kind == "partner" else partners_by_zone(home.party, at=at)
        responsible = partners | dict.fromkeys(home.zones, home.party)
        batch = _Batch(home, responsible, guard or load_guard(home), reporter.key, at)
        batch.place(claims)
        batch.open_cases(with_clocks=reporter.kind != "partner")
        batch.insert(claims, reporter=reporter, run=run)
        batch.join_cases()
        if tell:
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
        self._new_of_opening: dict[tuple[str, str], int] = {}
        self._new: list[tuple[Claim, bytes, str, KnownCase]] = []

    def place(self, claims: Sequence[Claim]) -> None:
        """Decide what becomes of each claim, in their order; nothing is written yet."""
        responsible = self._responsible
        standings, case_of = self._standings, self._case_of
        episodes: list[int] = []
        add_standing, add_case, add_episode = standings.append, case_of.append, episodes.append
        newest = find_newest_cases({one.name.registrable for one in claims if one.name.zone in responsible})
        ids = [one.report.report_id for one in claims if one.report.report_id is not None]
        known_ids = find_known_keys([report_key("", "", "", 0, report_id) for report_id in ids])
        for claim in claims:
            name = claim.name
            case: KnownCase | NewCase | None = None
            episode = FOREIGN_EPISODE
            standing: Standing = "foreign"
            if name.zone in responsible:
                report = claim.report
                report_id = report.report_id
                repeated = report_id is not None and report_key("", "", "", 0, report_id) in known_ids
                case, episode = self._find_case(report, name, newest, may_open=not repeated)
                standing = "accepted" if case is not None else "held"
            add_episode(episode)
            add_standing(standing)
            add_case(case)
        keys = self._keys = report_keys(self._reporter_key, claims, episodes)
        known = find_known_keys(keys)
        recalled = self._find_recalled(claims) if has_recalled() else frozenset()
        for index, key in enumerate(keys):
            if key in known or index in recalled:
                standings[index] = "duplicate"
            else:
                known.add(key)
                self._count(case_of[index])

    def _find_recalled(self, claims: Sequence[Claim]) -> frozenset[int]:
        """The claims that came back from a partner after a restore: known by the identifier they would have here."""
        ids = [
            claim.report.report_id or UUID(report_uuid(key, None))
            for claim, key in zip(claims, self._keys, strict=True)
        ]
        keys = [report_key("", "", "", 0, one) for one in ids]
        known = find_known_keys(keys)
        return frozenset(index for index, key in enumerate(keys) if key in known)

    def _count(self, case: KnownCase | NewCase | None) -> None:
        """Count a new report for its case."""
        if isinstance(case, NewCase):
            place = (case.registrable, case.category)
            self._new_of_opening[place] += 1
        elif case is not None:
            self._joined[case.case_pk] += 1
            self._joined_cases[case.case_pk] = case

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
        self._new_of_opening[place] = 0
        return new, episode

    def open_cases(self, *, with_clocks: bool) -> None:
        """Write the cases that this batch opens; what a partner reported gets its clocks from whoever weighed it."""
        party = self._home.party
        clocks = first_clocks(self._home, {new.severity for new in self._opening.values()}, at=self._at)
        opened = open_cases(
            party, list(self._opening.values()), actor=party, role="system", at=self._at,
            report_counts=list(self._new_of_opening.values()), due_at=first_due(clocks),
        )  # fmt: skip
        if with_clocks:
            begin_clocks(clocks, [case.pk for case in opened])
        for (place, new), case in zip(self._opening.items(), opened, strict=True):
            self._opened[place] = KnownCase(case.pk, case.uuid, case.ref, new.episode, "received", 1, None)

    def insert(self, claims: Sequence[Claim], *, reporter: StoredReporter, run: int | None) -> None:
        """Write the reports that are new."""
        opened, standings = self._opened, self._standings
        cases = [
            opened[found.registrable, found.category] if isinstance(found, NewCase) else found
            for found in self._case_of
        ]
        self._case_pks = [None if case is None else case.case_pk for case in cases]
        is_new = [standing != "duplicate" for standing in standings]
        new, keys = list(compress(claims, is_new)), list(compress(self._keys, is_new))
        uuids = report_uuids(keys, new)
        names, reports = [claim.name for claim in new], [claim.report for claim in new]
        insert_reports(list(zip(
            keys, uuids, compress(standings, is_new), [name.registrable for name in names],
            [name.ascii for name in names], [name.zone for name in names], [report.category for report in reports],
            repeat(reporter.pk), repeat(run), compress(self._case_pks, is_new), render_reports(reports),
            repeat(micros(self._at)),
        )))  # fmt: skip
        self._new = [
            (claim, key, uuid, case)
            for claim, key, uuid, case in zip(new, keys, uuids, compress(cases, is_new), strict=True)
            if case is not None
        ]

    def join_cases(self) -> None:
        """Count the reports at the cases that were there; one entry a case and batch says that further ones came."""
        add_to_counts(self._joined)
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
        for partner, ours in sorted(by_partner.items(), key=itemgetter(0)):  # as in `share.share_events`
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
