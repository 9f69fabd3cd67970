"""What may a subscriber be told of a case, by which clause, and what is taken out first?  (docs/spec/subscribers.md)

A party is told by its memorandum: `decide` is asked as for a ledger.  Everybody else is told our own information within
the subscription's ceiling, by the subscription's clause; of a partner's report only what `marking.onward` of the
memorandum with that partner lets through.  A protected name, TLP:RED, an erased report and one whose case was found to
be wrong are told to nobody.  Resolvers and the public hear of a case only while it stands: confirmed by a person, and
not cured, restored or closed.  Silence is refusal.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid5

import msgspec

from comity.core.cases import CLOSED
from comity.core.categories import Category, Disposition, Severity
from comity.core.disclosure import Decision, Item, Kind, decide
from comity.core.erasure import ERASED
from comity.core.items import build_item
from comity.core.markings import TLPS, Tlp, is_within
from comity.core.memoranda import Memorandum, Status
from comity.core.onward import find_rule, strip_report, strip_target
from comity.core.outcomes import public_line
from comity.core.redaction import redact, redact_target
from comity.core.reports import Report
from comity.core.told_items import MAX_TARGETS, SubscriberKind, ToldCase, ToldReport, ToldSighting

SENT: Final = frozenset(("send", "send-redacted"))

_STANDING: Final = frozenset(("confirmed", "notified", "hold_proposed", "on_hold", "mitigated", "appeal"))
_BEFORE_APPEAL: Final = frozenset(("on_hold", "mitigated"))  # an appeal against a closed case is about one that ended
_CURING: Final = frozenset(("cleaned", "delegation-restored"))
_WRONG: Final = frozenset(("withdrawn", "restored_on_appeal"))
_RULES: Final[dict[SubscriberKind, tuple[str, ...]]] = {
    "cert": ("national_cert",),
    "resolver": ("public_blocklist",),
    "public": ("public_blocklist",),
}
_READS_WHAT_STANDS: Final = frozenset(("resolver", "public"))


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules ask of a case.  `appealed_from`: the state in which an appeal was filed, where it is in one."""

    case: str  # UUID
    party: str
    registrable: str
    zone: str
    category: str
    state: str
    severity: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None = None
    disposition: str = ""
    outcome: str = ""
    action: str = ""
    protected: str = ""
    approvals: int = 0
    appealed_from: str = ""


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """A stored report of the case.  `partner`: who sent it, and the memorandum with it that is in force."""

    report_id: str
    host: str
    target: str  # canonical URL, or canonical host
    report: Report
    received_at: datetime
    partner: str = ""
    memorandum: Memorandum | None = None
    memorandum_digest: str = ""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber as the rules see it.  Of the kind party: its party, and what governs between it and us (`own`)."""

    own: str
    kind: SubscriberKind
    ceiling: Tlp
    clause: str
    party: str = ""
    categories: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    memorandum: Memorandum | None = None
    memorandum_digest: str = ""
    status: Status = "draft"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one question: `reason` is a stable code; `told` is None where nothing may be told."""

    clause: str
    reason: str
    verdict: Literal["tell", "withhold"] = "withhold"
    tlp: Tlp = "TLP:AMBER"
    memorandum: str = ""
    report: Report | None = None  # after redaction
    target: str = ""
    kind: Kind = "report"
    decision: Decision | None = None  # of the memorandum, for a party


def stands(case: CaseState) -> bool:
    """Answer whether what was reported is, as far as we know, bad now: confirmed, and not cured, restored or closed."""
    if case.state not in _STANDING or (case.state == "appeal" and case.appealed_from not in _BEFORE_APPEAL):
        return False
    return not (case.state in {"mitigated", "appeal"} and case.action in _CURING)


def is_blockable(case: CaseState) -> bool:
    """Answer whether a resolver may refuse the whole registrable domain (docs/spec/subscribers.md §5)."""
    return stands(case) and case.disposition == "malicious" and not case.protected


def is_found_wrong(case: CaseState) -> bool:
    """Answer whether the case ended by saying that what was reported is not so, or not known to be so."""
    if case.state != CLOSED:
        return False
    return case.outcome in _WRONG or public_line(case.outcome) == "insufficient-grounds"


