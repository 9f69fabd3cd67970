"""Believe a partner's signing key no more: by this node's own decision, or by a statement that people handed over.

`distrust` needs no statement: the telephone rang.  `accept_revocation` takes the partner's signed statement from a
file; the person who gives the command is the one who asked, so a statement that another key of the partner signed
applies here, too.  Neither can be taken back: a partner that is trusted again names a new key in an amendment.
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.edges.home import Home
from comity.flows.use_key import governing_texts
from comity.store.links import known_keys, partner_keys
from comity.store.memoranda import add_event
from comity.store.revoked_keys import add_revoked, find_revoked, list_held
from comity.wire.key_revocation import (
    Revocation,
    RevocationProblem,
    parse_revocation,
    render_revocation,
    weigh_revocation,
)


def distrust(home: Home, party: str, kid: str, *, reason: str, actor: str, at: datetime) -> None:
    """Believe a partner's key no more; a statement about it that waited for a person is kept as the grounds.

    Raises `NotFoundError` for a key that no memorandum names, `ConflictError` when it is distrusted already.
    """
    if party == home.party:
        raise InputError("is our own; revoke it with: comity key revoke", item=kid)
    if not reason.strip():
        raise InputError("say why", item=kid)
    key = next((key for key in known_keys(party, at=at) if key.kid == kid), None)
    if key is None:
        raise NotFoundError(f"no memorandum names such a key of {party}", item=kid)
    waiting = [one for one in list_held(party) if one.revocation.public_bytes == key.public]
    grounds = render_revocation(waiting[0]) if waiting else b""
    with transaction.atomic():
        if not add_revoked(party, kid, key.public, reason=reason.strip(), statement=grounds, at=at):
            raise ConflictError("is believed no more already", item=kid)
        _note(party, key.public, f"{kid}: {reason.strip()}", actor=actor, at=at)


def accept_revocation(home: Home, data: bytes, *, actor: str, at: datetime) -> Revocation:
    """Accept a partner's signed statement that people handed over.  Raises `InputError` with what is wrong with it."""
    statement = parse_revocation(data.rstrip(b"\n"))
    if isinstance(statement, RevocationProblem):
        raise InputError(f"{statement.reason} ({statement.code})", item="revocation")
    said = statement.revocation
    if said.party == home.party:
        raise InputError("is our own statement; it is for the partners", item=said.kid)
    bearing = weigh_revocation(
        statement,
        party=said.party,
        known=known_keys(said.party, at=at),
        valid=partner_keys(said.party, at=at),
        revoked=find_revoked(said.party),
        at=at,
    )
    if isinstance(bearing, RevocationProblem):
        raise InputError(f"{bearing.reason} ({bearing.code})", item=f"{said.party} {said.kid}")
    with transaction.atomic():
        add_revoked(said.party, said.kid, said.public_bytes, reason=said.reason, statement=data.rstrip(b"\n"), at=at)
        _note(said.party, said.public_bytes, f"{said.kid}: {said.reason}", actor=actor, at=at)
    return said


def _note(party: str, public: bytes, reason: str, *, actor: str, at: datetime) -> None:
    """Write down in the life of every text that names the key who decided this, and why."""
    for stored in governing_texts(at=at):
        named = stored.memorandum.party(party)
        if named is not None and any(key.public_bytes == public for key in named.keys):
            add_event(stored.pk, "distrust-key", party=party, actor=actor, at=at, reason=reason)
