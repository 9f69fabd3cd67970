"""Share algorithmic names: a zone's parts with the party of the zone, our answers with the origin, counts with all.

A file of the verb `share`.  A part is put to the memorandum as one `early-warning` about a `botnet-c2` name of its zone
(made by a machine: it asks nobody to act), so that a daily cap counts parts.  Answers and counts are `statistics`.
Each decision is kept; what may not go stands beside the part with its clause, and is asked about again later.  Called
inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.core.dga import Answer
from comity.core.disclosure import Decision, Item, Kind, decide
from comity.core.exchange import OutgoingEntry
from comity.core.markings import Tlp
from comity.core.parties import PARTY_OF_ZONE
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.dga import begin_telling, changed_counts, note_asked, note_told, parts_of, read_part, told_version
from comity.store.links import find_link
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.models import DgaList, DgaPart
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.dga_entries import (
    MOST_ROWS,
    AnswerPayload,
    CountsOfDay,
    DgaPayload,
    SharePayload,
    StatusPayload,
    kind_of,
    render_dga,
    write_days,
)

SHARE_KIND: Final[Kind] = "early-warning"
TALLY_KIND: Final[Kind] = "statistics"
CATEGORY: Final = "botnet-c2"
SENT: Final = frozenset(("send", "send-redacted"))


def hold_outgoing(partner: str) -> None:
    """Lock the ledger that will be written to, before any row of a list: all take locks in this order."""
    lock_outgoing(partner)


def decide_share(
    sender: str, recipient: str, zone: str, tlp: str, stored: StoredMemorandum | None, *, sent: int, at: datetime
) -> Decision:
    """Answer whether a part of a zone may go; both sides ask this of the same facts."""
    item = Item(
        kind=SHARE_KIND, sender=sender, recipient=recipient, zone=zone, category=CATEGORY, tlp=tlp, machine_only=True,
        observed_at=at, sent_today=sent,
    )  # fmt: skip
    return _ask(item, stored, at)


def decide_tally(
    sender: str, recipient: str, tlp: str, stored: StoredMemorandum | None, *, sent: int, at: datetime
) -> Decision:
    """Answer whether answers or counts may go; they are about no person."""
    return _ask(Item(kind=TALLY_KIND, sender=sender, recipient=recipient, tlp=tlp, sent_today=sent), stored, at)


def share_parts(home: Home, row: DgaList, partner: str, *, at: datetime) -> list[Decision]:
    """Offer a partner the parts of its zones that it was not told; answers what was decided for each, in order."""
    hold_outgoing(partner)
    today = at.astimezone(UTC).date().isoformat()
    waiting = [
        part for part in parts_of(row, party=partner)
        if part.told_at is None and (not part.last_day or part.last_day >= today)
    ]  # fmt: skip
    asking = _Asking(partner, SHARE_KIND, at)
    entries: list[OutgoingEntry] = []
    for part in waiting:
        decision = asking.note(
            decide_share(home.party, partner, part.zone, row.tlp, asking.stored, sent=asking.sent, at=at)
        )
        _note(part, decision, at)
        if decision.verdict in SENT:
            entries.append(_entry(home, row, _share_payload(row, part, decision, asking.digest, at)))
    asking.keep(entries)
    note_asked(waiting)
    if entries:
        begin_telling(row, partner, at=at)
    return asking.decisions


def share_answers(home: Home, parts: Sequence[DgaPart], *, at: datetime) -> list[Decision]:
    """Tell the origin of lists what we answered about parts of theirs; the parts are of one origin."""
    if not parts:
        return []
    partner = parts[0].list.origin
    hold_outgoing(partner)
    asking = _Asking(partner, TALLY_KIND, at)
    entries: list[OutgoingEntry] = []
    for part in parts:
        row = part.list
        decision = asking.note(
            decide_tally(home.party, partner, row.tlp, asking.stored, sent=asking.sent, at=at)
        )  # fmt: skip
        _note(part, decision, at)
        if decision.verdict in SENT:
            payload = AnswerPayload(
                list=UUID(row.uuid), tlp=_tlp(row), clause=decision.clause, memorandum=asking.digest, decided_at=at,
                zone=part.zone, number=part.number, answers=part.answers,
            )  # fmt: skip
            entries.append(_entry(home, row, payload))
    asking.keep(entries)
    note_asked(parts)
    return asking.decisions


def share_status(home: Home, row: DgaList, partner: str, *, at: datetime) -> list[Decision]:
    """Tell a partner that takes part how a list of ours stands in the zones of all others that take part."""
    hold_outgoing(partner)
    told = told_version(row, partner)
    since = told.version if told else 0
    zones = {zone for zone in _zones_of(row) if _party_of(home, zone) in set(row.parties) - {partner}}
    rows = changed_counts(row, since=since, zones=zones)
    asking = _Asking(partner, TALLY_KIND, at)
    entries: list[OutgoingEntry] = []
    for start in range(0, len(rows), MOST_ROWS):
        decision = asking.note(decide_tally(home.party, partner, row.tlp, asking.stored, sent=asking.sent, at=at))
        if decision.verdict not in SENT:
            break
        told_rows = tuple(
            CountsOfDay(one.zone, one.day, msgspec.convert(one.counts, dict[Answer, int]))
            for one in rows[start : start + MOST_ROWS]
        )
        payload = StatusPayload(
            list=UUID(row.uuid), tlp=_tlp(row), clause=decision.clause, memorandum=asking.digest, decided_at=at,
            family=row.family, rows=told_rows,
        )  # fmt: skip
        entries.append(_entry(home, row, payload))
    asking.keep(entries)
    last = asking.decisions[-1] if asking.decisions else None
    went = last is None or last.verdict in SENT
    said = {"verdict": last.verdict, "clause": last.clause, "reason": last.reason} if last else {}
    note_told(row, partner, version=row.version if went else since, at=at, **said)
    return asking.decisions


class _Asking:
    """What is asked of one partner's memorandum in one transaction: how many went today, and each decision."""

    def __init__(self, partner: str, kind: Kind, at: datetime) -> None:
        self.stored = find_governing(partner, at=at)
        self.digest = self.stored.digest if self.stored else ""
        self.sent = count_today(partner, self.stored, (kind,), at=at)[kind]
        self.decisions: list[Decision] = []
        self._partner, self._kind, self._at = partner, kind, at
        self._has_link = find_link(partner) is not None

    def note(self, decision: Decision) -> Decision:
        """Count a decision; without a link nothing goes."""
        if decision.verdict in SENT and not self._has_link:
            decision = msgspec.structs.replace(decision, verdict="hold", reason="no-link")
        self.sent += decision.verdict in SENT
        self.decisions.append(decision)
        return decision

    def keep(self, entries: Sequence[OutgoingEntry]) -> None:
        """Keep the decisions and write the entries."""
        rows = [
            DecisionRow(
                report_pk=None, case_pk=None, partner=self._partner, direction="out", kind=self._kind,
                memorandum=self.digest, decision=decision,
            )
            for decision in self.decisions
        ]  # fmt: skip
        add_decisions(rows, at=self._at)
        if entries:
            append_outgoing(self._partner, entries, at=self._at)


