"""Judge a reporter: a supervisor slows, stops or allows one, with a reason; nothing else ever stops anybody.

Each decision is a row that stays; the newest holds, until its day.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import ForbiddenError, InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.store.models import ReporterDecision
from comity.store.reporters import get_reporter

VERBS: Final = ("slow", "stop", "allow")
_REASON_LETTERS: Final = 1_000


def judge_reporter(
    home: Home, key: str, verb: str, actor: Actor, *, reason: str, at: datetime, until: datetime | None = None
) -> ReporterDecision:
    """Slow, stop or allow a reporter.  Raises `ForbiddenError`, `InputError`, `NotFoundError`."""
    if "approver" not in actor.case_roles or actor.party != home.party:
        raise ForbiddenError("only a supervisor of this node decides about a reporter", item=key[:120])
    if verb not in VERBS:
        raise InputError(f"one of {', '.join(VERBS)}", item="verb")
    words = reason.strip()
    if not words or len(words) > _REASON_LETTERS or "\x00" in words:
        raise InputError(f"say why, in at most {_REASON_LETTERS} characters", item="reason")
    if until is not None and until <= at:
        raise InputError("has passed already", item="until")
    with transaction.atomic():
        reporter = get_reporter(key)
        return ReporterDecision.objects.create(
            reporter=reporter, verb=verb, actor=actor.name, role="approver", reason=words,
            until=None if verb == "allow" else until, at=at,
        )  # fmt: skip
