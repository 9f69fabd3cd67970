"""Cases, the entries they are the fold of, and the same matter at partners."""

from typing import Final

from django.db import models
from django.db.models.functions import Coalesce

from comity.store.fields import BytesField, MomentField
from comity.store.models.people import Person

# What the inbox filters by; at the end of each of its indexes, so that no row is opened to be left out again.
_FILTERS: Final = ("zone", "category", "severity", "assignee", "due_at")
NEVER: Final = 9_223_372_036_854_775_807  # a case without a running clock is due after all others
_DUE: Final = Coalesce("due_at", models.Value(NEVER), output_field=models.BigIntegerField())


class Case(models.Model):
    """All that concerns one registrable domain and one category in one episode.  A cache: the fold of its events."""

    ref = models.CharField(max_length=16, unique=True)  # for people: 7K3Q-F9XW-2M1A, deterministic
    uuid = models.CharField(max_length=36, unique=True)  # for machines: UUIDv5 of party, registrable, category, episode
    registrable = models.CharField(max_length=253)
    category = models.CharField(max_length=24)
    episode = models.IntegerField()
    zone = models.CharField(max_length=63)
    party = models.CharField(max_length=120)  # responsible for the zone
    state = models.CharField(max_length=16)
    severity = models.CharField(max_length=10)
    disposition = models.CharField(max_length=14, blank=True, default="")
    outcome = models.CharField(max_length=60, blank=True, default="")
    action = models.CharField(max_length=40, blank=True, default="")
    protected = models.CharField(max_length=60, blank=True, default="")  # which guard list names it
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL)
    report_count = models.IntegerField(default=0)
    event_count = models.IntegerField(default=0)
    opened_at = MomentField()
    changed_at = MomentField()
    closed_at = MomentField(null=True)
    due_at = MomentField(null=True)  # when the next of its clocks runs out; null: none runs

    class Meta:
        db_table = "abuse_case"
        constraints = (models.UniqueConstraint(fields=["registrable", "category", "episode"], name="case_episode"),)
        indexes = (
            models.Index(fields=["state", "opened_at", "id", *_FILTERS], name="case_by_opening"),
            models.Index(fields=["state", "changed_at", "id", *_FILTERS], name="case_by_change"),
            models.Index("state", _DUE, "id", *_FILTERS, name="case_by_due"),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="case_due"),
        )


class CaseEvent(models.Model):
    """One transition or note of a case: the audit entry (actor, reason code, clause, evidence hash)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    seq = models.IntegerField()
    event = models.CharField(max_length=30)
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)
    party = models.CharField(max_length=120)  # whose node the actor belongs to
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True, default="")
    clause = models.CharField(max_length=20, blank=True, default="")
    evidence_hash = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    detail = BytesField(default=b"")  # canonical JSON: disposition, outcome, action, score …
    at = MomentField()

    class Meta:
        db_table = "case_event"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="case_event_seq"),)


class CasePeer(models.Model):
    """The same matter at a partner: our case and the partner's case that reports or outcomes belong to."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    partner = models.CharField(max_length=120)
    remote_case = models.CharField(max_length=36)

    class Meta:
        db_table = "case_peer"
        constraints = (models.UniqueConstraint(fields=["partner", "remote_case", "case"], name="case_peer_once"),)
