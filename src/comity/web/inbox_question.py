"""The inbox as a reader asks it: an address, and the question to the store that it means.

Every answer is one of a closed list or a bounded text, so an address can ask for nothing else, whatever is unknown
counts as not asked, and every link of the page can be made from the question.  The state "open" is the desk's morning:
whatever is not settled.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec
from django.http import QueryDict

from comity.core.cases import STATES
from comity.core.categories import CATEGORIES
from comity.core.parties import PARTIES, ZONES
from comity.store.inbox import SORTS, Place, Search, Wanted

PAGE_SIZE: Final = 50
SETTLED: Final = ("closed", "merged")
OPEN_STATES: Final = tuple(state for state in STATES if state not in SETTLED)
SEVERITIES: Final = ("critical", "high", "normal")
PARTY_IDS: Final = tuple(party.id for party in PARTIES)
DUE: Final = ("over", "soon")
SOON: Final = timedelta(hours=24)
MINE: Final = "me"
NOBODYS: Final = "nobody"
LONGEST_TEXT: Final = 300
_ZONES_OF: Final = {party.id: party.zones for party in PARTIES}


class Question(msgspec.Struct, frozen=True):
    """What the reader asks of the inbox.  `after` and `before` are places, `q` is what was typed."""

    state: str = "open"
    zone: str = ""
    category: str = ""
    severity: str = ""
    party: str = ""
    assignee: str = ""  # me, nobody, or the name of an account with an @ before it
    due: str = ""
    q: str = ""
    sort: str = "newest"
    after: str = ""
    before: str = ""

    def address(self, **changed: str) -> str:
        """The query of the address that asks this, with some answers changed; without its place in the list."""
        asked = msgspec.structs.replace(self, **({"after": "", "before": ""} | changed))
        regular = Question()
        answers = {name: getattr(asked, name) for name in self.__struct_fields__}
        return "?" + urlencode(
            {name: value for name, value in answers.items() if name == "state" or value != getattr(regular, name)}
        )

    @property
    def is_narrowed(self) -> bool:
        """Is anything asked beside the state and the order?"""
        return any((self.zone, self.category, self.severity, self.party, self.assignee, self.due, self.q))


def parse_question(parameters: QueryDict) -> Question:
    """Read an address."""

    def one_of(name: str, known: tuple[str, ...], otherwise: str = "") -> str:
        answer = parameters.get(name, "")
        return answer if answer in known else otherwise

    assignee = parameters.get("assignee", "")
    text = "".join(letter for letter in parameters.get("q", "")[:LONGEST_TEXT] if letter.isprintable()).strip()
    return Question(
        state=one_of("state", (*STATES, "all"), "open"),
        zone=one_of("zone", ZONES),
        category=one_of("category", CATEGORIES),
        severity=one_of("severity", SEVERITIES),
        party=one_of("party", PARTY_IDS),
        assignee=assignee if assignee in {MINE, NOBODYS} or _is_account(assignee) else "",
        due=one_of("due", DUE),
        q=text,
        sort=one_of("sort", tuple(SORTS), "newest"),
        after=_place_text(parameters.get("after", "")),
        before=_place_text(parameters.get("before", "")),
    )


def wanted_by(question: Question, *, search: Search | None, me: int, assignee: int | None, at: datetime) -> Wanted:
    """The question to the store.  `assignee` is the account that the question names, if it names one."""
    zones: tuple[str, ...] = (question.zone,) if question.zone else ()
    if question.party:
        zones = tuple(zone for zone in _ZONES_OF[question.party] if not zones or zone in zones) or ("",)
    return Wanted(
        states=states_of(question.state),
        zones=zones,
        category=question.category,
        severity=question.severity,
        assignee=me if question.assignee == MINE else assignee,
        unassigned=question.assignee == NOBODYS,
        due_after=at if question.due == "soon" else None,
        due_until={"over": at, "soon": at + SOON}.get(question.due),
        search=search,
    )


def states_of(state: str) -> tuple[str, ...]:
    """The states that one answer stands for."""
    return {"open": OPEN_STATES, "all": tuple(STATES)}.get(state, (state,))


def parse_place(text: str) -> Place | None:
    """Read a place; None for what is none."""
    value, _, pk = text.partition(".")
    return Place(int(value), int(pk)) if _place_text(text) else None


def render_place(place: Place) -> str:
    """Write a place."""
    return f"{place.value}.{place.pk}"


def _place_text(text: str) -> str:
    parts = text.split(".")
    good = len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts)
    return text if good and all(int(part) < 2**63 for part in parts) else ""


def _is_account(text: str) -> bool:
    return text.startswith("@") and 1 < len(text) <= 151 and text.isprintable()
