"""The library of experience over HTTP: the same flows as its pages; nobody reads a marking that is not theirs."""

import msgspec

from comity.api.route import Call
from comity.api.views_cases import verdict_of
from comity.api.views_consultations import erased_of
from comity.core.articles import LANGUAGES, Tags, Words, translation_status
from comity.core.errors import NotFoundError
from comity.core.markings import TLPS
from comity.core.roles import may_read
from comity.flows.adopt_article import adopt_article
from comity.flows.annotate_article import annotate_article
from comity.flows.erase_article import erase_article
from comity.flows.publish_article import Offer, plan_publication, publish_article
from comity.flows.withdraw_article import withdraw_article
from comity.flows.write_article import revise_article, write_article
from comity.store.annotations import list_annotations
from comity.store.full_text import find_documents
from comity.store.library import (
    SEARCHED_AS,
    ArticleFilter,
    ArticleRow,
    find_version,
    get_article_by_prefix,
    list_articles,
    newest_titles,
    version_facts,
)
from comity.wire.api.consultations import MessageErasedDocument
from comity.wire.api.library import (
    AdoptedDocument,
    ArticleDocument,
    ArticleQuery,
    ArticlesDocument,
    ArticlesQuery,
    ArticleTextDocument,
    ArticleToldDocument,
    ArticleWholeDocument,
    EraseArticleBody,
    FoundArticle,
    FoundArticlesDocument,
    FoundQuery,
    OfferDocument,
    OffersDocument,
    PublishBody,
    RemarkBody,
    RemarkDocument,
    RemarkedDocument,
    ReviseArticleBody,
    WithdrawArticleBody,
    WriteArticleBody,
    WrittenDocument,
)


def show_articles(call: Call) -> ArticlesDocument:
    """List articles, the last changed first."""
    query: ArticlesQuery = call.query
    wanted = ArticleFilter(tlps=_readable(call), **msgspec.structs.asdict(query))
    return ArticlesDocument(_documents(list_articles(wanted)))


def show_found_articles(call: Call) -> FoundArticlesDocument:
    """Find articles by words."""
    query: FoundQuery = call.query
    languages = (query.language,) if query.language else LANGUAGES
    mine = {row.uuid for row in list_articles(ArticleFilter(tlps=_readable(call)))}
    found = find_documents(query.words, kinds=(SEARCHED_AS,), languages=languages)
    return FoundArticlesDocument(
        tuple(
            FoundArticle(one.key, one.language, one.title, "".join(piece.text for piece in one.excerpt))
            for one in found
            if one.key in mine
        )
    )


def show_article(call: Call) -> ArticleWholeDocument:
    """Show an article in a language, with the remarks on it."""
    query: ArticleQuery = call.query
    row = _article(call)
    language = query.language or row.language
    version = find_version(row.pk, language, query.number)
    if version is None:
        raise NotFoundError(f"has no such text in {language}", item=row.uuid)
    return ArticleWholeDocument(
        _documents([row])[0],
        msgspec.convert(version, ArticleTextDocument, from_attributes=True),
        tuple(msgspec.convert(one, RemarkDocument, from_attributes=True) for one in list_annotations(row.pk)),
    )


def show_offers(call: Call) -> OffersDocument:
    """Show what each partner would get of an article and by which clause."""
    row = _article(call)
    return OffersDocument(row.uuid, False, _offers(plan_publication(call.home, row, at=call.at)))


def post_article(call: Call) -> WrittenDocument:
    """Write a new article."""
    body: WriteArticleBody = call.body
    words = Words(language=body.language, title=body.title, body=body.body)
    return WrittenDocument(
        write_article(call.home, _tags(body), words, call.actor, note=body.note, at=call.at), body.language, 1
    )


def post_version(call: Call) -> WrittenDocument:
    """Write the next version of an article in a language."""
    body: ReviseArticleBody = call.body
    row = _article(call)
    words = Words(language=body.language, title=body.title, body=body.body)
    number = revise_article(
        call.home, row.uuid, words, call.actor, base=body.base, tags=_tags(body), note=body.note, at=call.at
    )
    return WrittenDocument(row.uuid, body.language, number)


def post_publish_article(call: Call) -> OffersDocument:
    """Send an article to partners whom a clause lets have it."""
    body: PublishBody = call.body
    row = _article(call)
    return OffersDocument(
        row.uuid, True, _offers(publish_article(call.home, row.uuid, body.partners, call.actor, at=call.at))
    )


def post_adopt_article(call: Call) -> AdoptedDocument:
    """Make a copy of an article that is ours, and tell its origin that we work by it."""
    adopted = adopt_article(call.home, _article(call).uuid, call.actor, at=call.at)
    return AdoptedDocument(adopted.uuid, adopted.version, verdict_of(adopted.told) if adopted.told else None)


def post_remark(call: Call) -> RemarkedDocument:
    """Put a remark on the newest text of an article; of a partner's, the partner hears of it."""
    body: RemarkBody = call.body
    row = _article(call)
    told = annotate_article(call.home, row.uuid, body.language or row.language, body.text, call.actor, at=call.at)
    return RemarkedDocument(row.uuid, verdict_of(told) if told else None)


def post_withdraw_article(call: Call) -> ArticleToldDocument:
    """Withdraw an article and tell every partner that has it."""
    body: WithdrawArticleBody = call.body
    row = _article(call)
    by = get_article_by_prefix(body.by).uuid if body.by else ""
    told = withdraw_article(call.home, row.uuid, call.actor, reason=body.reason, by=by, at=call.at)
    return ArticleToldDocument(row.uuid, {partner: verdict_of(one) for partner, one in told.items()})


def post_erase_article(call: Call) -> MessageErasedDocument:
    """Erase an article here, and ask every partner that has it to do the same."""
    body: EraseArticleBody = call.body
    erased = erase_article(call.home, _article(call).uuid, call.actor, reason=body.reason, again=body.again, at=call.at)
    return erased_of(erased.asked, erased.withheld, overwritten=erased.wiped)


def _article(call: Call) -> ArticleRow:
    row = get_article_by_prefix(call.path["article"])
    if not may_read(call.actor.role, row.tags.tlp):
        raise NotFoundError("no such article", item=call.path["article"])
    return row


def _readable(call: Call) -> tuple[str, ...]:
    return tuple(tlp for tlp in TLPS if may_read(call.actor.role, tlp))


def _tags(body: WriteArticleBody) -> Tags:
    return Tags(kind=body.kind, categories=body.categories, techniques=body.techniques, tlp=body.tlp)


def _offers(offers: list[Offer]) -> tuple[OfferDocument, ...]:
    return tuple(
        OfferDocument(one.partner, one.language, one.version, verdict_of(one.decision) if one.decision else None)
        for one in offers
    )


def _documents(rows: list[ArticleRow]) -> tuple[ArticleDocument, ...]:
    pks = [row.pk for row in rows]
    titles, facts = newest_titles(pks), version_facts(pks)
    return tuple(
        ArticleDocument(
            uuid=row.uuid, origin=row.origin, title=titles.get((row.pk, row.language), ""), tags=row.tags,
            language=row.language, version=row.version, state=row.state, source=row.source,
            replaced_by=row.replaced_by, created_at=row.created_at, changed_at=row.changed_at,
            withdrawn_at=row.withdrawn_at,
            languages={code: translation_status(code, row.language, facts[row.pk]) for code in LANGUAGES},
        )
        for row in rows
    )  # fmt: skip
