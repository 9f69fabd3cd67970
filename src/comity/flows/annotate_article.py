"""Annotate an article: put a remark on it, and let its origin know where it is a partner's.

A remark belongs to the version that its author read.  On our own articles and on those that the program brought it
stays here; on a partner's it travels back to the partner, and to nobody else.  (`flows.annotate` is for cases.)
"""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from comity.core.articles import PROGRAM, Language, clean, faults_of_annotation
from comity.core.disclosure import Decision
from comity.core.errors import InputError, NotFoundError
from comity.core.experience import SENT
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.share_articles import share_annotation
from comity.flows.write_article import check_writer
from comity.store.annotations import AnnotationRow, add_annotation, set_annotation_told
from comity.store.article_events import Happened, add_event
from comity.store.library import ArticleRow, find_version, get_article


def annotate_article(
    home: Home, uuid: str, language: Language, text: str, actor: Actor, *, at: datetime
) -> Decision | None:
    """Put a remark on the newest text in a language; gives what the memorandum said to telling the origin, if asked.

    Raises `ForbiddenError`, `NotFoundError`, `InputError`.
    """
    check_writer(actor)
    text = clean(text)
    if faults := faults_of_annotation(text):
        raise InputError(f"{faults[0].field}: {faults[0].sentence}", item=uuid)
    with transaction.atomic():
        row = get_article(uuid, lock=True)
        version = find_version(row.pk, language)
        if version is None or version.erased:
            raise NotFoundError(f"there is no text in {language} to remark on", item=uuid)
        annotation = AnnotationRow(
            uuid=str(uuid4()), article_uuid=uuid, language=language, version=version.number, party=actor.party,
            author=actor.name, text=text, at=at, told_at=None, erased=False,
        )  # fmt: skip
        add_annotation(row.pk, annotation)
        happened = Happened(
            event="annotated", party=actor.party, actor=actor.name, language=language, version=version.number
        )
        add_event(row.pk, happened, at=at)
        return tell_annotation(home, row, annotation, at=at)


def tell_annotation(home: Home, row: ArticleRow, annotation: AnnotationRow, *, at: datetime) -> Decision | None:
    """Tell an article's origin of a remark of ours, in the caller's transaction."""
    if row.origin in {PROGRAM, home.party} or row.withdrawn_at is not None:
        return None
    decision = share_annotation(home, row, annotation, at=at)
    if decision.verdict in SENT:
        set_annotation_told(annotation.uuid, at=at)
    return decision
