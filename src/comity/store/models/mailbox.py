"""Mail that came: what became of each message, and by which mark of ours an answer to a letter is known."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case
from comity.store.models.mail import OutgoingMail
from comity.store.models.reports import Reporter


class IncomingMail(models.Model):
    """One message, known by its fingerprint however often it is delivered.  `body` only while a person must look."""

    fingerprint = BytesField(max_length=32, unique=True)
    message_id = models.CharField(max_length=300, blank=True, default="")
    sender = models.CharField(max_length=254, blank=True, default="")  # what From says: a claim
    subject = models.CharField(max_length=300, blank=True, default="")
    auth = models.CharField(max_length=4)  # wire.mail_head.Auth, by the own mail server
    state = models.CharField(max_length=10)  # core.incoming_mail.MAIL_STATES
    why = models.CharField(max_length=60, blank=True, default="")
    category = models.CharField(max_length=24, blank=True, default="")
    candidates = models.JSONField(default=list)
    notes = models.JSONField(default=list)  # what was not understood or not kept
    answered = models.BooleanField(default=False)  # a letter that says so was queued
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    letter = models.ForeignKey(OutgoingMail, null=True, on_delete=models.PROTECT)  # which it answers, or that bounced
    reporter = models.ForeignKey(Reporter, null=True, on_delete=models.PROTECT)
    text = models.TextField(blank=True, default="")  # what a person reads of it, while one must
    body = BytesField()
    received_at = MomentField()
    decided_at = MomentField(null=True)
    decided_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        db_table = "incoming_mail"
        indexes = (
            models.Index(fields=["state", "received_at"], name="incoming_mail_state"),
            models.Index(fields=["sender", "received_at"], name="incoming_mail_sender"),
        )


class LetterMark(models.Model):
    """The mark in a letter's Message-ID, which nobody but its readers knows; and that the letter came back."""

    letter = models.OneToOneField(OutgoingMail, on_delete=models.CASCADE)
    mark = models.CharField(max_length=40, unique=True)
    bounced_at = MomentField(null=True)
    bounce = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "letter_mark"