def _ask(item: Item, stored: StoredMemorandum | None, at: datetime) -> Decision:
    if stored is None:
        return decide(item, None, at=at)
    return decide(item, stored.memorandum, at=at, status=stored.status)


def _note(part: DgaPart, decision: Decision, at: datetime) -> None:
    part.verdict, part.clause, part.reason = decision.verdict, decision.clause, decision.reason
    part.asked_at = at
    if decision.verdict in SENT:
        part.told_at = at


def _share_payload(row: DgaList, part: DgaPart, decision: Decision, memorandum: str, at: datetime) -> SharePayload:
    return SharePayload(
        list=UUID(row.uuid), tlp=_tlp(row), clause=decision.clause, memorandum=memorandum, decided_at=at,
        family=row.family, zone=part.zone, number=part.number, of=part.of, source=row.source, terms=row.terms,
        parties=tuple(row.parties), days=write_days(read_part(part)),
    )  # fmt: skip


def _entry(home: Home, row: DgaList, payload: DgaPayload) -> OutgoingEntry:
    return OutgoingEntry(kind_of(payload), row.uuid, render_dga(payload, sender=home.party, salt=new_salt()))


def _tlp(row: DgaList) -> Tlp:
    tlp: Tlp = msgspec.convert(row.tlp, Tlp)
    return tlp


def _zones_of(row: DgaList) -> set[str]:
    return set(parts_of(row).values_list("zone", flat=True).distinct())


def _party_of(home: Home, zone: str) -> str:
    if zone in home.zones:
        return home.party
    return PARTY_OF_ZONE[zone].id if zone in PARTY_OF_ZONE else ""
