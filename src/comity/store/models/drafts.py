"""Drafts of memoranda: texts that bind nobody yet, with everything they ever said.

They are kept apart from memoranda, so that a draft of ours never stands in the way of a text that a partner signed.
"""

from django.db import models

from comity.store.fields import BytesField, MomentField


class MemorandumDraft(models.Model):
    """A text in the making: of which memorandum, which version it would be, and what became of it."""

    urn = models.CharField(max_length=200)
    version = models.IntegerField()
    partner = models.CharField(max_length=120)
    status = models.CharField(max_length=10)  # open | proposed | dropped
    changed_at = MomentField()

    class Meta:
        db_table = "memorandum_draft"


class DraftRevision(models.Model):
    """What a draft said at one time; never changed.  `part` is the clause that was written then."""

    draft = models.ForeignKey(MemorandumDraft, on_delete=models.PROTECT)
    number = models.IntegerField()
    part = models.CharField(max_length=20, blank=True, default="")
    digest = models.CharField(max_length=71)
    body = BytesField()  # canonical JSON of the shape of a memorandum; its parts need not agree yet
    actor = models.CharField(max_length=150)
    at = MomentField()

    class Meta:
        db_table = "draft_revision"
        constraints = (models.UniqueConstraint(fields=["draft", "number"], name="draft_revision_number"),)