def ask_report(
    case: CaseState, filed: Filed, reader: Reader, *, at: datetime, is_told: bool, sent_today: int
) -> Answer:
    """Answer whether a reader may be told of a report, and how it reads then.

    `is_told`: it stands in what the reader has; then no cap counts it again, and evidence that was fresh when it was
    told does not become too old to stand.
    """
    if reason := _why_not_at_all(case, filed, reader):
        return Answer(clause=reader.clause, reason=reason)
    if reader.kind == "party":
        return _ask_memorandum(case, filed, reader, at=at, is_told=is_told, sent_today=sent_today)
    report = filed.report
    with_methods, tlp, clause = reader.kind == "cert", report.tlp, reader.clause
    if filed.partner:
        rule = find_rule(filed.memorandum, _RULES[reader.kind], report.tlp)
        if rule is None or rule.notify_source or filed.memorandum is None:
            number = filed.memorandum.marking.clause if filed.memorandum else ""
            return Answer(clause=number, reason="not-to-be-told-onward")
        with_methods = with_methods and "detection_methods" not in rule.strip
        tlp = max(report.tlp, rule.mark_as or report.tlp, key=TLPS.index)
        clause = filed.memorandum.marking.clause
    if not is_within(tlp, reader.ceiling):
        return Answer(clause=clause, reason="marking-above-limit")
    kept = strip_report(report, with_methods=with_methods)
    kept = msgspec.structs.replace(kept, tlp=tlp)
    if reader.kind in _READS_WHAT_STANDS:  # they need the address; words that people wrote may name somebody
        kept = msgspec.structs.replace(kept, narrative="", requested_action="", legal_basis="")
    return Answer(
        clause=clause, reason="allowed", verdict="tell", tlp=tlp, memorandum=filed.memorandum_digest, report=kept,
        target=strip_target(filed.target),
    )  # fmt: skip


def ask_case(case: CaseState, reader: Reader, *, at: datetime) -> Answer:
    """Answer whether a party may be told how a case stands; every other reader is told it with its reports."""
    if reason := _why_not_case(case, reader):
        return Answer(clause=reader.clause, reason=reason, kind="outcome")
    if reader.kind != "party":
        return Answer(clause=reader.clause, reason="allowed", verdict="tell", kind="outcome")
    item = Item(kind="outcome", sender=reader.own, recipient=reader.party, zone=case.zone, category=case.category)
    decision = decide(item, reader.memorandum, at=at, status=reader.status)
    tlp: Tlp = reader.memorandum.marking.tlp_default if reader.memorandum else "TLP:AMBER"
    if decision.verdict in SENT and not is_within(tlp, reader.ceiling):
        return Answer(clause=reader.clause, reason="marking-above-limit", kind="outcome", decision=decision)
    return Answer(
        clause=decision.clause, reason=decision.reason, verdict="tell" if decision.verdict in SENT else "withhold",
        tlp=tlp, memorandum=reader.memorandum_digest, kind="outcome", decision=decision,
    )  # fmt: skip


def tell_report(case: CaseState, filed: Filed, answer: Answer) -> ToldReport:
    """Make the item of a report that may be told.  Raises `ValueError` for an answer that lets nothing out."""
    if answer.report is None:
        raise ValueError(answer.reason)
    return ToldReport(
        report_id=UUID(filed.report_id), case=UUID(case.case), party=case.party, registrable=case.registrable,
        host=filed.host, zone=case.zone, target=answer.target, report=answer.report,
    )  # fmt: skip


def tell_sightings(told: Sequence[tuple[ToldReport, datetime]]) -> tuple[list[ToldReport], list[ToldSighting]]:
    """Divide what may be told of a case, in the order it came: the first report of each target, and how often after.

    With each report comes the time at which it was received, for those that do not say when they saw it.
    """
    first: dict[str, ToldReport] = {}
    seen: dict[str, list[datetime]] = {}
    for one, received_at in told:
        first.setdefault(one.target, one)
        seen.setdefault(one.target, []).append(one.report.observed_at or received_at)
    again = [
        ToldSighting(
            sighting=uuid5(one.report_id, "sighting"), of_report=one.report_id, case=one.case,
            registrable=one.registrable, zone=one.zone, count=len(seen[target]) - 1,
            first_seen=min(seen[target][1:]), last_seen=max(seen[target][1:]),
        )
        for target, one in first.items()
        if len(seen[target]) > 1
    ]  # fmt: skip
    return list(first.values()), again


