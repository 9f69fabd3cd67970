"""What is served over TAXII: collections of ready bytes, and what subscribers posted.

An object is kept as the bytes that are served.  New ones are rows of `taxii_tail`; as soon as there are enough they
become one segment: a block of them joined as a page carries them, compressed once, with the packed figures by which a
page is cut out of it.  `taxii_object` is the index that filters ask.
"""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.subscribers import Subscriber, SubscriberKey


class TaxiiCollection(models.Model):
    """A collection of one subscriber: what it is told at one marking, or its inbox (without a marking)."""

    uuid = models.CharField(max_length=36, unique=True)
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT)
    tlp = models.CharField(max_length=16, blank=True, default="")
    position = models.BigIntegerField(default=0)  # objects ever added: the commit order
    sealed = models.BigIntegerField(default=0)  # up to which position they stand in segments
    tail_bytes = models.BigIntegerField(default=0)
    last_added = models.BigIntegerField(default=0)  # microseconds; each object's is later than the one's before

    class Meta:
        db_table = "taxii_collection"
        constraints = (models.UniqueConstraint(fields=["subscriber", "tlp"], name="taxii_collection_of"),)


class TaxiiReader(models.Model):
    """How far a subscriber's told items were rendered into its collections."""

    subscriber = models.OneToOneField(Subscriber, on_delete=models.CASCADE)
    told = models.BigIntegerField(default=0)

    class Meta:
        db_table = "taxii_reader"


class TaxiiObject(models.Model):
    """One version of one object in one collection.  `superseded`: the position at which a later version came, or 0."""

    collection = models.ForeignKey(TaxiiCollection, on_delete=models.PROTECT, db_index=False)
    position = models.BigIntegerField()
    stix_id = models.CharField(max_length=150)
    version = models.BigIntegerField()  # microseconds
    type = models.CharField(max_length=100)
    spec_version = models.CharField(max_length=8)
    added = models.BigIntegerField()  # microseconds
    superseded = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)  # the told version it was rendered from; of a posted one: 0

    class Meta:
        db_table = "taxii_object"
        constraints = (
            models.UniqueConstraint(fields=["collection", "position"], name="taxii_object_position"),
            models.UniqueConstraint(fields=["collection", "stix_id", "version"], name="taxii_object_version"),
        )
        indexes = (
            models.Index(fields=["collection", "type", "position"], name="taxii_object_type"),
            models.Index(
                fields=["collection", "spec_version", "position"],
                condition=~models.Q(spec_version="2.1"),
                name="taxii_object_old_spec",
            ),
            models.Index(fields=["collection", "told"], condition=models.Q(told__gt=0), name="taxii_object_told"),
        )


class TaxiiTail(models.Model):
    """The bytes of an object that stands in no segment yet."""

    collection = models.ForeignKey(TaxiiCollection, on_delete=models.PROTECT, db_index=False)
    position = models.BigIntegerField()
    body = BytesField()

    class Meta:
        db_table = "taxii_tail"
        constraints = (models.UniqueConstraint(fields=["collection", "position"], name="taxii_tail_position"),)


class TaxiiSegment(models.Model):
    """Objects `first` to `last`.  Packed, little-endian: lengths (u32; 0: deleted), added and superseded (i64)."""

    collection = models.ForeignKey(TaxiiCollection, on_delete=models.PROTECT, db_index=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    last_added = models.BigIntegerField()
    emptied = models.BigIntegerField(default=0)  # 0: a newest version is in it; else the position since which none is
    lengths = BytesField()
    added = BytesField()
    superseded = BytesField()  # empty: none is

    class Meta:
        db_table = "taxii_segment"
        constraints = (models.UniqueConstraint(fields=["collection", "last"], name="taxii_segment_last"),)
        indexes = (models.Index(fields=["collection", "last_added"], name="taxii_segment_added"),)


class TaxiiBlock(models.Model):
    """The bytes of a segment, `object,object,…`, as they are and as a run of DEFLATE blocks (wire.gzip_join)."""

    segment = models.OneToOneField(TaxiiSegment, primary_key=True, on_delete=models.CASCADE)
    checksum = models.BigIntegerField()  # CRC-32 of the bytes
    packed = BytesField()
    body = BytesField()

    class Meta:
        db_table = "taxii_block"


class TaxiiPost(models.Model):
    """An envelope that was posted: its status resource, and the objects of it that are new."""

    uuid = models.CharField(max_length=36, unique=True)
    collection = models.ForeignKey(TaxiiCollection, on_delete=models.PROTECT, db_index=False)
    at = MomentField()
    first = models.BigIntegerField()  # positions first … last are new; first > last: none is
    last = models.BigIntegerField()
    taken_at = MomentField(null=True)  # when they were taken in as reports
    status = BytesField()

    class Meta:
        db_table = "taxii_post"
        indexes = (
            models.Index(fields=["at"], name="taxii_post_at"),
            models.Index(fields=["id"], condition=models.Q(taken_at=None), name="taxii_post_waits"),
        )


class SubscriberCertificate(models.Model):
    """A subscriber's client certificate (DER): by it the listener knows its holder before anything is asked."""

    key = models.OneToOneField(SubscriberKey, primary_key=True, on_delete=models.CASCADE)
    der = BytesField()

    class Meta:
        db_table = "subscriber_certificate"
