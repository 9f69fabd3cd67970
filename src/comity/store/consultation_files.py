"""Files of consultations: announced by a message, arriving in parts, whole, refused, or erased."""

from collections.abc import Iterable

from comity.store.models import (
    Attachment,
    AttachmentBody,
    ConsultationFile,
    ConsultationMessage,
    ConsultationPiece,
)


def find_file(partner: str, thread: str, message: str, party: str, sha256: str) -> ConsultationFile | None:
    """Find the file that a party's message in a thread with a partner announced."""
    rows = ConsultationFile.objects.filter(
        message__thread__partner=partner, message__thread__uuid=thread, message__uuid=message, message__party=party,
        message__erased_at=None, attachment__sha256=sha256,
    )  # fmt: skip
    return rows.select_related("attachment").first()


def files_of(messages: Iterable[ConsultationMessage]) -> dict[int, list[ConsultationFile]]:
    """The files of messages, by message."""
    found: dict[int, list[ConsultationFile]] = {}
    rows = ConsultationFile.objects.filter(message__in=[row.pk for row in messages])
    for file in rows.select_related("attachment__body").order_by("pk"):
        found.setdefault(file.message_id, []).append(file)
    return found


def keep_piece(file: ConsultationFile, number: int, data: bytes) -> None:
    """Keep a part; one that comes again stays what it was."""
    ConsultationPiece.objects.get_or_create(file=file, number=number, defaults={"data": data})


def pieces_of(file: ConsultationFile) -> dict[int, bytes]:
    """The parts that have come."""
    return {number: bytes(data) for number, data in file.consultationpiece_set.values_list("number", "data")}


def keep_body(file: ConsultationFile, data: bytes) -> None:
    """The file is whole: keep it, and its parts no more."""
    body, _ = AttachmentBody.objects.get_or_create(sha256=file.attachment.sha256, defaults={"body": data})
    Attachment.objects.filter(pk=file.attachment_id).update(body=body)
    ConsultationPiece.objects.filter(file=file).delete()


def refuse_file(file: ConsultationFile, problem: str) -> str:
    """Keep nothing of a file that is not what was announced; answers why."""
    ConsultationFile.objects.filter(pk=file.pk).update(problem=problem)
    ConsultationPiece.objects.filter(file=file).delete()
    return problem


def erase_files(message: ConsultationMessage) -> None:
    """Forget the files of a message: their octets, unless something else refers to them, and their names."""
    for file in ConsultationFile.objects.filter(message=message).select_related("attachment"):
        ConsultationPiece.objects.filter(file=file).delete()
        body_pk = file.attachment.body_id
        Attachment.objects.filter(pk=file.attachment_id).update(body=None, name="erased")
        if body_pk is not None and not Attachment.objects.filter(body=body_pk).exists():
            AttachmentBody.objects.filter(pk=body_pk).delete()
