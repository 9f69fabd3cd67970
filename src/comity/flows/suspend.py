"""Suspend: one side, at once, with a reason.  Nothing more leaves under the memorandum and nothing is taken.

The versions that are not in force yet are suspended too: an amendment must not open by its date what was shut by
hand.
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.memoranda import Status
from comity.edges.home import Home
from comity.store.memoranda import list_living, set_status


def suspend(home: Home, urn: str, *, reason: str, actor: str, at: datetime) -> Status:
    """Suspend a memorandum.  Raises `NotFoundError`, `InputError` without a reason, `ConflictError` without force."""
    if not reason.strip():
        raise InputError("say why: a suspension without a reason is none", item=urn)
    with transaction.atomic():
        living = [version for version in list_living(urn, at=at) if version.status in {"countersigned", "in-force"}]
        if not living:
            raise ConflictError("no version of it is in force or about to be", item=urn)
        for version in living:
            set_status(version.pk, "suspend", party=home.party, actor=actor, at=at, reason=reason.strip())
    return "suspended"
