"""Campaigns: which names are likely siblings of a confirmed one, by which signs, and how sure that is.

A *sign* is something that the confirmed name (the seed) has in common with others; what it says follows from how rare
it is among all names swept together, and from nothing else.  Signs are combined by adding logarithms of odds, each
group of signs that depend on each other once (docs/spec/campaigns.md).  A single sign proposes nothing, but for a
registrant who holds few names.  A sign that is too common says nothing; one that would propose too much is dropped; a
guarded name is never proposed.  What was left out is said.  Nothing here acts on a name: a sibling is an enquiry.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import exp, log, log10
from typing import Final, Literal, get_args

import msgspec

from comity.core.findings import PART, Finding

SignKind = Literal["servers", "burst", "pattern", "target", "registrar", "registrant"]
SIGN_KINDS: Final[tuple[SignKind, ...]] = get_args(SignKind)

SiblingState = Literal["open", "enquiry-made", "not-related"]
SIBLING_STATES: Final[tuple[SiblingState, ...]] = get_args(SiblingState)

# Why a proposed sibling was found to have nothing to do with the case.  Appended to, never re-used.
NotRelated = Literal["other-owner", "shared-services", "chance", "other"]
NOT_RELATED: Final[tuple[NotRelated, ...]] = get_args(NotRelated)
NEEDS_WORDS: Final[frozenset[NotRelated]] = frozenset(("other",))

# How many of a campaign's names have a sign in common with any one of them: said here, not learnt from any list.
HELD: Final[Mapping[SignKind, float]] = {
    "servers": 0.7, "burst": 0.6, "pattern": 0.5, "target": 0.6, "registrar": 0.7, "registrant": 0.7,
}  # fmt: skip
# Signs of one group depend on each other: the strongest of a group counts, the others are only told.
GROUP: Final[Mapping[SignKind, str]] = {
    "servers": "place", "registrar": "place", "burst": "time", "pattern": "name", "target": "name",
    "registrant": "holder",
}  # fmt: skip
EXPECTED: Final = 10  # siblings that a confirmed name is taken to have among all names, before any sign is seen
ENOUGH: Final = 0.9  # how sure one must be to propose
COMMON: Final = 0.01  # a sign held by more than this share of all names says nothing
ALONE: Final = 50  # a registrant of at most so many names proposes them without a second sign

FAR_ABOVE: Final = 5.0  # times the usual rate: what makes days a burst, and a shape of names a pattern
AT_LEAST: Final = 3  # names that make a burst or a pattern, the seed's own among them


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign may grow to.  `radius`: the share of all names that one sign may propose, at least 1,000."""

    siblings: int = 200
    hops: int = 1
    radius: float = 0.001

    def widest(self, names: int) -> int:
        """How many names one sign may propose."""
        return max(1_000, int(self.radius * names))


