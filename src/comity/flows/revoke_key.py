"""Revoke a key: this party says that one of its own signing keys is believed no more, and never signs with it again.

The statement is signed by the key itself where this node still holds it, since that is believed at once; otherwise by
the key that signs now, and then a person at each partner asks first (docs/spec/keys.md §4.2).  It goes into the ledger
to every partner and comes back as bytes, to be handed over by people as well.  A key that signs now is replaced by
another first; without another nothing is done, since a node that cannot sign can tell nobody.
"""

from base64 import b64encode
from datetime import date, datetime

import msgspec
from django.db import transaction

from comity.core.errors import ConflictError, NotFoundError
from comity.core.ledger import PublicKey
from comity.edges.home import Home
from comity.edges.keys import SigningKey, has_key, load_key, load_public_keys, load_signing_key
from comity.flows.share import share_notice
from comity.flows.use_key import find_obstacles, governing_texts, use_key
from comity.store.links import known_keys, list_links
from comity.store.memoranda import add_event
from comity.store.revoked_keys import add_revoked, find_revoked
from comity.wire.key_revocation import KIND, Revocation, RevocationReason, sign_revocation


class RevokedOwnKey(msgspec.Struct, frozen=True):
    """What came of it: the statement, who signed it, which key signs now, and which partners will be told."""

    statement: bytes
    signed_by: str
    signs_now: str
    told: tuple[str, ...]


def revoke_key(
    home: Home, kid: str, *, reason: RevocationReason, since: datetime | None = None, actor: str, at: datetime
) -> RevokedOwnKey:
    """Revoke a key of our own; what it signed from `since` on is in doubt (default: from now on).

    Raises `NotFoundError` for a key that is not ours, `ConflictError` when it is revoked already or is the only one.
    """
    key = _find_own(home, kid, at=at)
    if key.public in find_revoked(home.party):
        raise ConflictError("is revoked already", item=kid)
    if since is not None and since > at:
        raise ConflictError("cannot be in doubt only from a time to come", item=kid)
    signs_now = load_signing_key(home)
    if signs_now.kid == kid:
        signs_now = use_key(home, _find_successor(home, kid, at=at), at=at)
    signer = load_key(home, kid) if has_key(home, kid) else signs_now
    public = b64encode(key.public).decode("ascii")
    said = Revocation(party=home.party, kid=kid, public=public, reason=reason, since=since or at, at=at)
    statement = sign_revocation(said, signer.kid, signer.sign)
    with transaction.atomic():
        add_revoked(home.party, kid, key.public, reason=reason, statement=statement, at=at)
        for stored in governing_texts(at=at):
            party = stored.memorandum.party(home.party)
            if party and any(named.public_bytes == key.public for named in party.keys):
                add_event(stored.pk, "revoke-key", party=home.party, actor=actor, at=at, reason=f"{kid}: {reason}")
        told = tuple(link.partner for link in list_links())
        for partner in told:
            share_notice(partner, KIND, kid[:36], statement, at=at)
    return RevokedOwnKey(statement, signer.kid, signs_now.kid, told)


def _find_own(home: Home, kid: str, *, at: datetime) -> PublicKey:
    """Our key of that name: from its file, else as a memorandum names it."""
    own = [*load_public_keys(home), *known_keys(home.party, at=at)]
    key = next((key for key in own if key.kid == kid), None)
    if key is None:
        raise NotFoundError("is no key of this party", item=kid)
    return key


def _find_successor(home: Home, kid: str, *, at: datetime) -> str:
    """Another key that every memorandum in force names validly today; the one that is valid longest."""
    ends = {
        named.public_bytes: named.not_after
        for stored in governing_texts(at=at)
        if (party := stored.memorandum.party(home.party))
        for named in party.keys
    }
    others: list[SigningKey] = [load_key(home, one.kid) for one in load_public_keys(home) if one.kid != kid]
    able = [key for key in others if not find_obstacles(home, key, at=at)]
    if not able:
        raise ConflictError(
            "is the only key that can sign: make another (comity key new), amend the memoranda with it by hand, and "
            "ask the partners meanwhile to distrust this one (comity key distrust)",
            item=kid,
        )
    return max(able, key=lambda key: (ends.get(key.public, date.min), key.kid)).kid
