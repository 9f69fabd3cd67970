"""Feeds as this node follows them: how the last visits went, what each says of which name, and how far it was read."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.reports import Reporter


class FeedState(models.Model):
    """One feed, by the name of its declaration.  What it says of names is `FeedSighting`."""

    name = models.CharField(max_length=60, unique=True)
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT)
    known_since = MomentField()
    disabled_at = MomentField(null=True)  # a person stopped it; null: it is fetched when due
    disabled_by = models.CharField(max_length=150, blank=True, default="")
    tried_at = MomentField(null=True)
    succeeded_at = MomentField(null=True)
    changed_at = MomentField(null=True)  # the last success that brought other octets than the one before
    next_at = MomentField()
    failures = models.IntegerField(default=0)  # since the last success
    error = models.CharField(max_length=40, blank=True, default="")  # the reason's stable word
    message = models.CharField(max_length=500, blank=True, default="")
    etag = models.CharField(max_length=200, blank=True, default="")
    last_modified = models.CharField(max_length=60, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")  # of the octets taken in last
    basis = models.CharField(max_length=64, blank=True, default="")  # of the zones and the format they were read by
    cursor = models.TextField(blank=True, default="")  # how far a collection was read
    visits = models.BigIntegerField(default=0)  # successes: what sightings count in
    rows = models.IntegerField(null=True)  # of the last file; null: of a source that has no whole
    counts = models.JSONField(default=dict)  # what came of the rows that were new the last time
    listed = models.BigIntegerField(default=0)  # targets it names now, counted by a round of the desk
    alone = models.BigIntegerField(default=0)  # of these, whose name no other feed names for the same
    held_digest = models.CharField(max_length=64, blank=True, default="")  # octets that wait for a person
    held_reason = models.CharField(max_length=200, blank=True, default="")
    believed_digest = models.CharField(max_length=64, blank=True, default="")  # those that a person let pass
    believed_by = models.CharField(max_length=150, blank=True, default="")
    believed_at = MomentField(null=True)

    class Meta:
        db_table = "feed_state"


class FeedSighting(models.Model):
    """What a feed says of one target.  While it says so nothing is written: its count follows from the visits."""

    feed = models.ForeignKey(FeedState, on_delete=models.CASCADE, db_index=False)
    key = BytesField(max_length=16)  # of category and target
    registrable = models.CharField(max_length=253)
    host = models.CharField(max_length=253)
    zone = models.CharField(max_length=63)
    category = models.CharField(max_length=24)
    lines = models.IntegerField()  # how many lines of the file say so now
    counted = models.BigIntegerField(default=0)  # visits in which it was seen, before `since_visit`
    since_visit = models.BigIntegerField(default=0)
    first_seen_at = MomentField()
    last_seen_at = MomentField()  # of one that is there now: the feed's last success counts instead
    gone_at = MomentField(null=True)

    class Meta:
        db_table = "feed_sighting"
        constraints = (models.UniqueConstraint(fields=["feed", "key"], name="feed_sighting_key"),)
        indexes = (models.Index(fields=["registrable", "category"], name="feed_sighting_of_name"),)


class FeedPart(models.Model):
    """One part of a source that has many: which version of it was taken in."""

    feed = models.ForeignKey(FeedState, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=36)
    version = models.CharField(max_length=20)

    class Meta:
        db_table = "feed_part"
        constraints = (models.UniqueConstraint(fields=["feed", "key"], name="feed_part_key"),)
