"""Resume a suspended memorandum.  Where its clause says `both`, each side signs a statement and hands it to the other.

A statement names the version and its digest, so it resumes this text and no other, who says so and when; one that
is older than the suspension is refused, so that an old one cannot be used again: {"resumption": {…}, "kid": …,
"value": …}.  With the good statements of all other parties in hand the memorandum is in force again here; without
them ours is written down and given out.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec
from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.memoranda import Status
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.catch_up import catch_up
from comity.store.links import find_link
from comity.store.memoranda import StoredMemorandum, add_event, list_living, set_status
from comity.store.revoked_keys import find_revoked
from comity.wire.canonical import canonical, parse_json
from comity.wire.signatures import verify_ed25519

_MAX_BYTES: Final = 64 * 1024
_AHEAD: Final = timedelta(hours=1)


class Resumed(msgspec.Struct, frozen=True):
    """The state after it, and our signed statement for the partner."""

    status: Status
    statement: bytes


class _Says(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: Literal["comity-memorandum-resumption/1"] = "comity-memorandum-resumption/1"
    id: str
    version: int
    digest: str
    party: str
    at: datetime


class _Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resumption: _Says
    kid: str
    value: str


def resume(home: Home, urn: str, *, reason: str, actor: str, at: datetime, partners: tuple[bytes, ...] = ()) -> Resumed:
    """Agree that a memorandum goes on; `partners` are the other sides' statements, when they are in hand.

    Raises `NotFoundError`, `ConflictError` when no version lives, `InputError` for a statement that is not good.
    """
    if not reason.strip():
        raise InputError("say why it may go on", item=urn)
    living = list_living(urn, at=at)
    if not living:
        raise ConflictError("it has ended", item=urn)
    version = next((version for version in living if version.status == "suspended"), living[0])
    statement = _sign(home, version, at=at)
    agreed = {home.party} | {_check(version, data, at=at) for data in partners}
    enough = version.memorandum.suspension.resume == "suspender" or set(version.memorandum.terms.zones) <= agreed
    with transaction.atomic():
        if version.status == "suspended" and enough:
            status = set_status(version.pk, "resume", party=home.party, actor=actor, at=at, reason=reason.strip())
            for partner in version.partners(home.party):
                if find_link(partner) is not None:
                    catch_up(home, partner, at=at)
            return Resumed(status, statement)
        add_event(version.pk, "agree-to-resume", party=home.party, actor=actor, at=at, reason=reason.strip())
    return Resumed(version.status, statement)


def _sign(home: Home, version: StoredMemorandum, *, at: datetime) -> bytes:
    key = load_signing_key(home)
    moment = at.astimezone(UTC).replace(microsecond=0)
    says = _Says(id=version.urn, version=version.version, digest=version.digest, party=home.party, at=moment)
    value = b64encode(key.sign(_signed_text(says))).decode("ascii")
    return canonical(msgspec.to_builtins(_Statement(says, key.kid, value)))


def _signed_text(says: _Says) -> bytes:
    return canonical(msgspec.to_builtins(says))


def _check(version: StoredMemorandum, data: bytes, *, at: datetime) -> str:
    """The party that a good statement speaks for."""
    try:
        statement = msgspec.convert(parse_json(data, max_bytes=_MAX_BYTES), _Statement)
    except msgspec.ValidationError as error:
        raise InputError(f"is no statement of resumption: {error}") from None
    says = statement.resumption
    item = f"{says.party} {statement.kid}"
    # (1) it is about this text
    if (says.id, says.version, says.digest) != (version.urn, version.version, version.digest):
        raise InputError("resumes another memorandum or another version of it", item=item)
    # (2) it was said after the suspension that it ends
    if says.at.tzinfo is None or not version.changed_at.replace(microsecond=0) <= says.at <= at + _AHEAD:
        raise InputError("was not said between the suspension and now", item=item)
    # (3) by a key that the text names for the party
    party = version.memorandum.party(says.party)
    key = next((key for key in party.keys if key.kid == statement.kid), None) if party else None
    if (
        key is None
        or not key.not_before <= says.at.date() <= key.not_after
        or key.public_bytes in find_revoked(says.party)
    ):
        raise InputError("is signed with a key that the memorandum does not name for that party and day", item=item)
    # (4) and the signature is good
    try:
        value = b64decode(statement.value, validate=True)
    except (Base64Error, ValueError):
        value = b""
    if not verify_ed25519(key.public_bytes, value, _signed_text(says)):
        raise InputError("the signature is not good", item=item)
    return says.party
