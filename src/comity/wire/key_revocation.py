"""A party's signed word that one of its signing keys is believed no more (docs/spec/keys.md §4), bytes <-> values.

    {"revocation": {"format": "comity-key-revocation/1", party, kid, public, reason, since, at}, "kid": …, "value": …}

The signature is over the canonical JSON of the inner object.  `weigh_revocation` answers in numbered steps whether it
applies at once, waits for a person, or is refused, and why.  It refuses nothing because of who is silenced by it: a
statement can only take trust away; that is also why one key may not silence another without a person.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta

from comity.core.errors import InputError
from comity.core.ledger import PublicKey
from comity.wire.canonical import canonical, parse_json
from comity.wire.signatures import PUBLIC_KEY_BYTES, verify_ed25519

MAX_BYTES: Final = 4096
KIND: Final = "key-revocation"  # the kind of the ledger entry that carries a statement; its subject is the kid
AHEAD: Final = timedelta(hours=1)

RevocationReason = Literal["compromised", "lost", "replaced", "ended"]
REASONS: Final[tuple[RevocationReason, ...]] = get_args(RevocationReason)
Bearing = Literal["applies", "held"]

_Kid = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")]
_Name = Annotated[str, Meta(min_length=1, max_length=120)]


class Revocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said: which key of which party is believed no more, why, and since when it is in doubt."""

    format: Literal["comity-key-revocation/1"] = "comity-key-revocation/1"
    party: _Name
    kid: _Kid
    public: str
    reason: RevocationReason
    since: datetime
    at: datetime

    @property
    def public_bytes(self) -> bytes:
        """The key itself; empty when it is none."""
        key = _base64(self.public)
        return key if len(key) == PUBLIC_KEY_BYTES else b""


class RevocationStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The statement as it travels: what is said, the key that signed it, and the signature."""

    revocation: Revocation
    kid: _Kid
    value: str

    def signed_text(self) -> bytes:
        """The bytes under the signature."""
        return _signed_text(self.revocation)


class RevocationProblem(msgspec.Struct, frozen=True):
    """Why a statement is not taken: a code that never changes, and a sentence."""

    code: str
    reason: str


def sign_revocation(revocation: Revocation, kid: str, sign: Callable[[bytes], bytes]) -> bytes:
    """Write a statement signed by the key `kid`.  Times are kept in whole seconds."""
    whole = msgspec.structs.replace(revocation, since=_whole(revocation.since), at=_whole(revocation.at))
    value = b64encode(sign(_signed_text(whole))).decode("ascii")
    return render_revocation(RevocationStatement(whole, kid, value))


def render_revocation(statement: RevocationStatement) -> bytes:
    """Write a statement in its one form."""
    return canonical(msgspec.to_builtins(statement))


def parse_revocation(data: bytes) -> RevocationStatement | RevocationProblem:
    """Read a statement; nothing in it is believed yet."""
    if len(data) > MAX_BYTES:
        return RevocationProblem("too-large", f"a revocation has at most {MAX_BYTES} bytes")
    try:
        statement = msgspec.convert(parse_json(data, max_bytes=MAX_BYTES), RevocationStatement)
    except (InputError, msgspec.ValidationError) as error:
        return RevocationProblem("malformed", f"is no key revocation: {error}")
    said = statement.revocation
    if said.at.tzinfo is None or said.since.tzinfo is None or not said.public_bytes:
        return RevocationProblem("malformed", "is no key revocation: a time without zone, or a key that is none")
    if render_revocation(statement) != data:
        return RevocationProblem("not-canonical", "is not in its one canonical form")
    return statement


def weigh_revocation(
    statement: RevocationStatement,
    *,
    party: str,
    known: Sequence[PublicKey],
    valid: Sequence[PublicKey],
    revoked: Collection[bytes],
    at: datetime,
) -> Bearing | RevocationProblem:
    """Answer what a statement that came from `party` does (docs/spec/keys.md §4.2).

    `known` are all keys that a signed memorandum ever named for the party, `valid` those it may sign with today,
    `revoked` the public keys that are believed no more here.
    """
    said = statement.revocation
    # (1) It speaks for the party it comes from: nobody revokes another's keys.
    if said.party != party:
        return RevocationProblem("not-its-own-key", f"{party} cannot revoke a key of {said.party}")
    # (2) It was not said in the future.
    if said.at - at > AHEAD or said.since > said.at:
        return RevocationProblem("bad-time", "was said in the future, or doubts a time after itself")
    # (3) A signed memorandum names the key under that name.
    if not any((key.kid, key.public) == (said.kid, said.public_bytes) for key in known):
        return RevocationProblem("unknown-key", f"no memorandum names {said.kid} with this key for {party}")
    # (4) The signature is good, by a key of the same party.
    signers = [key for key in known if key.kid == statement.kid]
    value = _base64(statement.value)
    signer = next((key for key in signers if verify_ed25519(key.public, value, statement.signed_text())), None)
    if signer is None:
        return RevocationProblem("bad-signature", f"is not signed by a key {statement.kid} of {party}")
    # (5) A key may always take the trust in itself away, when it has ended and when it is the last one, too.
    if signer.public == said.public_bytes:
        return "applies"
    # (6) Another key must be one that is believed today ...
    if signer.public in revoked or signer not in valid:
        return RevocationProblem("signer-not-valid", f"{signer.kid} is revoked or not valid today")
    # (7) ... and even then a person asks the party first: which of two keys is the thief's cannot be seen from here.
    return "held"


def _signed_text(revocation: Revocation) -> bytes:
    return canonical(msgspec.to_builtins(revocation))


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _base64(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
    return data if b64encode(data).decode() == text else b""
