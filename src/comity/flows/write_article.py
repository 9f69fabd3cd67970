"""Write: begin an article of ours, or append a version of it in one language; file it under other tags.

A version is never changed: the next one is written.  Who writes says which version lay before them, so that nobody
overwrites what somebody else has saved meanwhile.  Only our own articles are written here; a partner's, or one that the
program brought, is adopted first.  A copy keeps at least the marking of what it was made of.
"""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from comity.core.articles import (
    MAX_NOTE,
    PROGRAM,
    WRITERS,
    Tags,
    Words,
    clean,
    find_faults,
    may_mark,
)
from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.harmless import show_unseen
from comity.core.markings import Tlp
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.store.article_events import Happened, add_event
from comity.store.library import (
    ArticleRow,
    VersionRow,
    add_version,
    create_article,
    find_article,
    find_version,
    get_article,
    set_tags,
)


def write_article(home: Home, tags: Tags, words: Words, actor: Actor, *, note: str = "", at: datetime) -> str:
    """Begin an article; gives its identifier.  Raises `ForbiddenError`, or `InputError` with all that is wrong."""
    check_writer(actor)
    words = checked(tags, words)
    uuid = str(uuid4())
    with transaction.atomic():
        row = create_article(uuid, home.party, tags, language=words.language, at=at)
        add_version(row, _version(words, 1, 0, actor, note, at), at=at)
        _written(row, "written", words, 1, actor, note, at)
    return uuid


def revise_article(
    home: Home,
    uuid: str,
    words: Words,
    actor: Actor,
    *,
    base: int,
    translates: int = 0,
    tags: Tags | None = None,
    note: str = "",
    at: datetime,
) -> int:
    """Append a version in the language of the words; gives its number.  Words that did not change append none.

    `base`: the version in that language which lay before whoever wrote, 0 where there was none.  `translates`: the
    original's version that was translated; without one the newest.  Raises `ForbiddenError`, `ConflictError` when
    somebody has saved meanwhile, `InputError`.
    """
    check_writer(actor)
    with transaction.atomic():
        row = get_own(home, uuid)
        tags = tags or row.tags
        words = checked(tags, words)
        _check_marking(row, tags)
        newest = find_version(row.pk, words.language)
        number = newest.number if newest else 0
        if number != base:
            raise ConflictError(
                f"somebody saved version {number} in {words.language} meanwhile; look at it, then save yours again",
                item=uuid,
            )
        if tags != row.tags:
            set_tags(row.pk, tags, at=at)
            _written(row, "tagged", words, number, actor, _changed_tags(row.tags, tags), at)
        meant = 0 if words.language == row.language else translates or row.version
        if meant > row.version:
            raise InputError(f"the original has {row.version} versions", item=uuid)
        if newest and not newest.erased and (newest.words, newest.translates) == (words, meant):
            return number
        add_version(row, _version(words, number + 1, meant, actor, note, at), at=at)
        _written(row, "translated" if meant else "revised", words, number + 1, actor, note, at)
    return number + 1


def check_writer(actor: Actor) -> None:
    """Refuse who may not write.  Raises `ForbiddenError`."""
    if actor.role not in WRITERS:
        raise ForbiddenError("the library is written by analysts, supervisors and policy officers", item=actor.name)


def get_own(home: Home, uuid: str) -> ArticleRow:
    """Get an article of ours, locked.  Raises `NotFoundError`, `ForbiddenError`, and `ConflictError` once withdrawn."""
    row = get_article(uuid, lock=True)
    if row.origin != home.party:
        whose = "the program brought it" if row.origin == PROGRAM else f"it is {row.origin}'s"
        raise ForbiddenError(f"{whose}; adopt it to have a copy of your own", item=uuid)
    if row.withdrawn_at is not None:
        raise ConflictError("this article was withdrawn", item=uuid)
    return row


def checked(tags: Tags, words: Words) -> Words:
    """Give the words as they are kept.  Raises `InputError` with everything that is wrong."""
    kept = Words(language=words.language, title=show_unseen(words.title.strip()), body=clean(words.body))
    faults = find_faults(tags, kept)
    if faults:
        raise InputError("; ".join(f"{fault.field}: {fault.sentence}" for fault in faults))
    return kept


def _check_marking(row: ArticleRow, tags: Tags) -> None:
    source = find_article(str(row.source.article)) if row.source else None
    least: Tlp | None = source.tags.tlp if source else None
    if not may_mark(tags.tlp, least):
        raise InputError(f"tlp: a copy keeps at least the marking of its source, {least}", item=row.uuid)


def _changed_tags(before: Tags, after: Tags) -> str:
    said = [
        f"{field}: {_said(getattr(before, field))} → {_said(getattr(after, field))}"
        for field in ("kind", "categories", "techniques", "tlp")
        if getattr(before, field) != getattr(after, field)
    ]
    return "; ".join(said)[:MAX_NOTE]


def _said(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "-"


def _version(words: Words, number: int, translates: int, actor: Actor, note: str, at: datetime) -> VersionRow:
    return VersionRow(
        language=words.language, number=number, translates=translates, title=words.title, body=words.body,
        party=actor.party, author=actor.name, note=show_unseen(note.strip())[:MAX_NOTE], at=at, erased=False,
    )  # fmt: skip


def _written(row: ArticleRow, event: str, words: Words, number: int, actor: Actor, note: str, at: datetime) -> None:
    happened = Happened(
        event=event, party=actor.party, actor=actor.name, language=words.language, version=number,
        note=show_unseen(note.strip())[:MAX_NOTE],
    )  # fmt: skip
    add_event(row.pk, happened, at=at)
