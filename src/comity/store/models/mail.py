"""Mail that waits to be delivered, and what became of it."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class OutgoingMail(models.Model):
    """One letter.  `key` makes it one however often it was asked for; the message is kept as it will be sent."""

    key = models.CharField(max_length=120, unique=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    letter = BytesField()  # canonical JSON: text and parts, from which the message is made
    state = models.CharField(max_length=10)  # waiting sent given-up
    tries = models.IntegerField(default=0)
    next_try_at = MomentField(null=True)  # null: not to be tried any more
    last_error = models.CharField(max_length=300, blank=True, default="")
    queued_at = MomentField()
    sent_at = MomentField(null=True)

    class Meta:
        db_table = "outgoing_mail"
        indexes = (models.Index(fields=["next_try_at"], name="outgoing_mail_due"),)
