"""The clocks of cases as they stand: a cache of the fold of each case's entries (`core.clocks`)."""

from django.db import models

from comity.store.fields import MomentField
from comity.store.models.cases import Case


class CaseClock(models.Model):
    """One clock of a case.  `owed_by` owes it to `owed_to` (empty: to the reporter).

    The rows of a case are always written together, under its lock, in the place of all that stood there.
    `next_at` is when somebody has to be told next, `next_percent` which share of the time that is; null: never again.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=16)
    number = models.IntegerField()  # the same clock may run more than once
    owed_by = models.CharField(max_length=253)
    owed_to = models.CharField(max_length=253, blank=True, default="")
    clause = models.CharField(max_length=20, blank=True, default="")
    started_at = MomentField()
    due_at = MomentField()
    stopped_at = MomentField(null=True)
    paused_since = MomentField(null=True)
    paused_us = models.BigIntegerField(default=0)  # microseconds that did not count
    used_us = models.BigIntegerField(null=True)  # of a clock that has stopped: microseconds that counted
    warned_at = MomentField(null=True)
    breached_at = MomentField(null=True)
    escalated_at = MomentField(null=True)
    next_at = MomentField(null=True)
    next_percent = models.IntegerField(null=True)

    class Meta:
        db_table = "case_clock"
        indexes = (
            models.Index(fields=["case"], name="case_clock_of_case"),
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="case_clock_next"),
        )
