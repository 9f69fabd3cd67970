"""Subscribers: who reads what the node publishes, or writes to it, without a node; and what each of them was told."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class Subscriber(models.Model):
    """Somebody who reads outputs.  `told` counts the versions told so far: the commit order, which clients keep."""

    key = models.CharField(max_length=60, unique=True)  # stands in addresses: a-z, 0-9, hyphens
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)  # party | cert | resolver | public
    party = models.CharField(max_length=120, blank=True, default="")  # kind party: whose memorandum is asked
    ceiling = models.CharField(max_length=16)  # the strictest marking that may reach it
    clause = models.CharField(max_length=200)  # the agreement and its clause by which our own information reaches it
    categories = models.JSONField(default=list)  # empty: all
    zones = models.JSONField(default=list)  # empty: all
    created_by = models.CharField(max_length=150)
    created_at = MomentField()
    ended_at = MomentField(null=True)
    told = models.BigIntegerField(default=0)

    class Meta:
        db_table = "subscriber"


class SubscriberKey(models.Model):
    """A token or a client certificate of a subscriber; only the SHA-256 is kept."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE)
    kind = models.CharField(max_length=11)  # token | certificate
    digest = BytesField(max_length=32, unique=True)
    label = models.CharField(max_length=100)
    may_write = models.BooleanField(default=False)
    created_at = MomentField()
    expires_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

    class Meta:
        db_table = "subscriber_key"


class ChangedCase(models.Model):
    """A case that changed since subscribers were told: written in the transaction of the change."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE)

    class Meta:
        db_table = "changed_case"


class ToldItem(models.Model):
    """One version of one item as one subscriber was told it.  `position`: 1, 2, 3 … in the order of commits."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, db_index=False)
    position = models.BigIntegerField()
    kind = models.CharField(max_length=12)  # core.told_items.TOLD_KINDS
    subject = models.CharField(max_length=36)
    version = MomentField()  # whole milliseconds; rises for each version of a subject
    since = MomentField(null=True)  # the version of the subject's first one
    is_withdrawn = models.BooleanField(default=False)
    is_newest = models.BooleanField(default=True)
    is_blockable = models.BooleanField(default=False)
    registrable = models.CharField(max_length=253, blank=True, default="")
    zone = models.CharField(max_length=63, blank=True, default="")
    category = models.CharField(max_length=24, blank=True, default="")
    tlp = models.CharField(max_length=16)
    clause = models.CharField(max_length=200)
    memorandum = models.CharField(max_length=71, blank=True, default="")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    digest = BytesField(max_length=32)  # of body: an item that did not change is not told again
    body = BytesField()  # core.told_items.Told as JSON; empty once it was erased
    at = MomentField()

    class Meta:
        db_table = "told_item"
        constraints = (
            models.UniqueConstraint(fields=["subscriber", "position"], name="told_item_position"),
            models.UniqueConstraint(fields=["subscriber", "kind", "subject", "version"], name="told_item_version"),
        )
        indexes = (
            models.Index(
                fields=["subscriber", "kind", "registrable"],
                condition=models.Q(is_newest=True, is_withdrawn=False),
                name="told_item_holds",
            ),
            models.Index(fields=["subject"], name="told_item_subject"),
        )
