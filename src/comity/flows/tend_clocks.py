"""Tend clocks: write down who must be told of the clocks that have got so far, and queue the letters.

One round asks the index of the next moments, so its cost follows the clocks that are due.  For each of them the case
is folded again; the entry and the letter are one transaction, and the entry makes it happen once: whoever is killed in
between begins again.  A letter to a partner's contacts says nothing that the partner did not say or get itself.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from django.db import transaction

from comity.core.cases import CaseChange
from comity.core.clocks import Clock, Mark
from comity.core.errors import ConflictError
from comity.core.memoranda import Memorandum
from comity.edges.home import Home
from comity.flows.keep_clocks import fold_clocks, keep_clocks_of
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.case_peers import find_peers
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, find_cases_by_pk
from comity.store.clocks import find_due_clocks, was_receipted
from comity.store.memoranda import find_texts
from comity.wire.clock_texts import ClockNotice, render_many, render_notice

_AT_ONCE: Final = 200
_LONGEST_ADDRESS: Final = 254
_SINGLY: Final = 10  # so many letters to one address at once; of more it gets a list


def tend_clocks(home: Home, *, at: datetime) -> int:
    """Write what is due by now; answers how many entries that were."""
    written = 0
    while due := find_due_clocks(at=at, limit=_AT_ONCE):
        try:
            written += _tell(home, sorted({one.case_pk for one in due}), at=at)
        except ConflictError:  # somebody works on one of the cases: the next round looks again
            break
    return written


def _tell(home: Home, case_pks: Sequence[int], *, at: datetime) -> int:
    changes: list[CaseChange] = []
    post = _Post(home)
    with transaction.atomic():
        cases = find_cases_by_pk(case_pks)
        folded = fold_clocks(home, cases)
        texts = find_texts({clock.memorandum for clocks in folded.values() for clock in clocks if clock.memorandum})
        for case in cases:
            due = [
                (clock, mark)
                for clock in folded[case.pk]
                for mark in clock.marks
                if clock.stopped_at is None and mark.noted_at is None and mark.at <= at
            ]
            for number, (clock, mark) in enumerate(sorted(due, key=lambda one: one[1].at), 1):
                changes.append(_change(home, case, number, clock, mark))
                post.write(case, clock, mark, texts.get(clock.memorandum))
        append_events(changes, at=at)
        keep_clocks_of(home, case_pks)
        post.send(at=at)
    return len(changes)


def _change(home: Home, case: CaseRow, number: int, clock: Clock, mark: Mark) -> CaseChange:
    return CaseChange(
        case_pk=case.pk, case_uuid=case.uuid, ref=case.ref, registrable=case.registrable, zone=case.zone,
        category=case.category, seq=case.event_count + number, event=mark.event, from_state=case.state,
        to_state=case.state, party=home.party, actor=home.party, role="system", reason=clock.kind, clause=clock.clause,
        clock=f"{clock.key}/{mark.percent}",
    )  # fmt: skip


class _Post:
    """The letters of one transaction: to each address a letter for each clock, or one for very many."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._letters: dict[tuple[str, str], list[tuple[str, CaseRow, ClockNotice]]] = {}

    def write(self, case: CaseRow, clock: Clock, mark: Mark, memorandum: Memorandum | None) -> None:
        key = sha256(f"{case.uuid}|{clock.key}|{mark.percent}".encode()).hexdigest()
        ours, theirs = recipients(self._home, clock, mark, memorandum)
        notice = ClockNotice(
            event=mark.event, percent=mark.percent, kind=clock.kind, by=clock.by, to=clock.to, clause=clock.clause,
            due_at=clock.due_at, ref=case.ref, name=case.registrable,
        )  # fmt: skip
        language = next(iter(self._home.settings.languages), "en")
        for address in ours:
            self._letters.setdefault((address, language), []).append((key, case, notice))
        if theirs and was_receipted(clock.by, case.pk):  # nobody is blamed for what never arrived
            peers = find_peers([case.pk]).get(case.pk, [])
            remote = [uuid for peer in peers if peer.partner == clock.by for uuid in peer.remote_cases]
            told = msgspec.structs.replace(notice, ref="", name="", cases=(case.uuid, *remote))
            for address in theirs:
                self._letters.setdefault((address, "en"), []).append((key, case, told))

    def send(self, *, at: datetime) -> None:
        for (address, language), notices in self._letters.items():
            if len(notices) > _SINGLY:
                key = sha256("|".join(key for key, _case, _notice in notices).encode()).hexdigest()
                subject, text = render_many([notice for _key, _case, notice in notices], language=language)
                self._queue(key, address, subject, text, language, None, at)
                continue
            for key, case, notice in notices:
                subject, text = render_notice(notice, language=language)
                self._queue(key, address, subject, text, language, case.pk, at)

    def _queue(
        self, key: str, address: str, subject: str, text: str, language: str, case_pk: int | None, at: datetime
    ) -> None:
        whom = sha256(address.encode()).hexdigest()[:16]
        letter = Letter(
            key=f"clock-{whom}-{key}", to=address, subject=subject, text=text, language=language, case_pk=case_pk
        )
        queue_mail(self._home, letter, at=at)


def recipients(
    home: Home, clock: Clock, mark: Mark, memorandum: Memorandum | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses that are told: ours, and those of the partner that owes the clock."""
    own = home.settings.contacts
    us = memorandum.party(home.party) if memorandum else None
    debtor = memorandum.party(clock.by) if memorandum and clock.by != home.party else None
    if mark.to == "duty":
        return _said(own.duty or (us.contacts.duty_24x7 if us else "")), ()
    if mark.to == "head_of_unit":
        return _said(own.head), ()
    office = mark.to.removeprefix("contacts.")
    if office not in {"legal", "dpo", "duty_24x7"}:
        return (), ()
    ours = own.legal if office == "legal" else ""
    return (
        _said(ours or (getattr(us.contacts, office) if us else "")),
        _said(getattr(debtor.contacts, office) if debtor else ""),
    )


def _said(address: str) -> tuple[str, ...]:
    """An address that a letter can bear; a memorandum's or a setting's that cannot must not stop the round."""
    return (address,) if 0 < len(address) <= _LONGEST_ADDRESS and address.isprintable() else ()
