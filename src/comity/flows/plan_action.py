"""Plan an action: say what is to be done to the names of some cases, and propose it to a second person.

`plan_action` looks and touches nothing: the registry is asked what is true now where the node has its EPP server,
else the newest look at the registration is taken.  `propose_plan` keeps what was shown; from then on its hash is
what people speak of.  Who carries it out and when is `comity.flows.carry_out`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from comity.core.authority import Profile
from comity.core.case_steps import Reason
from comity.core.cases import CaseEntry, fold
from comity.core.errors import ForbiddenError
from comity.core.observations import Registration
from comity.core.plans import Candidate, Driver, Limits, Plan, PlanRefusal, Present, plan_hold
from comity.core.roles import Actor
from comity.edges.authority_profiles import load_profiles
from comity.edges.epp_door import find_door
from comity.edges.epp_session import EppSession
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, advance_cases, same_step, step_of
from comity.store.case_peers import find_peers
from comity.store.cases import CaseRow, find_cases, read_entries
from comity.store.holds import standing_holds
from comity.store.memoranda import find_governing
from comity.store.observations import add_observation, newest
from comity.store.plans import add_plan, open_plans
from comity.store.surroundings import known_around

_NOBODY_ASKED: Final = Present("none")
_HOLD_BY_TWO: Final = "registry_hold"  # what a memorandum's clause calls it
_PROPOSERS: Final = frozenset(("analyst", "approver"))


def plan_action(home: Home, refs: Sequence[str], actor: Actor, *, at: datetime) -> Plan | PlanRefusal:
    """Plan to hold the names of some cases: the plan, or every reason why not.  Nothing is kept and nothing is done."""
    rows = find_cases(refs)
    missing: dict[str, tuple[Reason, ...]] = {
        ref: (Reason("not-found", "no such case"),) for ref in refs if ref not in rows
    }
    if missing:
        return PlanRefusal(missing)
    found = list({row.pk: row for row in rows.values()}.values())
    return plan_rows(home, found, actor, read_present(home, [row.registrable for row in found], at=at), at=at)


def propose_plan(home: Home, plan: Plan, actor: Actor, *, at: datetime) -> str:
    """Keep a plan as a proposal; answer its hash.  Raises `ForbiddenError` where the role may not propose."""
    if not _PROPOSERS & set(actor.case_roles):
        raise ForbiddenError(f"plans are proposed by analysts; not by {actor.role}", item="plan")
    with transaction.atomic():
        return keep_proposal(home, plan, actor, at=at)


def keep_proposal(home: Home, plan: Plan, actor: Actor, *, at: datetime) -> str:
    """The same, inside the caller's transaction."""
    rows = find_cases([step.case for step in plan.steps])
    plan_hash = add_plan(plan, state="proposed", cases={ref: row.pk for ref, row in rows.items()}, at=at)
    for step in plan.steps:
        if step.present.source == "epp" and home.settings.epp.host:  # what was only read here is no new look
            add_observation(step.name, "epp", registration_of(step.name, step.present), at=step.present.seen_at or at)
    note = step_of("action_planned", actor, Grounds(reason=plan.kind, evidence_hash=plan_hash))
    advance_cases(home, same_step([step.case for step in plan.steps], note), at=at)
    return plan_hash


def plan_rows(
    home: Home, rows: Sequence[CaseRow], actor: Actor, present: Mapping[str, Present], *, at: datetime
) -> Plan | PlanRefusal:
    """Plan to hold the names of cases that were read; `present`: what is true of each name now."""
    known = known_around([row.registrable for row in rows], zone_names=home.settings.plans.zone_names)
    candidates = candidates_of(home, rows, present, at=at)
    return plan_hold(candidates, party=home.party, proposer=actor.name, known=known, limits=limits_of(home), at=at)


def read_present(home: Home, names: Sequence[str], *, at: datetime) -> dict[str, Present]:
    """Ask what is true of names now, in one session; a name that is not there is left out.

    Raises `EppUnavailableError`.
    """
    door = find_door(home)
    if door is None:
        return {name: _from_looks(name) for name in names}
    found: dict[str, Present] = {}
    prefix = f"comity-look-{int(at.timestamp() * 1_000_000)}"
    with EppSession(door, prefix=prefix) as session:
        for number, name in enumerate(dict.fromkeys(names)):
            answer = session.info(name, cltrid=f"{prefix}-{number}")
            if answer.verdict == "done" and answer.domain is not None:
                domain = answer.domain
                found[name] = Present("epp", domain.statuses, domain.sponsor, domain.nameservers, at)
    return found


