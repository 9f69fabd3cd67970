"""Study: everything the desk should know of a case before it takes the next step, computed from what the store holds.

The score with its parts, the checklist of its category, the collateral suggestions, the letters of the name, the former
episodes, who follows whom, what is attached, and the sensible next step with its reason.  Nothing is changed.  What a
role may not read (TLP:RED) is left out before anything is shown.
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.case_score import FrozenScore
from comity.core.case_steps import Rules
from comity.core.categories import Category
from comity.core.collateral import Finding
from comity.core.errors import ConflictError
from comity.core.evidence_needs import Wanted, checklist, fields_of_case, missing
from comity.core.name_letters import NameView, view_name
from comity.core.next_steps import NextStep, plan_next
from comity.core.roles import may_read
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.advance_cases import rules_of
from comity.flows.weigh_cases import weigh_collateral, weigh_evidence
from comity.store.attachments import AttachmentRow, desk_kinds, list_attachments
from comity.store.case_merges import find_parents, list_followers
from comity.store.case_surroundings import newest_reports, registered_at
from comity.store.cases import CaseFilter, CaseRow, facts_with_history, find_cases_by_pk, list_cases

MOST_SHOWN: Final = 50


class RelatedCase(msgspec.Struct, frozen=True):
    """Another case that this one has to do with."""

    ref: str
    registrable: str
    category: str
    episode: int
    state: str
    outcome: str
    opened_at: datetime
    closed_at: datetime | None


class Study(msgspec.Struct, frozen=True):
    """One case, studied.  `reads_like_list` is the guard list that protects the name it would be taken for."""

    score: FrozenScore | None
    checklist: tuple[Wanted, ...]
    collateral: tuple[Finding, ...]
    letters: NameView
    reads_like: str
    reads_like_list: str
    next: NextStep
    episodes: tuple[RelatedCase, ...]
    parent: RelatedCase | None
    followers: tuple[RelatedCase, ...]
    attachments: tuple[AttachmentRow, ...]
    unreadable: int  # attachments that the role may not see
    confirm_score: float
    hold_score: float

    @property
    def has_returned(self) -> bool:
        """Was there an earlier episode: did the abuse come back after a case was closed?"""
        return any(one.closed_at is not None for one in self.episodes)


def study(home: Home, row: CaseRow, *, role: str, at: datetime) -> Study:
    """Study a case for somebody of a role."""
    rules = rules_of(home)
    frozen = weigh_evidence([row], at=at).get(row.pk)
    lines = checklist(
        msgspec.convert(row.category, Category),
        fields_of_case(
            [one.report for one in newest_reports([row])[row.pk]],
            desk_kinds([row.pk]).get(row.pk, ()),
            is_registration_known=row.registrable in registered_at([row.registrable]),
        ),
    )
    letters = view_name(row.registrable)
    attached = list_attachments(row.pk)
    readable = tuple(one for one in attached if may_read(role, one.tlp))
    parents = find_parents([row.pk])
    return Study(
        score=frozen,
        checklist=lines,
        collateral=weigh_collateral(home, [row])[row.pk],
        letters=letters,
        reads_like=letters.reads_like,
        reads_like_list=load_guard(home).find(letters.reads_like, letters.reads_like) if letters.reads_like else "",
        next=_next(home, row, frozen, lines, at=at, rules=rules),
        episodes=_episodes(row),
        parent=next((_related(one) for one in find_cases_by_pk(list(parents.values()))), None),
        followers=tuple(_related(one) for one in find_cases_by_pk(list_followers(row.pk, limit=MOST_SHOWN))),
        attachments=readable,
        unreadable=len(attached) - len(readable),
        confirm_score=rules.confirm_score,
        hold_score=rules.hold_score_critical if row.severity == "critical" else rules.hold_score,
    )


def _next(
    home: Home, row: CaseRow, frozen: FrozenScore | None, lines: tuple[Wanted, ...], *, at: datetime, rules: Rules
) -> NextStep:
    try:
        facts = facts_with_history([row])[row.pk]
    except ConflictError:  # entries that do not follow one another: the page must show them all the same
        facts = row.facts()
    return plan_next(
        msgspec.structs.replace(facts, state=row.state, disposition=row.disposition),
        ours=row.party == home.party,
        score=frozen.total if frozen else None,
        missing=missing(lines),
        at=at,
        rules=rules,
    )


def _episodes(row: CaseRow) -> tuple[RelatedCase, ...]:
    """The other episodes of the same name and category, the newest first."""
    found = list_cases(
        CaseFilter(registrable=row.registrable, category=row.category), limit=MOST_SHOWN, newest_first=True
    )
    return tuple(_related(one) for one in found.cases if one.pk != row.pk)


def _related(row: CaseRow) -> RelatedCase:
    return msgspec.convert(row, RelatedCase, from_attributes=True)
