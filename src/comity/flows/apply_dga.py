"""Apply what a partner says of lists: our share of one of its, its answers about one of ours, how one of its stands.

Names are believed to be a partner's claim and no more: they are checked by the desk before anybody answers.  A part
that holds a name of somebody else's zone, or one that nobody can register, is refused whole, because answers go by
position.  The memorandum is asked again as of the sender's decision.  A refusal is the entry's own and stops no other.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from comity.core.dga import parse_answers
from comity.core.dga_dangers import Known, know
from comity.core.disclosure import Decision
from comity.core.exchange import IncomingEntry
from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder
from comity.core.parties import PARTY_OF_ZONE
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.share_dga import SENT, SHARE_KIND, TALLY_KIND, decide_share, decide_tally
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.dga import (
    MOST_PARTS_OF_A_PARTNER,
    add_names,
    add_parts,
    begin_telling,
    count_parts_from,
    find_list,
    find_part,
    keep_answers,
    keep_counts,
    lock_list,
    read_part,
    refold,
)
from comity.store.ledgers import find_recalled
from comity.store.memoranda import find_in_force
from comity.store.models import DgaList, DgaPart
from comity.wire.dga_entries import (
    ANSWER,
    AnswerPayload,
    SharePayload,
    StatusPayload,
    parse_answer,
    parse_share,
    parse_status,
    part_of,
)
from comity.wire.stix import PayloadProblem

_LATE: Final = timedelta(days=1)  # a day may be over where the receiver is, and not yet where the sender is


def apply_dga_shares(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep parts of our zones; answer for each "" or why it was refused."""
    taking = _Taking(home, partner, at)
    answers = [taking.share(entry) for entry in entries]
    taking.count()
    return answers


