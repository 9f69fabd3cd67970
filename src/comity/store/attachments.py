"""What is attached to cases: by its SHA-256, each content once, however often it was attached.

Octets are read only to be given out; lists and pages read the rows about them.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import QuerySet

from comity.core.errors import NotFoundError
from comity.core.markings import Tlp
from comity.core.roles import DESK
from comity.store.models import Attachment, AttachmentBody

# Roles in which people of this desk act: what others attach is looked at and is no finding of ours.
_OF_DESK: Final = (*DESK, "approver", "system", "node")
_FIELDS: Final = (
    "pk", "uuid", "case_id", "sha256", "size", "media_type", "name", "kind", "tlp", "party", "actor", "role", "at",
    "body_id",
)  # fmt: skip


_STARTS: Final = (
    "SELECT attachment.id, substr(attachment_body.body, 1, %s) FROM attachment "
    "JOIN attachment_body ON attachment_body.id = attachment.body_id"
)


class AttachmentRow(msgspec.Struct, frozen=True):
    """One attached file, without its octets."""

    pk: int
    uuid: str
    case_pk: int | None
    sha256: str
    size: int
    media_type: str
    name: str
    kind: str
    tlp: Tlp
    party: str
    actor: str
    role: str
    at: datetime
    erased: bool


def list_attachments(case_pk: int) -> tuple[AttachmentRow, ...]:
    """Read what is attached to a case, the first one first."""
    return tuple(_rows(Attachment.objects.filter(case_id=case_pk).order_by("pk")))


def count_attachments(case_pk: int) -> int:
    """How many files are attached to a case, erased ones among them."""
    return Attachment.objects.filter(case_id=case_pk).count()


def get_attachment(uuid: str, *, case_pk: int | None = None) -> AttachmentRow:
    """Get one by its identifier, of a case where one is named.  Raises `NotFoundError`."""
    wanted = Attachment.objects.filter(uuid=uuid.lower())
    if case_pk is not None:
        wanted = wanted.filter(case_id=case_pk)
    for row in _rows(wanted):
        return row
    raise NotFoundError("no such attachment", item=uuid)


def read_octets(row: AttachmentRow) -> bytes:
    """Read the octets of an attached file.  Raises `NotFoundError` where they were erased."""
    found = Attachment.objects.filter(pk=row.pk, body__isnull=False).values_list("body__body", flat=True).first()
    if found is None:
        raise NotFoundError("was erased", item=row.uuid)
    return bytes(found)


def read_starts(rows: Collection[AttachmentRow], *, octets: int) -> dict[int, bytes]:
    """Read the first octets of several files, and no more of them."""
    pks = [row.pk for row in rows if not row.erased]
    if not pks:
        return {}
    chosen = f"attachment.id IN ({', '.join(['%s'] * len(pks))})"
    with connection.cursor() as cursor:
        cursor.execute(f"{_STARTS} WHERE {chosen}", [octets, *pks])
        return {pk: bytes(start) for pk, start in cursor.fetchall()}


def desk_kinds(case_pks: Collection[int]) -> dict[int, set[str]]:
    """The kinds of what this desk itself attached to each of these cases, and what was erased left out."""
    found: dict[int, set[str]] = {}
    rows = Attachment.objects.filter(case_id__in=list(case_pks), role__in=_OF_DESK, body__isnull=False)
    for case_pk, kind in rows.values_list("case_id", "kind").distinct():
        found.setdefault(case_pk, set()).add(kind)
    return found


def erase_octets(row: AttachmentRow) -> None:
    """Take away the octets and the name, in the caller's transaction; the same content elsewhere goes as well."""
    rows = Attachment.objects.filter(sha256=row.sha256)
    rows.update(body=None, name="")
    AttachmentBody.objects.filter(sha256=row.sha256).delete()


def _rows(query: QuerySet[Any]) -> list[AttachmentRow]:
    return [AttachmentRow(*(*row[:-1], row[-1] is None)) for row in query.values_list(*_FIELDS)]
