"""What is to be done to which names: a plan is a value that is shown, hashed, approved by its hash, and only then
done.

A plan says for every name what is true now, what is to be added and removed and what will be true then; beside the
names stand how much falls with them (`Blast`) and who must agree and why (`Demand`).  `plan_hold` and
`plan_restore` choose and touch nothing; either a whole plan comes out or every reason why not.  The hash is the
SHA-256 of the canonical JSON, so an approval is of these octets and of nothing else (docs/spec/plans.md).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

import msgspec

from comity.core.authority import Profile, unknown_for_hold
from comity.core.case_steps import Reason
from comity.core.epp_statuses import settable

FORM: Final = "comity-plan/1"
MAX_NAMES: Final = 1_000

PlanKind = Literal["hold", "restore"]
Driver = Literal["epp", "by-hand"]
PlanState = Literal["proposed", "approved", "carrying-out", "done", "failed-partly", "refused", "expired"]
StepState = Literal["planned", "sent", "confirmed", "failed", "moved"]
Why = Literal["cure", "appeal", "interim", "expired"]

PLAN_STATES: Final[tuple[PlanState, ...]] = get_args(PlanState)
FINAL_STEPS: Final[frozenset[StepState]] = frozenset(("confirmed", "failed", "moved"))
OPEN_PLANS: Final[frozenset[PlanState]] = frozenset(("proposed", "approved", "carrying-out"))


class Present(msgspec.Struct, frozen=True):
    """What was true of a name when the plan was made, and who said so (`epp`, `rdap`; `none`: nobody was asked)."""

    source: Literal["epp", "rdap", "none"]
    statuses: tuple[str, ...] = ()
    registrar: str = ""
    nameservers: tuple[str, ...] = ()
    seen_at: datetime | None = None


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done to one name for one case."""

    name: str
    zone: str
    case: str
    category: str
    driver: Driver
    effect: PlanKind
    present: Present
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    stands_for: tuple[str, ...] = ()  # the statuses that a hold is made of, whoever set them first
    disposition: str = ""
    score: float | None = None
    protected: str = ""
    guards: tuple[str, ...] = ()
    reason: str = ""
    until: datetime | None = None
    do_not_release: bool = False


class Share(msgspec.Struct, frozen=True):
    """How many of somebody's names a plan touches, of how many that are known (0: not known)."""

    of: str
    planned: int
    known: int

    @property
    def percent(self) -> float | None:
        return 100 * self.planned / self.known if self.known else None


class Blast(msgspec.Struct, frozen=True):
    """How much falls with the names: shares of registrars and zones, hosts below, popular ones, shared addresses."""

    names: int
    registrars: tuple[Share, ...] = ()
    zones: tuple[Share, ...] = ()
    hosts: int = 0
    popular: int = 0
    sharing: int = 0


class Demand(msgspec.Struct, frozen=True):
    """Why how many people must agree: a rule's code, and what it rests on."""

    rule: Literal["four-eyes", "protected-name", "profile", "memorandum", "many-names", "registrar-share", "zone-share"]
    approvals: int
    detail: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plan."""

    form: str = FORM
    party: str
    kind: PlanKind
    proposer: str
    why: str
    made_at: datetime
    expires_at: datetime
    steps: tuple[PlannedStep, ...]
    blast: Blast
    demands: tuple[Demand, ...]

    @property
    def approvals(self) -> int:
        """How many different people must approve."""
        return max((demand.approvals for demand in self.demands), default=0)

    @property
    def is_bulk(self) -> bool:
        """Whether a supervisor must say that so many names are meant."""
        return any(demand.rule in BULK for demand in self.demands)


BULK: Final = frozenset(("many-names", "registrar-share", "zone-share"))


class Limits(msgspec.Struct, frozen=True):
    """From where on a plan is a bulk plan.  Shares count only where a plan has `share_floor` names of one of them."""

    most_names: int = 50
    registrar_percent: float = 5.0
    zone_percent: float = 0.1
    share_floor: int = 10
    lives: timedelta = timedelta(hours=24)


class Known(msgspec.Struct, frozen=True):
    """What the node knows around the names: names by registrar, by zone; hosts by name; names at the same addresses."""

    registrars: Mapping[str, int] = {}
    zones: Mapping[str, int] = {}
    hosts: Mapping[str, int] = {}
    sharing: Mapping[str, int] = {}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A case about which a plan is asked for."""

    ref: str
    name: str
    zone: str
    category: str
    state: str
    present: Present
    driver: Driver
    profile: Profile | None
    disposition: str = ""
    score: float | None = None
    protected: str = ""
    guards: tuple[str, ...] = ()
    reason: str = ""
    clauses: tuple[str, ...] = ()  # of memoranda that ask for a second person: "oac.by, clause 8"
    open_plan: str = ""  # the hash of another plan about this case that is not over
    ours: tuple[str, ...] = ()  # statuses that a hold of ours added and that are still to be taken off
    is_held: bool = False  # a hold of this case is in place