USUAL: Final = Bounds()


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in common.  `key` is what: the set of servers, the days, the pattern in words, the protected label, the
    registrar; of a registrant always empty.  `holders` of `names` have it, `is_estimate`: by a sample.  Of a burst and
    a pattern: `seen` so often where `expected` would be by the usual rate; of a pattern: `tried` shapes of its kind,
    each of which might have been it.
    """

    kind: SignKind
    key: str
    holders: int
    names: int
    seen: int = 0
    expected: float = 0.0
    is_estimate: bool = False
    tried: int = 1

    @property
    def weight(self) -> float:
        """The logarithm (base 10) of how much likelier a sibling has it than any other name; 0: says nothing."""
        share = max(1, self.holders) / max(1, self.names)
        return 0.0 if share > COMMON else max(0.0, log10(HELD[self.kind] / self.tried / share))

    @property
    def group(self) -> str:
        return GROUP[self.kind]


class Candidate(msgspec.Struct, frozen=True):
    """A name and the places (in a list of signs) of what it has in common with the seed."""

    name: str
    zone: str
    signs: tuple[int, ...]


class Member(msgspec.Struct, frozen=True):
    """A proposed sibling: why, how sure (0 to 1), how many steps from the seed, by way of whom."""

    name: str
    zone: str
    score: float
    signs: tuple[int, ...]
    hop: int = 1
    via: str = ""  # the name it was found from: the seed, or a sibling of it


class Dropped(msgspec.Struct, frozen=True):
    """A sign that was not used: `says-nothing` (too common), `too-wide` (would propose too much)."""

    sign: Sign
    why: Literal["says-nothing", "too-wide"]
    names: int = 0  # how many it would have proposed


class Edge(msgspec.Struct, frozen=True):
    """Two names and the places of the signs that join them; never none."""

    one: str
    other: str
    signs: tuple[int, ...]


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A seed, its likely siblings by falling certainty, and why.  Plain values: may be stored, shown, told in parts."""

    seed: str
    zone: str
    names: int  # how many were looked through
    zones: tuple[str, ...]
    signs: tuple[Sign, ...] = ()
    members: tuple[Member, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    guarded: int = 0  # how many protected names were not proposed
    left_out: int = 0  # how many more there were than may be proposed

    def edges(self) -> tuple[Edge, ...]:
        """Each sibling with the name it was found from."""
        return tuple(Edge(member.via or self.seed, member.name, member.signs) for member in self.members)

    def neighbours(self) -> dict[str, frozenset[str]]:
        """Whom each name is joined with: if one is the other's neighbour, the other is the one's."""
        found: dict[str, set[str]] = {self.seed: set()}
        for edge in self.edges():
            found.setdefault(edge.one, set()).add(edge.other)
            found.setdefault(edge.other, set()).add(edge.one)
        return {name: frozenset(others) for name, others in found.items()}

    def bundles(self) -> list[tuple[tuple[int, ...], tuple[Member, ...]]]:
        """The siblings by the signs they have, the largest bundle first."""
        found: dict[tuple[int, ...], list[Member]] = {}
        for member in self.members:
            found.setdefault(member.signs, []).append(member)
        return [(signs, tuple(them)) for signs, them in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))]


def likelihood(signs: Iterable[Sign], names: int) -> float:
    """Say how sure it is that a name with these signs is a sibling, 0 to 1."""
    strongest: dict[str, float] = {}
    for sign in signs:
        strongest[sign.group] = max(sign.weight, strongest.get(sign.group, 0.0))
    odds = log10(EXPECTED / max(EXPECTED + 1, names)) + sum(strongest.values())
    return 1.0 / (1.0 + exp(-log(10) * min(odds, 12.0)))


def may_propose(signs: Sequence[Sign]) -> bool:
    """Say whether signs may propose at all: two that do not depend on each other, or a registrant of few names."""
    telling = [sign for sign in signs if sign.weight > 0]
    few = any(sign.kind == "registrant" and sign.holders <= ALONE for sign in telling)
    return few or len({sign.group for sign in telling}) > 1


def weigh_campaign(
    seed: str, zone: str, signs: Sequence[Sign], candidates: Iterable[Candidate], *, names: int, zones: Sequence[str],
    is_guarded: Callable[[str], bool], bounds: Bounds = USUAL,
) -> Campaign:  # fmt: skip
    """Choose the siblings among the candidates: at most `bounds.siblings`, the surest first, equals by name."""
    unused = {place for place, sign in enumerate(signs) if not sign.weight}
    dropped = [Dropped(signs[place], "says-nothing") for place in sorted(unused)]
    known = {one.name: one for one in candidates if one.name != seed}
    scored = _score(known.values(), signs, unused, names)
    while (wide := _widest(scored, signs, bounds.widest(names))) is not None:
        place, proposed = wide
        unused.add(place)
        dropped.append(Dropped(signs[place], "too-wide", proposed))
        scored = _score(known.values(), signs, unused, names)
    open_ones = [one for one in scored if not is_guarded(one.name)]
    members = tuple(sorted(open_ones, key=lambda one: (-one.score, one.name))[: max(0, bounds.siblings)])
    return Campaign(
        seed=seed, zone=zone, names=names, zones=tuple(zones), signs=tuple(signs), members=members,
        dropped=tuple(dropped), guarded=len(scored) - len(open_ones), left_out=len(open_ones) - len(members),
    )  # fmt: skip


