"""The files of a case over HTTP: attach, list, read with a reason that is kept, erase; and the evidence package.

Octets come and go as they are (`application/octet-stream`); what is kept is judged by its octets (docs/spec/cases.md
§11).  Whoever reads a file says why, as on its page.
"""

import msgspec

from comity.api.route import Call
from comity.core.errors import NotFoundError
from comity.core.roles import may_read
from comity.flows.attach import attach_to_case, erase_attachment
from comity.flows.look import look
from comity.flows.prove import prove
from comity.store.attachments import AttachmentRow, get_attachment, list_attachments, read_octets
from comity.store.cases import get_case
from comity.store.models import Attachment
from comity.wire.api.cases import (
    AttachedDocument,
    AttachmentDocument,
    AttachmentsDocument,
    AttachQuery,
    ErasedDocument,
    EvidenceQuery,
    WhyBody,
)
from comity.wire.api.parts import Octets


def post_attachment(call: Call) -> AttachedDocument:
    """Attach a picture, PDF, mail, JSON or plain text to a case."""
    query: AttachQuery = call.query
    kept = attach_to_case(
        call.home, call.path["ref"], call.body, call.actor, name=query.name, kind=query.kind, tlp=query.tlp, at=call.at
    )
    return AttachedDocument(kept.uuid, kept.sha256, kept.media_type, kept.size)


def show_attachments(call: Call) -> AttachmentsDocument:
    """List what is attached to a case."""
    rows = list_attachments(get_case(call.path["ref"]).pk)
    readable = [row for row in rows if may_read(call.actor.role, row.tlp)]
    return AttachmentsDocument(
        tuple(msgspec.convert(row, AttachmentDocument, from_attributes=True) for row in readable),
        len(rows) - len(readable),
    )


def read_attachment(call: Call) -> Octets:
    """Read an attached file; why is kept."""
    body: WhyBody = call.body
    row = _readable(call)
    octets = read_octets(row)
    ref = Attachment.objects.filter(pk=row.pk).values_list("case__ref", flat=True).first() or ""
    look(call.actor, "attachment", row.uuid, [row.kind], reason=body.reason, case_ref=ref, at=call.at)
    return Octets(octets, row.name or row.sha256)


def post_erase_attachment(call: Call) -> ErasedDocument:
    """Erase an attached file; its hash and who attached it stay."""
    row = _readable(call)
    return ErasedDocument(True, erase_attachment(row.uuid, call.actor, at=call.at))


def make_evidence(call: Call) -> Octets:
    """Make an evidence package of a case, for somebody who has no node; why is kept."""
    query: EvidenceQuery = call.query
    body: WhyBody = call.body
    package = prove(call.home, call.path["ref"], partner=query.partner, at=call.at)
    # It holds what was exchanged as it was exchanged, personal data included where a clause let it pass.
    look(
        call.actor,
        "evidence",
        package.case.uuid,
        ["package"],
        reason=body.reason,
        case_ref=package.case.ref,
        at=call.at,
    )
    return Octets(package.data, f"{package.case.ref}.evidence.json")


def _readable(call: Call) -> AttachmentRow:
    row = get_attachment(call.path["attachment"])
    if not may_read(call.actor.role, row.tlp):
        raise NotFoundError("no such attachment", item=row.uuid)  # that it exists is no business of theirs either
    return row