def candidates_of(
    home: Home, rows: Sequence[CaseRow], present: Mapping[str, Present], *, kind: str = "hold", at: datetime
) -> list[Candidate]:
    """What a plan must know of each case."""
    pks = [row.pk for row in rows]
    entries = read_entries(pks)
    planned = open_plans(pks, kind="restore" if kind == "restore" else "hold")
    held = standing_holds(pks)
    guard = load_guard(home)
    clauses = _clauses(pks, at=at)
    driver: Driver = "epp" if home.settings.epp.host else "by-hand"
    profiles = {zone: profile for profile in load_profiles(home) for zone in profile.zones}
    found = []
    for row in rows:
        facts = fold(entries[row.pk], party=row.party, severity=row.severity, protected=row.protected)
        listed = guard.find(row.registrable, "")
        found.append(
            Candidate(
                ref=row.ref, name=row.registrable, zone=row.zone, category=row.category, state=row.state,
                present=present.get(row.registrable, _NOBODY_ASKED), driver=driver, profile=_own(profiles, row, home),
                disposition=facts.disposition, score=facts.score, protected=row.protected,
                guards=(listed,) if listed else (), reason=_reason(entries[row.pk]), open_plan=planned.get(row.pk, ""),
                clauses=clauses[row.pk], is_held=row.pk in held, ours=held[row.pk].added if row.pk in held else (),
            )
        )  # fmt: skip
    return found


def limits_of(home: Home) -> Limits:
    """The node's bounds as the plan reads them."""
    said = home.settings.plans
    return Limits(
        most_names=said.most_names, registrar_percent=said.registrar_percent, zone_percent=said.zone_percent,
        share_floor=said.share_floor, lives=timedelta(hours=said.expire_hours),
    )  # fmt: skip


def registration_of(name: str, present: Present) -> Registration:
    """What the registry said of a name, as a look at its registration."""
    handle = present.registrar if present.source == "epp" else ""  # EPP tells the registry's own handle (RFC 5731)
    return Registration(
        name=name, registrar=present.registrar, registrar_id=handle, statuses=present.statuses,
        name_servers=present.nameservers,
    )  # fmt: skip


def _own(profiles: Mapping[str, Profile], row: CaseRow, home: Home) -> Profile | None:
    """A partner's zone is the partner's to act in, whatever its profile says."""
    return profiles.get(row.zone) if row.party == home.party else None


def _clauses(case_pks: Sequence[int], *, at: datetime) -> dict[int, tuple[str, ...]]:
    """The clauses of memoranda with whoever takes part in each case, by which a hold needs a second person."""
    peers = find_peers(case_pks)
    clause_of: dict[str, str] = {}
    for partner in sorted({peer.partner for of_case in peers.values() for peer in of_case}):
        governing = find_governing(partner, at=at)
        if governing is not None and governing.status == "in-force":
            safeguards = governing.memorandum.safeguards
            if _HOLD_BY_TWO in safeguards.dual_control_for:
                clause_of[partner] = f"{partner}, clause {safeguards.clause}"
    return {
        pk: tuple(clause_of[peer.partner] for peer in of_case if peer.partner in clause_of)
        for pk, of_case in peers.items()
    }


def _reason(entries: Sequence[CaseEntry]) -> str:
    proposed = [entry for entry in entries if entry.event in {"propose_hold", "act_deadline_passed"}]
    return (proposed[-1].reason or proposed[-1].event.replace("_", "-")) if proposed else ""


def _from_looks(name: str) -> Present:
    for kind in ("epp", "rdap"):
        look = newest(name, "epp" if kind == "epp" else "rdap")
        if look is not None and isinstance(look.value, Registration):
            said = look.value
            return Present(
                "epp" if kind == "epp" else "rdap", said.statuses, said.registrar, said.name_servers, look.at
            )
    return _NOBODY_ASKED