def extend_campaign(campaign: Campaign, further: Sequence[Campaign], *, bounds: Bounds) -> Campaign:
    """Join campaigns that were found from siblings of this one: their siblings are a step further, and less sure."""
    signs = list(campaign.signs)
    known = {campaign.seed: 1.0} | {member.name: member.score for member in campaign.members}
    hops = {campaign.seed: 0} | {member.name: member.hop for member in campaign.members}
    found: dict[str, Member] = {}
    for one in further:
        start = len(signs)
        signs.extend(one.signs)
        for member in one.members:
            score = member.score * known.get(one.seed, 0.0)
            if member.name not in known and score >= ENOUGH and score > _score_of(found.get(member.name)):
                places = tuple(start + place for place in member.signs)
                found[member.name] = Member(member.name, member.zone, score, places, hops[one.seed] + 1, one.seed)
    ordered = sorted(found.values(), key=lambda one: (-one.score, one.name))
    room = max(0, bounds.siblings - len(campaign.members))
    return msgspec.structs.replace(
        campaign, signs=tuple(signs), members=(*campaign.members, *ordered[:room]),
        dropped=(*campaign.dropped, *(drop for one in further for drop in one.dropped if drop.why == "too-wide")),
        guarded=campaign.guarded + sum(one.guarded for one in further),
        left_out=campaign.left_out + len(ordered[room:]),
    )  # fmt: skip


def find_enquiries(campaign: Campaign) -> tuple[Finding, ...]:
    """Make the finding of each sibling: it opens an enquiry; `detail` has each sign as `told_of` writes it."""
    return tuple(
        Finding(
            zone=member.zone, name=member.name, kind="sibling", subject=member.via or campaign.seed,
            reason="signs-in-common", score=round(member.score, 6),
            detail=PART.join(told_of(campaign.signs[place]) for place in member.signs),
        )
        for member in campaign.members
    )  # fmt: skip


def told_of(sign: Sign) -> str:
    """Write a sign without a language: its kind, what it is, how many of how many names have it."""
    about = "≈ " if sign.is_estimate else ""
    what = f"{sign.key} " if sign.key and sign.kind != "registrant" else ""  # whose names they are is not shown
    return f"{sign.kind} {what}({about}{sign.holders:,} / {sign.names:,})"


def reason_of(sign: Sign) -> str:
    """Say a sign in English, with the numbers that it rests on."""
    about = "about " if sign.is_estimate else ""
    rare = f"{about}{sign.holders:,} of {sign.names:,} names"
    match sign.kind:
        case "servers":
            return f"same name servers ({sign.key}): {rare}"
        case "burst":
            usual = f"where {sign.expected:.2g} would be usual"
            return f"registered in the same days ({sign.key}): {rare}; {sign.seen} of these signs, {usual}"
        case "pattern":
            return f"same pattern ({sign.key}): {rare}"
        case "target":
            return f"looks like the same protected name ({sign.key}): {rare}"
        case "registrar":
            return f"same registrar ({sign.key}): {rare}"
        case "registrant":
            return f"same registrant (not shown): {rare}"


def _score(
    candidates: Iterable[Candidate], signs: Sequence[Sign], unused: set[int], names: int
) -> list[Member]:  # fmt: skip
    members = []
    for one in candidates:
        places = tuple(sorted({place for place in one.signs if place not in unused}))
        held = [signs[place] for place in places]
        if not may_propose(held):
            continue
        sure = likelihood(held, names)
        if any(sign.kind == "registrant" and sign.holders <= ALONE for sign in held):
            sure = max(sure, ENOUGH)
        if sure >= ENOUGH:
            members.append(Member(one.name, one.zone, sure, places))
    return members


def _widest(members: Sequence[Member], signs: Sequence[Sign], most: int) -> tuple[int, int] | None:
    """The place of the sign that proposes most, where that is too much; the weakest of several."""
    counted: dict[int, int] = {}
    for member in members:
        for place in member.signs:
            counted[place] = counted.get(place, 0) + 1
    wide = [(number, -signs[place].weight, -place) for place, number in counted.items() if number > most]
    return (-max(wide)[2], max(wide)[0]) if wide else None


def _score_of(member: Member | None) -> float:
    return 0.0 if member is None else member.score