class PlanRefusal(msgspec.Struct, frozen=True):
    """Every reason why there is no plan, by case ("": of the whole)."""

    reasons: dict[str, tuple[Reason, ...]]


def plan_hold(
    candidates: Sequence[Candidate], *, party: str, proposer: str, known: Known, limits: Limits, at: datetime
) -> Plan | PlanRefusal:
    """Plan to take names out of the zone."""
    reasons = _why_no_plan(candidates)
    for one in candidates:
        found = [*_why_not_case(one, ("hold_proposed", "on_hold")), *_why_not_hold(one, on=at.date())]
        if found:
            reasons[one.ref] = (*reasons.get(one.ref, ()), *found)
    if reasons:
        return PlanRefusal(reasons)
    steps = tuple(sorted((_hold_step(one, at) for one in candidates), key=_by_name))
    blast = blast_of(steps, known)
    return Plan(
        party=party, kind="hold", proposer=proposer, why="", made_at=at, expires_at=at + limits.lives, steps=steps,
        blast=blast, demands=_demands(candidates, blast, limits),
    )  # fmt: skip


def plan_restore(
    candidates: Sequence[Candidate], *, party: str, proposer: str, why: Why, known: Known, limits: Limits, at: datetime
) -> Plan | PlanRefusal:
    """Plan to give names back what they were: only what a hold of ours added is taken off; nobody's consent is needed.

    Whoever decided that the name comes back (a cure seen, an appeal granted, a hold that expired) has decided; a second
    person in its way would only keep a stranger's site offline for longer.
    """
    reasons = _why_no_plan(candidates)
    for one in candidates:
        found = _why_not_case(one, ("on_hold", "restoring", "appeal", "closed"))
        if not one.is_held:
            found.append(Reason("nothing-to-restore", "no hold of ours is in place"))
        if found:
            reasons[one.ref] = (*reasons.get(one.ref, ()), *found)
    if reasons:
        return PlanRefusal(reasons)
    steps = tuple(sorted((_restore_step(one) for one in candidates), key=_by_name))
    return Plan(
        party=party, kind="restore", proposer=proposer, why=why, made_at=at, expires_at=at + limits.lives, steps=steps,
        blast=blast_of(steps, known), demands=(),
    )  # fmt: skip


def has_moved(planned: Present, now: Sequence[str]) -> bool:
    """Answer whether what people set on a name is another set of statuses than when it was planned."""
    return settable(planned.statuses) != settable(now)


def blast_of(steps: Sequence[PlannedStep], known: Known) -> Blast:
    """Count how much falls with the names of a plan."""
    names = {step.name: step for step in steps}
    registrars = Counter(step.present.registrar for step in names.values() if step.present.registrar)
    zones = Counter(step.zone for step in names.values())
    return Blast(
        names=len(names),
        registrars=_shares(registrars, known.registrars),
        zones=_shares(zones, known.zones),
        hosts=sum(known.hosts.get(name, 0) for name in names),
        popular=sum("popular" in step.guards for step in names.values()),
        sharing=sum(known.sharing.get(name, 0) for name in names),
    )


def _shares(planned: Mapping[str, int], known: Mapping[str, int]) -> tuple[Share, ...]:
    """The share of each; whoever is known at all has at least the names that are planned."""
    return tuple(
        Share(of, count, max(known[of], count) if known.get(of) else 0) for of, count in sorted(planned.items())
    )


