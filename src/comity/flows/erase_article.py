"""Erase an article of ours, or one remark of ours on a partner's: here and at every partner that has it.

As with a report (`flows.erase`): the words go, the payloads of our entries about it become their SHA-256, and every
partner is asked to do the same; its confirmation comes back as an entry.  `forget_article_entry` is the other side:
what was made of a partner's entry goes when the partner has it erased.  A copy that was adopted is its owner's text; it
is told that its source was erased, and its owner decides.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.articles import EDITORS
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError, NotFoundError
from comity.core.experience import SENT
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.share_articles import share_article_erasures
from comity.flows.share_notices import Asked
from comity.store.annotations import erase_annotations, find_annotation, list_annotations
from comity.store.article_events import Happened, add_event
from comity.store.erasures import add_erasures, erase_displaced, erase_payloads, list_erasures
from comity.store.library import ArticleRow, erase_versions, find_article, find_copies, get_article, set_withdrawn
from comity.store.remains import wipe_remains
from comity.store.told import ToldEntry, entries_about
from comity.wire.article import AnnotationPayload, ArticlePayload, parse_annotation, parse_article
from comity.wire.notices import ErasurePayload, ErasureReason, parse_erasure

ARTICLE_KINDS: Final = ("article", "article-annotation")


class ErasedArticle(msgspec.Struct, frozen=True):
    """What came of it: the entries that partners were asked to erase, and what a memorandum withheld."""

    asked: tuple[tuple[str, int], ...]
    withheld: dict[str, Decision]
    wiped: bool = True  # False: the write-ahead log still holds it; it goes when nobody reads


def erase_article(
    home: Home, uuid: str, actor: Actor, *, reason: ErasureReason, at: datetime, again: bool = False
) -> ErasedArticle:
    """Erase every text of an article of ours, and end it.  `again` asks anew for what no partner has confirmed."""
    _check(actor)
    with transaction.atomic():
        row = get_article(uuid, lock=True)
        if row.origin != home.party:
            raise ForbiddenError("is not your article; its origin erases it", item=uuid)
        _erase_all(row, home.party, at=at)
        add_event(row.pk, Happened(event="erased", party=actor.party, actor=actor.name, note=reason), at=at)
        asked, withheld = _erase_told(home, row, actor, reason, lambda _payload: True, again=again, at=at)
    return ErasedArticle(asked, withheld, wiped=wipe_remains())


def erase_annotation(
    home: Home, uuid: str, actor: Actor, *, reason: ErasureReason, at: datetime, again: bool = False
) -> ErasedArticle:
    """Erase one remark of ours."""
    _check(actor)
    with transaction.atomic():
        annotation = find_annotation(uuid)
        if annotation is None:
            raise NotFoundError("no such remark", item=uuid)
        if annotation.party != home.party:
            raise ForbiddenError("is not your remark; whoever made it erases it", item=uuid)
        row = get_article(annotation.article_uuid, lock=True)
        erase_annotations(row.pk, uuid=uuid, at=at)
        happened = Happened(event="annotation-erased", party=actor.party, actor=actor.name, note=reason)
        add_event(row.pk, happened, at=at)
        is_it = _is_annotation(uuid)
        asked, withheld = _erase_told(home, row, actor, reason, is_it, again=again, at=at)
    return ErasedArticle(asked, withheld, wiped=wipe_remains())


def forget_again(home: Home, named: ToldEntry, *, reason: str, at: datetime) -> None:
    """After a restore: take out of the library what an entry of ours was made of, whose payload may be gone already."""
    row = find_article(named.subject)
    if row is None:
        return
    if row.origin == home.party and named.kind == "article":
        _erase_all(row, home.party, at=at)  # an article of ours is erased as a whole
    elif named.erased_at is None:
        forget_article_entry(home.party, named, reason=reason, at=at)
    else:  # which remark it was cannot be told: those go that no entry is left of
        entries = entries_about([row.uuid], direction="out", kinds=("article-annotation",))
        left = [parse_annotation(entry.payload) for entry in entries if entry.erased_at is None]
        told = {str(remark.facts.annotation) for remark in left if isinstance(remark, AnnotationPayload)}
        for annotation in list_annotations(row.pk):
            if annotation.party == home.party and annotation.uuid not in told:
                erase_annotations(row.pk, uuid=annotation.uuid, at=at)


def _erase_all(row: ArticleRow, party: str, *, at: datetime) -> None:
    """Empty an article of ours and end it: nothing more is written under its name."""
    erase_versions(row, None, at=at)
    erase_annotations(row.pk, party=party, at=at)
    if row.withdrawn_at is None:
        set_withdrawn(row.pk, replaced_by="", at=at)


def forget_article_entry(party: str, named: ToldEntry, *, reason: str, at: datetime) -> None:
    """Take out of the library what was made of an entry of a party's, in the caller's transaction."""
    row = find_article(named.subject)
    if row is None:
        return
    event = ""
    if named.kind == "article" and row.origin == party:
        payload = parse_article(named.payload)
        if isinstance(payload, ArticlePayload):
            erase_versions(row, [(payload.facts.language, payload.facts.version)], at=at)
            event = "erased"
    elif named.kind == "article-annotation":
        remark = parse_annotation(named.payload)
        if isinstance(remark, AnnotationPayload):
            erase_annotations(row.pk, uuid=str(remark.facts.annotation), party=party, at=at)
            event = "annotation-erased"
    if event:
        happened = Happened(event=event, party=party, actor=party, note=reason)
        add_event(row.pk, happened, at=at)
        for copy in find_copies(row.uuid) if event == "erased" else ():
            add_event(copy.pk, msgspec.structs.replace(happened, event="source-erased"), at=at)


def _erase_told(
    home: Home,
    row: ArticleRow,
    actor: Actor,
    reason: ErasureReason,
    is_meant: Callable[[bytes], bool],
    *,
    again: bool,
    at: datetime,
) -> tuple[tuple[tuple[str, int], ...], dict[str, Decision]]:
    """Erase our entries about an article, and ask the partners that have them."""
    known = {(one.ledger_pk, one.position): one for one in entries_about([row.uuid], direction="out")}
    noted = list_erasures(known.values())
    told = [
        one
        for place, one in known.items()
        if one.kind in ARTICLE_KINDS
        and ((one.erased_at is None and is_meant(one.payload)) or (again and place in noted))
    ]
    notices = [parse_erasure(one.payload) for one in known.values() if one.kind == "erasure"]
    before = {notice.position for notice in notices if isinstance(notice, ErasurePayload)}
    erase_payloads(told, at=at)
    erase_displaced([row.uuid], lambda kind, payload: kind in ARTICLE_KINDS and is_meant(payload), at=at)
    add_erasures(told, reason=reason, actor=actor.name, at=at)
    noted = list_erasures(told)
    withheld: dict[str, Decision] = {}
    asked: list[tuple[str, int]] = []
    for partner in dict.fromkeys(one.partner for one in told):
        open_ones = [
            Asked(one.position, one.kind, one.subject, msgspec.convert(asking.reason, ErasureReason))
            for one in told
            if one.partner == partner
            and (asking := noted[one.ledger_pk, one.position]).confirmed_at is None
            and (again or one.position not in before)
        ]
        if not open_ones:
            continue
        decision = share_article_erasures(home, row, partner, open_ones, at=at)
        if decision.verdict in SENT:
            asked += [(partner, one.position) for one in open_ones]
        else:
            withheld[partner] = decision
    return tuple(asked), withheld


def _is_annotation(uuid: str) -> Callable[[bytes], bool]:
    def is_it(payload: bytes) -> bool:
        read = parse_annotation(payload)
        return isinstance(read, AnnotationPayload) and str(read.facts.annotation) == uuid

    return is_it


def _check(actor: Actor) -> None:
    if actor.role not in EDITORS:
        raise ForbiddenError("a supervisor or policy officer erases from the library", item=actor.name)
