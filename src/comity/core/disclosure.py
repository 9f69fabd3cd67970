"""May the partner be told of this, and what must be taken out first?  Nothing leaves without a clause (DESIGN §1.2).

`decide` asks in the order of docs/spec/disclosure.md §3; the first clause that forbids settles the answer, and
silence is refusal.  It is total: any `Item` gets a `Decision`.  Both parties evaluate the same text and must come to
the same answer, so nothing here knows whose node it runs on.  Clocks of two nodes differ a little: a time up to an
hour ahead is believed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, get_args

import msgspec

from comity.core.categories import Disposition
from comity.core.evidence import is_older
from comity.core.markings import TLPS
from comity.core.memoranda import Memorandum, Status, Terms, has_expired

Kind = Literal[
    "report", "early-warning", "inquiry", "outcome", "retraction", "statistics", "experience", "consultation"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Verdict = Literal["send", "send-redacted", "hold", "refuse"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)

IDENTITY_CLAUSE: Final = "1"  # identity, term and parties head the document and have no number of their own
REPORTER_IDENTITY: Final = "reporter_identity"
PUBLIC: Final = ".public"  # a personal-data class so marked is public knowledge
DUAL_CONTROL: Final = 2  # persons who must agree
_AHEAD: Final = timedelta(hours=1)
_RANK: Final[dict[str, int]] = {tlp: rank for rank, tlp in enumerate(TLPS)}
_RED: Final = _RANK["TLP:RED"]
_TELLS_OF_ABUSE: Final = frozenset({"report", "early-warning"})
_ABOUT_A_NAME: Final = frozenset({"report", "early-warning", "outcome", "retraction"})


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about: the facts of one thing that might cross the link, and nothing of its content."""

    kind: Kind
    sender: str
    recipient: str
    zone: str = ""
    category: str = ""
    tlp: str = "TLP:AMBER"
    fields: frozenset[str] = frozenset()  # evidence fields present
    score: float = 0.0
    observed_at: datetime | None = None
    verified_at: datetime | None = None
    personal_data: tuple[str, ...] = ()  # classes present
    protected: str = ""  # which guard list names it
    machine_only: bool = False
    single_blocklist: bool = False
    linked: tuple[str, ...] = ()  # categories of the reports it is linked to
    sent_today: int = 0  # of this kind to this recipient
    breaches: int = 0  # quality windows in a row that the sender was in breach
    approvals: int = 0  # persons who agreed to tell of a protected name
    disposition: Disposition | None = None


