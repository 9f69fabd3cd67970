"""One-time answer links and what was answered by them: found by token, listed by case.

A link is looked up by its token's SHA-256 and by nothing else.  `lock_link` is called inside the caller's
transaction: two forms that come at once are one after the other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db.models import Max

from comity.store.models import AnswerLink, CaseAnswer

LinkState = Literal["open", "spent", "expired", "revoked"]


def find_link(hashed: bytes) -> AnswerLink | None:
    """Find a link by its token's hash."""
    return AnswerLink.objects.select_related("case").filter(token_hash=hashed).first()


def lock_link(hashed: bytes) -> AnswerLink | None:
    """Find a link by its token's hash and keep others from answering by it until the transaction ends."""
    return AnswerLink.objects.select_for_update(of=("self",)).select_related("case").filter(token_hash=hashed).first()


def state_of_link(link: AnswerLink, *, at: datetime) -> LinkState:
    """Tell whether a link can still be answered by."""
    if link.revoked_at is not None:
        return "revoked"
    if link.spent_at is not None:
        return "spent"
    return "expired" if at >= link.expires_at else "open"


def list_links(case_pk: int) -> list[AnswerLink]:
    """List the links of a case, the newest first."""
    return list(AnswerLink.objects.filter(case_id=case_pk).order_by("-pk"))


def list_answers(case_pk: int) -> list[CaseAnswer]:
    """List what was answered about a case, in order."""
    return list(CaseAnswer.objects.filter(case_id=case_pk).select_related("link").order_by("pk"))


def find_answer(case_pk: int, pk: int) -> CaseAnswer | None:
    """Find one answer of a case."""
    return CaseAnswer.objects.filter(pk=pk, case_id=case_pk).select_related("link").first()


def list_answers_by_link(link_pk: int) -> list[CaseAnswer]:
    """List what was answered by one link, in order."""
    return list(CaseAnswer.objects.filter(link_id=link_pk).order_by("pk"))


def find_appeals(case_pks: Sequence[int]) -> dict[int, CaseAnswer]:
    """Find the newest appeal by link of each case; one that was filed otherwise has none."""
    newest = (
        CaseAnswer.objects.filter(case_id__in=case_pks, kind="appealed")
        .values("case_id")
        .annotate(newest=Max("pk"))
        .values_list("newest", flat=True)
    )
    rows = CaseAnswer.objects.filter(pk__in=list(newest)).select_related("link")
    return {row.case_id: row for row in rows}
