"""Names that are looked at again after an action."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class Watch(models.Model):
    """The watch over one case's name: since when, for which action, what is known, and when it is looked at next."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT)
    registrable = models.CharField(max_length=253)
    action = models.CharField(max_length=40)
    since = MomentField()
    next_at = MomentField(null=True)  # null: over
    looks = models.IntegerField(default=0)
    is_alarming = models.BooleanField(default=False)  # what was done does not hold any more
    known = BytesField(default=b"{}")  # core.watching.Known as JSON

    class Meta:
        db_table = "watch"
        indexes = (
            models.Index(fields=["next_at"], name="watch_due"),
            models.Index(fields=["is_alarming"], name="watch_alarming", condition=models.Q(is_alarming=True)),
        )
