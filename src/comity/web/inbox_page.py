"""One page of the inbox: the cases that answer a question, how many there are, and the ways on and back.

Four statements a page however many cases there are: where the cases stand, the cases themselves, how many more, and
how many in each state (`store.tallies`, exact while there are few and kept where there are many).
"""

from datetime import datetime

import msgspec

from comity.store.inbox import COUNTED_AT_MOST, Place, Search, count_wanted, find_page, is_cut
from comity.store.models import Case, Person
from comity.store.tallies import CASES
from comity.web.inbox_question import (
    OPEN_STATES,
    PAGE_SIZE,
    SETTLED,
    SOON,
    Question,
    parse_place,
    render_place,
    wanted_by,
)


class Row(msgspec.Struct, frozen=True):
    """One case of the list; `due` is "over", "soon" or empty."""

    case: Case
    due: str


class Tab(msgspec.Struct, frozen=True):
    """One state above the list; `n` is None while it is not known."""

    state: str
    n: int | None
    address: str
    current: bool


class InboxPage(msgspec.Struct, frozen=True):
    """What the page shows; `more` says that there are more cases than `total`."""

    rows: list[Row]
    total: int
    more: bool
    previous: str
    next: str
    tabs: list[Tab]
    names_cut: bool


def read_page(question: Question, search: Search | None, *, me: Person, at: datetime) -> InboxPage:
    """Answer a question."""
    assignee = None
    if question.assignee.startswith("@"):
        found = Person.objects.filter(username=question.assignee[1:]).values_list("pk", flat=True).first()
        assignee = found or 0  # an account that is not there has no cases
    wanted = wanted_by(question, search=search, me=me.pk, assignee=assignee, at=at)
    after, before = parse_place(question.after), parse_place(question.before)
    places = find_page(wanted, question.sort, limit=PAGE_SIZE + 1, after=after, before=None if after else before)
    backwards = before is not None and after is None
    further = len(places) > PAGE_SIZE
    shown = places[-PAGE_SIZE:] if backwards else places[:PAGE_SIZE]
    earlier = further if backwards else after is not None
    later = backwards or further
    total = len(shown) if not (earlier or later) else count_wanted(wanted)
    return InboxPage(
        rows=_rows(shown, at),
        total=min(total, COUNTED_AT_MOST),
        more=total > COUNTED_AT_MOST,
        previous=question.address(before=render_place(shown[0])) if shown and earlier else "",
        next=question.address(after=render_place(shown[-1])) if shown and later else "",
        tabs=_tabs(question),
        names_cut=search is not None and is_cut(search),
    )


def _rows(shown: list[Place], at: datetime) -> list[Row]:
    cases = Case.objects.select_related("assignee").in_bulk([place.pk for place in shown])
    return [Row(case, _due(case.due_at, at)) for place in shown if (case := cases.get(place.pk)) is not None]


def _due(due_at: datetime | None, at: datetime) -> str:
    if due_at is None or due_at > at + SOON:
        return ""
    return "over" if due_at <= at else "soon"


def _tabs(question: Question) -> list[Tab]:
    """The states as tabs: what is open, each state that has cases, everything.  Each keeps the other answers."""
    counts = CASES.read()
    known = bool(counts)
    tabs: list[tuple[str, int]] = [("open", sum(counts.get(state, 0) for state in OPEN_STATES))]
    tabs += [
        (state, counts.get(state, 0))
        for state in (*OPEN_STATES, *SETTLED)
        if counts.get(state) or state == question.state
    ]
    tabs.append(("all", sum(counts.values())))
    return [
        Tab(state, n if known else None, question.address(state=state), state == question.state) for state, n in tabs
    ]
