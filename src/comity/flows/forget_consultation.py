"""Forget a message of a consultation, or an expert: what is left is that there was one, by whom and when.

The payloads of its entries are the caller's to erase, in the same transaction (docs/spec/consultations.md §7).
"""

from datetime import datetime

from comity.store.consultation_files import erase_files
from comity.store.consultations import EXPERT_KIND, KIND, PART_KIND, refold
from comity.store.models import Consultation, ConsultationMessage, Expert
from comity.store.releases import forget_told

CONSULTATION_KINDS = (KIND, PART_KIND, EXPERT_KIND)


def forget_message(partner: str, party: str, uuid: str, own: str, *, gone: bool = False, at: datetime) -> bool:
    """Forget what a party said in the thread with a partner; answers whether there was anything to forget.

    `gone`: it cannot have reached the partner, so it counts for nothing.
    """
    row = (
        ConsultationMessage.objects.select_related("thread__consultation")
        .filter(thread__partner=partner, party=party, uuid=uuid, erased_at=None)
        .first()
    )
    if row is None:
        return False
    row.text, row.erased_at, row.gone = "", at, gone
    row.save(update_fields=["text", "erased_at", "gone"])
    erase_files(row)
    thread = row.thread
    same_thread = ConsultationMessage.objects.filter(thread=thread).values_list("uuid", flat=True)
    forget_told(same_thread if row.event == "opened" else [uuid])  # each message told bears the question's subject
    if row.event == "opened":
        Consultation.objects.filter(pk=thread.consultation_id).update(subject="", registrable="")
        thread.consultation.subject = thread.consultation.registrable = ""
    refold(thread, own, at=at)
    return True


def forget_expert(party: str, uuid: str, *, at: datetime) -> None:
    """Forget whom one could ask."""
    Expert.objects.filter(party=party, uuid=uuid).update(
        role="", name="", contact="", consent="", languages=[], topics=[], withdrawn_at=at, changed_at=at
    )


def forget_entry(partner: str, party: str, kind: str, subject: str, own: str, *, at: datetime) -> None:
    """Forget what was made of an entry of one of our kinds, by its subject."""
    if kind == EXPERT_KIND:
        forget_expert(party, subject, at=at)
    else:
        forget_message(partner, party, subject, own, at=at)


def hear_it_arrived(partner: str, own: str, uuid: str, *, at: datetime) -> None:
    """The partner erased a message that we thought had never left: it was in both orders after all."""
    row = (
        ConsultationMessage.objects.select_related("thread__consultation")
        .filter(thread__partner=partner, party=own, uuid=uuid, gone=True)
        .first()
    )
    if row is not None:
        row.gone = False
        row.save(update_fields=["gone"])
        refold(row.thread, own, at=at)
