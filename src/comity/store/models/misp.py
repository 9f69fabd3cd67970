"""MISP feeds as they are served: events as bytes, each with its part of manifest.json and of hashes.csv."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.subscribers import Subscriber


class MispFeed(models.Model):
    """A feed that is kept for a subscriber.  `position`: what it was told is in the feed up to there."""

    subscriber = models.OneToOneField(Subscriber, primary_key=True, on_delete=models.CASCADE)
    position = models.BigIntegerField(default=0)
    revision = models.BigIntegerField(default=0)  # counts changes of the manifest: its ETag

    class Meta:
        db_table = "misp_feed"


class MispEvent(models.Model):
    """An event: items of one marking, category and UTC day, a bounded number of them."""

    feed = models.ForeignKey(MispFeed, on_delete=models.CASCADE, db_index=False)
    uuid = models.CharField(max_length=36, unique=True)
    tlp = models.CharField(max_length=16)
    category = models.CharField(max_length=24)
    day = models.CharField(max_length=10)
    part = models.IntegerField()
    stamp = models.BigIntegerField(default=0)  # seconds since the epoch; rises with every version of the event
    items = models.IntegerField(default=0)  # those that left included
    attributes = models.IntegerField(default=0)
    # In this order: SQLite reads through what stands before a column, and the manifest is read of every event.
    manifest = BytesField(default=b"")
    hashes = BytesField(default=b"")
    body = BytesField(default=b"")

    class Meta:
        db_table = "misp_event"
        constraints = (
            models.UniqueConstraint(fields=["feed", "tlp", "category", "day", "part"], name="misp_event_part"),
        )


class MispItem(models.Model):
    """Which version of which item stands in which event; one that left stays as a mark."""

    feed = models.ForeignKey(MispFeed, on_delete=models.CASCADE, db_index=False)
    event = models.ForeignKey(MispEvent, on_delete=models.CASCADE)
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=36)
    position = models.BigIntegerField()
    stamp = models.BigIntegerField(default=0)
    is_gone = models.BooleanField(default=False)
    shape = models.TextField(default="")  # wire.misp_event: what was ever published of it
    seen_count = models.BigIntegerField(default=0)
    last_seen = MomentField(null=True)

    class Meta:
        db_table = "misp_item"
        constraints = (models.UniqueConstraint(fields=["feed", "subject", "event"], name="misp_item_place"),)
