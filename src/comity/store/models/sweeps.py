"""Sweeps of whole zones as they were taken in, the enquiries that their findings opened, and what was said of those."""

from django.db import models

from comity.store.fields import BytesField, DayField, MomentField
from comity.store.models.cases import Case


class Sweep(models.Model):
    """One run that was taken in, by the name of its folder."""

    run = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=10)  # taking | taken
    engine = models.CharField(max_length=40, blank=True, default="")
    plan_hash = models.CharField(max_length=71, blank=True, default="")
    begun_at = MomentField()
    ended_at = MomentField(null=True)
    taken_at = MomentField(null=True)
    seconds = models.FloatField(default=0.0)
    details = models.JSONField(default=dict)  # core.sweep_details.RunDetails

    class Meta:
        db_table = "sweep"


class ScheduledSweep(models.Model):
    """One sweep that the node was to do by itself: when it was due, how it went, when it is tried again."""

    due_at = MomentField(unique=True)
    state = models.CharField(max_length=10)  # running | failed | done
    tries = models.IntegerField(default=0)
    begun_at = MomentField()
    ended_at = MomentField(null=True)
    next_at = MomentField(null=True)  # after a failure
    run = models.CharField(max_length=100, blank=True, default="")
    error = models.CharField(max_length=40, blank=True, default="")  # the reason's stable word
    message = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "scheduled_sweep"


class SweepZone(models.Model):
    """One zone of a run: which snapshot, how many names, what was found of each kind, and what had changed."""

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE)
    zone = models.CharField(max_length=63)
    as_of = DayField()
    serial = models.BigIntegerField(default=0)
    names = models.BigIntegerField(default=0)
    found = models.JSONField(default=dict)  # kind → findings in the run's files
    kept = models.JSONField(default=dict)  # kind → of these, those that are enquiries: the highest by score
    changes = models.JSONField(default=dict)  # change → names
    details = models.JSONField(default=dict)  # core.sweep_details.ZoneDetails

    class Meta:
        db_table = "sweep_zone"
        constraints = (models.UniqueConstraint(fields=["sweep", "zone"], name="sweep_zone_once"),)
        indexes = (models.Index(fields=["zone", "as_of"], name="sweep_zone_day"),)


class SweepFinding(models.Model):
    """One finding and its enquiry.  `key` is of name, kind and subject: found again it is the same row.

    Of an enquiry that was ended, `score`, `reason` and `detail` stay as they were when it was.
    """

    key = BytesField(max_length=16, unique=True)
    zone = models.CharField(max_length=63)
    name = models.CharField(max_length=253)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=253)
    reason = models.CharField(max_length=60)
    detail = models.TextField(blank=True, default="")
    score = models.FloatField()
    state = models.CharField(max_length=12)
    # Of none where it was found beside the runs: by a partner's warning, or as a sibling.
    first_sweep = models.ForeignKey(Sweep, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_sweep = models.ForeignKey(Sweep, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    found_at = MomentField()
    seen_at = MomentField()
    ended_at = MomentField(null=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")
    why = models.CharField(max_length=40, blank=True, default="")  # of a dismissal: its reason
    reopened = models.CharField(max_length=20, blank=True, default="")  # why it is asked again, after it was ended
    former_why = models.CharField(max_length=40, blank=True, default="")  # for what it had been dismissed before that
    report = models.CharField(max_length=36, blank=True, default="")  # the report that a person made of it
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "sweep_finding"
        indexes = (
            models.Index(fields=["state", "-score", "id"], name="sweep_finding_ranked"),
            models.Index(fields=["name"], name="sweep_finding_name"),
        )


class EnquiryEntry(models.Model):
    """What happened to an enquiry, by whom and why: the audit entry."""

    finding = models.ForeignKey(SweepFinding, on_delete=models.CASCADE)
    event = models.CharField(max_length=20)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True, default="")
    note = models.TextField(blank=True, default="")
    score = models.FloatField()
    at = MomentField()

    class Meta:
        db_table = "enquiry_entry"