def tell_case(
    case: CaseState, reports: Sequence[ToldReport], again: Sequence[ToldSighting], reader: Reader
) -> ToldCase:
    """Make the item of a case from what its reader may read of it: nothing in it says more than that."""
    times = [one.report.observed_at for one in reports if one.report.observed_at is not None]
    times += [time for one in again for time in (one.first_seen, one.last_seen)]
    shown = reader.kind not in _READS_WHAT_STANDS
    return ToldCase(
        case=UUID(case.case), party=case.party, registrable=case.registrable, zone=case.zone,
        category=msgspec.convert(case.category, Category), state=case.state,
        severity=msgspec.convert(case.severity, Severity), opened_at=case.opened_at, changed_at=case.changed_at,
        closed_at=case.closed_at, disposition=msgspec.convert(case.disposition or None, Disposition | None),
        outcome=case.outcome, action=case.action, first_seen=min(times, default=None),
        last_seen=max(times, default=None), report_count=len(reports) + sum(one.count for one in again),
        targets=tuple(one.target for one in reports[:MAX_TARGETS]) if stands(case) else (),
        malware_family=next((one.report.malware_family for one in reports if one.report.malware_family), ""),
        impersonated_party=next((one.report.impersonated_party for one in reports if one.report.impersonated_party), "")
        if shown else "",
        is_blockable=is_blockable(case),
    )  # fmt: skip


def case_marking(answers: Sequence[Answer]) -> Tlp:
    """The marking of a case that is told with its reports: the strictest of theirs."""
    return max((answer.tlp for answer in answers), key=TLPS.index, default="TLP:AMBER")


def _why_not_case(case: CaseState, reader: Reader) -> str:
    if (reader.categories and case.category not in reader.categories) or (
        reader.zones and case.zone not in reader.zones
    ):
        return "not-subscribed"
    if reader.kind != "party" and case.protected:
        return "protected-name"
    if reader.kind in _READS_WHAT_STANDS and not stands(case):
        return "not-standing"
    return ""


def _why_not_at_all(case: CaseState, filed: Filed, reader: Reader) -> str:
    if reason := _why_not_case(case, reader):
        return reason
    if ERASED in filed.report.tags:
        return "erased"
    if filed.report.tlp == "TLP:RED":
        return "tlp-red-never-leaves"
    if is_found_wrong(case):
        return "found-wrong"
    return ""


def _ask_memorandum(
    case: CaseState, filed: Filed, reader: Reader, *, at: datetime, is_told: bool, sent_today: int
) -> Answer:
    if filed.partner:
        return Answer(clause=reader.clause, reason="not-ours-to-pass-on")
    if not is_within(filed.report.tlp, reader.ceiling):
        return Answer(clause=reader.clause, reason="marking-above-limit")
    kind: Kind = "early-warning" if filed.report.machine_only else "report"
    memorandum = reader.memorandum

    def ask(asked_at: datetime) -> Decision:
        item = build_item(
            filed.report, kind=kind, sender=reader.own, recipient=reader.party, zone=case.zone, memorandum=memorandum,
            protected=case.protected, approvals=case.approvals, sent_today=0 if is_told else sent_today, at=asked_at,
        )  # fmt: skip
        return decide(item, memorandum, at=asked_at, status=reader.status)

    decision = ask(at)
    checked = filed.report.verified_at or filed.report.observed_at
    if decision.reason == "evidence-too-old" and is_told and memorandum is not None and checked is not None:
        decision = ask(min(max(checked, memorandum.effective), at))
    if decision.verdict not in SENT:
        return Answer(
            clause=decision.clause, reason=decision.reason, memorandum=reader.memorandum_digest, kind=kind,
            decision=decision,
        )  # fmt: skip
    return Answer(
        clause=decision.clause, reason=decision.reason, verdict="tell", tlp=filed.report.tlp,
        memorandum=reader.memorandum_digest, report=redact(filed.report, decision),
        target=redact_target(filed.target, decision), kind=kind, decision=decision,
    )  # fmt: skip
