"""Publish: let partners have an article of ours, as far as each memorandum lets them.

First a look: for every partner, which texts it has not got yet and what its memorandum says about each, with the
clause.  Then the same is asked again and sent.  Each text goes by itself, so what one clause withholds keeps nothing
else back.  A partner gets later versions when somebody publishes again: nothing leaves by itself.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.articles import EDITORS
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError, NotFoundError
from comity.core.experience import SENT
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.share_articles import decide_version, governed_by, share_version
from comity.flows.write_article import get_own
from comity.store.article_events import PUBLISHED, Happened, add_event, sent_versions
from comity.store.library import ArticleRow, newest_versions
from comity.store.links import list_links


class Offer(msgspec.Struct, frozen=True):
    """One text for one partner: what the memorandum says, or None where the partner has it already."""

    partner: str
    language: str
    version: int
    decision: Decision | None

    @property
    def goes(self) -> bool:
        return self.decision is not None and self.decision.verdict in SENT


def plan_publication(home: Home, row: ArticleRow, *, at: datetime) -> list[Offer]:
    """Tell what every partner would get and by which clause; touches nothing.  Raises `ForbiddenError` for others'."""
    if row.origin != home.party:
        raise ForbiddenError("is not your article; adopt it to have a copy that you may publish", item=row.uuid)
    sent = sent_versions(row.pk)
    versions = newest_versions(row.pk)
    offers: list[Offer] = []
    for link in list_links():
        governed = governed_by(link.partner, at=at)
        for version in versions:
            if (version.language, version.number) in sent.get(link.partner, set()):
                offers.append(Offer(link.partner, version.language, version.number, None))
                continue
            decision = decide_version(home, row, version, governed, at=at)
            if decision.verdict in SENT:
                governed = msgspec.structs.replace(governed, sent_today=governed.sent_today + 1)
            offers.append(Offer(link.partner, version.language, version.number, decision))
    return offers


def publish_article(home: Home, uuid: str, partners: Collection[str], actor: Actor, *, at: datetime) -> list[Offer]:
    """Send these partners every text that they have not got and may have; tell what became of each.

    Raises `ForbiddenError` for who may not, `NotFoundError` for a partner without a link.
    """
    if actor.role not in EDITORS:
        raise ForbiddenError("a supervisor or policy officer publishes", item=actor.name)
    known = {link.partner for link in list_links()}
    for partner in partners:
        if partner not in known:
            raise NotFoundError("no link to this partner", item=partner)
    done: list[Offer] = []
    with transaction.atomic():
        row = get_own(home, uuid)
        sent = sent_versions(row.pk)
        for partner in sorted(set(partners)):  # two that lock ledgers in another order would wait for each other
            for version in newest_versions(row.pk):
                if (version.language, version.number) in sent.get(partner, set()):
                    done.append(Offer(partner, version.language, version.number, None))
                    continue
                decision = share_version(home, row, version, partner, at=at)
                done.append(Offer(partner, version.language, version.number, decision))
                if decision.verdict in SENT:
                    happened = Happened(
                        event=PUBLISHED, party=actor.party, actor=actor.name, partner=partner,
                        language=version.language, version=version.number, clause=decision.clause,
                    )  # fmt: skip
                    add_event(row.pk, happened, at=at)
    return done
