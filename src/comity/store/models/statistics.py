"""Statistics as they were signed, what the other side found, and what a person released to the public."""

from django.db import models

from comity.store.fields import BytesField, MomentField


class Statement(models.Model):
    """One document about one direction and period, by its digest: ours or the partner's, and how it stands.

    A column of signatures is empty until that side has signed.
    """

    uuid = models.CharField(max_length=36, unique=True)  # the subject of its entries
    digest = models.CharField(max_length=71)
    partner = models.CharField(max_length=120)
    reporter = models.CharField(max_length=120)
    answerer = models.CharField(max_length=120)
    period = models.CharField(max_length=7)
    stated_by = models.CharField(max_length=120)
    body = BytesField()  # comity-statistics/1 as it was signed
    state = models.CharField(max_length=10)  # proposed | waiting | agreed | differs | replaced
    why = models.CharField(max_length=60, blank=True, default="")
    paths = models.JSONField(default=list)
    own_kid = models.CharField(max_length=40, blank=True, default="")
    own_signature = models.CharField(max_length=88, blank=True, default="")
    partner_kid = models.CharField(max_length=40, blank=True, default="")
    partner_signature = models.CharField(max_length=88, blank=True, default="")
    stated_at = MomentField()
    answered_at = MomentField(null=True)

    class Meta:
        db_table = "statement"
        indexes = (
            models.Index(fields=["partner", "reporter", "period"], name="statement_of_period"),
            models.Index(fields=["state"], condition=models.Q(state="waiting"), name="statement_waiting"),
        )


class Release(models.Model):
    """What the public reads about a period: the bytes that a person released, and who.  The newest one of a period."""

    period = models.CharField(max_length=7)
    digest = models.CharField(max_length=71)
    body = BytesField()  # comity-transparency/1
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    at = MomentField()

    class Meta:
        db_table = "release"
        indexes = (models.Index(fields=["period", "-id"], name="release_newest"),)
