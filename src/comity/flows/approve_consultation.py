"""Approve a message that a clause holds for a second person: a protected name in it, or a rule of personal data.

A supervisor or policy officer other than its author agrees, and it is put to the memorandum again as it stands then.
"""

from datetime import datetime

from django.db import transaction

from comity.core.consultation_items import APPROVERS
from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError, NotFoundError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.say import renew_due, send
from comity.store.consultation_files import files_of
from comity.store.consultations import lock_consultations
from comity.store.models import ConsultationMessage

_PERSONS = 2  # its author and whoever approves


def approve_consultation(home: Home, message: str, actor: Actor, *, at: datetime) -> tuple[tuple[str, Decision], ...]:
    """Approve a message; answers for each partner that it was held from what was decided then."""
    if actor.role not in APPROVERS:
        raise ForbiddenError("supervisors and policy officers approve", item=actor.role)
    with transaction.atomic():
        lock_consultations()
        rows = list(
            ConsultationMessage.objects.select_related("thread__consultation__case")
            .filter(uuid=message, party=home.party, erased_at=None)
            .order_by("thread__partner")
        )
        if not rows:
            raise NotFoundError("no such message of ours", item=message)
        held = [row for row in rows if row.verdict == "hold"]
        if not held:
            raise ConflictError("waits for nobody", item=message)
        if any(row.actor == actor.name for row in held):
            raise ForbiddenError("nobody approves their own words", item=actor.name)
        decided = []
        for row in held:
            row.approver = actor.name
            renew_due(row, at=at)
            files = [file.attachment for file in files_of([row]).get(row.pk, [])]
            decision = send(home, row, files, approvals=_PERSONS, confirmed=True, at=at)
            decided.append((row.thread.partner, decision))
    return tuple(decided)
