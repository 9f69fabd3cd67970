"""Apply what a partner says of campaigns: a warning about our zones, or what its zone had of a warning of ours.

A warning is a partner's claim and no more: it is kept, our zones are swept for it (`flows.sweep_warning`), and nothing
is done to any name.  The memorandum is asked again as of the sender's decision; signs that it does not let out are not
taken in either.  A refusal is the entry's own and stops no other.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from comity.core.disclosure import Decision, Kind
from comity.core.exchange import IncomingEntry
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead, is_in_order, refuse_out_of_order
from comity.core.warning_terms import SENT, decide_answer, decide_warning
from comity.edges.home import Home
from comity.flows.share_warnings import COUNTS_KIND, NAMES_KIND, WARNING_KIND, hold_outgoing, sides_of
from comity.store.decisions import DecisionRow, add_decisions, count_sent, find_newest_taken
from comity.store.memoranda import StoredMemorandum, find_in_force
from comity.store.models import CampaignWarning
from comity.store.warnings import (
    MOST_FROM_A_PARTNER,
    FoundName,
    add_warning,
    count_standing,
    find_answer,
    find_warning,
    keep_answer,
    lock_warning,
    read_warning,
    write_found,
)
from comity.wire.stix import PayloadProblem
from comity.wire.warning_entries import (
    WARNING,
    AnswerPayload,
    WarningPayload,
    parse_answer,
    parse_warning,
    warned_of,
)


def apply_warnings(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep warnings about our zones; answer for each "" or why it was refused."""
    stored = find_in_force(partner, at=at)
    return [_take_warning(home, partner, stored, entry, at) for entry in entries]


def apply_warning_answers(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep what a partner's zone had of a warning of ours; answer for each "" or why it was refused."""
    stored = find_in_force(partner, at=at)
    return [_take_answer(home, partner, stored, entry, at) for entry in entries]


def _take_warning(
    home: Home, partner: str, stored: StoredMemorandum | None, entry: IncomingEntry, at: datetime
) -> str:  # fmt: skip
    payload = parse_warning(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    problem = _misaddressed(entry, payload.warning, payload.decided_at, at)
    if problem:
        return problem
    if not set(payload.zones) <= set(home.zones):
        return "not-our-zone"
    if payload.last_day < payload.decided_at.astimezone(UTC).date():
        return "day-has-passed"
    row = find_warning(entry.subject)
    warned = warned_of(payload)
    if row is not None:
        return "" if row.origin == partner and read_warning(row) == warned else "differs"
    if count_standing(partner, today=at.astimezone(UTC).date()) >= MOST_FROM_A_PARTNER:
        return "too-many-warnings"
    sent = _taken(partner, stored, WARNING_KIND, payload.decided_at)
    decision = find_late(partner, stored, payload.decided_at) or decide_warning(
        warned, sides_of(partner, home.party, stored, sent=sent), at=payload.decided_at
    )
    if decision.verdict == "send-redacted":  # what the sender ought to have kept is not taken in either
        decision = msgspec.structs.replace(decision, verdict="refuse", reason="signs-not-allowed")
    _keep(partner, WARNING_KIND, stored, decision, payload.decided_at, at)
    if decision.verdict not in SENT:
        return f"{decision.clause}:{decision.reason}"
    add_warning(
        entry.subject, partner, partner, warned, at=payload.decided_at, told_at=at, withheld=list(payload.withheld),
        verdict=decision.verdict, clause=decision.clause, reason=decision.reason,
    )  # fmt: skip
    return ""


def _take_answer(
    home: Home, partner: str, stored: StoredMemorandum | None, entry: IncomingEntry, at: datetime
) -> str:  # fmt: skip
    payload = parse_answer(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    problem = _misaddressed(entry, payload.warning, payload.decided_at, at)
    if problem:
        return problem
    row = find_warning(entry.subject)
    if row is None or row.origin != home.party or row.partner != partner or row.told_at is None:
        return "no-such-warning"
    if payload.zone not in row.zones:
        return "not-its-zone"
    kind = NAMES_KIND if payload.names else COUNTS_KIND
    sent = _taken(partner, stored, kind, payload.decided_at)
    decision = find_late(partner, stored, payload.decided_at) or decide_answer(
        read_warning(row), payload.zone, sides_of(partner, home.party, stored, sent=sent),
        names=bool(payload.names), released=True, at=payload.decided_at,
    )  # fmt: skip
    _keep(partner, kind, stored, decision, payload.decided_at, at)
    if decision.verdict not in SENT:
        return f"{decision.clause}:{decision.reason}"
    hold_outgoing(partner)
    keep_told(lock_warning(row.pk), payload, at=at)
    return ""


def keep_told(row: CampaignWarning, payload: AnswerPayload, *, at: datetime) -> None:
    """Keep what was told of a zone; the later decision stands.  The warning is locked."""
    held = find_answer(row, payload.zone)
    if row.withdrawn_at is not None or (held is not None and held.answered_at > payload.decided_at):
        return
    keep_answer(
        row, payload.zone, answer=payload.answer, as_of=payload.as_of, names=payload.total, fewer=payload.fewer,
        left_out=payload.left_out, left_out_fewer=payload.left_out_fewer, counts=msgspec.to_builtins(payload.counts),
        refused=msgspec.to_builtins(payload.refused), not_swept=list(payload.not_swept),
        found=write_found([FoundName(name) for name in payload.names]), answered_at=payload.decided_at,
        told="names" if payload.names else "counts", told_at=at, clause=payload.clause,
    )  # fmt: skip


def recall_warnings(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> None:
    """Of what a partner gives back of our own ledger after a restore, keep the warnings that we gave.

    What we answered is found again by the next sweep, or was given to the partner already: nothing is lost by it.
    """
    for entry in entries:
        if entry.kind != WARNING or find_warning(entry.subject) is not None:
            continue
        payload = parse_warning(entry.payload)
        if isinstance(payload, WarningPayload):
            add_warning(
                entry.subject, home.party, partner, warned_of(payload), at=payload.decided_at,
                told_at=payload.decided_at, asked_at=at, withheld=list(payload.withheld), verdict="send",
                clause=payload.clause, reason="allowed",
            )  # fmt: skip


def find_late(partner: str, stored: StoredMemorandum | None, decided_at: datetime) -> Decision | None:
    """The refusal of what says it was decided long before what came earlier: an old day would be a second cap."""
    newest = find_newest_taken(partner)
    if stored is None or is_in_order(decided_at, newest):
        return None
    return refuse_out_of_order(stored.memorandum, newest)


def _misaddressed(entry: IncomingEntry, uuid: UUID, decided_at: datetime, at: datetime) -> str:
    if entry.subject != str(uuid):
        return "subject-mismatch"
    return DECIDED_IN_THE_FUTURE if is_ahead(decided_at, at=at) else ""


def _taken(partner: str, stored: StoredMemorandum | None, kind: Kind, decided_at: datetime) -> int:
    caps = stored.memorandum.terms.caps.keys() & {kind} if stored else frozenset[str]()
    return count_sent(partner, day=day_of(decided_at), direction="in", kinds=caps)[kind]


def _keep(
    partner: str, kind: Kind, stored: StoredMemorandum | None, decision: Decision, decided_at: datetime, at: datetime
) -> None:
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="in", kind=kind,
        memorandum=stored.digest if stored else "", decision=decision, decided_at=decided_at,
    )  # fmt: skip
    add_decisions([row], at=at)
