"""End a memorandum from our side, keeping the notice that its termination clause promises.

With notice the memorandum goes on until the notice has run; then it ends by itself.  Who cannot wait suspends,
which is at once, and gives notice as well.  What was proposed and never signed by all is withdrawn at once.
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.memoranda import notice_ends
from comity.edges.home import Home
from comity.store.memoranda import StoredMemorandum, list_living, set_status


def end_memorandum(home: Home, urn: str, *, reason: str, actor: str, at: datetime) -> datetime:
    """Withdraw from a memorandum; the time when it ends.  Raises `NotFoundError`, `InputError`, `ConflictError`."""
    if not reason.strip():
        raise InputError("say why: the partner will read it", item=urn)
    with transaction.atomic():
        living = list_living(urn, at=at)
        if not living:
            raise ConflictError("it has ended already", item=urn)
        return max(_end(home, version, reason.strip(), actor, at) for version in living)


def _end(home: Home, version: StoredMemorandum, reason: str, actor: str, at: datetime) -> datetime:
    if version.ends_at is not None:
        return version.ends_at
    ends = notice_ends(version.memorandum, at=at)
    if version.status in {"in-force", "suspended"} and ends > at:
        set_status(version.pk, "give-notice", party=home.party, actor=actor, at=at, reason=reason)
        return ends
    set_status(version.pk, "withdraw", party=home.party, actor=actor, at=at, reason=reason)
    return at
