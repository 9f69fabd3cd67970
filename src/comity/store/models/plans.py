"""Plans of action, who approved them, how far each name has come, and the holds that came of them."""

from django.db import models

from comity.store.fields import BytesField, MomentField
from comity.store.models.cases import Case


class ActionPlan(models.Model):
    """One plan as it was hashed.  `state` is where it stands; the octets of `body` never change."""

    hash = models.CharField(max_length=64, unique=True)
    body = BytesField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=14)
    proposer = models.CharField(max_length=150)
    names = models.IntegerField()
    approvals = models.IntegerField()  # how many people must approve
    made_at = MomentField()
    expires_at = MomentField()
    changed_at = MomentField()

    class Meta:
        db_table = "action_plan"
        indexes = (models.Index(fields=["state", "id"], name="action_plan_state"),)


class PlanVote(models.Model):
    """Who approved or refused a plan, and the words that went with it; `bulk`: so many names were meant."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT)
    actor = models.CharField(max_length=150)
    vote = models.CharField(max_length=10)  # approve | refuse | carry-out
    bulk = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    at = MomentField()

    class Meta:
        db_table = "plan_vote"
        constraints = (models.UniqueConstraint(fields=["plan", "actor", "vote"], name="plan_vote_once"),)


class ActionStep(models.Model):
    """One name of a plan: what was meant, and how far it has come (`sent` is durable before anything leaves)."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT)
    number = models.IntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    registrable = models.CharField(max_length=253)
    state = models.CharField(max_length=10)
    tries = models.IntegerField(default=0)
    code = models.CharField(max_length=40, blank=True, default="")  # the last answer's code
    message = models.TextField(blank=True, default="")
    changed_at = MomentField()

    class Meta:
        db_table = "action_step"
        constraints = (models.UniqueConstraint(fields=["plan", "number"], name="action_step_number"),)


class Hold(models.Model):
    """A name that is held for a case: what it was before, which statuses are ours, and until when.

    Made before the first command leaves, so that whatever a crash leaves behind is known to be ours.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    step = models.OneToOneField(ActionStep, on_delete=models.PROTECT)
    registrable = models.CharField(max_length=253)
    driver = models.CharField(max_length=10)
    state = models.CharField(max_length=10)  # beginning | held | restored | dropped: nothing of it was done
    former = BytesField()  # canonical JSON: the statuses before
    added = BytesField()  # canonical JSON: the statuses that are ours to take off
    wanted = BytesField()  # canonical JSON: all statuses that this hold stands for
    reason = models.CharField(max_length=60)
    do_not_release = models.BooleanField(default=True)
    since = MomentField()
    until = MomentField()
    warned_at = MomentField(null=True)
    asked_at = MomentField(null=True)
    ended_at = MomentField(null=True)

    class Meta:
        db_table = "registry_hold"
        indexes = (
            models.Index(fields=["registrable"], name="hold_by_name"),
            models.Index(fields=["until"], condition=models.Q(state="held"), name="hold_due"),
        )
