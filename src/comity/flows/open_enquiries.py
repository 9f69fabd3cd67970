"""Open enquiries: a person lets findings of a sweep become reports, and so cases; nothing more happens by it.

The reports go the way of every report (`flows.store_batch`): a name with an open case of the category joins it, an
episode is an episode, a protected name waits for an approver and its enquiry stays open.  They are the node's own and a
machine's: of a case that rests on them alone nothing can be confirmed or held (guard `feed-alone`) until somebody
attached what they saw themselves.  What the sweep saw is in the report as words; whom the name pretends to be is not
claimed.  Other open enquiries about the same names join the same cases.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.case_steps import Reason
from comity.core.cases import CaseChange
from comity.core.categories import CATEGORIES, Category
from comity.core.errors import InputError
from comity.core.markings import TLPS, Tlp
from comity.core.names import Name, NameFolder
from comity.core.reports import NARRATIVE_LETTERS, Claim, Evidence, Report
from comity.core.roles import Actor
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.dismiss_enquiries import ANALYST, EnquiryOutcome, check_request, find_open, why_not
from comity.flows.store_batch import store_batch
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, find_cases_by_pk
from comity.store.enquiries import End, Entry, add_entries, end, open_of_names
from comity.store.intake_lock import lock_intake
from comity.store.models import SweepFinding
from comity.store.reports import ensure_reporter
from comity.store.warnings import markings_of
from comity.wire.finding_texts import explain

REPORTER: Final = "zone-sweep"
_REASON: Final = "sweep-finding"
_MOST_PIECES: Final = 20
_OWN_MARKING: Final[Tlp] = "TLP:AMBER"
_BY_SWEEP: Final = "Found by a sweep of the zone. "
_BEGINS: Final = {
    "sibling": "Found among the siblings of a case. ",
    "warning": "Found by a sweep of the zone for a partner’s warning. ",
}
_HELD: Final = Reason("waits-for-approver", "a protected name: the report waits for an approver (case open-held)")


def open_enquiries(
    home: Home, numbers: Sequence[int], actor: Actor, category: str, *, note: str = "", at: datetime
) -> EnquiryOutcome:
    """File a report of each name that open enquiries are about.  Raises `InputError` for what is no category."""
    asked = check_request(numbers)
    known = next((one for one in CATEGORIES if one == category), None)
    if known is None:
        raise InputError(f"is one of {', '.join(CATEGORIES)}", item="category")
    refusals = why_not(asked, actor, note)
    if refusals:
        return EnquiryOutcome((), {}, refusals)
    guard = load_guard(home)
    folder = NameFolder(load_suffixes(home))
    with transaction.atomic():
        lock_intake()
        rows, refused = find_open(asked)
        by_name: dict[str, list[SweepFinding]] = {}
        for row in rows.values():
            by_name.setdefault(row.name, []).append(row)
        marked = markings_of({row.subject for row in rows.values() if row.kind == "warning"})
        claims: list[Claim] = []
        for name, findings in by_name.items():
            folded = folder.fold(name)
            if isinstance(folded, Name):
                claims.append(Claim(_report(folded, findings, known, marked), folded, folded.ascii))
            else:
                refused |= {row.pk: (Reason(folded.code, folded.reason),) for row in findings}
        reporter = ensure_reporter(REPORTER, kind="node", name="Sweep of zones", at=at)
        stored = store_batch(home, claims, reporter=reporter, run=None, at=at, guard=guard)
        case_of = {claim.name.ascii: pk for claim, pk in zip(claims, stored.case_pks, strict=True) if pk is not None}
        waiting = [claim.name.ascii for claim in claims if claim.name.ascii not in case_of]
        held = [row for name in waiting for row in by_name[name]]
        add_entries([Entry(row.pk, "held", row.score) for row in held], actor=actor.name, role=ANALYST, at=at)
        refused |= dict.fromkeys((row.pk for row in held), (_HELD,))
        done = [row for row in rows.values() if row.name in case_of]
        cases = {case.pk: case for case in find_cases_by_pk(sorted(set(case_of.values())))}
        _end(done, case_of, actor, note=note, at=at)
        append_events([_note(case, actor, note) for _, case in sorted(cases.items())], at=at)
    return EnquiryOutcome(
        tuple(row.pk for row in done), {row.pk: cases[case_of[row.name]].ref for row in done}, refused
    )


def _report(
    name: Name, findings: Sequence[SweepFinding], category: Category, marked: Mapping[str, Tlp]
) -> Report:  # fmt: skip
    """What a partner told keeps its marking where that is stricter than a report's own."""
    words = [
        explain(row.kind, row.subject, row.reason, row.detail, "en")
        for row in sorted(findings, key=lambda row: -row.score)
    ]
    seen = max(row.seen_at for row in findings)
    return Report(
        name=name.ascii,
        category=category,
        observed_at=seen,
        narrative=(_BEGINS.get(findings[0].kind, _BY_SWEEP) + " ".join(words))[:NARRATIVE_LETTERS],
        language="en",
        source_ref=_source(findings[0]),
        evidence=tuple(Evidence(kind="note", note=one, captured_at=seen) for one in words[:_MOST_PIECES]),
        machine_only=True,
        tlp=max((_OWN_MARKING, *(marked[one.subject] for one in findings if one.subject in marked)), key=TLPS.index),
    )


def _source(row: SweepFinding) -> str:
    """By which run it was found, or by which case or warning beside the runs."""
    return f"sweep {row.last_sweep.run}" if row.last_sweep is not None else f"{row.kind} {row.subject}"


def _end(done: Sequence[SweepFinding], case_of: Mapping[str, int], actor: Actor, *, note: str, at: datetime) -> None:
    end([End(row.pk, "case-opened", case_pk=case_of[row.name]) for row in done], by=actor.name, at=at)
    entries = [Entry(row.pk, "case-opened", row.score) for row in done]
    add_entries(entries, actor=actor.name, role=ANALYST, note=note.strip(), at=at)
    others = open_of_names(sorted(case_of))
    end([End(pk, "joined-case", case_pk=case_of[name]) for pk, name, _ in others], by=actor.name, at=at)
    joined = [Entry(pk, "joined-case", score) for pk, _, score in others]
    add_entries(joined, actor=actor.name, role=ANALYST, at=at)


def _note(case: CaseRow, actor: Actor, note: str) -> CaseChange:
    """Write into the case who let it begin, or added to it."""
    return CaseChange(
        case_pk=case.pk,
        case_uuid=case.uuid,
        ref=case.ref,
        registrable=case.registrable,
        zone=case.zone,
        category=case.category,
        seq=case.event_count + 1,
        event="note",
        from_state=case.state,
        to_state=case.state,
        party=actor.party,
        actor=actor.name,
        role=ANALYST,
        reason=_REASON,
        note=note.strip(),
    )
