"""Countersign: check what the partner signed, sign it too, and let it enter force once all have signed.

The same verb adopts a file that comes back complete: nothing is signed again, what is missing here is written down.
Repeating it changes nothing.  A signature that is not good is never stored.

Steps (docs/spec/memorandum.md §5):
 (1) the document can be read and its text has no open places
 (2) every signature on it is good, by a key that the text names for that party and that was not revoked
 (3) at least one other party signed: one does not countersign one's own proposal
 (4) we are a party, our zones are ours, the key named as ours is ours, and our signature is by a key of ours
 (5) an amendment follows the version that is kept here
 (6) sign, keep, and advance its life
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import InputError
from comity.core.memoranda import Problem, Status
from comity.core.memorandum_rules import find_placeholders
from comity.edges.home import Home
from comity.edges.keys import load_public_keys, load_signing_key
from comity.flows.sign import check_amendment, check_ours, partner_of, refuse, tell
from comity.store.memoranda import add_version, find_version, get_document, set_status, supersede_older
from comity.store.revoked_keys import find_revoked
from comity.wire.memorandum_document import Document, find_faults, parse_document, write_signature


def countersign(home: Home, data: bytes, *, actor: str, at: datetime) -> Document:
    """Check, sign and keep a signed document.  Gives the document with all signatures that are known here.

    Raises `InputError` with all that is wrong, `ConflictError` when the version is kept here with another text.
    """
    # (1)
    document = parse_document(data)
    if not isinstance(document, Document):
        raise InputError(tell(document))
    memorandum = document.memorandum
    refuse(find_placeholders(memorandum), item=memorandum.id)
    # (2)
    refuse(find_faults(document, at=at), item=memorandum.id)
    refuse(_revoked(document), item=memorandum.id)
    # (3)
    if not document.signed_by() - {home.party}:
        refuse([Problem("signatures", "nobody-else-signed", "no other party has signed this")], item=memorandum.id)
    # (4)
    key = load_signing_key(home)
    refuse(check_ours(memorandum, home, key, at=at), item=memorandum.id)
    ours_is_there = home.party in document.signed_by()
    refuse(_not_by_us(document, home), item=memorandum.id)
    # (5)
    refuse(check_amendment(memorandum), item=memorandum.id)
    # (6)
    signatures = document.signatures
    if not ours_is_there:
        signatures = (*signatures, write_signature(home.party, key.kid, key.sign(document.text), at=at))
    signed = Document(memorandum=memorandum, text=document.text, signatures=signatures)
    with transaction.atomic():
        _advance(home, signed, actor=actor, at=at)
        return get_document(memorandum.id, memorandum.version)


def _revoked(document: Document) -> list[Problem]:
    """Whoever stole a key could sign an amendment with it; what was kept before the key was revoked stays signed."""
    memorandum = document.memorandum
    known = find_version(memorandum.id, memorandum.version)
    kept = get_document(memorandum.id, memorandum.version).signatures if known else ()
    return [
        Problem(f"signatures[{number}]", "revoked-key", f"{signature.kid} of {signature.party} is believed no more")
        for number, signature in enumerate(document.signatures)
        if signature not in kept and (party := memorandum.party(signature.party))
        if any(key.kid == signature.kid and key.public_bytes in find_revoked(party.id) for key in party.keys)
    ]


def _not_by_us(document: Document, home: Home) -> list[Problem]:
    """A key that the partner named as ours and signed with in our name is a forgery, however good its signature.

    Ours are all keys that this node holds: a text signed before a key was replaced comes back signed by the old one.
    """
    ours = {(key.kid, key.public) for key in load_public_keys(home)}
    party = document.memorandum.party(home.party)
    named = {key.kid: key.public_bytes for key in party.keys} if party else {}
    return [
        Problem(
            f"signatures[{number}]",
            "not-our-signature",
            f"signed in our name with {signature.kid}, which is not our key",
        )
        for number, signature in enumerate(document.signatures)
        if signature.party == home.party and (signature.kid, named.get(signature.kid)) not in ours
    ]


def _advance(home: Home, signed: Document, *, actor: str, at: datetime) -> None:
    memorandum = signed.memorandum
    known = find_version(memorandum.id, memorandum.version)
    before: Status = "draft" if known is None else known.status
    pk = add_version(signed, partner=partner_of(memorandum, home.party), at=at)
    status = before
    if status == "draft":
        proposer = min((part.signed_at, part.party) for part in signed.signatures if part.party != home.party)[1]
        status = set_status(pk, "propose", party=proposer, actor=proposer, at=at)
    if status == "proposed" and get_document(memorandum.id, memorandum.version).is_complete():
        status = set_status(pk, "countersign", party=home.party, actor=actor, at=at)
    if status == "countersigned" and memorandum.effective <= at:
        set_status(pk, "enter-force", party=home.party, actor=actor, at=at)
        supersede_older(memorandum.id, memorandum.version, party=home.party, actor=actor, at=at)
