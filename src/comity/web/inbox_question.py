"""The inbox as a question to the store: which cases, in which order, which page of them.

Every answer is one of a closed list, so an address can ask for nothing else and every link of the page can be made
from it.  Three statements a page, however many cases there are: the page, its total, and the counts by
state (a covering index).
"""

from typing import Final
from urllib.parse import urlencode

import msgspec
from django.db.models import Count, QuerySet
from django.http import QueryDict

from comity.core.cases import STATES
from comity.core.categories import CATEGORIES
from comity.store.models import Case

PAGE_SIZE: Final = 50
SETTLED: Final = ("closed", "merged")
OPEN_STATES: Final = tuple(state for state in STATES if state not in SETTLED)

SORTS: Final[dict[str, tuple[str, ...]]] = {
    "newest": ("-opened_at", "-id"),
    "oldest": ("opened_at", "id"),
    "changed": ("-changed_at", "-id"),
    "reports": ("-report_count", "-id"),
}

_COLUMNS: Final = (
    "id", "ref", "registrable", "category", "zone", "party", "state", "severity", "protected", "report_count",
    "opened_at", "changed_at",
)  # fmt: skip


class Question(msgspec.Struct, frozen=True):
    """What the reader asks of the inbox; the defaults are the desk's morning: what is open, newest first."""

    state: str = "open"
    zone: str = ""
    category: str = ""
    sort: str = "newest"
    page: int = 1

    def address(self, *, page: int | None = None, state: str | None = None) -> str:
        """The query of the address that asks this, or the same with another page or state (which starts at page 1)."""
        asked = {"state": state or self.state, "zone": self.zone, "category": self.category, "sort": self.sort}
        wanted = 1 if state else page or self.page
        parameters = {name: value for name, value in asked.items() if value and value != getattr(Question(), name)}
        return "?" + urlencode(parameters | ({"page": str(wanted)} if wanted > 1 else {}))


class Answer(msgspec.Struct, frozen=True):
    """One page of the inbox."""

    cases: list[Case]
    total: int
    pages: int
    by_state: dict[str, int]
    open_total: int


def parse_question(parameters: QueryDict, zones: tuple[str, ...]) -> Question:
    """Read an address; whatever is not among the known answers counts as not asked."""
    state, sort = parameters.get("state", ""), parameters.get("sort", "")
    zone, category = parameters.get("zone", ""), parameters.get("category", "")
    page = parameters.get("page", "")
    return Question(
        state=state if state in (*STATES, "all") else "open",
        zone=zone if zone in zones else "",
        category=category if category in CATEGORIES else "",
        sort=sort if sort in SORTS else "newest",
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def find_cases(question: Question) -> Answer:
    """Answer a question with one page of cases and the numbers beside it."""
    wanted = _matching(question)
    counts = {row["state"]: row["n"] for row in Case.objects.values("state").annotate(n=Count("pk")).order_by("state")}
    open_total = sum(counts.get(state, 0) for state in OPEN_STATES)
    if question.zone or question.category:
        total = wanted.count()
    else:
        total = {"open": open_total, "all": sum(counts.values())}.get(question.state, counts.get(question.state, 0))
    first = (question.page - 1) * PAGE_SIZE
    return Answer(
        cases=list(wanted.order_by(*SORTS[question.sort]).only(*_COLUMNS)[first : first + PAGE_SIZE]),
        total=total,
        pages=max(1, -(-total // PAGE_SIZE)),
        by_state=counts,
        open_total=open_total,
    )


def _matching(question: Question) -> QuerySet[Case]:
    cases = Case.objects.all()
    if question.state == "open":
        cases = cases.filter(state__in=OPEN_STATES)
    elif question.state != "all":
        cases = cases.filter(state=question.state)
    if question.zone:
        cases = cases.filter(zone=question.zone)
    if question.category:
        cases = cases.filter(category=question.category)
    return cases
