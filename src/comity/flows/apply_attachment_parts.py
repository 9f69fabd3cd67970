"""Apply parts of attachments: keep each until the file is whole, and believe it when it is what was announced.

A part belongs to a message of the same partner that announced its file; no other is kept, so a partner can store no
more here than its messages may announce.  A file whose octets are others, or of a kind that no node keeps, is refused.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.consultations import PART_BYTES
from comity.core.exchange import IncomingEntry
from comity.core.media_types import media_type_of
from comity.edges.home import Home
from comity.store.consultation_files import find_file, keep_body, keep_piece, pieces_of, refuse_file
from comity.store.models import ConsultationFile
from comity.wire.attachment_parts import AttachmentPartPayload, parse_attachment_part, put_together
from comity.wire.consultation import AttachedPart
from comity.wire.stix import PayloadProblem


def apply_attachment_parts(_home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep parts; answer for each "" or why it was refused."""
    del at
    return [_apply(partner, entry) for entry in entries]


def _apply(partner: str, entry: IncomingEntry) -> str:
    payload = parse_attachment_part(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if entry.subject != str(payload.message):
        return "subject-mismatch"
    return take_part_of_file(partner, partner, payload)


def take_part_of_file(partner: str, party: str, payload: AttachmentPartPayload) -> str:
    """Keep a part of a file of a party's message in a thread with a partner."""
    file = find_file(partner, str(payload.thread), str(payload.message), party, payload.sha256)
    if file is None:
        return "no-such-attachment"
    if file.problem:
        return file.problem
    if file.attachment.body_id is not None:
        return ""
    announced = _announced(file)
    last = announced.parts - 1
    wanted = PART_BYTES if payload.number < last else announced.size - last * PART_BYTES
    if payload.number > last or len(payload.octets) != wanted:
        return "wrong-part"
    keep_piece(file, payload.number, payload.octets)
    try:
        data = put_together(announced, pieces_of(file))
    except ValueError:
        return refuse_file(file, "wrong-hash")
    if data is None:
        return ""
    if media_type_of(data) != announced.media_type:
        return refuse_file(file, "media-type")
    keep_body(file, data)
    return ""


def _announced(file: ConsultationFile) -> AttachedPart:
    kept = file.attachment
    return AttachedPart(sha256=kept.sha256, name=kept.name, media_type=kept.media_type, size=kept.size)
