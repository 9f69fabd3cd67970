"""Use a key: let another of this party's keys sign from now on.

Refuses a key that this node does not hold, one that was revoked, and one that some memorandum in force does not name as
ours, with this public half, valid today: that partner would believe nothing any more.  It says which memorandum.
Running processes take it up by themselves (`edges.keys.active_stamp`).
"""

from datetime import datetime

from comity.core.errors import ConflictError, NotFoundError
from comity.edges.home import Home
from comity.edges.keys import SigningKey, activate, has_key, load_key
from comity.store.memoranda import StoredMemorandum, list_versions
from comity.store.revoked_keys import find_revoked


def use_key(home: Home, kid: str, *, at: datetime) -> SigningKey:
    """Switch the signing key.  Raises `NotFoundError`, `ConflictError` naming every memorandum that is against it."""
    if not has_key(home, kid):
        raise NotFoundError("this node has no such key; make one with: comity key new", item=kid)
    key = load_key(home, kid)
    reasons = find_obstacles(home, key, at=at)
    if reasons:
        raise ConflictError("; ".join(reasons), item=kid)
    activate(home.path, kid)
    return key


def find_obstacles(home: Home, key: SigningKey, *, at: datetime) -> list[str]:
    """Say why a key may not sign: each memorandum in force, or suspended, that does not name it validly today."""
    reasons = ["was revoked"] if key.public in find_revoked(home.party) else []
    for stored in governing_texts(at=at):
        party = stored.memorandum.party(home.party)
        named = next((one for one in party.keys if one.public_bytes == key.public), None) if party else None
        text = f"{stored.urn} version {stored.version}"
        if named is None or named.kid != key.kid:
            reasons.append(f"{text} does not name it; amend it first, with both keys")
        elif not named.not_before <= at.date() <= named.not_after:
            reasons.append(f"{text} names it from {named.not_before} to {named.not_after}")
    return reasons


def governing_texts(*, at: datetime) -> list[StoredMemorandum]:
    """The newest version in force, or suspended, of each memorandum: the texts by which partners know our keys."""
    newest: dict[str, StoredMemorandum] = {}
    for stored in list_versions(at=at):
        if stored.status in {"in-force", "suspended"}:
            held = newest.get(stored.urn)
            if held is None or held.version < stored.version:
                newest[stored.urn] = stored
    return sorted(newest.values(), key=lambda stored: stored.urn)
