"""Memoranda as bytes, what was done to them, and every answer they gave."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case
from comity.store.models.reports import Report


class Memorandum(models.Model):
    """One version of a memorandum as bytes, with its signatures and its life."""

    urn = models.CharField(max_length=200)
    version = models.IntegerField()
    digest = models.CharField(max_length=71)  # sha256:<hex> of the canonical JSON without signatures
    partner = models.CharField(max_length=120)
    status = models.CharField(max_length=14)  # draft proposed countersigned in-force suspended terminated
    body = BytesField()  # canonical JSON, without signatures
    signatures = BytesField(default=b"[]")
    changed_at = MomentField()

    class Meta:
        db_table = "memorandum"
        constraints = (models.UniqueConstraint(fields=["urn", "version"], name="memorandum_version"),)


class MemorandumEvent(models.Model):
    """Who did what to a memorandum, and why."""

    memorandum = models.ForeignKey(Memorandum, on_delete=models.PROTECT)
    event = models.CharField(max_length=20)
    party = models.CharField(max_length=120)
    actor = models.CharField(max_length=150)
    reason = models.TextField(blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "memorandum_event"


class Decision(models.Model):
    """What a memorandum answered about one item, by which clause and why.  Kept for every item asked about."""

    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    direction = models.CharField(max_length=3)  # out: we asked to send; in: we re-evaluated; sub: for a subscriber
    kind = models.CharField(max_length=20)
    memorandum = models.CharField(max_length=71)  # digest; empty where none is in force
    verdict = models.CharField(max_length=14)  # send send-redacted hold refuse
    clause = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    trace = BytesField()  # canonical JSON: clauses visited, redacted fields
    at = MomentField()

    class Meta:
        db_table = "decision"
        indexes = (
            models.Index(fields=["partner", "verdict", "clause"], name="decision_by_clause"),
            models.Index(fields=["partner", "direction", "verdict", "at", "kind"], name="decision_by_day"),
        )
