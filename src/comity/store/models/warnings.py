"""Early warnings of campaigns, what each zone had of them, and private set intersections with their messages."""

from django.db import models

from comity.store.fields import BytesField, DayField, MomentField


class CampaignWarning(models.Model):
    """One warning between two parties: ours to `partner`, or a partner's to us (`origin`)."""

    uuid = models.CharField(max_length=36, unique=True)  # the subject of its entries
    origin = models.CharField(max_length=120)
    partner = models.CharField(max_length=120)  # the other party, whoever warned
    zones = models.JSONField(default=list)  # of the party that is warned
    category = models.CharField(max_length=24)
    tlp = models.CharField(max_length=16)
    first_day = DayField()
    last_day = DayField()
    case_ref = models.CharField(max_length=60, blank=True, default="")
    text = models.TextField()
    signs = BytesField()  # canonical JSON of `core.warnings.Signs`; after a withdrawal of none
    withheld = models.JSONField(default=list)  # kinds of signs that stayed with the origin
    actor = models.CharField(max_length=150, blank=True, default="")
    at = MomentField()
    told_at = MomentField(null=True)  # when it was written to the ledger; of a partner's, when it was taken
    verdict = models.CharField(max_length=14, blank=True, default="")  # what the memorandum said last
    clause = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    asked_at = MomentField(null=True)
    withdrawn_at = MomentField(null=True)

    class Meta:
        db_table = "campaign_warning"
        indexes = (models.Index(fields=["-at"], name="campaign_warning_at"),)


class WarningAnswer(models.Model):
    """What one zone had of a warning, as of a snapshot: what the desk sees, and what was told of it."""

    warning = models.ForeignKey(CampaignWarning, on_delete=models.PROTECT)
    zone = models.CharField(max_length=63)
    answer = models.CharField(max_length=24)
    as_of = DayField()
    names = models.IntegerField(default=0)  # different names that were found, without the protected ones
    fewer = models.BooleanField(default=False)  # of a partner's: fewer than `names`
    zone_names = models.IntegerField(default=0)  # how many the zone has; known of our own zones alone
    left_out = models.IntegerField(default=0)  # protected names
    left_out_fewer = models.BooleanField(default=False)  # of a partner's: fewer than `left_out`
    counts = models.JSONField(default=list)  # rows of sign, names, fewer
    refused = models.JSONField(default=list)  # rows of sign, subject, names, of
    not_swept = models.JSONField(default=list)  # kinds of signs that were not looked for here
    found = BytesField(default=b"[]")  # of our own zones: canonical JSON of names and signs; of others: names told
    answered_at = MomentField()
    release = models.CharField(max_length=10, blank=True, default="")  # counts or names: what a supervisor released
    released_by = models.CharField(max_length=150, blank=True, default="")
    told = models.CharField(max_length=10, blank=True, default="")  # counts or names: what went
    told_at = MomentField(null=True)
    verdict = models.CharField(max_length=14, blank=True, default="")
    clause = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    asked_at = MomentField(null=True)

    class Meta:
        db_table = "warning_answer"
        constraints = (models.UniqueConstraint(fields=["warning", "zone"], name="warning_answer_once"),)
        indexes = (
            models.Index(fields=["answered_at"], condition=models.Q(told_at=None), name="warning_answer_waiting"),
        )


class IntersectionRun(models.Model):
    """One private set intersection: who asked whom, over what, under which clause, and how it ended."""

    uuid = models.CharField(max_length=36, unique=True)  # the subject of its entries
    asker = models.CharField(max_length=120)
    partner = models.CharField(max_length=120)  # the other party, whoever asked
    over = models.CharField(max_length=16)
    bucket = models.IntegerField()  # of the asker's set
    answer_bucket = models.IntegerField(default=0)  # of the other's; 0: not answered
    own_size = models.IntegerField(default=0)  # of our set; the partner learns its bucket alone
    state = models.CharField(max_length=10)
    memorandum = models.CharField(max_length=71, blank=True, default="")
    clause = models.CharField(max_length=20, blank=True, default="")
    actor = models.CharField(max_length=150, blank=True, default="")  # who asked, or who answered, here
    why = models.CharField(max_length=200, blank=True, default="")
    found = models.JSONField(default=list)  # of the asker: what both have
    at = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        db_table = "intersection_run"
        indexes = (
            models.Index(fields=["-at"], name="intersection_run_at"),
            models.Index(fields=["state"], condition=models.Q(ended_at=None), name="intersection_run_open"),
        )


class IntersectionMessage(models.Model):
    """A message of a run as it passed: its transcript is these rows and the entries of the ledger."""

    run = models.ForeignKey(IntersectionRun, on_delete=models.PROTECT)
    message = models.CharField(max_length=10)
    sender = models.CharField(max_length=120)
    points = models.IntegerField()
    size = models.IntegerField()  # octets
    parts = models.IntegerField()
    parts_here = models.IntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    at = MomentField()

    class Meta:
        db_table = "intersection_message"
        constraints = (models.UniqueConstraint(fields=["run", "message"], name="intersection_message_once"),)
