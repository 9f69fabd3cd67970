"""Release cases: what some cases say to each subscriber now, beside what it has of them.

Read once for all subscribers: the cases, their reports with canonical targets, who takes part.  Then each subscriber is
answered by `core.release_rules`, and what differs from what it has becomes a version; what may not be told any more is
withdrawn.  In the caller's transaction, under `lock_readers`.  A withdrawal tells nothing new and is never withheld: no
clause is asked about it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.erasure import ERASED
from comity.core.markings import Tlp
from comity.core.names import NameFolder, Target
from comity.core.quotas import day_of
from comity.core.release_rules import (
    Answer,
    CaseState,
    Filed,
    Reader,
    ask_case,
    ask_report,
    case_marking,
    tell_case,
    tell_report,
    tell_sightings,
)
from comity.core.told_items import Told, ToldCase, ToldKind
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.store.case_peers import find_peers
from comity.store.cases import CaseRow, count_approvals, find_cases_by_pk, read_entries
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.releases import Asked as AskedBefore
from comity.store.releases import FiledRow, Holding, forget_told, read_asked, read_filed, read_holdings
from comity.store.subscribers import SubscriberRow
from comity.store.told_items import NewTold, append_told, digest_of

_KINDS: Final = ("report", "early-warning", "outcome")


class Asked(msgspec.Struct, frozen=True):
    """One question and its answer: how a case stands, or (`filed`) one report of it."""

    case: CaseState
    case_pk: int
    answer: Answer
    filed: Filed | None = None
    filed_pk: int | None = None


class CaseRelease:
    """Some cases as they stand in the store."""

    def __init__(self, home: Home, case_pks: Sequence[int], *, at: datetime) -> None:
        self._home, self._at = home, at
        self._folder = NameFolder(load_suffixes(home))
        self._partners: dict[str, StoredMemorandum | None] = {}
        self._approvals: dict[int, int] = {}
        rows = sorted(find_cases_by_pk(list(case_pks)), key=lambda row: row.pk)
        self._cases = self._states(rows)
        filed = read_filed([row.pk for row in rows])
        self._erased = {row.uuid for reports in filed.values() for row in reports if ERASED in row.report.tags}
        self._filed = {pk: [(row.pk, self._file(row)) for row in reports] for pk, reports in filed.items()}
        self._peers = {pk: {peer.partner for peer in peers} for pk, peers in find_peers(list(self._cases)).items()}

    def tell(self, readers: Sequence[SubscriberRow]) -> int:
        """Tell each subscriber what differs from what it has; answers how many versions that were."""
        told = 0
        for reader in readers:
            holdings = read_holdings(reader.pk, list(self._cases))
            before = read_asked(reader.party, list(self._cases)) if reader.kind == "party" else {}
            new: list[NewTold] = []
            decisions: list[DecisionRow] = []
            for pk, asked in self.ask(reader, holdings):
                new += self._differences(self.reader(reader), pk, asked, holdings[pk])
                decisions += _decisions(reader, asked, before)
            add_decisions(decisions, at=self._at)
            told += len(append_told(reader.pk, new, at=self._at))
        if self._erased:
            forget_told(self._erased)
        return told

    def ask(
        self, subscriber: SubscriberRow, holdings: Mapping[int, Mapping[tuple[str, str], Holding]]
    ) -> Iterator[tuple[int, list[Asked]]]:
        """Ask about every case and its reports, in order; what goes counts against the caps of a memorandum."""
        reader = self.reader(subscriber)
        sent = self._sent_today(reader)
        for pk, case in self._cases.items():
            has = holdings.get(pk, {})
            asked: list[Asked] = []
            for filed_pk, filed in self._filed[pk]:
                kind = "early-warning" if filed.report.machine_only else "report"
                is_told = _is_held(has, "report", filed.report_id)
                answer = ask_report(case, filed, reader, at=self._at, is_told=is_told, sent_today=sent[kind])
                if answer.verdict == "tell" and not is_told:
                    sent[kind] += 1
                asked.append(Asked(case, pk, answer, filed, filed_pk))
            tells = any(one.answer.verdict == "tell" for one in asked)
            takes_part = reader.kind == "party" and (
                reader.party in self._peers.get(pk, ()) or _is_held(has, "case", case.case)
            )
            if tells or takes_part:
                asked.append(Asked(case, pk, ask_case(case, reader, at=self._at)))
            yield pk, asked

    def reader(self, subscriber: SubscriberRow) -> Reader:
        """A subscriber as the rules see it, with what governs between its party and us."""
        stored = self._governing(subscriber.party) if subscriber.kind == "party" else None
        return Reader(
            own=self._home.party, kind=subscriber.kind, ceiling=subscriber.ceiling, clause=subscriber.clause,
            party=subscriber.party, categories=frozenset(subscriber.categories), zones=frozenset(subscriber.zones),
            memorandum=stored.memorandum if stored else None, memorandum_digest=stored.digest if stored else "",
            status=stored.status if stored else "draft",
        )  # fmt: skip

    def _differences(
        self, reader: Reader, case_pk: int, asked: Sequence[Asked], has: Mapping[tuple[str, str], Holding]
    ) -> Iterator[NewTold]:
        case = self._cases[case_pk]
        wanted = _wanted(reader, case, case_pk, asked)
        for key, item in wanted.items():
            if not is_same(item, has.get(key)):
                yield item
        for key, held in has.items():
            if key not in wanted and not held.is_withdrawn:
                yield withdrawn(held, erased=held.subject in self._erased)

    def _states(self, rows: Sequence[CaseRow]) -> dict[int, CaseState]:
        guard = load_guard(self._home)
        protected = {row.pk: row.protected or guard.find(row.registrable, row.registrable) for row in rows}
        approvals = count_approvals([row for row in rows if protected[row.pk]])
        appealed = read_entries([row.pk for row in rows if row.state == "appeal"])
        return {
            row.pk: CaseState(
                case=row.uuid, party=row.party, registrable=row.registrable, zone=row.zone, category=row.category,
                state=row.state, severity=row.severity, opened_at=row.opened_at, changed_at=row.changed_at,
                closed_at=row.closed_at, disposition=row.disposition, outcome=row.outcome, action=row.action,
                protected=protected[row.pk], approvals=approvals.get(row.pk, 0),
                appealed_from=next(
                    (one.from_state for one in reversed(appealed.get(row.pk, ())) if one.event == "appeal_filed"), ""
                ),
            )
            for row in rows
        }  # fmt: skip

    def _file(self, row: FiledRow) -> Filed:
        target = self._folder.target(row.report.url or row.report.name or row.host)
        place = (target.url or target.name.ascii) if isinstance(target, Target) else row.host
        stored = self._in_force(row.partner) if row.partner else None
        return Filed(
            report_id=row.uuid, host=row.host, target=place, report=row.report, received_at=row.received_at,
            partner=row.partner, memorandum=stored.memorandum if stored else None,
            memorandum_digest=stored.digest if stored else "",
        )  # fmt: skip

    def _in_force(self, partner: str) -> StoredMemorandum | None:
        stored = self._governing(partner)
        return stored if stored is not None and stored.status == "in-force" else None

    def _governing(self, partner: str) -> StoredMemorandum | None:
        if partner not in self._partners:
            self._partners[partner] = find_governing(partner, at=self._at)
        return self._partners[partner]

    def _sent_today(self, reader: Reader) -> Counter[str]:
        caps = reader.memorandum.terms.caps.keys() & set(_KINDS) if reader.memorandum else ()
        day = day_of(self._at)
        return sum((count_sent(reader.party, day=day, direction=way, kinds=caps) for way in ("out", "sub")), Counter())


def _wanted(reader: Reader, case: CaseState, case_pk: int, asked: Sequence[Asked]) -> dict[tuple[str, str], NewTold]:
    """What a reader should have of a case: by kind and subject."""
    tells = [one for one in asked if one.answer.verdict == "tell"]
    answers = {one.filed.report_id: one.answer for one in tells if one.filed is not None}
    made = [(tell_report(case, one.filed, one.answer), one.filed.received_at) for one in tells if one.filed is not None]
    reports, again = tell_sightings(made)
    found: dict[tuple[str, str], NewTold] = {}

    def add(told: NewTold) -> None:
        found[told.kind, told.subject] = told

    for report in reports:
        add(_item(case, case_pk, "report", str(report.report_id), report, answers[str(report.report_id)]))
    for sighting in again:
        add(_item(case, case_pk, "sighting", str(sighting.sighting), sighting, answers[str(sighting.of_report)]))
    of_case = next((one.answer for one in tells if one.filed is None), None)
    if of_case is not None:
        told = tell_case(case, reports, again, reader)
        if reader.kind != "party":
            of_case = msgspec.structs.replace(of_case, tlp=case_marking([one.answer for one in tells if one.filed]))
        add(_item(case, case_pk, "case", case.case, told, of_case))
    return found


def _item(case: CaseState, case_pk: int, kind: ToldKind, subject: str, told: Told, answer: Answer) -> NewTold:
    return NewTold(
        kind=kind, subject=subject, tlp=answer.tlp, clause=answer.clause, told=told, memorandum=answer.memorandum,
        registrable=case.registrable, zone=case.zone, category=case.category, case_pk=case_pk,
        is_blockable=isinstance(told, ToldCase) and told.is_blockable,
    )  # fmt: skip


def _is_held(has: Mapping[tuple[str, str], Holding], kind: str, subject: str) -> bool:
    held = has.get((kind, subject))
    return held is not None and not held.is_withdrawn


def is_same(item: NewTold, held: Holding | None) -> bool:
    """Whether a subscriber has it so.  When a case changed last is no news where nothing else in it is."""
    if held is None or held.is_withdrawn or item.told is None:
        return False
    if (item.tlp, item.clause, item.memorandum) != (held.tlp, held.clause, held.memorandum):
        return False
    told = item.told
    if isinstance(told, ToldCase):
        had = held.told
        if not isinstance(had, ToldCase):
            return False
        told = msgspec.structs.replace(told, changed_at=had.changed_at)
    return digest_of(told) == held.digest


def withdrawn(held: Holding, *, erased: bool = False) -> NewTold:
    """The version that takes an item back: it says what the one before did, and nothing of an erased one."""
    return NewTold(
        kind=held.kind, subject=held.subject, tlp=msgspec.convert(held.tlp, Tlp), clause=held.clause,
        told=None if erased else held.told, memorandum=held.memorandum, registrable=held.registrable, zone=held.zone,
        category=held.category, case_pk=held.case_pk, is_withdrawn=True,
    )  # fmt: skip


def _decisions(
    reader: SubscriberRow, asked: Sequence[Asked], before: Mapping[tuple[int | None, int | None, str], AskedBefore]
) -> Iterator[DecisionRow]:
    """The memorandum's answers that are not the ones which stand already."""
    for one in asked:
        answer = one.answer
        decision = answer.decision
        if decision is None:
            continue
        now = AskedBefore(decision.verdict, decision.clause, decision.reason, answer.memorandum)
        if before.get((one.filed_pk, one.case_pk, answer.kind)) != now:
            yield DecisionRow(
                report_pk=one.filed_pk, case_pk=one.case_pk, partner=reader.party, direction="sub", kind=answer.kind,
                memorandum=answer.memorandum, decision=decision,
            )  # fmt: skip
