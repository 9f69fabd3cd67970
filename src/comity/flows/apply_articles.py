"""Apply what a partner says of the library: its articles, remarks on ours, that it works by ours, that one is no more.

A partner writes its own articles only, and speaks about ours only if it was sent them.  A version is never changed: the
same number with other words is refused, the same words again change nothing.  How many articles, versions and remarks
of one partner are kept is bounded.  An article that a restored node has forgotten gets back what was said about it
here (`flows.recall_articles`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.articles import Tags, Words
from comity.core.exchange import IncomingEntry
from comity.core.experience import redact_words
from comity.edges.home import Home
from comity.flows.recall_articles import remember_article
from comity.flows.weigh_articles import ArticleScales
from comity.store.annotations import AnnotationRow, add_annotation, find_annotation, list_annotations
from comity.store.article_events import ADOPTED, Happened, add_event, has_event, sent_versions
from comity.store.library import (
    ArticleRow,
    VersionRow,
    add_version,
    count_articles,
    create_article,
    find_article,
    find_copies,
    find_version,
    refresh_state,
    set_tags,
    set_withdrawn,
    version_facts,
)
from comity.wire.article import (
    ArticlePayload,
    parse_adopted,
    parse_annotation,
    parse_article,
    parse_withdrawn,
    source_of,
)
from comity.wire.stix import PayloadProblem

MOST_ARTICLES: Final = 2_000  # of one partner
MOST_VERSIONS: Final = 1_000  # of one article, in all languages
MOST_ANNOTATIONS: Final = 500  # of one partner on one article


def apply_articles(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep a partner's articles; answer for each "" or why it was refused."""
    scales = ArticleScales(home, partner, at)
    refusals = [_apply_article(home, partner, entry, scales, at) for entry in entries]
    scales.keep()
    return refusals


