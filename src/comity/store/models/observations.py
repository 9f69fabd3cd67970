"""What the registration data and the DNS said about a name, and when they were asked."""

from django.db import models

from comity.store.fields import BytesField, MomentField


class Observation(models.Model):
    """One look at one registrable domain: what was learned, or the code of what went wrong."""

    registrable = models.CharField(max_length=253)
    kind = models.CharField(max_length=10)  # rdap dns epp
    error = models.CharField(max_length=40, blank=True, default="")
    body = BytesField(default=b"")  # canonical JSON of the value; empty where there was an error
    at = MomentField()

    class Meta:
        db_table = "observation"
        indexes = (models.Index(fields=["registrable", "kind", "-id"], name="observation_newest"),)
