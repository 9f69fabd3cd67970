"""Who files reports, what each intake read, and the reports themselves."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class Reporter(models.Model):
    """Who files reports.  `status_token` opens the reporter's own status page without an account."""

    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    contact = models.CharField(max_length=254, blank=True, default="")
    status_token = models.CharField(max_length=64, unique=True)
    created_at = MomentField()

    class Meta:
        db_table = "reporter"


class IntakeRun(models.Model):
    """One run over one source: what came of every record."""

    source = models.CharField(max_length=300)
    format = models.CharField(max_length=60)
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT)
    started_at = MomentField()
    finished_at = MomentField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "intake_run"


class Report(models.Model):
    """One claim, folded.  `key` makes intake idempotent: the same claim within an episode is the same row."""

    key = BytesField(max_length=16, unique=True)
    uuid = models.CharField(max_length=36)
    standing = models.CharField(max_length=10)  # accepted | foreign | held (a protected name, waiting for a person)
    registrable = models.CharField(max_length=253)
    host = models.CharField(max_length=253)
    zone = models.CharField(max_length=63)
    category = models.CharField(max_length=24)
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT, db_index=False)
    run = models.ForeignKey(IntakeRun, null=True, on_delete=models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    body = BytesField()  # comity-report/1, canonical JSON
    received_at = MomentField()

    class Meta:
        db_table = "report"
        indexes = (models.Index(fields=["uuid"], name="report_uuid"),)
