"""What happened to articles of the library: who did what, to whom which text was sent, which version who works by.

An event is written once and never changed, in the transaction of what it tells of.  That a partner was told is an event
too: what had to wait for a memorandum or a link is what has none (`flows.tell_waiting_articles`).
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.store.models import Article, ArticleEvent

ADOPTED: Final = "adopted"
PUBLISHED: Final = "published"
# That a partner was told, for what may have had to wait for a memorandum or a link.
ADOPTION_TOLD: Final = "adoption-told"
WITHDRAWAL_TOLD: Final = "withdrawal-told"


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an article: who, and of an exchange with whom and by which clause."""

    event: str
    party: str
    actor: str
    partner: str = ""
    language: str = ""
    version: int = 0
    clause: str = ""
    note: str = ""


def agreed_versions(pk: int) -> frozenset[int]:
    """Which versions of the original a party other than the origin works by."""
    return frozenset(
        ArticleEvent.objects.filter(article_id=pk, event=ADOPTED).values_list("version", flat=True).distinct()
    )


def add_event(pk: int, happened: Happened, *, at: datetime) -> None:
    """Write down who did what."""
    ArticleEvent.objects.create(article_id=pk, at=at, **msgspec.structs.asdict(happened))


def list_events(pk: int) -> list[tuple[Happened, datetime]]:
    """List what happened to an article, the newest first."""
    rows = ArticleEvent.objects.filter(article_id=pk).order_by("-pk")
    return [
        (
            Happened(
                event=row.event, party=row.party, actor=row.actor, partner=row.partner, language=row.language,
                version=row.version, clause=row.clause, note=row.note,
            ),
            row.at,
        )
        for row in rows
    ]  # fmt: skip


def has_event(pk: int, event: str, **said: str | int) -> bool:
    """Answer whether something of this kind happened to an article."""
    return ArticleEvent.objects.filter(article_id=pk, event=event, **said).exists()


def sent_versions(pk: int) -> dict[str, set[tuple[str, int]]]:
    """Which texts (language, number) each partner was sent."""
    sent: dict[str, set[tuple[str, int]]] = {}
    rows = ArticleEvent.objects.filter(article_id=pk, event=PUBLISHED)
    for partner, language, version in rows.values_list("partner", "language", "version"):
        sent.setdefault(partner, set()).add((language, version))
    return sent


def untold_adoptions(partner: str, ours: str) -> list[tuple[str, int]]:
    """Adoptions (article, version) of a partner's articles of which it was not told."""
    rows = ArticleEvent.objects.filter(event=ADOPTED, party=ours, article__origin=partner).order_by("pk")
    told = ArticleEvent.objects.filter(event=ADOPTION_TOLD, partner=partner)
    known = set(told.values_list("article__uuid", "version"))
    return [pair for pair in rows.values_list("article__uuid", "version") if pair not in known]


def untold_withdrawals(partner: str, ours: str) -> list[str]:
    """Articles of ours that were withdrawn, that a partner has, and of whose end it was not told."""
    sent = ArticleEvent.objects.filter(event=PUBLISHED, partner=partner).values("article_id")
    told = ArticleEvent.objects.filter(event=WITHDRAWAL_TOLD, partner=partner).values("article_id")
    rows = Article.objects.filter(origin=ours, withdrawn_at__isnull=False, pk__in=sent).exclude(pk__in=told)
    return list(rows.order_by("pk").values_list("uuid", flat=True))
