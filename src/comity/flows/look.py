"""Look at personal data: nobody sees it without saying why, and every look is kept.

Pages and commands that show personal data call this first; what it answers may be shown, and nothing else may.  The
entry is written in a transaction of its own before anything is shown: a look that could not be kept is no look.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import ForbiddenError, InputError
from comity.core.roles import DESK, Actor
from comity.store.models import Look

MAY_LOOK: Final = (*DESK, "policy-officer")
SUBJECT_KINDS: Final = ("report", "answer", "reporter", "attachment", "registrar", "evidence")
_LONGEST_REASON: Final = 300


def look(
    actor: Actor,
    subject_kind: str,
    subject: str,
    classes: Sequence[str],
    *,
    reason: str,
    case_ref: str = "",
    at: datetime,
) -> None:
    """Keep the look.  Raises `ForbiddenError` for a role that may not, `InputError` where no reason is given."""
    if actor.role not in MAY_LOOK:
        raise ForbiddenError(f"personal data is for {', '.join(MAY_LOOK)}; not for {actor.role}")
    if not reason.strip() or len(reason) > _LONGEST_REASON or "\0" in reason:
        raise InputError(f"say in at most {_LONGEST_REASON} characters why you look", item="reason")
    if subject_kind not in SUBJECT_KINDS:
        raise InputError("is nothing that holds personal data", item=subject_kind)
    with transaction.atomic():
        Look.objects.create(
            actor=actor.name, role=actor.role, subject_kind=subject_kind, subject=subject[:64], case_ref=case_ref,
            classes=", ".join(classes)[:300], reason=reason.strip(), at=at,
        )  # fmt: skip
