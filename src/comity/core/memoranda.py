"""A memorandum as a value: the parties, the clauses, its digest and its life (DESIGN §2; FIELD C.5).

The value is what both parties sign.  Life state and signatures are not part of it: they change while the text does
not (docs/spec/memorandum.md §3).  `Memorandum.terms` is the same text made ready for `disclosure.decide`, once per
value.
"""

from base64 import b64decode
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta

from comity.core import clauses
from comity.core.clauses import Part, PartyId, Slug, Text, Zone
from comity.core.durations import add, parse_duration, span_of

FORMAT: Final = "comity-memorandum/1"
PLACEHOLDER_DIGEST: Final = "sha256:REPLACE"
PLACEHOLDER_KEY: Final = "BASE64"

DigestText = Annotated[str, Meta(pattern=r"^sha256:([0-9a-f]{64}|REPLACE)$")]
PublicKeyText = Annotated[str, Meta(pattern=r"^([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|BASE64)$")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")]
Url = Annotated[str, Meta(pattern=r"^https://[^\s]{1,500}$")]
Mail = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,253}$")]
WholeSeconds = Annotated[datetime, Meta(tz=True, extra_json_schema={"pattern": r"^[0-9T:-]{19}Z$"})]

Status = Literal["draft", "proposed", "countersigned", "in-force", "suspended", "terminated"]
LifeEvent = Literal[
    "propose", "countersign", "enter-force", "suspend", "resume", "give-notice", "withdraw", "supersede"
]

STATUSES: Final[tuple[Status, ...]] = get_args(Status)

LIFE: Final[dict[tuple[Status, LifeEvent], Status]] = {
    ("draft", "propose"): "proposed",
    ("proposed", "countersign"): "countersigned",
    ("proposed", "withdraw"): "terminated",
    ("countersigned", "enter-force"): "in-force",
    ("countersigned", "suspend"): "suspended",
    ("countersigned", "withdraw"): "terminated",
    ("countersigned", "supersede"): "terminated",
    ("in-force", "suspend"): "suspended",
    ("in-force", "give-notice"): "in-force",
    ("in-force", "withdraw"): "terminated",
    ("in-force", "supersede"): "terminated",
    ("suspended", "resume"): "in-force",
    ("suspended", "give-notice"): "suspended",
    ("suspended", "withdraw"): "terminated",
    ("suspended", "supersede"): "terminated",
}


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a memorandum: where (`parties[0].zones[1]`), a stable code, a sentence."""

    path: str
    code: str
    reason: str


class Key(Part, frozen=True, kw_only=True):
    kid: Slug
    alg: Literal["Ed25519"]
    use: Literal["sign"]
    not_before: date
    not_after: date
    public: PublicKeyText

    @property
    def public_bytes(self) -> bytes:
        """The key itself; empty for the placeholder of a draft."""
        return b"" if self.public == PLACEHOLDER_KEY else b64decode(self.public)


class Calendar(Part, frozen=True, kw_only=True):
    tz: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
    workdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    hours: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$")]
    holidays: Slug | None = None


class Endpoints(Part, frozen=True, kw_only=True):
    taxii: Url | None = None
    link: Url | None = None
    mail: Mail | None = None


class Contacts(Part, frozen=True, kw_only=True):
    duty_24x7: Mail
    legal: Mail
    dpo: Mail


class MemorandumParty(Part, frozen=True, kw_only=True):
    """One party as the memorandum names it."""

    id: PartyId
    name: dict[Language, Text]
    jurisdiction: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
    zones: Annotated[tuple[Zone, ...], Meta(min_length=1, max_length=64)]
    calendar: Calendar
    keys: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=16)]
    endpoints: Endpoints
    contacts: Contacts


class Supersedes(Part, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    digest: DigestText


class LegalText(Part, frozen=True, kw_only=True):
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)]
    prevails: Language
    digest: DigestText
    url: Url | None = None


class Terms(msgspec.Struct, frozen=True):
    """A memorandum made ready for decisions: durations as spans, lists as sets."""

    zones: dict[str, frozenset[str]]
    all_zones: frozenset[str]
    senders: dict[str, frozenset[str]]
    caps: dict[str, int]
    only_with: dict[str, frozenset[str]]
    excluded: frozenset[str]
    required: dict[str, frozenset[str]]
    max_age: dict[str, timedelta]


class Memorandum(Part, frozen=True, kw_only=True, dict=True):
    """The countersigned text.  `clause` of each part is the number that a decision cites."""

    format: Literal["comity-memorandum/1"]
    id: Annotated[str, Meta(pattern=r"^urn:comity:memo:[a-z0-9.:-]{1,180}$")]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    supersedes: Supersedes | None = None
    title: dict[Language, Text]
    legal_text: LegalText
    effective: WholeSeconds
    expires: WholeSeconds | None = None
    review_every: clauses.DurationText
    demo: bool = False
    parties: Annotated[tuple[MemorandumParty, ...], Meta(min_length=2, max_length=32)]
    accession: clauses.Accession | None = None
    warnings: clauses.WarningTerms | None = None
    scope: clauses.Scope
    exchange: clauses.Exchange
    evidence: clauses.EvidenceTerms
    marking: clauses.Marking
    personal_data: clauses.PersonalData
    clocks: clauses.Clocks
    safeguards: clauses.Safeguards
    audit: clauses.Audit
    amendment: clauses.Amendment
    suspension: clauses.Suspension
    termination: clauses.Termination
    disputes: clauses.Disputes

    @cached_property
    def terms(self) -> Terms:
        """What `decide` looks at, made once."""
        return _terms(self)

    def party(self, party_id: str) -> MemorandumParty | None:
        """The party of that name, or None."""
        return next((party for party in self.parties if party.id == party_id), None)


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One party's detached signature over the canonical text: `value` is 64 bytes in base64."""

    party: str
    kid: str
    signed_at: datetime
    value: str


