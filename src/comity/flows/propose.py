"""Propose: sign a memorandum as our party and keep it as proposed; the signed file then goes to the partner.

Refused, with every reason: a text that is none, one with places still to be filled in, one in which we are no party
or our key is not our key, an amendment that does not follow the version that is kept here.
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import InputError
from comity.core.memoranda import Memorandum
from comity.core.memorandum_rules import find_placeholders
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.sign import check_amendment, check_ours, partner_of, refuse, tell
from comity.store.memoranda import add_version, find_version, get_document, set_status
from comity.wire.memorandum_document import Document, write_signature
from comity.wire.memorandum_yaml import parse_memorandum, render_memorandum


def propose(home: Home, data: bytes, *, actor: str, at: datetime) -> Document:
    """Sign the memorandum in `data` (YAML or JSON) and keep it.  The document is what `render_document` writes.

    Raises `InputError` with all that is wrong, `ConflictError` when the version is kept here with another text.
    """
    memorandum = parse_memorandum(data)
    if not isinstance(memorandum, Memorandum):
        raise InputError(tell(memorandum))
    key = load_signing_key(home)
    ours = check_ours(memorandum, home, key, at=at)
    refuse([*find_placeholders(memorandum), *ours, *check_amendment(memorandum)], item=memorandum.id)
    text = render_memorandum(memorandum)
    signature = write_signature(home.party, key.kid, key.sign(text), at=at)
    document = Document(memorandum=memorandum, text=text, signatures=(signature,))
    with transaction.atomic():
        known = find_version(memorandum.id, memorandum.version)
        pk = add_version(document, partner=partner_of(memorandum, home.party), at=at)
        if known is None or known.status == "draft":
            set_status(pk, "propose", party=home.party, actor=actor, at=at)
        return get_document(memorandum.id, memorandum.version)