class TraceStep(msgspec.Struct, frozen=True, cache_hash=True):
    """One clause visited: what was asked, what came of it (`yes`, or the reason code), and about which fields."""

    clause: str
    question: str
    answer: str
    detail: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    """The answer.  `redact` is what to take out: classes of personal data.  `hold_for`: who must look."""

    verdict: Verdict
    clause: str
    reason: str
    redact: tuple[str, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    hold_for: str = ""


class _Objection(msgspec.Struct, frozen=True):
    clause: str
    reason: str
    detail: tuple[str, ...] = ()


_Question = Callable[[Item, Memorandum, Terms, datetime], _Objection | None]


def decide(item: Item, memorandum: Memorandum | None, *, at: datetime, status: Status = "in-force") -> Decision:
    """Answer whether the item may cross under the memorandum at a time (aware UTC).  Silence is refusal.

    `status` is the memorandum's standing; `store.memoranda.find_in_force` gives only those in force.
    """
    if memorandum is None:
        return _without_memorandum(item)
    passed = _passed_steps(_clause_numbers(memorandum))
    objection = _standing(memorandum, status, at)
    if objection is not None:
        return _refused(objection, passed, 0)
    terms = memorandum.terms
    for number, ask in enumerate(_QUESTIONS, start=1):
        objection = ask(item, memorandum, terms, at)
        if objection is not None:
            return _refused(objection, passed, number)
    # (g) personal data: what no class allows is taken out, or a person is asked
    redact = _to_redact(item.personal_data, memorandum) if item.personal_data else ()
    approved = item.approvals >= DUAL_CONTROL
    clause = memorandum.personal_data.clause
    if redact:
        trace = (*passed[:-2], TraceStep(clause, "personal-data", "personal-data-withheld", redact), passed[-1])
        if (
            memorandum.personal_data.if_any_approval_missing == "hold"
            and redact != (REPORTER_IDENTITY,)
            and not approved
        ):
            return Decision("hold", clause, "approval-missing", redact, trace[:-1], hold_for="dpo")
    else:
        trace = passed
    # (h) a protected name never goes by itself
    if item.protected and not approved:
        step = TraceStep(memorandum.safeguards.clause, "protected-name", "protected-name", (item.protected,))
        return Decision("hold", step.clause, "protected-name", redact, (*trace[:-1], step), hold_for="supervisor")
    if redact:
        return Decision("send-redacted", clause, "allowed-without-personal-data", redact, trace)
    return Decision("send", memorandum.exchange.clause, "allowed", (), trace)


def _refused(objection: _Objection, passed: tuple[TraceStep, ...], number: int) -> Decision:
    step = TraceStep(objection.clause, passed[number].question, objection.reason, objection.detail)
    return Decision("refuse", objection.clause, objection.reason, (), (*passed[:number], step))


def _clause_numbers(memorandum: Memorandum) -> tuple[str, ...]:
    return (
        memorandum.exchange.clause, memorandum.scope.clause, memorandum.evidence.clause, memorandum.marking.clause,
        memorandum.personal_data.clause, memorandum.safeguards.clause,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _passed_steps(numbers: tuple[str, ...]) -> tuple[TraceStep, ...]:
    """The trace of an item to which nobody objects: the same for every such item, so it is made once."""
    exchange, scope, evidence, marking, personal_data, safeguards = numbers
    clauses = (
        IDENTITY_CLAUSE,
        IDENTITY_CLAUSE,
        exchange,
        scope,
        scope,
        evidence,
        marking,
        safeguards,
        personal_data,
        safeguards,
    )
    return tuple(TraceStep(clause, question, "yes") for clause, question in zip(clauses, QUESTIONS, strict=True))


def _to_redact(classes: tuple[str, ...], memorandum: Memorandum) -> tuple[str, ...]:
    """The classes present that no rule allows, in order; a class that is not named is denied."""
    rules = memorandum.personal_data.classes
    denied = set()
    for name in classes:
        base = name.removesuffix(PUBLIC)
        rule = rules.get(base, "deny")
        allowed = rule == "allow" or (rule == "allow_if_public" and base != name)
        if base == REPORTER_IDENTITY or not allowed:
            denied.add(name)
    return tuple(sorted(denied))


def _without_memorandum(item: Item) -> Decision:
    """No memorandum: only an early warning at TLP:CLEAR, by a person's own choice."""
    if item.kind == "early-warning" and item.tlp == "TLP:CLEAR" and not item.protected:
        trace = (TraceStep("", "in-force", "no-memorandum-own-choice"),)
        redact = tuple(sorted(set(item.personal_data)))
        return Decision("hold", "", "no-memorandum-own-choice", redact, trace, hold_for="supervisor")
    return Decision("refuse", "", "no-memorandum", trace=(TraceStep("", "in-force", "no-memorandum"),))


def _standing(memorandum: Memorandum, status: Status, at: datetime) -> _Objection | None:
    # (a) in force and signed by all?
    if at.tzinfo is None:
        return _Objection(IDENTITY_CLAUSE, "time-without-zone")
    if status == "suspended":
        return _Objection(memorandum.suspension.clause, "suspended")
    if status not in ("draft", "proposed") and has_expired(memorandum, at=at):
        return _Objection(IDENTITY_CLAUSE, "expired")
    if status == "terminated":
        return _Objection(memorandum.termination.clause, "terminated")
    if status != "in-force":
        return _Objection(
            IDENTITY_CLAUSE, "not-signed-by-all" if status in ("draft", "proposed") else "not-yet-effective"
        )
    if at < memorandum.effective:
        return _Objection(IDENTITY_CLAUSE, "not-yet-effective")
    return None


def _parties(item: Item, _memorandum: Memorandum, terms: Terms, _at: datetime) -> _Objection | None:
    # (a) … and between these two?
    if item.sender == item.recipient or item.sender not in terms.zones or item.recipient not in terms.zones:
        return _Objection(IDENTITY_CLAUSE, "not-a-party")
    return None


def _kind(item: Item, memorandum: Memorandum, terms: Terms, _at: datetime) -> _Objection | None:
    # (b) kind allowed and under its cap?
    clause = memorandum.exchange.clause
    senders = terms.senders.get(item.kind)
    if senders is None:
        return _Objection(clause, "kind-not-allowed")
    if item.sender not in senders:
        return _Objection(clause, "wrong-direction")
    cap = terms.caps.get(item.kind)
    if cap is not None and item.sent_today >= cap:
        return _Objection(clause, "over-daily-cap", (str(cap),))
    return None


def _zone(item: Item, memorandum: Memorandum, terms: Terms, _at: datetime) -> _Objection | None:
    # (c) name in the recipient's zones?
    scope = memorandum.scope
    if not item.zone:
        return _Objection(scope.clause, "no-zone") if item.kind in _ABOUT_A_NAME else None
    rule = "any-party-zone"
    if item.kind == "report":
        rule = scope.zone_rule
    elif item.kind == "early-warning":
        rule = scope.early_warning_zone_rule
    allowed = terms.zones[item.recipient] if rule == "recipient-zone" else terms.all_zones
    if item.zone in allowed:
        return None
    return _Objection(scope.clause, "not-the-recipients-zone" if rule == "recipient-zone" else "zone-of-no-party")


def _category(item: Item, memorandum: Memorandum, terms: Terms, _at: datetime) -> _Objection | None:
    # (d) category allowed and not excluded?
    clause = memorandum.scope.clause
    if not item.category:
        return _Objection(clause, "no-category") if item.kind in _ABOUT_A_NAME else None
    if item.category in terms.excluded:
        return _Objection(clause, "excluded-category")
    only_with = terms.only_with.get(item.category)
    if only_with is None:
        return _Objection(clause, "category-not-allowed")
    # What the other category is was settled when the report crossed; an outcome or a retraction only answers it.
    if only_with and item.kind in _TELLS_OF_ABUSE and only_with.isdisjoint(item.linked):
        return _Objection(clause, "only-with-another-category", tuple(sorted(only_with)))
    return None


def _evidence(item: Item, memorandum: Memorandum, terms: Terms, at: datetime) -> _Objection | None:
    # (e) evidence complete, fresh, strong enough?  Asked of reports: only they ask the recipient to act.
    if item.kind != "report":
        return None
    evidence = memorandum.evidence
    clause = evidence.clause
    if item.machine_only and evidence.machine_only_reports == "early_warning_only":
        return _Objection(clause, "machine-only")
    if item.single_blocklist and not evidence.single_blocklist_is_enough:
        return _Objection(clause, "single-blocklist")
    required = terms.required.get(item.category)
    max_age = terms.max_age.get(item.category)
    if required is None or max_age is None:
        return _Objection(clause, "category-without-terms")
    if not required <= item.fields:
        return _Objection(clause, "evidence-incomplete", tuple(sorted(required - item.fields)))
    checked = item.verified_at or item.observed_at
    if checked is None or is_older(checked, max_age, at=at):
        return _Objection(clause, "evidence-too-old")
    if checked - at > _AHEAD:
        return _Objection(clause, "verified-in-the-future")
    if not item.score >= evidence.min_score:  # NaN is not enough either
        return _Objection(clause, "score-too-low")
    return None


def _marking(item: Item, memorandum: Memorandum, _terms: Terms, _at: datetime) -> _Objection | None:
    # (f) TLP within what is accepted?
    rank = _RANK.get(item.tlp)
    if rank is None:
        return _Objection(memorandum.marking.clause, "unknown-marking")
    if rank >= _RED:
        return _Objection(memorandum.marking.clause, "tlp-red-never-leaves")
    if rank > _RANK[memorandum.marking.tlp_max_accepted]:
        return _Objection(memorandum.marking.clause, "marking-above-limit")
    return None


def _safeguards(item: Item, memorandum: Memorandum, _terms: Terms, _at: datetime) -> _Objection | None:
    # (h) what refuses outright is asked before (g): a refusal beats a hold, and needs no redaction
    safeguards = memorandum.safeguards
    if item.protected and safeguards.protected_names.effect == "refuse":
        return _Objection(safeguards.clause, "protected-name-refused", (item.protected,))
    if item.kind != "report" or item.breaches <= 0:
        return None
    reached = safeguards.quality.on_breach[: item.breaches]
    if "suspend_kind_report" in reached:
        return _Objection(safeguards.clause, "quality-suspended")
    if "require_two_sources" in reached and "second_source" not in item.fields:
        return _Objection(safeguards.clause, "second-source-needed")
    return None


_QUESTIONS: Final[tuple[_Question, ...]] = (_parties, _kind, _zone, _category, _evidence, _marking, _safeguards)
QUESTIONS: Final = (
    "in-force", "parties", "kind", "zone", "category", "evidence", "marking", "safeguards", "personal-data",
    "protected-name",
)  # fmt: skip