def apply_dga_answers(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep what a partner answered about its part of a list of ours; answer for each "" or why it was refused."""
    taking = _Taking(home, partner, at)
    answers = [taking.answer(entry) for entry in entries]
    taking.count()
    return answers


def apply_dga_statuses(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep how a list of a partner's stands in zones of others; answer for each "" or why it was refused."""
    taking = _Taking(home, partner, at)
    return [taking.status(entry) for entry in entries]


class _Taking:
    """Entries of one batch: what they need is read once, and counts are made when all of them are kept."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._stored = find_in_force(partner, at=at)
        self._folder: NameFolder | None = None
        self._known: Known | None = None
        self._changed: dict[int, set[str]] = {}

    def share(self, entry: IncomingEntry) -> str:
        payload = parse_share(entry.payload)
        if isinstance(payload, PayloadProblem):
            return f"payload:{payload.code}"
        problem = self._of_subject(entry, payload.list, payload.decided_at) or self._misplaced(payload)
        if problem:
            return problem
        row = find_list(entry.subject)
        if row is not None and row.origin != self._partner:
            return "not-the-origin"
        held = find_part(row, payload.zone, payload.number) if row else None
        days = msgspec.json.encode(part_of(payload).days)
        if held is not None:
            return "" if held.days == days else "differs"
        today = self._at.astimezone(UTC).date().isoformat()
        if count_parts_from(self._partner, today=today) >= MOST_PARTS_OF_A_PARTNER:
            return "too-many-parts"
        refused = self._weigh(SHARE_KIND, payload)
        if refused:
            return refused
        self._keep(row, payload)
        return ""

    def answer(self, entry: IncomingEntry) -> str:
        payload = parse_answer(entry.payload)
        if isinstance(payload, PayloadProblem):
            return f"payload:{payload.code}"
        problem = self._of_subject(entry, payload.list, payload.decided_at)
        if problem:
            return problem
        row = find_list(entry.subject)
        part = find_part(row, payload.zone, payload.number) if row and row.origin == self._home.party else None
        if row is None or part is None or part.party != self._partner or part.told_at is None:
            return "no-such-part"  # what was not shared with this partner is not its to answer, nor to guess
        if parse_answers(payload.answers, count=part.count) is None:
            return "counts-differ"
        refused = self._weigh(TALLY_KIND, payload)
        if refused:
            return refused
        if part.answered_at is None or part.answered_at <= payload.decided_at:
            part.answers, part.answered_at = payload.answers, payload.decided_at
            part.save(update_fields=["answers", "answered_at"])
            self._changed.setdefault(row.pk, set()).add(part.zone)
        return ""

    def status(self, entry: IncomingEntry) -> str:
        payload = parse_status(entry.payload)
        if isinstance(payload, PayloadProblem):
            return f"payload:{payload.code}"
        problem = self._of_subject(entry, payload.list, payload.decided_at)
        if problem:
            return problem
        row = find_list(entry.subject)
        if row is None or row.origin != self._partner:
            return "no-such-list"
        for told in payload.rows:
            party = PARTY_OF_ZONE.get(told.zone)
            if told.zone in self._home.zones or party is None or party.id not in row.parties:
                return "not-its-zone"  # of our own zones nobody tells us, and of a zone that takes no part nobody may
        refused = self._weigh(TALLY_KIND, payload)
        if refused:
            return refused
        keep_counts(lock_list(row.pk), {(one.zone, one.day): Counter[str](one.counts) for one in payload.rows})
        return ""

    def count(self) -> None:
        """Count the lists that changed, once each."""
        for pk, zones in sorted(self._changed.items()):
            refold(lock_list(pk), zones)

    def _of_subject(self, entry: IncomingEntry, uuid: UUID, decided_at: datetime) -> str:
        if entry.subject != str(uuid):
            return "subject-mismatch"
        return DECIDED_IN_THE_FUTURE if is_ahead(decided_at, at=self._at) else ""

    def _misplaced(self, payload: SharePayload) -> str:
        """Why a part is none that this partner may send us."""
        if payload.zone not in self._home.zones:
            return "not-our-zone"
        if self._partner not in payload.parties or self._home.party not in payload.parties:
            return "not-a-party"
        last = payload.days[-1].day if payload.days[0].day else ""
        if last and last < (payload.decided_at - _LATE).date().isoformat():
            return "day-has-passed"
        if self._folder is None:
            self._folder = NameFolder(load_suffixes(self._home))
        hosts = [host for _day, host in part_of(payload).hosts()]
        for host, found in zip(hosts, fold_many(hosts, folder=self._folder), strict=True):
            if not isinstance(found, Name) or not found.ascii == found.registrable == host:
                return "not-registrable"
            if not found.registrable_private:  # a suffix under which others have their names
                return "not-registrable"
        return ""

    def _weigh(self, kind: str, payload: SharePayload | AnswerPayload | StatusPayload) -> str:
        """Ask the memorandum again, as of the partner's decision; store what it answered."""
        caps = self._stored.memorandum.terms.caps.keys() & {kind} if self._stored else frozenset[str]()
        taken = count_sent(self._partner, day=day_of(payload.decided_at), direction="in", kinds=caps)[kind]
        decision = self._decide(payload, taken)
        row = DecisionRow(
            report_pk=None, case_pk=None, partner=self._partner, direction="in", kind=kind,
            memorandum=self._stored.digest if self._stored else "", decision=decision, decided_at=payload.decided_at,
        )  # fmt: skip
        add_decisions([row], at=self._at)
        return "" if decision.verdict in SENT else f"{decision.clause}:{decision.reason}"

    def _decide(self, payload: SharePayload | AnswerPayload | StatusPayload, taken: int) -> Decision:
        sides, when = (self._partner, self._home.party), payload.decided_at
        if isinstance(payload, SharePayload):
            return decide_share(*sides, payload.zone, payload.tlp, self._stored, sent=taken, at=when)
        return decide_tally(*sides, payload.tlp, self._stored, sent=taken, at=when)

    def _keep(self, row: DgaList | None, payload: SharePayload) -> None:
        if row is None:
            row = new_list(self._partner, payload)
        rows = add_parts(row, [part_of(payload)], party=self._home.party)
        if self._known is None:
            self._known = know(load_guard(self._home))
        add_names(rows, self._known, at=self._at)
        self._changed.setdefault(row.pk, set()).add(payload.zone)
        _remember(self._partner, row, rows[0])


def new_list(origin: str, payload: SharePayload) -> DgaList:
    """Keep a list as a share of it says."""
    return DgaList.objects.create(
        uuid=str(payload.list), family=payload.family, origin=origin, source=payload.source, terms=payload.terms,
        tlp=payload.tlp, parties=list(payload.parties), at=payload.decided_at,
    )  # fmt: skip


def recall_dga(home: Home, partner: str, entries: Sequence[IncomingEntry]) -> None:
    """Of what a partner gives back of our own ledger after a restore, keep what we shared and what we answered.

    Our own zone's names of such a list, and those of no party, stood in no entry: whoever has the list takes it again.
    """
    changed: dict[int, set[str]] = {}
    for entry in entries:
        if entry.kind == "dga-share":
            shared = parse_share(entry.payload)
            if isinstance(shared, SharePayload):
                row = find_list(entry.subject) or new_list(home.party, shared)
                _recall_share(partner, row, shared)
                begin_telling(row, partner, at=shared.decided_at)
                changed.setdefault(row.pk, set()).add(shared.zone)
        elif entry.kind == ANSWER:
            answered = parse_answer(entry.payload)
            row_of = find_list(entry.subject)
            if isinstance(answered, AnswerPayload) and row_of is not None and row_of.origin == partner:
                _recall_answer(row_of, answered)
                changed.setdefault(row_of.pk, set()).add(answered.zone)
    for pk, zones in sorted(changed.items()):
        refold(lock_list(pk), zones)


def _recall_share(partner: str, row: DgaList, payload: SharePayload) -> None:
    held = find_part(row, payload.zone, payload.number)
    if held is None:
        add_parts(row, [part_of(payload)], party=partner, told_at=payload.decided_at)
    elif held.told_at is None:
        held.told_at = payload.decided_at
        held.save(update_fields=["told_at"])


def _recall_answer(row: DgaList, payload: AnswerPayload) -> None:
    part = find_part(row, payload.zone, payload.number)
    if part is None or (part.answered_at is not None and part.answered_at > payload.decided_at):
        return
    answers = parse_answers(payload.answers, count=read_part(part).count)
    if answers is not None:
        keep_answers(part, answers)
        part.answers, part.answered_at, part.told_at = payload.answers, payload.decided_at, payload.decided_at
        part.save(update_fields=["answers", "answered_at", "told_at"])


def _remember(partner: str, row: DgaList, part: DgaPart) -> None:
    """After a restore: what we had answered came back before the part that it answers."""
    for _subject, data in find_recalled(partner, ANSWER, [row.uuid]):
        answered = parse_answer(data)
        if isinstance(answered, AnswerPayload) and (answered.zone, answered.number) == (part.zone, part.number):
            _recall_answer(row, answered)
