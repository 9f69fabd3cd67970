"""Say more: a reporter adds to a report from the status page, or withdraws it.

What is added answers the desk's question where one is open (`needs_info` → `triage`), goes to the partner where the
case is with one, and is otherwise the note `answered`.  E-mail addresses in it are masked before it becomes part of the
case, for entries may be told to partners; the words as they were typed stay in the node's own table.  A withdrawal
closes nothing by itself: others may have reported the same, so the desk decides.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import transaction

from comity.core.case_steps import Reason, Refusal
from comity.core.cases import CLOSED
from comity.core.personal_data import mask
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, advance_cases, step_of
from comity.store.cases import find_cases_by_pk
from comity.store.models import Report, ReporterWord

WORD_LETTERS: Final = 2_000
MOST_WORDS: Final = 20
_BY: Final = "reporter"  # the actor's name: the identity of reporters is told to nobody
_EVENT_OF_STATE: Final = {"needs_info": "info_supplied", "referred": "info_sent"}


def say_more(home: Home, report: Report, *, withdraws: bool, text: str, at: datetime) -> tuple[Reason, ...]:
    """Keep what a reporter says of one of their reports; answers every reason why not."""
    words = text.strip()
    kind = "withdrawal" if withdraws else "information"
    if not withdraws and not words:
        return (Reason("answer-text-missing", "say it in a few words"),)
    if len(words) > WORD_LETTERS:
        return (Reason("text-too-long", f"at most {WORD_LETTERS} characters"),)
    if "\x00" in words or any("\ud800" <= letter <= "\udfff" for letter in words):
        return (Reason("text-not-storable", "it holds a NUL or half a character"),)
    digest = sha256(f"{kind}\0{'' if withdraws else words}".encode()).hexdigest()
    with transaction.atomic():
        locked = Report.objects.select_for_update(of=("self",)).defer("body").get(pk=report.pk)
        if ReporterWord.objects.filter(report=locked, digest=digest).exists():
            return ()
        if ReporterWord.objects.filter(report=locked).count() >= MOST_WORDS:
            return (Reason("link-full", f"{MOST_WORDS} messages came already"),)
        refusal = _advance(home, locked, kind, words, at)
        if refusal is not None:
            return refusal.reasons
        ReporterWord.objects.create(report=locked, kind=kind, text=words, digest=digest, at=at)
    return ()


def _advance(home: Home, report: Report, kind: str, words: str, at: datetime) -> Refusal | None:
    if report.case_id is None:
        return None  # a protected name or another's zone: kept with the report for whoever looks at it
    (case,) = find_cases_by_pk([report.case_id])
    if case.state == CLOSED:
        return Refusal((Reason("wrong-state", "the case is closed"),))
    event = _EVENT_OF_STATE.get(case.state, "answered") if kind == "information" else "answered"
    note = mask(words) if event != "answered" else ""
    grounds = Grounds(reason="reporter-added" if kind == "information" else "reporter-withdrew", note=note)
    outcome = advance_cases(home, {case.ref: step_of(event, Actor(_BY, "reporter", home.party), grounds)}, at=at)
    reasons = tuple(reason for each in outcome.refused.values() for reason in each)
    return Refusal(reasons) if reasons else None
