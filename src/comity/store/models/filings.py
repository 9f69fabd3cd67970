"""What the public files before it is a report, how often strangers try, and what was turned away."""

from django.db import models

from comity.store.fields import BytesField, MomentField


class PublicFiling(models.Model):
    """A report from the public form that waits for its e-mail address to be confirmed.

    Only hashes are kept of the token in the letter, of the form (the same form sent twice is one filing) and of the
    network address.  What was confirmed or has expired is emptied and then deleted.
    """

    token_hash = BytesField(max_length=32, unique=True)
    form_hash = BytesField(max_length=32, unique=True)
    receipt = models.CharField(max_length=36, unique=True)  # opens the page "we have sent you a letter"
    body = BytesField(default=b"")  # comity-report/1
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    address_key = BytesField(max_length=32)
    screenshot = BytesField(default=b"")
    screenshot_name = models.CharField(max_length=120, blank=True, default="")
    created_at = MomentField()
    expires_at = MomentField()
    confirmed_at = MomentField(null=True)
    reference = models.CharField(max_length=36, blank=True, default="")
    status_token = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "public_filing"
        indexes = (
            models.Index(fields=["address_key", "created_at"], name="public_filing_address"),
            models.Index(fields=["email", "created_at"], name="public_filing_email"),
            models.Index(fields=["expires_at"], name="public_filing_expires"),
        )


class PublicTry(models.Model):
    """How often a stranger tried something within a while, by a keyed hash: limits without names or addresses."""

    key = BytesField(max_length=32, unique=True)
    tries = models.IntegerField()
    since = MomentField()

    class Meta:
        db_table = "public_try"


class TurnedAway(models.Model):
    """How many were told to go elsewhere, by where they were sent: a sum a day and nothing about anybody."""

    day = models.CharField(max_length=10)  # 2026-11-25, UTC
    place = models.CharField(max_length=30)
    count = models.IntegerField()

    class Meta:
        db_table = "turned_away"
        constraints = (models.UniqueConstraint(fields=["day", "place"], name="turned_away_day"),)
