"""Campaigns as the API tells them: the likely siblings of a case, why, and what became of them."""

from datetime import date, datetime

import msgspec


class CampaignRowDocument(msgspec.Struct, frozen=True):
    """A campaign in the list; `open`: siblings about which nobody has decided."""

    case: str
    seed: str
    made_at: datetime
    made_by: str
    siblings: int
    open: int


class CampaignsDocument(msgspec.Struct, frozen=True):
    """The newest campaigns."""

    campaigns: tuple[CampaignRowDocument, ...]


class SignDocument(msgspec.Struct, frozen=True):
    """Something in common; `key` is empty of a registrant.  `why`: of a sign that was not used."""

    kind: str
    key: str
    holders: int
    weight: float
    reason: str
    why: str = ""


class SiblingDocument(msgspec.Struct, frozen=True):
    """A sibling; `signs` are places in the campaign's signs, none where the newest search did not find it again."""

    name: str
    zone: str
    score: float
    signs: tuple[int, ...]
    hop: int
    via: str
    state: str
    reason: str
    note: str


class CampaignDocument(msgspec.Struct, frozen=True):
    """A campaign whole."""

    case: str
    seed: str
    names: int
    zones: tuple[str, ...]
    as_of: date | None
    made_at: datetime
    made_by: str
    signs: tuple[SignDocument, ...]
    siblings: tuple[SiblingDocument, ...]
    dropped: tuple[SignDocument, ...]
    guarded: int
    left_out: int


class EnquireBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which siblings enquiries are made; none: of all that are open."""

    siblings: tuple[str, ...] = ()


class NotRelatedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which siblings are not related, and why."""

    siblings: tuple[str, ...]
    reason: str
    note: str = ""


class SiblingsSettledDocument(msgspec.Struct, frozen=True):
    """What was settled, and of the other names why not."""

    done: tuple[str, ...]
    left: dict[str, str]