def apply_annotations(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep a partner's remarks on our articles."""
    scales = ArticleScales(home, partner, at)
    refusals = [_apply_annotation(home, partner, entry, scales, at) for entry in entries]
    scales.keep()
    return refusals


def apply_adoptions(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Note that a partner works by versions of our articles: they are agreed."""
    scales = ArticleScales(home, partner, at)
    refusals = [_apply_adoption(home, partner, entry, scales, at) for entry in entries]
    scales.keep()
    return refusals


def apply_withdrawals(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Note that articles of a partner's are no more."""
    scales = ArticleScales(home, partner, at)
    refusals = [_apply_withdrawal(partner, entry, scales, at) for entry in entries]
    scales.keep()
    return refusals


def _apply_article(home: Home, partner: str, entry: IncomingEntry, scales: ArticleScales, at: datetime) -> str:
    payload = parse_article(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    facts = payload.facts
    if entry.subject != str(facts.article):
        return "subject-mismatch"
    row = find_article(entry.subject)
    if (row is not None and row.origin != partner) or facts.article.hex == "0" * 32:
        return "not-your-article"
    if row is None and count_articles(partner) >= MOST_ARTICLES:
        return "too-many-articles"
    if row is not None and (row.language != facts.original or row.withdrawn_at is not None):
        return "withdrawn-article" if row.withdrawn_at else "another-original"
    decision = scales.weigh(
        cited=facts.memorandum, decided_at=facts.decided_at, categories=facts.categories, tlp=facts.tlp,
        words=(payload.title, payload.body),
    )  # fmt: skip
    if isinstance(decision, str):
        return decision
    words = Words(
        language=facts.language, title=redact_words(payload.title, decision), body=redact_words(payload.body, decision)
    )
    if row is None:
        row = _new(partner, payload, at)
        remember_article(home, partner, row, at=at)
    return _keep_version(row, partner, payload, words, decision.clause, at)


def _new(partner: str, payload: ArticlePayload, at: datetime) -> ArticleRow:
    facts = payload.facts
    return create_article(
        str(facts.article), partner, _tags(payload), language=facts.original, source=source_of(facts), at=at
    )


def _tags(payload: ArticlePayload) -> Tags:
    facts = payload.facts
    return Tags(kind=facts.kind, categories=facts.categories, techniques=facts.techniques, tlp=facts.tlp)


def _keep_version(
    row: ArticleRow, partner: str, payload: ArticlePayload, words: Words, clause: str, at: datetime
) -> str:
    facts = payload.facts
    known = find_version(row.pk, facts.language, facts.version)
    if known is not None:
        same = known.erased or (known.words, known.translates) == (words, facts.translates)
        return "" if same else "version-taken"
    versions = version_facts([row.pk])[row.pk]
    if len(versions) >= MOST_VERSIONS:
        return "too-many-versions"
    version = VersionRow(
        language=facts.language, number=facts.version, translates=facts.translates, title=words.title,
        body=words.body, party=partner, author=partner, note="", at=facts.decided_at, erased=False,
    )  # fmt: skip
    if _tags(payload) != row.tags:
        set_tags(row.pk, _tags(payload), at=at)
    add_version(row, version, at=at)
    happened = Happened(
        event="received", party=partner, actor=partner, language=facts.language, version=facts.version, clause=clause
    )
    add_event(row.pk, happened, at=at)
    if facts.language == row.language and facts.version > row.version:
        _tell_copies(row, partner, facts.version, at)
    return ""


def _tell_copies(row: ArticleRow, partner: str, version: int, at: datetime) -> None:
    """Say on the copies that were made here that their source has moved on."""
    for copy in find_copies(row.uuid):
        if copy.origin != partner and copy.source is not None and copy.source.version < version:
            moved = Happened(
                event="source-moved-on", party=partner, actor=partner, language=row.language, version=version
            )
            add_event(copy.pk, moved, at=at)


def _apply_annotation(home: Home, partner: str, entry: IncomingEntry, scales: ArticleScales, at: datetime) -> str:
    payload = parse_annotation(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    facts = payload.facts
    row = _ours(home, partner, str(facts.article))
    if entry.subject != str(facts.article):
        return "subject-mismatch"
    if row is None or (facts.language, facts.version) not in sent_versions(row.pk)[partner]:
        return "no-such-article"
    known = find_annotation(str(facts.annotation))
    if known is not None and (known.party, known.article_uuid) != (partner, row.uuid):
        return "annotation-taken"
    decision = scales.weigh(
        cited=facts.memorandum, decided_at=facts.decided_at, categories=row.tags.categories, tlp=facts.tlp,
        words=(payload.text,),
    )  # fmt: skip
    if isinstance(decision, str):
        return decision
    text = redact_words(payload.text, decision)
    if known is not None:
        return "" if known.erased or known.text == text else "annotation-taken"
    if sum(one.party == partner for one in list_annotations(row.pk)) >= MOST_ANNOTATIONS:
        return "too-many-annotations"
    annotation = AnnotationRow(
        uuid=str(facts.annotation), article_uuid=row.uuid, language=facts.language, version=facts.version,
        party=partner, author=partner, text=text, at=facts.decided_at, told_at=at, erased=False,
    )  # fmt: skip
    add_annotation(row.pk, annotation)
    happened = Happened(
        event="annotated", party=partner, actor=partner, language=facts.language, version=facts.version,
        clause=decision.clause,
    )  # fmt: skip
    add_event(row.pk, happened, at=at)
    return ""


def _apply_adoption(home: Home, partner: str, entry: IncomingEntry, scales: ArticleScales, at: datetime) -> str:
    payload = parse_adopted(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    row = _ours(home, partner, str(payload.article))
    if entry.subject != str(payload.article):
        return "subject-mismatch"
    if row is None or (row.language, payload.version) not in sent_versions(row.pk)[partner]:
        return "no-such-article"
    decision = scales.weigh(
        cited=payload.memorandum, decided_at=payload.decided_at, categories=row.tags.categories, tlp=row.tags.tlp
    )
    if isinstance(decision, str):
        return decision
    if not has_event(row.pk, ADOPTED, party=partner, version=payload.version):
        happened = Happened(
            event=ADOPTED, party=partner, actor=partner, language=row.language, version=payload.version,
            clause=decision.clause,
        )  # fmt: skip
        add_event(row.pk, happened, at=at)
        refresh_state(row.pk)
    return ""


def _apply_withdrawal(partner: str, entry: IncomingEntry, scales: ArticleScales, at: datetime) -> str:
    payload = parse_withdrawn(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if entry.subject != str(payload.article):
        return "subject-mismatch"
    row = find_article(entry.subject)
    if row is None or row.origin != partner:
        return "no-such-article"
    decision = scales.weigh(
        cited=payload.memorandum, decided_at=payload.decided_at, categories=row.tags.categories, tlp=row.tags.tlp
    )
    if isinstance(decision, str):
        return decision
    if row.withdrawn_at is None:
        by = find_article(str(payload.by)) if payload.by else None
        set_withdrawn(row.pk, replaced_by=by.uuid if by is not None and by.origin == partner else "", at=at)
        happened = Happened(
            event="withdrawn", party=partner, actor=partner, clause=decision.clause, note=payload.reason
        )
        add_event(row.pk, happened, at=at)
        for copy in find_copies(row.uuid):
            add_event(copy.pk, msgspec.structs.replace(happened, event="source-withdrawn"), at=at)
    return ""


def _ours(home: Home, partner: str, uuid: str) -> ArticleRow | None:
    """An article of ours that this partner was sent; of any other it is told nothing."""
    row = find_article(uuid)
    return row if row is not None and row.origin == home.party and partner in sent_versions(row.pk) else None
