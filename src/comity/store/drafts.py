"""Drafts of memoranda as they are kept: the newest revision of each, all revisions of one, and a further one."""

from datetime import datetime
from functools import lru_cache

import msgspec

from comity.core.errors import ConflictError, NotFoundError, SettingError
from comity.core.memoranda import Memorandum, digest
from comity.store.models import DraftRevision, MemorandumDraft
from comity.wire.memorandum_yaml import read_draft, render_memorandum

OPEN = "open"


class Draft(msgspec.Struct, frozen=True):
    """A draft as its newest revision has it."""

    pk: int
    urn: str
    version: int
    partner: str
    status: str
    revision: int
    digest: str
    body: bytes
    memorandum: Memorandum
    changed_at: datetime


def list_drafts() -> list[MemorandumDraft]:
    """List the drafts that are still open, by partner."""
    return list(MemorandumDraft.objects.filter(status=OPEN).order_by("partner", "urn", "pk"))


def get_draft(pk: int, *, lock: bool = False) -> Draft:
    """Get a draft; raises `NotFoundError`.  With `lock` nobody else writes it before the caller's transaction ends."""
    rows = MemorandumDraft.objects.select_for_update() if lock else MemorandumDraft.objects
    row = rows.filter(pk=pk).first()
    newest = DraftRevision.objects.filter(draft_id=pk).order_by("-number").first()
    if row is None or newest is None:
        raise NotFoundError("no such draft on this node", item=str(pk))
    return Draft(
        row.pk, row.urn, row.version, row.partner, row.status, newest.number, newest.digest, newest.body,
        _text(newest.digest, newest.body), newest.at,
    )  # fmt: skip


def list_revisions(pk: int) -> list[DraftRevision]:
    """List what a draft said, the newest first, without the texts."""
    return list(DraftRevision.objects.filter(draft_id=pk).defer("body").order_by("-number"))


def begin_draft(memorandum: Memorandum, *, partner: str, actor: str, at: datetime) -> int:
    """Keep a new draft, in the caller's transaction; gives its number."""
    row = MemorandumDraft.objects.create(
        urn=memorandum.id, version=memorandum.version, partner=partner, status=OPEN, changed_at=at
    )
    _add(row.pk, 1, memorandum, "", actor, at)
    return row.pk


def add_revision(draft: Draft, memorandum: Memorandum, *, part: str, actor: str, at: datetime) -> int:
    """Keep what a draft says now, in the caller's transaction; gives the revision's number."""
    number = draft.revision + 1
    _add(draft.pk, number, memorandum, part, actor, at)
    MemorandumDraft.objects.filter(pk=draft.pk).update(changed_at=at)
    return number


def end_draft(draft: Draft, status: str, *, at: datetime) -> None:
    """Say what became of a draft.  Raises `ConflictError` for one that is not open."""
    if not MemorandumDraft.objects.filter(pk=draft.pk, status=OPEN).update(status=status, changed_at=at):
        raise ConflictError(f"the draft is {draft.status}", item=str(draft.pk))


def _add(pk: int, number: int, memorandum: Memorandum, part: str, actor: str, at: datetime) -> None:
    body = render_memorandum(memorandum)
    DraftRevision.objects.create(
        draft_id=pk, number=number, part=part, digest=digest(body), body=body, actor=actor, at=at
    )


@lru_cache(maxsize=64)
def _text(text_digest: str, body: bytes) -> Memorandum:
    memorandum = read_draft(msgspec.json.decode(body))
    if not isinstance(memorandum, Memorandum):
        raise SettingError(f"the kept draft cannot be read: {memorandum[0].path}", item=text_digest)
    return memorandum
