"""What is known of reporters: how good their reports are, what people decided about them, what they said later."""

from django.db import models

from comity.store.fields import MomentField
from comity.store.models.reports import Report, Reporter


class ReporterTally(models.Model):
    """What became of a reporter's reports, counted by a round of the desk: of 90 days, and of all."""

    reporter = models.ForeignKey(Reporter, on_delete=models.CASCADE)
    window = models.CharField(max_length=6)  # recent all
    confirmed = models.IntegerField(default=0)
    dismissed = models.IntegerField(default=0)
    reversed = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    open = models.IntegerField(default=0)
    not_counted = models.IntegerField(default=0)
    counted_at = MomentField()

    class Meta:
        db_table = "reporter_tally"
        constraints = (models.UniqueConstraint(fields=["reporter", "window"], name="reporter_tally_window"),)


class ReporterDecision(models.Model):
    """A person slowed, stopped or allowed a reporter, and why: the audit of it.  The newest one holds."""

    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT)
    verb = models.CharField(max_length=6)  # slow stop allow
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    reason = models.TextField()
    until = MomentField(null=True)  # null: until somebody decides otherwise
    at = MomentField()

    class Meta:
        db_table = "reporter_decision"


class ReporterWord(models.Model):
    """What a reporter said of a report after it was filed: more about it, or that it is withdrawn."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12)  # information withdrawal
    text = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)
    at = MomentField()

    class Meta:
        db_table = "reporter_word"
        constraints = (models.UniqueConstraint(fields=["report", "digest"], name="reporter_word_once"),)


class AwaitedOutcome(models.Model):
    """A report whose reporter is still to be told by mail how it ended; gone when the letter is queued."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE)

    class Meta:
        db_table = "awaited_outcome"