def digest(memorandum_bytes: bytes) -> str:
    """The name of a text: sha256 and the hexadecimal digest of its canonical form."""
    return f"sha256:{sha256(memorandum_bytes).hexdigest()}"


def next_status(status: Status, event: LifeEvent) -> Status | None:
    """What a memorandum becomes; None when its present state does not allow the event."""
    return LIFE.get((status, event))


def standing(memorandum: Memorandum, status: Status, *, ends_at: datetime | None, at: datetime) -> Status:
    """The state as of a time: a countersigned text enters force by itself, and ends by itself when its time is over.

    That is when the notice that was given has run, or at its own `expires`, suspended or not.
    """
    if status in ("countersigned", "in-force", "suspended") and has_expired(memorandum, at=at):
        return "terminated"
    if status in ("in-force", "suspended") and ends_at is not None and at >= ends_at:
        return "terminated"
    if status in ("countersigned", "in-force"):
        return "in-force" if at >= memorandum.effective else "countersigned"
    return status


def has_expired(memorandum: Memorandum, *, at: datetime) -> bool:
    """Whether the term that the text itself names is over; `expires` is the first moment without force."""
    return memorandum.expires is not None and at >= memorandum.expires


def notice_ends(memorandum: Memorandum, *, at: datetime) -> datetime:
    """When a withdrawal declared at `at` takes effect (clause of termination)."""
    notice = parse_duration(memorandum.termination.notice)
    return at if notice is None else add(at, notice)


def _terms(memorandum: Memorandum) -> Terms:
    parties = frozenset(party.id for party in memorandum.parties)
    zones = {party.id: frozenset(party.zones) for party in memorandum.parties}
    kinds = {
        name.replace("_", "-"): terms
        for name in memorandum.exchange.kinds.__struct_fields__
        if (terms := getattr(memorandum.exchange.kinds, name)) is not None
    }
    return Terms(
        zones=zones,
        all_zones=frozenset().union(*zones.values()),
        senders={kind: parties if terms.both else frozenset(terms.senders) for kind, terms in kinds.items()},
        caps={kind: terms.max_per_day for kind, terms in kinds.items() if terms.max_per_day is not None},
        only_with={category.id: frozenset(category.only_with) for category in memorandum.scope.categories},
        excluded=frozenset(memorandum.scope.excluded_categories),
        required={category: frozenset(names) for category, names in memorandum.evidence.required.items()},
        max_age={name: span_of(text) for name, text in memorandum.evidence.max_age_since_verified.items()},
    )
