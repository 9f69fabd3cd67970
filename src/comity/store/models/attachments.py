"""Files that were attached, by their SHA-256: each content once, however often it was attached."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class AttachmentBody(models.Model):
    """The octets of a file.  Erasing them leaves what was attached, by whom and when."""

    sha256 = models.CharField(max_length=64, unique=True)
    body = BytesField()

    class Meta:
        db_table = "attachment_body"


class Attachment(models.Model):
    """One file that somebody attached.  `name` is shown and never used as a path."""

    uuid = models.CharField(max_length=36, unique=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    body = models.ForeignKey(AttachmentBody, null=True, on_delete=models.PROTECT)  # null: erased, or still arriving
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField()
    media_type = models.CharField(max_length=80)  # as its octets say, never as somebody declared
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)  # screenshot mail sandbox-report log document other
    tlp = models.CharField(max_length=16)
    party = models.CharField(max_length=120)  # whose node it was attached at
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    at = MomentField()

    class Meta:
        db_table = "attachment"
