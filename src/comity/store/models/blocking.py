"""Names that resolvers refuse: what is blocked for whom, and every output as the octets that readers get.

`block_change` is the journal of a zone: what changed with which serial, from which IXFR is answered.  Rows of serial 0
wait for the next version.
"""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.subscribers import Subscriber


class BlockReader(models.Model):
    """How far the stream of a subscriber was followed, and by which guard lists its names were weighed."""

    subscriber = models.OneToOneField(Subscriber, on_delete=models.CASCADE, primary_key=True)
    position = models.BigIntegerField(default=0)
    guard = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "block_reader"


class BlockedName(models.Model):
    """A case for which a name is blocked; `withheld`: why it is not, all the same."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, db_index=False)
    subject = models.CharField(max_length=36)
    registrable = models.CharField(max_length=253)
    category = models.CharField(max_length=24)
    tlp = models.CharField(max_length=16)
    clause = models.CharField(max_length=200)
    first_seen = MomentField(null=True)
    last_seen = MomentField(null=True)
    since = MomentField()
    is_hot = models.BooleanField()
    withheld = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "blocked_name"
        constraints = (models.UniqueConstraint(fields=["subscriber", "subject"], name="blocked_name_subject"),)
        indexes = (
            models.Index(fields=["subscriber", "registrable"], name="blocked_name_name"),
            models.Index(fields=["subscriber", "since"], condition=models.Q(is_hot=True), name="blocked_name_hot"),
        )


class BlockOutput(models.Model):
    """One output of a subscriber: a zone by its origin, or all lists together (no origin)."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, db_index=False)
    origin = models.CharField(max_length=100, blank=True, default="")
    is_hot = models.BooleanField(default=False)
    categories = models.JSONField(default=list)  # empty: all
    action = models.CharField(max_length=253, blank=True, default="")
    serial = models.BigIntegerField(default=0)
    journal_from = models.BigIntegerField(default=0)  # the oldest serial from which the journal reaches to `serial`
    names = models.BigIntegerField(default=0)
    changed_at = MomentField(null=True)

    class Meta:
        db_table = "block_output"
        constraints = (models.UniqueConstraint(fields=["subscriber", "origin"], name="block_output_origin"),)


class BlockChange(models.Model):
    """A name that came, went or was altered with a version of an output."""

    output = models.ForeignKey(BlockOutput, on_delete=models.CASCADE, db_index=False)
    serial = models.BigIntegerField()  # 0: waits
    registrable = models.CharField(max_length=253)
    change = models.CharField(max_length=6)  # core.blocking.Change
    at = MomentField()

    class Meta:
        db_table = "block_change"
        constraints = (models.UniqueConstraint(fields=["output", "serial", "registrable"], name="block_change_name"),)


class BlockChunk(models.Model):
    """Some hundred names of an output, in one form, as its readers get them."""

    output = models.ForeignKey(BlockOutput, on_delete=models.CASCADE, db_index=False)
    form = models.CharField(max_length=8)
    first = models.CharField(max_length=253)
    count = models.IntegerField()
    crc = models.BigIntegerField(default=0)  # of what a compressed body stands for
    size = models.BigIntegerField(default=0)
    body = BytesField()

    class Meta:
        db_table = "block_chunk"
        constraints = (models.UniqueConstraint(fields=["output", "first", "form"], name="block_chunk_first"),)


class ZoneAsked(models.Model):
    """Which version of a zone somebody has, as of when it last asked."""

    output = models.ForeignKey(BlockOutput, on_delete=models.CASCADE, db_index=False)
    address = models.CharField(max_length=45)
    key = models.CharField(max_length=100, blank=True, default="")
    serial = models.BigIntegerField()
    how = models.CharField(max_length=4)  # axfr | ixfr | soa
    at = MomentField()

    class Meta:
        db_table = "zone_asked"
        constraints = (models.UniqueConstraint(fields=["output", "address"], name="zone_asked_address"),)
