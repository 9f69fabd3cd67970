"""What a zone's rules let its registry do, by whom and on what basis: the authority profile (docs/spec/authority.md).

A profile is data, a cell at a time, and each cell says how sure it is: `established` by a source that was read,
`assumed` and to be confirmed with the registry, or `unknown`.  The software acts by what is known: where a cell
that an action rests on is unknown, nothing is offered but to ask for consideration.  Rules have days from and
until which they are in force.
"""

from datetime import date
from typing import Final, Literal, get_args

import msgspec

from comity.core.epp_statuses import HOLDS, may_set, settable
from comity.core.parties import ZONES

Mark = Literal["established", "assumed", "unknown"]
Undelegator = Literal["registry", "registrar", "technical-administrator"]
EppLogin = Literal["registry", "registrar"]
OnExpiry = Literal["restore", "ask"]
Offer = Literal["notice", "hold", "restore", "request-consideration"]

MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
OFFERS: Final[tuple[Offer, ...]] = get_args(Offer)

# The cells, in the order in which people read them, and the words each may hold; appended to, never re-used.
CELLS: Final[dict[str, tuple[str, ...]]] = {
    "undelegates": get_args(Undelegator),
    "requesters": (
        "competent-organizations", "state-bodies", "national-cert", "authorities-in-writing",
        "complaint-centre",
    ),
    "notice": ("at-once-by-email", "by-email-or-post", "in-the-registry-system", "with-text-of-claim"),
    "identity-days": (),
    "restore": (
        "cause-removed", "petition-of-requester", "decision", "data-corrected", "enhanced-verification",
    ),
    "cancel": ("not-for-abuse", "annulment", "revocation", "third-offence"),
    "hold-statuses": (),
    "lock-statuses": (),
}  # fmt: skip

# Without these three nobody may take a name out of a zone.
_HOLD_RESTS_ON: Final = ("undelegates", "hold-statuses")
_HOLD_STATES: Final = frozenset(("confirmed", "notified", "hold_proposed"))
_NOTICE_STATES: Final = frozenset(("confirmed",))
_RESTORE_STATES: Final = frozenset(("on_hold", "restoring", "appeal"))


class Cell(msgspec.Struct, frozen=True):
    """One thing that is said of a zone: words or statuses, how sure it is, and where it was read."""

    mark: Mark
    words: tuple[str, ...] = ()
    source: str = ""

    @property
    def is_known(self) -> bool:
        return self.mark != "unknown"


class Rule(msgspec.Struct, frozen=True):
    """One rule that actions rest on, by its own name and number, with the first and the last day of its force."""

    name: str
    mark: Mark
    source: str
    since: date | None = None
    until: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Answer whether the rule is in force on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one or more zones.  `login`: as whom the registry's EPP server is spoken to."""

    id: str
    zones: tuple[str, ...]
    rules: tuple[Rule, ...]
    cells: dict[str, Cell]
    login: EppLogin = "registry"
    hold_days: int = 30
    warn_days: int = 3
    on_expiry: OnExpiry = "restore"
    second_person: bool = True

    def cell(self, name: str) -> Cell:
        """One cell; what nobody filled in is unknown."""
        return self.cells.get(name, UNKNOWN)

    def basis(self, on: date) -> Rule | None:
        """The rule in force on a day that actions rest on, or None where none is known."""
        return next((rule for rule in self.rules if rule.mark != "unknown" and rule.is_in_force(on)), None)

    @property
    def hold_statuses(self) -> tuple[str, ...]:
        """What is added to a name that is held, locks included."""
        return (*self.cell("hold-statuses").words, *self.cell("lock-statuses").words)


UNKNOWN: Final = Cell("unknown")


def unknown_for_hold(profile: Profile | None, *, on: date) -> tuple[str, ...]:
    """Name the cells that a hold would rest on and that nobody knows; empty: a hold may be planned."""
    if profile is None:
        return (*_HOLD_RESTS_ON, "basis")
    missing = [name for name in _HOLD_RESTS_ON if not profile.cell(name).is_known or not profile.cell(name).words]
    return (*missing, *(() if profile.basis(on) else ("basis",)))


def assumed_for_hold(profile: Profile, *, on: date) -> tuple[str, ...]:
    """Name the cells that a hold rests on and that are only assumed: the registry should confirm them."""
    basis = profile.basis(on)
    found = [name for name in (*_HOLD_RESTS_ON, "lock-statuses") if profile.cell(name).mark == "assumed"]
    return (*found, *(("basis",) if basis and basis.mark == "assumed" else ()))


def asks_of_registrar(profile: Profile | None, disposition: str) -> tuple[str, ...]:
    """What a notice asks of a registrar (`wire.notice_advice`): to end a delegation only where the rules let it."""
    if disposition == "compromised":
        return ("tell-holder-first",)
    may = profile is not None and "registrar" in profile.cell("undelegates").words
    return ("check-and-end-delegation",) if may and disposition == "malicious" else ("check-and-answer",)


def offers(profile: Profile | None, state: str, *, ours: bool, on: date) -> tuple[Offer, ...]:
    """Answer which actions a case page offers in a state; `ours`: is the zone this node's own?

    In a partner's zone, and where what the action rests on is unknown, all that is left is to ask for consideration.
    """
    if not ours or unknown_for_hold(profile, on=on):
        return ("request-consideration",)
    found: list[Offer] = []
    if state in _NOTICE_STATES:
        found.append("notice")
    if state in _HOLD_STATES:
        found.append("hold")
    if state in _RESTORE_STATES:
        found.append("restore")
    return tuple(found)


def why_not_profile(profile: Profile) -> list[str]:
    """Answer every fault of a profile, in words."""
    faults = [f"{zone}: no zone of a known party" for zone in profile.zones if zone not in ZONES]
    faults += [f"{name}: no such cell" for name in profile.cells if name not in CELLS]
    for name, cell in profile.cells.items():
        allowed = CELLS.get(name, ())
        if cell.is_known and not cell.source:
            faults.append(f"{name}: says nothing of its source")
        if not cell.is_known and cell.words:
            faults.append(f"{name}: is unknown and says something all the same")
        if allowed:
            faults += [f"{name}: no such word: {word}" for word in cell.words if word not in allowed]
    days = profile.cell("identity-days").words
    if any(not word.isascii() or not word.isdigit() or not 0 < int(word) <= 365 for word in days) or len(days) > 1:
        faults.append("identity-days: one number of days, 1 to 365")
    for status in profile.hold_statuses:
        if status not in settable((status,)) or not may_set(status, profile.login):
            faults.append(f"{status}: a {profile.login}'s login cannot set it")
    held = profile.cell("hold-statuses")
    if held.words and not HOLDS & set(held.words):
        faults.append("hold-statuses: no status of these takes a name out of the zone")
    if not 1 <= profile.hold_days <= 366 or not 0 <= profile.warn_days < profile.hold_days:
        faults.append("hold-days: 1 to 366, and more than warn-days")
    return faults
