"""Open held: a person lets reports about a protected name become a case (FIELD C.6 R5).

Only an approver may, however good the evidence.  The reports join the open case of their name and category, or open
one, which keeps the name of the guard list, so that a hold will need two approvers.  Nothing goes to a partner by
this.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comity.core.case_steps import Reason
from comity.core.cases import CaseChange
from comity.core.episodes import find_episode
from comity.core.guards import Guard
from comity.core.parties import PARTY_OF_ZONE
from comity.core.roles import Actor
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome
from comity.flows.keep_clocks import keep_clocks_of
from comity.flows.share import share_standing
from comity.store.case_peers import add_peers, find_origins
from comity.store.case_reports import ReportRow, accept_held, held_reports
from comity.store.case_writes import NewCase, append_events, open_cases
from comity.store.cases import find_cases
from comity.store.intake_lock import lock_intake
from comity.store.reports import SEVERITY_OF, find_newest_cases

_APPROVER = "approver"


def open_held(
    home: Home,
    names: Sequence[str],
    actor: Actor,
    *,
    at: datetime,
    category: str = "",
    grounds: Grounds = NO_GROUNDS,
) -> VerbOutcome:
    """Open cases of the reports held about these registrable domains; `done` holds the references of the cases."""
    if _APPROVER not in actor.case_roles:
        why = Reason("wrong-role", f"a protected name is for an approver; not for {actor.role}")
        return VerbOutcome((), dict.fromkeys(names, (why,)))
    guard = load_guard(home)
    refused: dict[str, tuple[Reason, ...]] = {}
    done: list[str] = []
    with transaction.atomic():
        lock_intake()
        for name in dict.fromkeys(names):
            by_category: dict[str, list[ReportRow]] = defaultdict(list)
            for report in held_reports(name, category):
                by_category[report.category].append(report)
            if not by_category:
                refused[name] = (Reason("not-found", "no report about this name is held"),)
            done += [_open(home, reports, actor, guard, grounds, at=at) for reports in by_category.values()]
    return VerbOutcome(tuple(done), refused)


def _open(home: Home, reports: list[ReportRow], actor: Actor, guard: Guard, grounds: Grounds, *, at: datetime) -> str:
    first = reports[0]
    newest = find_newest_cases([first.registrable]).get((first.registrable, first.category))
    seen = max((row.report.observed_at for row in reports if row.report.observed_at), default=None)
    episode = find_episode(newest, seen, at=at)
    if newest is not None and newest.episode == episode:
        uuid = newest.uuid
    else:
        new = NewCase(
            registrable=first.registrable,
            category=first.category,
            episode=episode,
            zone=first.zone,
            party=PARTY_OF_ZONE[first.zone].id,
            severity=SEVERITY_OF[first.report.category],
            protected=guard.find(first.registrable, first.host) or "protected",
        )
        uuid = open_cases(home.party, [new], actor=actor.name, role=_APPROVER, at=at)[0].uuid
    case = find_cases([uuid])[uuid]
    joined = CaseChange(
        case_pk=case.pk,
        case_uuid=case.uuid,
        ref=case.ref,
        registrable=case.registrable,
        zone=case.zone,
        category=case.category,
        seq=case.event_count + 1,
        event="report_joined",
        from_state=case.state,
        to_state=case.state,
        party=actor.party,
        actor=actor.name,
        role=_APPROVER,
        reason=grounds.reason or "held-report-let-in",
        clause=grounds.clause,
        evidence_hash=grounds.evidence_hash,
        note=grounds.note,
    )
    append_events([joined], at=at)
    accept_held([report.pk for report in reports], case.pk)
    keep_clocks_of(home, [case.pk])
    # Partners whose reports waited here take part from now on, and hear how the case stands if it is not new.
    for partner, remote in sorted(find_origins([report.uuid for report in reports])):
        add_peers([(case.pk, partner, remote)])
        share_standing(home, partner, [(case.pk, remote)], at=at)
    return case.ref
