"""Recall the library: of what a partner gives back of our own ledger, keep our articles as they were told.

A restored node has forgotten articles, remarks and adoptions that its partner knows.  Our own articles come back as
they left, redacted, under the identifiers that the partner knows.  What we had said of a partner's article waits in the
ledger until that article is here again: then our remarks stand on it once more, and it is known which version we work
by.  A copy that was never published is in no ledger and comes from the backup alone.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.articles import Tags
from comity.core.exchange import IncomingEntry
from comity.edges.home import Home
from comity.store.annotations import AnnotationRow, add_annotation, find_annotation
from comity.store.article_events import (
    ADOPTED,
    ADOPTION_TOLD,
    PUBLISHED,
    WITHDRAWAL_TOLD,
    Happened,
    add_event,
    has_event,
)
from comity.store.ledgers import find_recalled
from comity.store.library import (
    ArticleRow,
    VersionRow,
    add_version,
    create_article,
    find_article,
    find_version,
    refresh_state,
    set_withdrawn,
)
from comity.wire.article import (
    AdoptedPayload,
    AnnotationPayload,
    ArticlePayload,
    WithdrawnPayload,
    parse_adopted,
    parse_annotation,
    parse_article,
    parse_withdrawn,
    source_of,
)


def recall_articles(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> None:
    """Keep what the entries say that is not known here, in the caller's transaction."""
    for entry in entries:
        if entry.kind == "article":
            payload = parse_article(entry.payload)
            if isinstance(payload, ArticlePayload):
                _recall_version(home, partner, payload, at)
        elif entry.kind == "article-withdrawn":
            withdrawn = parse_withdrawn(entry.payload)
            if isinstance(withdrawn, WithdrawnPayload):
                _recall_withdrawal(home, partner, withdrawn, at)
        elif entry.kind in {"article-annotation", "article-adopted"}:
            row = find_article(entry.subject)
            if row is not None and row.origin == partner:
                _recall_word(home, partner, row, entry.kind, entry.payload, at)


def remember_article(home: Home, partner: str, row: ArticleRow, *, at: datetime) -> None:
    """Put on a partner's article that is new here what this node had said of it before a restore."""
    for kind in ("article-annotation", "article-adopted"):
        for _subject, payload in find_recalled(partner, kind, [row.uuid]):
            _recall_word(home, partner, row, kind, payload, at)


def _recall_version(home: Home, partner: str, payload: ArticlePayload, at: datetime) -> None:
    facts = payload.facts
    row = find_article(str(facts.article))
    if row is not None and row.origin != home.party:
        return
    if row is None:
        tags = Tags(kind=facts.kind, categories=facts.categories, techniques=facts.techniques, tlp=facts.tlp)
        row = create_article(
            str(facts.article), home.party, tags, language=facts.original, source=source_of(facts), at=facts.decided_at
        )
    if find_version(row.pk, facts.language, facts.version) is None:
        version = VersionRow(
            language=facts.language, number=facts.version, translates=facts.translates, title=payload.title,
            body=payload.body, party=home.party, author=home.party, note="", at=facts.decided_at, erased=False,
        )  # fmt: skip
        add_version(row, version, at=facts.decided_at)
    if not has_event(row.pk, PUBLISHED, partner=partner, language=facts.language, version=facts.version):
        happened = Happened(
            event=PUBLISHED, party=home.party, actor=home.party, partner=partner, language=facts.language,
            version=facts.version, clause=facts.clause,
        )  # fmt: skip
        add_event(row.pk, happened, at=at)


def _recall_withdrawal(home: Home, partner: str, payload: WithdrawnPayload, at: datetime) -> None:
    row = find_article(str(payload.article))
    if row is None or row.origin != home.party:
        return
    if row.withdrawn_at is None:
        set_withdrawn(row.pk, replaced_by=str(payload.by or ""), at=payload.decided_at)
        add_event(row.pk, Happened(event="withdrawn", party=home.party, actor=home.party, note=payload.reason), at=at)
    if not has_event(row.pk, WITHDRAWAL_TOLD, partner=partner):
        told = Happened(event=WITHDRAWAL_TOLD, party=home.party, actor=home.party, partner=partner)
        add_event(row.pk, told, at=at)


def _recall_word(home: Home, partner: str, row: ArticleRow, kind: str, data: bytes, at: datetime) -> None:
    if kind == "article-adopted":
        adopted = parse_adopted(data)
        if isinstance(adopted, AdoptedPayload):
            _recall_adoption(home, partner, row, adopted, at)
        return
    payload = parse_annotation(data)
    if isinstance(payload, AnnotationPayload) and find_annotation(str(payload.facts.annotation)) is None:
        facts = payload.facts
        annotation = AnnotationRow(
            uuid=str(facts.annotation), article_uuid=row.uuid, language=facts.language, version=facts.version,
            party=home.party, author=home.party, text=payload.text, at=facts.decided_at, told_at=facts.decided_at,
            erased=False,
        )  # fmt: skip
        add_annotation(row.pk, annotation)


def _recall_adoption(home: Home, partner: str, row: ArticleRow, payload: AdoptedPayload, at: datetime) -> None:
    for event in (ADOPTED, ADOPTION_TOLD):
        if not has_event(row.pk, event, party=home.party, version=payload.version):
            happened = Happened(
                event=event, party=home.party, actor=home.party, partner=partner if event == ADOPTION_TOLD else "",
                language=row.language, version=payload.version, clause=payload.clause,
            )  # fmt: skip
            add_event(row.pk, happened, at=at)
    refresh_state(row.pk)
