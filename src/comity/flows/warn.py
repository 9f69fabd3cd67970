"""Warn a partner of a campaign that concerns its zones: write the warning down, and send what the memorandum lets out.

The partner is told by what the campaign is known, never which of its names to act upon.  Names and registrants of ours
cross as tokens under a key of this link and this month, which the warning carries.  The same warning is one; what may
not go waits beside its clause and is asked about again (`flows.tend_warnings`).
"""

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec
from django.db import transaction

from comity.core.categories import CATEGORIES, Category
from comity.core.disclosure import Decision, Verdict
from comity.core.errors import ForbiddenError, InputError, NotFoundError
from comity.core.markings import TLPS, Tlp
from comity.core.names import NameFolder, Target
from comity.core.roles import DESK, Actor
from comity.core.warning_terms import decide_warning
from comity.core.warnings import Signs, Warned, epoch_of, find_faults, parse_patterns, parse_server_set, token_of
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.preview import partner_zones
from comity.flows.share_warnings import hold_outgoing, share_warning, sides_of
from comity.store.memoranda import find_governing
from comity.store.models import CampaignWarning
from comity.store.warnings import add_warning, find_warning
from comity.wire.warning_entries import warning_uuid

DAYS: Final = 30  # how long a warning holds that does not say until when


class NewWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of a campaign.  `names`, `registrants`: as they are; they leave as tokens only.

    `zones`: empty means all zones of the partner; `last_day`: None means `DAYS` from today.
    """

    category: str
    text: str
    case: str = ""
    tlp: str = "TLP:AMBER"
    zones: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    registrants: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None


class WarnedPartner(msgspec.Struct, frozen=True):
    """What came of a warning: its identifier, whether it is new, and what the memorandum said."""

    uuid: str
    is_new: bool
    decision: Decision
    warned: Warned


def warn(home: Home, partner: str, new: NewWarning, actor: Actor, *, at: datetime) -> WarnedPartner:
    """Warn a partner.  Raises `InputError` with what is wrong with the warning, `ForbiddenError`."""
    _check(new, actor)
    warned = write_warning(home, partner, new, at=at)
    uuid = str(warning_uuid(home.party, partner, warned))
    with transaction.atomic():
        hold_outgoing(partner)
        row = find_warning(uuid)
        is_new = row is None
        if row is None:
            row = add_warning(uuid, home.party, partner, warned, actor=actor.name, at=at)
        if row.told_at is None and row.withdrawn_at is None:
            return WarnedPartner(uuid, is_new, share_warning(home, row, at=at), warned)
    return WarnedPartner(uuid, is_new, _as_before(row), warned)


def preview_warning(home: Home, partner: str, new: NewWarning, actor: Actor, *, at: datetime) -> WarnedPartner:
    """Say what would be told and what would stay, and why.  Nothing is stored and nothing leaves."""
    _check(new, actor)
    warned = write_warning(home, partner, new, at=at)
    stored = find_governing(partner, at=at)
    decision = decide_warning(warned, sides_of(home.party, partner, stored, sent=0), at=at)
    return WarnedPartner(str(warning_uuid(home.party, partner, warned)), True, decision, warned)


def write_warning(home: Home, partner: str, new: NewWarning, *, at: datetime) -> Warned:
    """Give what a person said its one form.  Raises `InputError` that names the part."""
    new = msgspec.structs.replace(new, names=_fold(home, new.names))
    today = at.date()
    zones = tuple(sorted(set(new.zones) or partner_zones(partner, find_governing(partner, at=at))))
    first = new.first_day or today
    key = token_key(home, partner, today) if new.names or new.registrants else b""
    warned = Warned(
        zones=zones, category=msgspec.convert(new.category, Category), tlp=msgspec.convert(new.tlp, Tlp),
        first_day=first, last_day=new.last_day or first + timedelta(days=DAYS), case=new.case.strip(),
        text=new.text.strip(),
        signs=Signs(
            patterns=parse_patterns(new.patterns),
            servers=tuple(sorted({parse_server_set(text) for text in new.servers})),
            labels=tuple(sorted({text.strip().lower() for text in new.labels})),
            name_tokens=_tokens(new.names, key), registrant_tokens=_tokens(new.registrants, key), token_key=key.hex(),
        ),
    )  # fmt: skip
    faults = list(find_faults(warned))
    if faults:
        raise InputError("; ".join(f"{part}: {sentence}" for part, sentence in faults), item="warning")
    return warned


def token_key(home: Home, partner: str, day: date) -> bytes:
    """The key of tokens of one link and one month: made from the node's secret, so that it need not be kept."""
    said = f"comity/warning-token/{home.party}/{partner}/{epoch_of(day)}".encode()
    return hmac.new(home.settings.secret_key.encode(), said, sha256).digest()[:16]


def _fold(home: Home, names: Sequence[str]) -> tuple[str, ...]:
    """Names as a zone has them, registrable and in A-labels: the token of another form would find nothing."""
    if not names:
        return ()
    folder = NameFolder(load_suffixes(home))
    folded: set[str] = set()
    for text in names:
        target = folder.target(text)
        if not isinstance(target, Target):
            raise InputError(f"is no name that can be registered [{target.code}]", item=text[:80])
        folded.add(target.name.registrable)
    return tuple(sorted(folded))


def _tokens(texts: Sequence[str], key: bytes) -> tuple[str, ...]:
    return tuple(sorted({token_of(text.strip().lower(), key) for text in texts if text.strip()}))


def _check(new: NewWarning, actor: Actor) -> None:
    if actor.role not in DESK:
        raise ForbiddenError("analysts and supervisors warn partners", item=actor.role)
    if new.category not in CATEGORIES:
        raise InputError(f"is one of {', '.join(CATEGORIES)}", item="category")
    if new.tlp not in TLPS:
        raise InputError(f"is one of {', '.join(TLPS)}", item="tlp")


def _as_before(row: CampaignWarning) -> Decision:
    if row.withdrawn_at is not None:
        raise NotFoundError("this warning was withdrawn; say something else", item=row.uuid)
    return Decision(msgspec.convert(row.verdict, Verdict), row.clause, row.reason, tuple(row.withheld))