def _demands(candidates: Sequence[Candidate], blast: Blast, limits: Limits) -> tuple[Demand, ...]:
    found = [Demand("four-eyes", 1, "docs/spec/cases.md")]
    found += [Demand("profile", 1, profile) for profile in sorted({_id(one) for one in candidates if _asks(one)})]
    found += [Demand("memorandum", 1, clause) for clause in sorted({c for one in candidates for c in one.clauses})]
    protected = sorted({one.protected or one.guards[0] for one in candidates if one.protected or one.guards})
    found += [Demand("protected-name", 2, guard) for guard in protected]
    if blast.names > limits.most_names:
        found.append(Demand("many-names", 1, str(blast.names)))
    found += [
        Demand("registrar-share", 1, one.of) for one in blast.registrars if _over(one, limits.registrar_percent, limits)
    ]
    found += [Demand("zone-share", 1, one.of) for one in blast.zones if _over(one, limits.zone_percent, limits)]
    return tuple(found)


def _over(share: Share, percent: float, limits: Limits) -> bool:
    return share.planned >= limits.share_floor and share.percent is not None and share.percent > percent


def _asks(one: Candidate) -> bool:
    return one.profile is not None and one.profile.second_person


def _id(one: Candidate) -> str:
    return one.profile.id if one.profile else ""


def _by_name(step: PlannedStep) -> tuple[str, str]:
    return step.name, step.case


def _hold_step(one: Candidate, at: datetime) -> PlannedStep:
    profile = one.profile
    statuses = profile.hold_statuses if profile else ()
    there = settable(one.present.statuses)
    add = tuple(sorted(set(statuses) - there))
    return PlannedStep(
        name=one.name, zone=one.zone, case=one.ref, category=one.category, driver=one.driver, effect="hold",
        present=one.present, add=add, wanted=tuple(sorted(there | set(statuses))),
        stands_for=tuple(sorted(statuses)), disposition=one.disposition, score=one.score,
        protected=one.protected, guards=one.guards, reason=one.reason,
        until=at + timedelta(days=profile.hold_days if profile else 0), do_not_release=True,
    )  # fmt: skip


def _restore_step(one: Candidate) -> PlannedStep:
    there = settable(one.present.statuses)
    return PlannedStep(
        name=one.name, zone=one.zone, case=one.ref, category=one.category, driver=one.driver, effect="restore",
        present=one.present, remove=tuple(sorted(one.ours)), wanted=tuple(sorted(there - set(one.ours))),
        disposition=one.disposition, score=one.score, protected=one.protected, guards=one.guards,
    )  # fmt: skip


def _why_no_plan(candidates: Sequence[Candidate]) -> dict[str, tuple[Reason, ...]]:
    if not candidates:
        return {"": (Reason("nothing-to-plan", "no case is named"),)}
    names = Counter(one.name for one in candidates)
    if len(names) > MAX_NAMES:
        return {"": (Reason("too-many-names", f"a plan has at most {MAX_NAMES} names"),)}
    twice = {name for name, count in names.items() if count > 1}
    why = Reason("named-twice", "a plan touches a name once; plan the other case by itself")
    return {one.ref: (why,) for one in candidates if one.name in twice}


def _why_not_case(one: Candidate, states: tuple[str, ...]) -> list[Reason]:
    found = []
    if one.state not in states:
        found.append(Reason("wrong-state", f"the case is {one.state}; a plan is made from {', '.join(states)}"))
    if one.open_plan:
        found.append(Reason("planned-already", f"the plan {one.open_plan[:12]} about this case is not over"))
    return found


def _why_not_hold(one: Candidate, *, on: date) -> list[Reason]:
    found = []
    if missing := unknown_for_hold(one.profile, on=on):
        why = f"unknown: {', '.join(missing)}; ask the registry of the zone for consideration"
        found.append(Reason("authority-unknown", why))
    if one.driver == "epp" and one.present.source != "epp":
        found.append(Reason("present-state-unknown", "the registry was not asked what is true now"))
    if one.is_held:
        found.append(Reason("held-already", "a hold of this case is in place"))
    pending = [status for status in one.present.statuses if status.startswith("pending")]
    if one.driver == "epp" and pending:
        found.append(Reason("registry-is-at-work", f"the registry has {', '.join(pending)} under way"))
    return found
