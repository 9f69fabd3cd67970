"""Withdraw an article of ours: it is no more, or another one has taken its place; every partner that has it is told.

Its words stay to be read, under a heading that says so: somebody may have acted by them.  What must not be read any
more is erased (`flows.erase_article`).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from comity.core.articles import EDITORS, WithdrawalReason
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError, InputError
from comity.core.experience import SENT
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.share_articles import share_withdrawal
from comity.flows.write_article import get_own
from comity.store.article_events import WITHDRAWAL_TOLD, Happened, add_event, sent_versions
from comity.store.library import ArticleRow, find_article, set_withdrawn
from comity.wire.article import WithdrawnPayload


def withdraw_article(
    home: Home, uuid: str, actor: Actor, *, reason: WithdrawalReason, by: str = "", at: datetime
) -> dict[str, Decision]:
    """Withdraw; tells what each memorandum said to telling its partner.  `by`: the article that takes its place.

    Raises `ForbiddenError`, `NotFoundError`, `ConflictError` when it is withdrawn already, `InputError`.
    """
    if actor.role not in EDITORS:
        raise ForbiddenError("a supervisor or policy officer withdraws an article", item=actor.name)
    if (reason == "superseded") != bool(by) or by == uuid:
        raise InputError("say which other article takes its place, and only where one does", item=uuid)
    told: dict[str, Decision] = {}
    with transaction.atomic():
        row = get_own(home, uuid)
        replacing = find_article(by) if by else None
        if by and replacing is None:
            raise InputError("there is no such article to take its place", item=by)
        set_withdrawn(row.pk, replaced_by=by, at=at)
        add_event(row.pk, Happened(event="withdrawn", party=actor.party, actor=actor.name, note=reason), at=at)
        for partner in sorted(sent_versions(row.pk)):
            told[partner] = tell_withdrawal(home, row, partner, replaced_by=by, at=at)
    return told


def tell_withdrawal(home: Home, row: ArticleRow, partner: str, *, replaced_by: str, at: datetime) -> Decision:
    """Tell a partner that has an article of ours that it is no more, in the caller's transaction."""
    replacing = find_article(replaced_by) if replaced_by else None
    known = replacing is not None and partner in sent_versions(replacing.pk)
    payload = WithdrawnPayload(
        article=UUID(row.uuid), reason="superseded" if replaced_by else "withdrawn", clause="", memorandum="",
        decided_at=at, by=UUID(replaced_by) if known else None,
    )  # fmt: skip
    decision = share_withdrawal(home, row, partner, payload, at=at)
    if decision.verdict in SENT:
        happened = Happened(
            event=WITHDRAWAL_TOLD, party=home.party, actor=home.party, partner=partner, clause=decision.clause
        )
        add_event(row.pk, happened, at=at)
    return decision
