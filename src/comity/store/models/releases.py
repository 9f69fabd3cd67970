"""How far each subscriber was told of what no case's change speaks of."""

from django.db import models

from comity.store.fields import MomentField
from comity.store.models.subscribers import Subscriber


class ReleaseMark(models.Model):
    """What the release saw last: fingerprints, so that a round in which nothing changed asks nobody anything."""

    subscriber = models.OneToOneField(Subscriber, on_delete=models.CASCADE, primary_key=True)
    governing = models.CharField(max_length=64, blank=True, default="")  # memoranda and their standing
    library = models.CharField(max_length=64, blank=True, default="")  # published articles
    consultations = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "release_mark"


class SubscriberChange(models.Model):
    """Who added or ended a subscriber, made or revoked a key of it: the audit entry."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT)
    event = models.CharField(max_length=20)  # added ended token certificate revoked
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "subscriber_change"
