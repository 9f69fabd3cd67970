"""Share warnings of campaigns with the party that they concern, and what our zones had with the party that warned.

A file of the verb `share`.  Each is put to the memorandum (`core.warning_terms`), the decision is kept, and what may
not go stands beside the warning with its clause.  Of a warning signs that the clause does not name stay here; of an
answer names go only where the clause and a supervisor let them.  Called inside the caller's transaction.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.core.disclosure import Decision, Kind
from comity.core.exchange import OutgoingEntry
from comity.core.warning_terms import SENT, Sides, decide_answer, decide_warning
from comity.core.warnings import MOST_NAMES_TOLD, SIGNS, Answer, Sign, SignCount, round_count
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.links import find_link
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.models import CampaignWarning, WarningAnswer
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.store.warnings import read_found, read_warning
from comity.wire.warning_entries import (
    ANSWER,
    MOST_REFUSED_TOLD,
    WARNING,
    AnswerPayload,
    RefusedSign,
    WarningPayload,
    render_warning,
)

WARNING_KIND: Final[Kind] = "early-warning"
COUNTS_KIND: Final[Kind] = "statistics"
NAMES_KIND: Final[Kind] = "outcome"


# What an entry holds of 65,535 octets: names, then signs that would have matched too much.
_NAMES_BYTES: Final = 24_000
_REFUSED_BYTES: Final = 32_000
_REFUSED_OVERHEAD: Final = 90


class _Told(msgspec.Struct, frozen=True):
    """What an answer says of how many names, and which."""

    counts: tuple[SignCount, ...]
    total: SignCount
    left_out: SignCount
    names: tuple[str, ...] = ()


def hold_outgoing(partner: str) -> None:
    """Lock the ledger that will be written to, before any row of a warning: all take locks in this order."""
    lock_outgoing(partner)


def sides_of(sender: str, recipient: str, stored: StoredMemorandum | None, *, sent: int) -> Sides:
    """Who tells whom, under a stored memorandum."""
    if stored is None:
        return Sides(sender, recipient, None)
    return Sides(sender, recipient, stored.memorandum, stored.status, sent)


def share_warning(home: Home, row: CampaignWarning, *, at: datetime) -> Decision:
    """Put a warning of ours to the memorandum, and send what may go of it."""
    hold_outgoing(row.partner)
    stored = find_governing(row.partner, at=at)
    sent = count_today(row.partner, stored, (WARNING_KIND,), at=at)[WARNING_KIND]
    warned = read_warning(row)
    decision = _linked(row.partner, decide_warning(warned, sides_of(home.party, row.partner, stored, sent=sent), at=at))
    _keep(row.partner, WARNING_KIND, stored, decision, at)
    row.verdict, row.clause, row.reason, row.asked_at = decision.verdict, decision.clause, decision.reason, at
    row.withheld = list(decision.redact)
    if decision.verdict in SENT and stored is not None:
        payload = WarningPayload(
            warning=UUID(row.uuid), tlp=warned.tlp, clause=decision.clause, memorandum=stored.digest, decided_at=at,
            zones=warned.zones, category=warned.category, first_day=warned.first_day, last_day=warned.last_day,
            case=warned.case, text=warned.text, signs=warned.signs.without(decision.redact), withheld=decision.redact,
        )  # fmt: skip
        data = render_warning(payload, sender=home.party, salt=new_salt())
        append_outgoing(row.partner, [OutgoingEntry(WARNING, row.uuid, data)], at=at)
        row.told_at = at
    row.save(update_fields=["verdict", "clause", "reason", "asked_at", "withheld", "told_at"])
    return decision


def share_answer(home: Home, answer: WarningAnswer, *, at: datetime) -> Decision:
    """Tell the party that warned what one of our zones had: counts, or the names that a supervisor released."""
    row = answer.warning
    hold_outgoing(row.origin)
    stored = find_governing(row.origin, at=at)
    with_names = answer.release == "names"
    kind = NAMES_KIND if with_names else COUNTS_KIND
    sent = count_today(row.origin, stored, (kind,), at=at)[kind]
    decision = decide_answer(
        read_warning(row), answer.zone, sides_of(home.party, row.origin, stored, sent=sent), names=with_names,
        released=bool(answer.release), at=at,
    )  # fmt: skip
    decision = _linked(row.origin, decision)
    _keep(row.origin, kind, stored, decision, at)
    answer.verdict, answer.clause, answer.reason, answer.asked_at = (
        decision.verdict, decision.clause, decision.reason, at,
    )  # fmt: skip
    if decision.verdict in SENT and stored is not None:
        told = _tell_names(home, answer) if with_names else _tell_counts(answer, stored)
        payload = AnswerPayload(
            warning=UUID(row.uuid), tlp=read_warning(row).tlp, clause=decision.clause, memorandum=stored.digest,
            decided_at=at, zone=answer.zone, answer=msgspec.convert(answer.answer, Answer), as_of=answer.as_of,
            counts=told.counts, total=told.total.names, fewer=told.total.fewer, left_out=told.left_out.names,
            left_out_fewer=told.left_out.fewer, refused=tuple(_fitting(refused_of(answer))),
            not_swept=tuple(answer.not_swept), names=told.names,
        )  # fmt: skip
        data = render_warning(payload, sender=home.party, salt=new_salt())
        append_outgoing(row.origin, [OutgoingEntry(ANSWER, row.uuid, data)], at=at)
        answer.told_at, answer.told = at, "names" if with_names else "counts"
    answer.save(update_fields=["verdict", "clause", "reason", "asked_at", "told_at", "told"])
    return decision


def _tell_counts(answer: WarningAnswer, stored: StoredMemorandum) -> _Told:
    terms = stored.memorandum.warnings
    at_least = terms.count_at_least if terms else 1
    return _Told(
        counts=tuple(round_count(one.sign, one.names, at_least) for one in counts_of(answer)),
        total=round_count("pattern", answer.names, at_least),
        left_out=round_count("pattern", answer.left_out, at_least),
    )


def _tell_names(home: Home, answer: WarningAnswer) -> _Told:
    """The names, without those that the guard lists protect by now: days lie between a sweep and its release."""
    guard = load_guard(home)
    found = read_found(answer)
    left = [one for one in found if not guard.find(one.name, one.name)]
    counted = Counter(sign for one in left for sign in set(one.signs))
    names: list[str] = []
    room = _NAMES_BYTES
    for one in left[:MOST_NAMES_TOLD]:
        room -= len(one.name) + 3
        if room < 0:
            break
        names.append(one.name)
    return _Told(
        counts=tuple(SignCount(sign, counted[sign]) for sign in SIGNS if counted[sign]),
        total=SignCount("pattern", len(left)),
        left_out=SignCount("pattern", answer.left_out + len(found) - len(left)),
        names=tuple(names),
    )


def _fitting(refused: Sequence[RefusedSign]) -> Iterator[RefusedSign]:
    """As many refused signs as an entry holds beside names."""
    room = _REFUSED_BYTES
    for one in refused[:MOST_REFUSED_TOLD]:
        room -= len(one.subject.encode()) + _REFUSED_OVERHEAD
        if room < 0:
            return
        yield one


def counts_of(answer: WarningAnswer) -> Sequence[SignCount]:
    """How many names each kind of sign found."""
    return msgspec.convert(answer.counts, tuple[SignCount, ...])


def refused_of(answer: WarningAnswer) -> tuple[RefusedSign, ...]:
    """The signs that would have matched too much."""
    return msgspec.convert(answer.refused, tuple[RefusedSign, ...])


def kinds_of_signs(text: Sequence[str]) -> tuple[Sign, ...]:
    """Kinds of signs that were stored."""
    return msgspec.convert(list(text), tuple[Sign, ...])


def _linked(partner: str, decision: Decision) -> Decision:
    if decision.verdict in SENT and find_link(partner) is None:
        return msgspec.structs.replace(decision, verdict="hold", reason="no-link")
    return decision


def _keep(partner: str, kind: Kind, stored: StoredMemorandum | None, decision: Decision, at: datetime) -> None:
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="out", kind=kind,
        memorandum=stored.digest if stored else "", decision=decision,
    )  # fmt: skip
    add_decisions([row], at=at)
