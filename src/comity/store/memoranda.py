"""Memoranda as this node keeps them: every version as the bytes that were signed, its signatures, its life.

What governs is asked thousands of times in a batch and changes a few times a year.  So a question costs one small
query (which versions, in which state), and the text is parsed once for each digest.  A stored text that cannot be
read any more is a broken promise and raises `SettingError`; nothing is guessed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, cast

import msgspec
from django.db import connection, transaction

from comity.core.errors import ConflictError, NotFoundError, SettingError
from comity.core.memoranda import (
    LifeEvent,
    Memorandum,
    Signature,
    Status,
    has_expired,
    next_status,
    notice_ends,
    standing,
)
from comity.store import models
from comity.store.fields import moment
from comity.wire.memorandum_document import Document, render_signatures
from comity.wire.memorandum_yaml import parse_memorandum

# One statement and not the ORM's two: it is asked for every batch that comes or goes.
_BINDING: Final = """
SELECT id, urn, version, digest, partner, status, body, changed_at,
       (SELECT at FROM memorandum_event
        WHERE memorandum_id = memorandum.id AND event = 'give-notice' ORDER BY id LIMIT 1)
FROM memorandum WHERE status NOT IN ('draft', 'proposed') ORDER BY version DESC, id DESC"""


class StoredMemorandum(msgspec.Struct, frozen=True):
    """One version.  `status` is its standing as of the time that was asked about."""

    pk: int
    urn: str
    version: int
    digest: str
    partner: str
    status: Status
    memorandum: Memorandum
    ends_at: datetime | None
    changed_at: datetime

    def partners(self, ours: str) -> tuple[str, ...]:
        """The other parties, in the order of the text: with each of them it joins us by a link of its own."""
        return tuple(party.id for party in self.memorandum.parties if party.id != ours)


def find_in_force(partner: str, at: datetime) -> StoredMemorandum | None:
    """Find the version that governs what passes between us and a partner at a time: the newest one in force."""
    newest = _standings(partner, at)
    return next((stored for stored in newest if stored.status == "in-force"), None)


def find_former(partner: str, text_digest: str, *, at: datetime) -> tuple[StoredMemorandum, datetime] | None:
    """Find a version that a later one has replaced, by its digest, and when it lost its force here.

    What a partner decided by it before that may arrive long after.
    """
    row = models.Memorandum.objects.filter(digest=text_digest, status__in=("in-force", "terminated")).first()
    if row is None or _text(row.digest, row.body).party(partner) is None:
        return None
    ended = models.MemorandumEvent.objects.filter(memorandum=row, event="supersede").order_by("pk").first()
    if ended is not None:
        return _open(row, None, at, as_written=True), ended.at
    # A text that waited for its day took force by itself, and nobody wrote down that the one before it ended.
    later = models.Memorandum.objects.filter(urn=row.urn, version=row.version + 1).first()
    if row.status == "terminated" or later is None or later.status in {"draft", "proposed"}:
        return None
    return _open(row, None, at, as_written=True), _text(later.digest, later.body).effective


def find_governing(partner: str, at: datetime) -> StoredMemorandum | None:
    """Find what a person asks about: the version in force, else the newest suspended one, else the newest of all."""
    newest = _standings(partner, at)
    for wanted in ("in-force", "suspended"):
        for stored in newest:
            if stored.status == wanted:
                return stored
    return newest[0] if newest else None


def find_newest(partner: str) -> StoredMemorandum | None:
    """Find the newest version with a partner whatever its state; its status is the one that is written down."""
    for row in models.Memorandum.objects.order_by("-version", "-pk"):
        if _text(row.digest, row.body).party(partner) is not None:
            return _open(row, None, row.changed_at, as_written=True)
    return None


def find_texts(digests: Collection[str]) -> dict[str, Memorandum]:
    """The texts of these digests that are kept here, whatever has become of them since."""
    rows = models.Memorandum.objects.filter(digest__in=digests).values_list("digest", "body") if digests else ()
    return {digest: _text(digest, body) for digest, body in rows}


def find_version(urn: str, version: int) -> StoredMemorandum | None:
    """Find one version of a memorandum."""
    row = models.Memorandum.objects.filter(urn=urn, version=version).first()
    return None if row is None else _open(row, _ends_at([row]).get(row.pk), row.changed_at, as_written=True)


def find_latest(urn: str) -> StoredMemorandum | None:
    """Find the version of a memorandum with the highest number; its status is the one that is written down."""
    row = models.Memorandum.objects.filter(urn=urn).order_by("-version").first()
    return None if row is None else _open(row, None, row.changed_at, as_written=True)


def list_living(urn: str, *, at: datetime) -> list[StoredMemorandum]:
    """List the versions of a memorandum that have not ended, the newest first.  Raises `NotFoundError` for none at all.

    Here a version's status is what is written down, except that one whose notice or own term has run is not
    listed.
    """
    rows = list(models.Memorandum.objects.filter(urn=urn).order_by("-version"))
    if not rows:
        raise NotFoundError("no such memorandum on this node", item=urn)
    ends = _ends_at(rows)
    opened = [_open(row, ends.get(row.pk), at, as_written=True) for row in rows if row.status != "terminated"]
    return [
        version
        for version in opened
        if (version.ends_at is None or at < version.ends_at) and not has_expired(version.memorandum, at=at)
    ]


def list_versions(*, at: datetime) -> list[StoredMemorandum]:
    """List every version, by partner, the newest first."""
    rows = list(models.Memorandum.objects.order_by("partner", "urn", "-version"))
    ends = _ends_at(rows)
    return [_open(row, ends.get(row.pk), at) for row in rows]


def get_document(urn: str, version: int) -> Document:
    """Get one version as the document that travels.  Raises `NotFoundError`."""
    row = models.Memorandum.objects.filter(urn=urn, version=version).first()
    if row is None:
        raise NotFoundError("no such version on this node", item=f"{urn} version {version}")
    signatures = msgspec.json.decode(row.signatures, type=tuple[Signature, ...])
    return Document(memorandum=_text(row.digest, row.body), text=row.body, signatures=signatures)


def was_signed_by_all(stored: StoredMemorandum) -> bool:
    """Answer whether a version ever bound anybody: a proposal that was withdrawn has ended, too."""
    if stored.status == "terminated":
        return get_document(stored.urn, stored.version).is_complete()
    return stored.status not in {"draft", "proposed"}


def list_events(urn: str, version: int) -> list[models.MemorandumEvent]:
    """List what happened to one version, in order."""
    events = models.MemorandumEvent.objects.filter(memorandum__urn=urn, memorandum__version=version)
    return list(events.order_by("pk"))


def add_version(document: Document, *, partner: str, at: datetime) -> int:
    """Keep a version as a draft, or the signatures that one which is kept already did not have.  Gives its row.

    Raises `ConflictError` when the same version is kept with another text.
    """
    memorandum = document.memorandum
    with transaction.atomic():
        row = (
            models.Memorandum.objects.select_for_update().filter(urn=memorandum.id, version=memorandum.version).first()
        )
        if row is None:
            row = models.Memorandum.objects.create(
                urn=memorandum.id,
                version=memorandum.version,
                digest=document.digest,
                partner=partner,
                status="draft",
                body=document.text,
                signatures=render_signatures(document.signatures),
                changed_at=at,
            )
            return row.pk
        if row.digest != document.digest:
            raise ConflictError(
                f"version {row.version} is kept here with another text ({row.digest}); an amendment is a new version",
                item=memorandum.id,
            )
        kept = {part.party: part for part in msgspec.json.decode(row.signatures, type=list[Signature])}
        kept.update((part.party, part) for part in document.signatures if part.party not in kept)
        row.signatures = render_signatures(tuple(kept.values()))
        row.save(update_fields=["signatures"])
        return row.pk


def set_status(pk: int, event: LifeEvent, *, party: str, actor: str, at: datetime, reason: str = "") -> Status:
    """Let something happen to a version and write down who and why.  Raises `ConflictError` where not allowed."""
    with transaction.atomic():
        row = models.Memorandum.objects.select_for_update().get(pk=pk)
        status = cast("Status", row.status)
        after = next_status(status, event)
        if after is None:
            raise ConflictError(f"is {status}; this does not allow: {event}", item=f"{row.urn} version {row.version}")
        row.status = after
        row.changed_at = at
        row.save(update_fields=["status", "changed_at"])
        add_event(pk, event, party=party, actor=actor, at=at, reason=reason)
    return after


def add_event(pk: int, event: str, *, party: str, actor: str, at: datetime, reason: str = "") -> None:
    """Write down something that leaves the state as it is."""
    models.MemorandumEvent.objects.create(memorandum_id=pk, event=event, party=party, actor=actor, reason=reason, at=at)


def supersede_older(urn: str, version: int, *, party: str, actor: str, at: datetime) -> None:
    """End the versions below one that has entered force."""
    older = models.Memorandum.objects.filter(
        urn=urn, version__lt=version, status__in=("countersigned", "in-force", "suspended")
    )
    for pk in older.values_list("pk", flat=True):
        set_status(pk, "supersede", party=party, actor=actor, at=at, reason=f"version {version} is in force")


def _standings(partner: str, at: datetime) -> list[StoredMemorandum]:
    """The versions that bind us and a partner and ever had force: those of fewest parties first, then the newest."""
    with connection.cursor() as cursor:
        cursor.execute(_BINDING)
        rows = cursor.fetchall()
    found = []
    for pk, urn, version, digest, known_by, status, body, changed, notice in rows:
        row = models.Memorandum(
            pk=pk, urn=urn, version=version, digest=digest, partner=known_by, status=status, body=bytes(body),
            changed_at=moment(changed),
        )  # fmt: skip
        text = _text(row.digest, row.body)
        if text.party(partner) is not None:
            is_ending = notice is not None and status in {"in-force", "suspended"}
            found.append(_open(row, notice_ends(text, at=moment(notice)) if is_ending else None, at))
    return sorted(found, key=lambda stored: len(stored.memorandum.parties))


def _ends_at(rows: Sequence[models.Memorandum]) -> dict[int, datetime]:
    """When those of the versions end to which notice was given."""
    alive = {row.pk: row for row in rows if row.status in {"in-force", "suspended"}}
    if not alive:
        return {}
    given = models.MemorandumEvent.objects.filter(memorandum_id__in=alive, event="give-notice").order_by("-pk")
    ends: dict[int, datetime] = {}
    for event in given:
        row = alive[event.memorandum_id]
        ends[row.pk] = notice_ends(_text(row.digest, row.body), at=event.at)
    return ends


def _open(
    row: models.Memorandum, ends_at: datetime | None, at: datetime, *, as_written: bool = False
) -> StoredMemorandum:
    memorandum = _text(row.digest, row.body)
    status = cast("Status", row.status)
    return StoredMemorandum(
        pk=row.pk,
        urn=row.urn,
        version=row.version,
        digest=row.digest,
        partner=row.partner,
        status=status if as_written else standing(memorandum, status, ends_at=ends_at, at=at),
        memorandum=memorandum,
        ends_at=ends_at,
        changed_at=row.changed_at,
    )


@lru_cache(maxsize=256)
def _text(digest: str, body: bytes) -> Memorandum:
    memorandum = parse_memorandum(body)
    if not isinstance(memorandum, Memorandum):
        raise SettingError(f"the stored text cannot be read: {memorandum[0].path} {memorandum[0].reason}", item=digest)
    return memorandum
