"""Adopt: make an article of a partner's, or one that the program brought, ours to work by and to change.

The copy is ours: it has an identifier of its own, remembers of which version it was made, and goes its own way from
there.  Its versions keep the numbers of the source, so that a translation that was behind stays behind.  The origin is
told that we work by that version: by this it is agreed.  Adopting again, when the source has moved on, notes the newer
version and leaves the copy's words to whoever compares them.
"""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from comity.core.articles import EDITORS, PROGRAM, Source
from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError
from comity.core.experience import SENT
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.share_articles import share_adoption
from comity.store.article_events import ADOPTED, ADOPTION_TOLD, Happened, add_event, has_event
from comity.store.library import (
    ArticleRow,
    add_version,
    create_article,
    find_copies,
    find_version,
    get_article,
    newest_versions,
    refresh_state,
    set_source_version,
)


class Adopted(msgspec.Struct, frozen=True):
    """The copy, and what the memorandum said to telling its origin; None where there is nobody to tell."""

    uuid: str
    version: int
    told: Decision | None


def adopt_article(home: Home, uuid: str, actor: Actor, *, at: datetime) -> Adopted:
    """Adopt the newest version.  Raises `ForbiddenError`, `ConflictError` where there is nothing to adopt."""
    if actor.role not in EDITORS:
        raise ForbiddenError("a supervisor or policy officer adopts an article", item=actor.name)
    with transaction.atomic():
        row = get_article(uuid, lock=True)
        if row.origin == home.party:
            raise ConflictError("is your own article", item=uuid)
        original = find_version(row.pk, row.language)
        if row.withdrawn_at is not None or original is None or original.erased:
            raise ConflictError("was withdrawn or erased by its origin, or its original never came", item=uuid)
        copy = next((one for one in find_copies(uuid) if one.origin == home.party), None)
        if copy is None:
            copy = _copy(home, row, actor, at)
        elif copy.source is not None and copy.source.version < row.version:
            set_source_version(copy.pk, row.version)
            _note(copy, "source-followed", actor, row.version, at)
        told = None
        if row.origin != PROGRAM and not has_event(row.pk, ADOPTED, party=home.party, version=row.version):
            _note(row, ADOPTED, actor, row.version, at)
            refresh_state(row.pk)
            told = tell_adoption(home, row, row.version, at=at)
    return Adopted(copy.uuid, row.version, told)


def tell_adoption(home: Home, row: ArticleRow, version: int, *, at: datetime) -> Decision:
    """Tell an article's origin that we work by a version, in the caller's transaction."""
    decision = share_adoption(home, row, version, at=at)
    if decision.verdict in SENT:
        happened = Happened(
            event=ADOPTION_TOLD, party=home.party, actor=home.party, partner=row.origin, version=version,
            clause=decision.clause,
        )  # fmt: skip
        add_event(row.pk, happened, at=at)
    return decision


def _copy(home: Home, row: ArticleRow, actor: Actor, at: datetime) -> ArticleRow:
    source = Source(origin=row.origin, article=UUID(row.uuid), version=row.version)
    copy = create_article(str(uuid4()), home.party, row.tags, language=row.language, source=source, at=at)
    for version in newest_versions(row.pk):
        mine = msgspec.structs.replace(version, party=home.party, author=actor.name, note="", at=at)
        add_version(copy, mine, at=at)
    _note(copy, "copied", actor, row.version, at)
    return copy


def _note(row: ArticleRow, event: str, actor: Actor, version: int, at: datetime) -> None:
    happened = Happened(event=event, party=actor.party, actor=actor.name, language=row.language, version=version)
    add_event(row.pk, happened, at=at)
