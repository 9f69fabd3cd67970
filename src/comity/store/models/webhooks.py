"""What the API keeps for programs: answers that were given to a key, and webhooks with how far each receiver is."""

from django.conf import settings
from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.subscribers import Subscriber


class KeptAnswer(models.Model):
    """A call with an Idempotency-Key: in work while `status` is 0, then the answer as it was given."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    asked = BytesField(max_length=32)  # SHA-256 of method, address, media type and body
    holder = models.CharField(max_length=32)  # who works on it; changed when another takes it over
    taken_at = MomentField(db_index=True)
    status = models.IntegerField(default=0)
    media_type = models.CharField(max_length=60, blank=True, default="")
    body = BytesField(default=b"")

    class Meta:
        db_table = "kept_answer"
        constraints = (models.UniqueConstraint(fields=["person", "key"], name="kept_answer_key"),)


class Webhook(models.Model):
    """Where a subscriber's told items are posted.  `position`: the last one that the receiver took."""

    name = models.CharField(max_length=60, unique=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT)
    url = models.CharField(max_length=1000)
    authority = models.TextField(blank=True, default="")  # PEM of the receiver's own CA; empty: the system's
    allows_private = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="open")  # open given-up removed
    position = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)  # the last position of the message that is being tried; 0: none
    tries = models.IntegerField(default=0)
    next_try_at = MomentField(null=True)
    failing_since = MomentField(null=True)
    last_answer = models.CharField(max_length=200, blank=True, default="")
    delivered_at = MomentField(null=True)
    created_by = models.CharField(max_length=150)
    created_at = MomentField()

    class Meta:
        db_table = "webhook"
