"""Experts: whom one may ask, at our party and at partners', and what each partner was told of ours."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from comity.core.disclosure import Decision
from comity.core.errors import NotFoundError
from comity.store.models import Expert, ExpertTold

MOST_OF_A_PARTNER: Final = 500
_WAITS: Final = ("suspended", "no-memorandum", "not-yet-effective", "over-daily-cap")


def get_expert(party: str, uuid: str) -> Expert:
    """Get an expert of a party.  Raises `NotFoundError`."""
    found = Expert.objects.filter(party=party, uuid=uuid).first()
    if found is None:
        raise NotFoundError("no such expert here", item=uuid)
    return found


def list_experts(*, party: str = "", topic: str = "", language: str = "") -> list[Expert]:
    """List those who may be asked, by party and role; an empty word asks for nothing."""
    rows = Expert.objects.filter(withdrawn_at=None).order_by("party", "role", "pk")
    if party:
        rows = rows.filter(party=party)
    return [row for row in rows if (not topic or topic in row.topics) and (not language or language in row.languages)]


def count_of(party: str) -> int:
    """How many experts of a party are kept."""
    return Expert.objects.filter(party=party, withdrawn_at=None).count()


def find_untold(own: str, partner: str) -> list[Expert]:
    """Our experts of whom a partner was not told as they are now; what no clause lets cross waits for no answer."""
    told = {row.expert_id: row for row in ExpertTold.objects.filter(partner=partner, expert__party=own)}
    untold = []
    for expert in Expert.objects.filter(party=own).order_by("pk"):
        row = told.get(expert.pk)
        event = "withdrawn" if expert.withdrawn_at else "published"
        knows = row is not None and row.verdict in {"send", "send-redacted"}
        if event == "withdrawn" and (row is None or (not knows and row.event == "published")):
            continue  # the partner never heard of them
        if row is None or row.event != event or (not knows and row.reason in _WAITS):
            untold.append(expert)
    return untold


def keep_told(expert: Expert, partner: str, decision: Decision, *, at: datetime) -> None:
    """Write down what a partner was told of an expert, or why not."""
    ExpertTold.objects.update_or_create(
        expert=expert,
        partner=partner,
        defaults={
            "event": "withdrawn" if expert.withdrawn_at else "published", "verdict": decision.verdict,
            "clause": decision.clause, "reason": decision.reason, "redacted": list(decision.redact), "at": at,
        },
    )  # fmt: skip


def told_of(experts: Collection[Expert]) -> dict[int, list[ExpertTold]]:
    """What partners were told of experts of ours, by expert."""
    found: dict[int, list[ExpertTold]] = {}
    for row in ExpertTold.objects.filter(expert__in=[one.pk for one in experts]).order_by("partner"):
        found.setdefault(row.expert_id, []).append(row)
    return found
