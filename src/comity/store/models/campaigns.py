"""Campaigns: what was found to belong with a confirmed case, by which signs, and what became of each sibling."""

from django.db import models

from comity.store.fields import BytesField, DayField, MomentField
from comity.store.models.cases import Case
from comity.store.models.sweeps import SweepFinding


class CaseCampaign(models.Model):
    """The newest search for a case's siblings: among how many names of which zones, by whom; the graph's signs."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT)
    names = models.BigIntegerField()
    zones = models.JSONField(default=list)
    as_of = DayField(null=True)  # of the newest snapshot that was looked through
    signs = BytesField(default=b"[]")  # core.campaigns.Sign as JSON, in their places
    dropped = BytesField(default=b"[]")  # core.campaigns.Dropped as JSON
    guarded = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    made_by = models.CharField(max_length=150)
    made_at = MomentField()

    class Meta:
        db_table = "case_campaign"
        indexes = (models.Index(fields=["-made_at", "id"], name="case_campaign_newest"),)


class CampaignSibling(models.Model):
    """One node of the graph and its edge to the name it was found from; and what a person made of it."""

    campaign = models.ForeignKey(CaseCampaign, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=253)
    zone = models.CharField(max_length=63)
    score = models.FloatField()
    signs = models.JSONField(default=list)  # places in the campaign's signs
    hop = models.IntegerField(default=1)
    via = models.CharField(max_length=253, blank=True, default="")
    state = models.CharField(max_length=12, default="open")  # core.campaigns.SIBLING_STATES
    reason = models.CharField(max_length=20, blank=True, default="")  # of not-related: core.campaigns.NOT_RELATED
    note = models.CharField(max_length=500, blank=True, default="")
    settled_by = models.CharField(max_length=150, blank=True, default="")
    settled_at = MomentField(null=True)
    finding = models.ForeignKey(SweepFinding, null=True, on_delete=models.SET_NULL)  # whose enquiry it became

    class Meta:
        db_table = "campaign_sibling"
        constraints = (models.UniqueConstraint(fields=["campaign", "name"], name="campaign_sibling_once"),)
        indexes = (models.Index(fields=["name"], name="campaign_sibling_name"),)
